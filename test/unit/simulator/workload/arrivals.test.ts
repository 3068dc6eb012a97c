/** How transactions come: the mean rate whatever the form, bursts that are bursts, traces to the microsecond. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random.js';
import { arrivalsOf } from '../../../../simulator/workload/arrivals.js';
import { TransactionTrace } from '../../../../simulator/workload/transaction-trace.js';

const SECOND = 1_000_000;
const none = createRandom(1, 'none');

/** Arrivals in each second of a run. */
function perSecond(choice: Parameters<typeof arrivalsOf>[0], seconds: number, crowd = 1): number[] {
  const arrivals = arrivalsOf(choice, createRandom(7, 'arrivals'));
  const counts = new Array<number>(seconds).fill(0);
  let atUs = 0;
  for (;;) {
    atUs += arrivals.nextUs(crowd) ?? Infinity;
    if (atUs >= seconds * SECOND) return counts;
    counts[Math.floor(atUs / SECOND)]!++;
  }
}

const mean = (counts: readonly number[]): number => counts.reduce((sum, one) => sum + one, 0) / counts.length;

/** Variance over mean: 1 for a Poisson stream, far more for bursts. */
function dispersion(counts: readonly number[]): number {
  const middle = mean(counts);
  return mean(counts.map((one) => (one - middle) ** 2)) / middle;
}

describe('arrivals', () => {
  it('have the mean rate, as a Poisson stream and in bursts', () => {
    const poisson = perSecond({ transactionsPerSecond: 100 }, 2_000);
    const bursts = { onUs: 200_000, offUs: 800_000 };
    const bursty = perSecond({ transactionsPerSecond: 100, bursts }, 20_000);
    const mild = perSecond({ transactionsPerSecond: 100, bursts: { ...bursts, quiet: 0.9 } }, 2_000);
    for (const counts of [poisson, bursty, mild]) expect(mean(counts) / 100).toBeCloseTo(1, 1);
    expect(dispersion(poisson)).toBeCloseTo(1, 0);
    expect(dispersion(bursty)).toBeGreaterThan(10);
    expect(dispersion(mild)).toBeLessThan(dispersion(bursty) / 4);
  });

  it('come so many times as often in a crowd', () => {
    const bursts = { onUs: 200_000, offUs: 300_000 };
    const counts = perSecond({ transactionsPerSecond: 50, bursts }, 2_000, 4);
    expect(mean(counts) / 200).toBeCloseTo(1, 1);
  });

  it('come from a trace when it says, and then no more', () => {
    const trace = TransactionTrace.of([{ atUs: 5 }, { atUs: 5 }, { atUs: 1_005 }]);
    const arrivals = arrivalsOf({ trace }, none);
    expect([1, 1, 1, 1].map((crowd) => arrivals.nextUs(crowd))).toEqual([5, 0, 1_000, undefined]);
    const hurried = arrivalsOf({ trace }, none);
    expect([5, 5, 5].map((crowd) => hurried.nextUs(crowd))).toEqual([1, 0, 200]);
  });
});
