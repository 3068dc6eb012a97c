/** A violation comes with the command that runs the same again: it does, to the byte. */
import { expect, it } from 'vitest';
import { readSimulateOptions } from '../../../src/cli/simulate-options.js';
import { replayCommand } from '../../../src/cli/simulate-replay.js';
import { runWords } from './world.js';

interface Document {
  readonly run: { readonly id: string; readonly seed: number; readonly protocol: string };
  readonly digest: string;
  readonly replay: string;
  readonly safety: { readonly total: number };
  readonly liveness: { readonly total: number };
}

const stalled = [
  'simulate --duration 20s --seed 7 --delay 5ms --timeout 300ms --leader-wait 30ms --pacemaker epoch',
  '--machines modelled --transactions 20 --start 2025-06-01T12:00:00Z --crash v1@1s --slow v2@2s:80ms --heal v2@4s',
].join(' ');

async function documentOf(line: string): Promise<Document> {
  const { out, err } = await runWords([...line.split(' '), '--json']);
  expect(err).toBe('');
  return JSON.parse(out) as Document;
}

it('gives the same digest', async () => {
  const first = await documentOf(stalled);
  expect(first.replay).toMatch(/^quorumscope simulate .*--crash v1@1s --slow v2@2s:80ms --heal v2@4s$/);
  const again = await documentOf(first.replay.replace('quorumscope ', ''));
  expect(again.digest).toBe(first.digest);
  expect(again.run).toEqual(first.run);
  expect(again.replay).toBe(first.replay);
});

it.each(['basic', 'hotstuff3'])('names protocol and rotation, %s', async (protocol) => {
  const words = `--protocol ${protocol} --rotation reputation`;
  const first = await documentOf(`simulate --duration 5s ${words} --crash v1@1s --heal v1@2s`);
  expect(first.replay).toContain(` ${words} `);
  expect(first.run.protocol).toBe(protocol === 'basic' ? 'hotstuff2-basic' : 'hotstuff3-chained');
  expect(first.safety.total + first.liveness.total).toBe(0);
  const again = await documentOf(first.replay.replace('quorumscope ', ''));
  expect(again.digest).toBe(first.digest);
});

it('is printed with the seed where a rule is broken', async () => {
  // No timer ever lasts as long as a message is under way: nothing can be committed.
  const { code, out } = await runWords(
    'simulate --duration 10m --seed 11 --delay 2s --timeout 100ms --leader-wait 0'.split(' '),
  );
  expect(code).toBe(1);
  expect(out).toContain('"rule":"L1"');
  expect(out).toContain('"seed":11');
  expect(out).toMatch(/^replay +quorumscope simulate --validators 4 --seed 11 --duration 10m /m);
});

it('plans what was commanded while the network ran', () => {
  const options = readSimulateOptions({ speed: 'realtime', crash: ['v1@5s'] });
  const heal = { kind: 'heal', validator: 'validator-1', atUs: 7_123_000 } as const;
  expect(replayCommand(options, [heal], 9_000_001)).toBe(
    'quorumscope simulate --validators 4 --seed 1 --duration 9s1ms --delay 20ms --timeout 500ms' +
      ' --leader-wait 40ms --crash v1@5s --heal validator-1@7s123ms',
  );
});
