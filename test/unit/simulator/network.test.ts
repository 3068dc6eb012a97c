/** The network's models: what they promise in numbers, that they add up, and that a seed repeats them. */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random.js';
import { awsLatency } from '../../../simulator/network/aws-regions.js';
import { Conditions } from '../../../simulator/network/conditions.js';
import type { LatencyModel } from '../../../simulator/network/latency.js';
import type { NetworkOptions } from '../../../simulator/network/network-options.js';
import { exponentialDelay, jittered, normalDelay } from '../../../simulator/network/random-latency.js';
import { createSimulation } from '../../../simulator/main.js';
import { DELAY_US, recorder, simulate, usual } from './run.js';

const DRAWS = 100_000;

function moments(model: LatencyModel): { mean: number; deviation: number; min: number; max: number } {
  const draws = Array.from({ length: DRAWS }, () => model.delayUs(0, 1));
  const mean = draws.reduce((sum, us) => sum + us, 0) / DRAWS;
  const square = draws.reduce((sum, us) => sum + (us - mean) ** 2, 0) / DRAWS;
  const sorted = draws.sort((a, b) => a - b);
  return { mean, deviation: Math.sqrt(square), min: sorted[0] ?? 0, max: sorted[DRAWS - 1] ?? 0 };
}

describe('latency models', () => {
  it('normal: mean and deviation, never beyond its bound', () => {
    const model = normalDelay(50_000, 5_000, createRandom(1));
    const { mean, deviation, min, max } = moments(model);
    expect(Math.abs(mean - 50_000)).toBeLessThan((4 * 5_000) / Math.sqrt(DRAWS));
    expect(deviation / 5_000).toBeCloseTo(1, 1);
    expect(min).toBeGreaterThan(0);
    expect(max).toBeLessThanOrEqual(model.maxDelayUs);
  });

  it('exponential: its floor, and the mean above it', () => {
    const model = exponentialDelay(20_000, 3_000, createRandom(1));
    const { mean, deviation, min, max } = moments(model);
    expect(min).toBeGreaterThanOrEqual(20_000);
    expect(Math.abs(mean - 23_000)).toBeLessThan((4 * 3_000) / Math.sqrt(DRAWS));
    expect(deviation / 3_000).toBeCloseTo(1, 1);
    expect(max).toBeLessThanOrEqual(model.maxDelayUs);
  });

  it('jitter: uniform on top of any other model', () => {
    const model = jittered(awsLatency(), 1_000, createRandom(1));
    const { mean, min, max } = moments(model);
    expect([min, max]).toEqual([36_500, 37_500]);
    expect(Math.abs(mean - 37_000)).toBeLessThan(5);
  });
});

describe('the regions', () => {
  it('have the period of the q-th smallest path, exactly', async () => {
    const n = 16;
    const model = awsLatency();
    const delay = (from: number, to: number) => (from === to ? 0 : model.delayUs(from, to));
    const period = (view: number): number => {
      const [leader, next] = [view % n, (view + 1) % n];
      const paths = Array.from({ length: n }, (_, i) => delay(leader, i) + delay(i, next));
      return paths.sort((a, b) => a - b)[Math.floor((2 * n) / 3)] ?? 0;
    };
    const expected = Array.from({ length: n }, (_, view) => period(view)).reduce((a, b) => a + b) / n;
    const result = await simulate({
      validators: n,
      network: { delay: { kind: 'aws' } },
      viewTimeoutUs: 2_000_000,
      maxViews: 4 * n,
    });
    expect(result.latency_us.view_period.mean).toBeCloseTo(expected, 6);
    expect(result.views.timed_out).toBe(0);
  });
});

describe('uplinks', () => {
  it('keep the period at or above 2d + (q-1) 8S/b, and below what all copies take', async () => {
    const bits = 10_000_000;
    const n = 7;
    const result = await simulate({
      validators: n,
      network: { uplinkBitsPerSecond: bits },
      workload: { transactionsPerSecond: 2_000, blockTransactions: 50 },
      viewTimeoutUs: 2_000_000,
      durationUs: 20_000_000,
    });
    const { hooksFor, said } = recorder();
    await simulate({
      validators: n,
      workload: { transactionsPerSecond: 2_000, blockTransactions: 50 },
      hooksFor,
      durationUs: 4_000_000,
    });
    const sizes = said
      .filter(({ type, body }) => type === 'consensus.proposal_sent' && body['transactions'] === 50)
      .map(({ body }) => body['bytes'] as number);
    const copyUs = ((sizes.reduce((a, b) => a + b, 0) / sizes.length) * 8 * 1_000_000) / bits;
    const mean = result.latency_us.view_period.mean ?? 0;
    expect(sizes.length).toBeGreaterThan(20);
    expect(mean).toBeGreaterThan(2 * DELAY_US + 0.95 * 4 * copyUs);
    expect(mean).toBeLessThan(2 * DELAY_US + 1.1 * 6 * copyUs);
  });
});

