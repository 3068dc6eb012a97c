/** The protocol's closed forms (research 1.9): where a formula is exact, the simulation is exact. */
import { describe, expect, it } from 'vitest';
import { delayTable } from '../../../simulator/network/latency.js';
import { DELAY_US, simulate } from './run.js';

const pacemakers = ['timeout', 'epoch'] as const;

describe('a network without faults', () => {
  it.each([2, 3, 4, 7, 16, 31, 100])('sends 2(n-1) messages a view, n = %i', async (validators) => {
    const at = (maxViews: number) => simulate({ validators, maxViews });
    const [few, many] = [await at(20), await at(60)];
    expect(many.messages.sent - few.messages.sent).toBe(40 * 2 * (validators - 1));
    expect(Object.keys(many.messages.by_type)).toEqual(['proposal', 'vote1']);
  });

  it.each(pacemakers)('takes 2d a view and commits everywhere within 5d, pacemaker %s', async (pacemaker) => {
    const {
      latency_us: latency,
      views,
      blocks,
    } = await simulate({ validators: 7, maxViews: 200, pacemaker });
    expect(latency.view_period).toMatchObject({ min: 2 * DELAY_US, max: 2 * DELAY_US, count: 200 });
    expect(latency.first_commit).toMatchObject({ min: 4 * DELAY_US, max: 4 * DELAY_US });
    expect(latency.commit).toMatchObject({ min: 4 * DELAY_US, max: 5 * DELAY_US, p50: 5 * DELAY_US });
    expect(views.timed_out).toBe(0);
    expect(blocks.commit_events).toBe(blocks.committed);
  });

  it('has the period of the q-th smallest path under different delays', async () => {
    const ms = [
      [0, 11, 23, 31],
      [13, 0, 17, 29],
      [19, 37, 0, 7],
      [41, 5, 43, 0],
    ];
    const us = ms.map((row) => row.map((delay) => delay * 1000));
    const result = await simulate({ latency: delayTable(us), maxViews: 4 * 50, viewTimeoutUs: 1_000_000 });
    const period = (view: number): number => {
      const [from, to] = [view % 4, (view + 1) % 4];
      const paths = us.map((row, i) => (us[from]?.[i] ?? 0) + (row[to] ?? 0)).sort((a, b) => a - b);
      return paths[2] ?? 0;
    };
    const rotation = [0, 1, 2, 3].map(period).reduce((sum, one) => sum + one);
    expect(result.latency_us.view_period.mean).toBeCloseTo(rotation / 4, 6);
    expect(result.views.timed_out).toBe(0);
  });
});

describe('metamorphic relations', () => {
  const period = async (options: Parameters<typeof simulate>[0]) =>
    (await simulate({ validators: 7, maxViews: 100, ...options })).latency_us.view_period;

  it('a doubled timer or leader wait leaves the period as it is', async () => {
    const usual = await period({});
    expect(await period({ viewTimeoutUs: 400_000 })).toEqual(usual);
    expect(await period({ leaderWaitUs: 80_000 })).toEqual(usual);
  });

  it('doubled delays double it', async () => {
    const [once, twice] = [await period({}), await period({ delayUs: 2 * DELAY_US })];
    expect(twice.mean).toBe(2 * (once.mean ?? Number.NaN));
  });
});
