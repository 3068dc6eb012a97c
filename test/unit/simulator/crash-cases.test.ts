/** Crashed validators under round robin (research 1.9): counts per rotation of n views are exact. */
import { describe, expect, it } from 'vitest';
import type { SimulationResult } from '../../../simulator/main.js';
import { DELAY_US, simulate, TIMEOUT_US, WAIT_US } from './run.js';

const cases = [
  { n: 4, crashed: [3], gaps: 1, blocks: 2, events: 1, timeouts: 2 },
  { n: 7, crashed: [0, 3], gaps: 2, blocks: 3, events: 1, timeouts: 4 },
  { n: 10, crashed: [0, 3, 6], gaps: 3, blocks: 4, events: 1, timeouts: 6 },
  { n: 10, crashed: [0, 1, 2], gaps: 1, blocks: 6, events: 5, timeouts: 4 },
];
const pacemakers = ['timeout', 'epoch'] as const;

describe.each(pacemakers)('crashed validators, pacemaker %s', (pacemaker) => {
  it.each(cases)('n = $n, crashed $crashed', async ({ n, crashed, gaps, blocks, events, timeouts }) => {
    const faults = crashed.map((validator) => ({ kind: 'crash' as const, validator, atUs: 0 }));
    const after = (rotations: number): Promise<SimulationResult> =>
      simulate({ validators: n, pacemaker, faults, backoffFactor: 1, maxViews: rotations * n + 3 });
    const [few, many] = [await after(10), await after(30)];
    const perRotation = (of: (result: SimulationResult) => number): number => (of(many) - of(few)) / 20;
    expect(perRotation((result) => result.blocks.committed)).toBe(blocks);
    expect(perRotation((result) => result.blocks.commit_events)).toBe(events);
    expect(perRotation((result) => result.views.timed_out)).toBe(timeouts);
    expect(many.safety.total).toBe(0);
    expect(many.liveness.total).toBe(0);
    // The formula has no skew: each failed view, or epoch change, adds at most two delays to it.
    const good = n - crashed.length - gaps;
    const wallUs = good * 2 * DELAY_US + timeouts * TIMEOUT_US + gaps * WAIT_US;
    const rotationUs = perRotation((result) => result.run.virtual_us);
    expect(rotationUs).toBeGreaterThanOrEqual(wallUs - 2 * timeouts * DELAY_US);
    expect(rotationUs).toBeLessThanOrEqual(wallUs + 2 * timeouts * DELAY_US);
  });

  it('more than f crashed: no commits, and nothing unsafe', async () => {
    const faults = [1, 2].map((validator) => ({ kind: 'crash' as const, validator, atUs: 1_000_000 }));
    const options = { pacemaker, faults };
    const before = await simulate({ ...options, durationUs: 1_100_000 });
    const result = await simulate({ ...options, durationUs: 60_000_000 });
    expect(result.blocks.committed).toBe(before.blocks.committed);
    expect(result.blocks.committed).toBeGreaterThan(0);
    expect(result.safety.total).toBe(0);
    // Parked, not racing: without a quorum no view may be entered, but for the rest of an epoch.
    expect(result.views.entered - before.views.entered).toBeLessThanOrEqual(3);
  });
});

it('a failed view costs n-1 wishes per live validator and a status of each to the new leader', async () => {
  const faults = [{ kind: 'crash' as const, validator: 3, atUs: 0 }];
  const after = (rotations: number) => simulate({ faults, backoffFactor: 1, maxViews: rotations * 4 + 3 });
  const [few, many] = [await after(10), await after(30)];
  const perRotation = (type: string): number =>
    ((many.messages.by_type[type] ?? 0) - (few.messages.by_type[type] ?? 0)) / 20;
  // Two failed views; in one the new leader is the crashed one, so that three statuses go to it.
  expect(perRotation('wish')).toBe(2 * 3 * 3);
  expect(perRotation('status')).toBe(3 + 2);
});

it('the timer grows with consecutive failed views and comes back', async () => {
  const faults = [0, 1, 2].map((validator) => ({ kind: 'crash' as const, validator, atUs: 0 }));
  const rotationUs = async (backoffFactor: number): Promise<number> => {
    const at = (maxViews: number) =>
      simulate({ validators: 10, faults, backoffFactor, maxViews, maxTimeoutUs: 10_000_000 });
    return (await at(33)).run.virtual_us - (await at(23)).run.virtual_us;
  };
  // Four views fail in a row per rotation: 1 + 2 + 4 + 8 timers instead of 4.
  expect((await rotationUs(2)) - (await rotationUs(1))).toBe(11 * TIMEOUT_US);
});