describe('loss', () => {
  it.each([
    [0.05, 0.9713],
    [0.2, 0.688],
  ])('of %f: views succeed as often as the formula says, n = 4', async (loss, expected) => {
    const { hooksFor, said } = recorder();
    await simulate({ network: { loss }, maxViews: 8_000, backoffFactor: 1, hooksFor });
    const received = new Map<number, number>();
    const ready = new Set<number>();
    const certified = new Set<number>();
    for (const { type, body } of said) {
      const view = body['view'] as number;
      if (type === 'consensus.proposal_received') received.set(view, (received.get(view) ?? 0) + 1);
      if (type === 'consensus.leader_waited' && body['path'] === 'responsive') ready.add(view);
      if (type === 'consensus.qc_formed') certified.add(view);
    }
    // Views that everybody could take part in: nobody had a block of the view before to fetch.
    const fair = [...ready].filter((view) => received.get(view - 1) === 3);
    const ratio = fair.filter((view) => certified.has(view)).length / fair.length;
    const deviation = Math.sqrt((expected * (1 - expected)) / fair.length);
    expect(fair.length).toBeGreaterThan(1_000);
    expect(Math.abs(ratio - expected)).toBeLessThan(3 * deviation);
  });

  it('of a stream delays and drops nothing', async () => {
    const network = { loss: 0.1, transport: 'stream' } as const;
    const result = await simulate({ network, viewTimeoutUs: 5_000_000, maxViews: 500 });
    expect(result.messages.dropped).toBe(0);
    expect(result.latency_us.view_period.max).toBeGreaterThan(200_000);
    expect(result.safety.total).toBe(0);
  });
});

describe('every kind of network', () => {
  const networks: [string, NetworkOptions][] = [
    ['normal', { delay: { kind: 'normal', meanUs: 20_000, deviationUs: 5_000 } }],
    ['exponential', { delay: { kind: 'exponential', floorUs: 10_000, meanUs: 4_000 }, jitterUs: 2_000 }],
    ['lossy', { loss: 0.1, duplicate: 0.2, reorder: 0.1 }],
    ['narrow', { uplinkBitsPerSecond: 1_000_000, loss: 0.02, transport: 'stream' }],
  ];

  it.each(networks)('%s: counts add up, the seed repeats it, nothing is unsafe', async (_, network) => {
    const options = { validators: 7, network, durationUs: 20_000_000 };
    const result = await simulate(options);
    const { sent, delivered, dropped, in_flight, lost, duplicated } = result.messages;
    expect(sent).toBe(delivered + dropped + in_flight);
    expect(lost).toBe(dropped);
    expect(duplicated > 0).toBe((network.duplicate ?? 0) > 0);
    expect(result.blocks.committed).toBeGreaterThan(50);
    expect(result.safety.violations).toEqual([]);
    expect((await simulate(options)).digest).toBe(result.digest);
    expect((await simulate({ ...options, seed: 2 })).digest).not.toBe(result.digest);
  });

  it('has streams of its own for each concern: doubling does not change what is lost', () => {
    const losses = (duplicate: number): (number | undefined)[] => {
      const conditions = new Conditions(createRandom(5), { loss: 0.5, duplicate });
      return Array.from({ length: 100 }, () => {
        conditions.doubles(0);
        return conditions.lossUs(0);
      });
    };
    expect(losses(0.5)).toEqual(losses(0));
    expect(new Set(losses(0)).size).toBe(2);
  });

  it('is refused with every problem named', () => {
    const network = {
      loss: 2,
      jitterUs: -1,
      uplinkBitsPerSecond: 0,
      delay: { kind: 'normal', meanUs: 0, deviationUs: 0.5 },
    } as const;
    const paths = ['loss', 'jitterUs', 'uplinkBitsPerSecond', 'delay.meanUs', 'delay.deviationUs'];
    for (const path of paths)
      expect(() => createSimulation({ ...usual, network })).toThrow(`network.${path}`);
  });
});
