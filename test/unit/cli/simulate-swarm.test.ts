/** `simulate --swarm`: its tables, its document, its replay, and what it refuses. */
import { expect, it } from 'vitest';
import { runWords } from './world.js';

it('prints what was reached, and the same with the same seed', async () => {
  const { code, out } = await runWords(['simulate', '--swarm', '3', '--seed', '9']);
  expect(code).toBe(0);
  expect(out).toMatch(/^3 runs from seed 9, /);
  for (const text of [
    'INGREDIENT',
    'fault: crash again and again',
    'S11',
    'catch-up completed',
    'every rule held',
  ])
    expect(out).toContain(text);
  expect((await runWords(['simulate', '--swarm', '3', '--seed', '9'])).out).toBe(out);
});

it('runs one of its runs alone, as any other simulation', async () => {
  const alone = await runWords(['simulate', '--swarm-run', '9', '--json']);
  const swarm = await runWords(['simulate', '--swarm', '1', '--seed', '9', '--json']);
  expect([alone.code, swarm.code]).toEqual([0, 0]);
  const document = JSON.parse(alone.out) as { replay: string; messages: { delivered: number } };
  expect(document.replay).toBe('quorumscope simulate --swarm-run 9');
  expect(document.messages.delivered).toBe((JSON.parse(swarm.out) as { delivered: number }).delivered);
});

it('refuses what it would overrule, all at once', async () => {
  const swarm = await runWords('simulate --swarm 0 --validators 4 --report x.html'.split(' '));
  expect(swarm.code).toBe(2);
  for (const text of ['--swarm: found "0"', '--validators: a swarm draws', '--report: a swarm draws'])
    expect(swarm.err).toContain(text);
  const alone = await runWords('simulate --swarm-run 3 --crash v1@1s --seed 3'.split(' '));
  expect(alone.code).toBe(2);
  expect(alone.err).toContain('--crash: --swarm-run draws the network from its seed');
  expect(alone.err).toContain('--seed: --swarm-run draws');
});
