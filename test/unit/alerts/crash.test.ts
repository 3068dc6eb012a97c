import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { ManualClock } from '../../../src/base/clock.js';
import { RuleBench } from '../../support/rule-bench.js';

const RULES = `
groups:
  - name: g
    rules:
      - {alert: Down, expr: up == 0, for: 30s, keep_firing_for: 20s}
`;
const TICK_S = 10;
const DOWN_S = 25;
const LAST = 26;
/** The condition holds from the third to the fourteenth tick. */
const isDown = (tick: number): boolean => tick >= 3 && tick <= 14;

const folders: string[] = [];
const folder = (): string => {
  const made = mkdtempSync(join(tmpdir(), 'alerts-'));
  folders.push(made);
  return made;
};
afterAll(() => folders.forEach((one) => rmSync(one, { recursive: true, force: true })));

type Stage = 'before the evaluation' | 'after fsync, before anybody is told' | 'after all are told';

/** Lives through the whole scenario, killed at one step of it, and says what was told. */
async function live(
  planned: { readonly tick: number; readonly stage: Stage } | undefined,
): Promise<readonly Alert[]> {
  let kill = planned;
  const told: Alert[] = [];
  const clock = new ManualClock();
  let home = folder();
  let bench = await RuleBench.start({ rules: RULES, folder: home, clock, told });
  const tickOf = (): number => Math.round((clock.nowUs() - 1_700_000_000_000_000) / 1e6 / TICK_S);
  const step = async (seconds: number): Promise<void> => {
    const next = Math.round(tickOf() + seconds / TICK_S);
    bench.series.set('up', {}, isDown(next) ? 0 : 1);
    await bench.step(seconds);
  };
  while (tickOf() < LAST) {
    if (kill === undefined || tickOf() + 1 !== kill.tick) {
      await step(TICK_S);
      continue;
    }
    if (kill.stage !== 'before the evaluation') {
      bench.isDeaf = kill.stage !== 'after all are told';
      await step(TICK_S);
    }
    kill = undefined;
    const copy = folder();
    cpSync(home, copy, { recursive: true, filter: (path) => !path.endsWith('lock') });
    // The dead process goes on in its own world, which nobody sees.
    bench.isDeaf = true;
    await bench.close();
    home = copy;
    clock.advance(DOWN_S * 1e6);
    bench = await RuleBench.start({ rules: RULES, folder: home, clock, told, graceUs: 30e6 });
  }
  await bench.close();
  return told;
}

describe('the life of an alert under kill -9', () => {
  const stages: Stage[] = [
    'before the evaluation',
    'after fsync, before anybody is told',
    'after all are told',
  ];
  for (let tick = 1; tick <= 19; tick++)
    it.each(stages)(`at step ${tick}, %s: one page, one resolve`, async (stage) => {
      const told = await live({ tick, stage });
      const fired = told.filter(({ endsAtUs }) => endsAtUs === undefined);
      const resolved = told.filter(({ endsAtUs }) => endsAtUs !== undefined);
      expect(fired.length).toBeGreaterThan(0);
      expect(fired.length).toBeLessThanOrEqual(3);
      // Equal `startsAt` is the same page told again, which whoever sends it knows.
      expect(new Set(fired.map(({ startsAtUs }) => startsAtUs)).size).toBe(1);
      expect(new Set(resolved.map(({ endsAtUs }) => endsAtUs)).size).toBe(1);
      const lastDownUs = 1_700_000_000_000_000 + 14 * TICK_S * 1e6;
      expect(resolved[0]!.endsAtUs).toBeGreaterThan(lastDownUs);
      expect(resolved[0]!.startsAtUs).toBe(fired[0]!.startsAtUs);
    });

  it('is the same story without a kill', async () => {
    const told = await live(undefined);
    expect(told.filter(({ endsAtUs }) => endsAtUs === undefined).length).toBe(2);
  });
});

describe('after a restart', () => {
  it('counts no time in which nobody looked towards `for`', async () => {
    const home = folder();
    const clock = new ManualClock();
    const first = await RuleBench.start({ rules: RULES, folder: home, clock });
    first.series.set('up', {}, 0);
    await first.step(10);
    await first.step(10);
    await first.close();
    clock.advance(3600e6);
    const second = await RuleBench.start({ rules: RULES, folder: home, clock, graceUs: 60e6 });
    second.series.set('up', {}, 0);
    await second.step(1);
    expect(second.states()).toEqual(['pending']);
    await second.step(21);
    expect(second.states()).toEqual(['firing']);
    await second.close();
  });

  it('does not take series that are not back yet for the end of an alert', async () => {
    const home = folder();
    const clock = new ManualClock();
    const first = await RuleBench.start({
      rules: RULES.replace('keep_firing_for: 20s', ''),
      folder: home,
      clock,
    });
    first.series.set('up', {}, 0);
    for (let i = 0; i < 5; i++) await first.step(10);
    expect(first.states()).toEqual(['firing']);
    await first.close();
    const rules = RULES.replace(', keep_firing_for: 20s', '');
    const second = await RuleBench.start({ rules, folder: home, clock, graceUs: 60e6 });
    await second.step(10);
    await second.step(10);
    expect(second.states()).toEqual(['firing']);
    expect(second.told.filter(({ endsAtUs }) => endsAtUs !== undefined)).toEqual([]);
    for (let i = 0; i < 5; i++) await second.step(10);
    expect(second.told.at(-1)?.endsAtUs).toBeDefined();
    await second.close();
  });

  it('resolves, and tells of it, what fired under a rule that is no more', async () => {
    const home = folder();
    const clock = new ManualClock();
    const first = await RuleBench.start({ rules: RULES, folder: home, clock });
    first.series.set('up', {}, 0);
    for (let i = 0; i < 5; i++) await first.step(10);
    await first.close();
    const second = await RuleBench.start({ rules: 'groups: []', folder: home, clock });
    await second.evaluator.idle();
    expect(second.told).toMatchObject([{ labels: { alertname: 'Down' }, endsAtUs: clock.nowUs() }]);
    await second.close();
  });
});
