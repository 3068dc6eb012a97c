/** Each kind of fault does what it says, is told on the truth channel, and is over when it is over. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  createSimulation,
  isFaultLine,
  type Fault,
  type SimulationResult,
  type FaultLine,
} from '../../../simulator/main.js';
import { DELAY_US, recorder, simulate, usual, type Said } from './run.js';

const SECOND = 1_000_000;

interface Story {
  readonly result: SimulationResult;
  readonly said: readonly Said[];
  readonly truth: readonly FaultLine[];
  /** Bodies of what nodes said, of one type, in a span of virtual time. */
  readonly told: (type: string, fromUs: number, toUs: number, index?: number) => Said[];
}

async function story(options: Parameters<typeof simulate>[0]): Promise<Story> {
  const { said, hooksFor } = recorder();
  const truth: FaultLine[] = [];
  const startUs = 1_700_000_000_000_000;
  const result = await simulate({
    startUs,
    hooksFor,
    truth: (line) => isFaultLine(line) && truth.push(line),
    ...options,
  });
  const told: Story['told'] = (type, fromUs, toUs, index) =>
    said.filter(
      (one) =>
        one.type === type &&
        one.tsUs >= startUs + fromUs &&
        one.tsUs < startUs + toUs &&
        (index === undefined || one.identity.index === index),
    );
  return { result, said, truth, told };
}

const between = { atUs: 5 * SECOND, durationUs: 5 * SECOND };

describe('a partition', () => {
  it.each(['timeout', 'epoch'] as const)(
    'down the middle stops commits until it heals, %s',
    async (pacemaker) => {
      const faults: Fault[] = [{ kind: 'partition', groups: [[0, 1]], ...between }];
      const { result, told, truth } = await story({ pacemaker, faults, durationUs: 20 * SECOND });
      const commit = 'consensus.block_committed';
      expect(told(commit, 5.05 * SECOND, 10 * SECOND)).toEqual([]);
      expect(told('consensus.tc_formed', 5.3 * SECOND, 10 * SECOND)).toEqual([]);
      expect(told(commit, 12 * SECOND, 20 * SECOND).length).toBeGreaterThan(100);
      expect(result.safety.violations).toEqual([]);
      expect(result.liveness.violations).toEqual([]);
      expect(truth.map(({ fault, validator, phase }) => [fault, validator, phase])).toEqual([
        ['partition', 'network', 'begin'],
        ['partition', 'network', 'end'],
      ]);
      expect(truth[0]?.validators).toEqual(['validator-0', 'validator-1']);
      // Each side loses its connections to the other once the silence has lasted, and gets them back.
      const lost = told('network.peer_disconnected', 5 * SECOND, 10 * SECOND, 0);
      expect(lost.map(({ body }) => body['peer'])).toEqual(['node-2', 'node-3']);
      expect(told('network.peer_connected', 10 * SECOND, 11 * SECOND, 0)).toHaveLength(2);
      expect(told('network.peer_disconnected', 10 * SECOND, 20 * SECOND)).toEqual([]);
    },
  );

  it('lets the side with a quorum go on; the other stands still and catches up', async () => {
    const faults: Fault[] = [{ kind: 'partition', groups: [['validator-3']], ...between }];
    const { result, told } = await story({ faults, durationUs: 20 * SECOND });
    const commit = 'consensus.block_committed';
    expect(told(commit, 6 * SECOND, 10 * SECOND, 0).length).toBeGreaterThan(10);
    expect(told(commit, 5.05 * SECOND, 10 * SECOND, 3)).toEqual([]);
    const heights = result.blocks.per_node;
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(2);
    expect(result.safety.total + result.liveness.total).toBe(0);
  });

  it('one way: who cannot send still follows, and nobody takes it for down', async () => {
    const faults: Fault[] = [{ kind: 'one_way_partition', from: [3], to: [0, 1, 2], ...between }];
    const { result, told } = await story({ faults, durationUs: 15 * SECOND });
    expect(told('consensus.block_committed', 6 * SECOND, 10 * SECOND, 3).length).toBeGreaterThan(10);
    const fromIt = told('consensus.proposal_received', 5.05 * SECOND, 10 * SECOND);
    expect(fromIt.filter(({ body }) => body['validator'] === 'validator-3')).toEqual([]);
    expect(told('network.peer_disconnected', 0, 15 * SECOND)).toEqual([]);
    expect(result.safety.total).toBe(0);
  });

  it('ends by a heal that names no validator', async () => {
    const faults: Fault[] = [
      { kind: 'partition', groups: [[0, 1]], atUs: 0 },
      { kind: 'heal', atUs: 2 * SECOND },
    ];
    expect((await simulate({ faults, durationUs: 1.9 * SECOND })).blocks.committed).toBe(0);
    expect((await simulate({ faults, durationUs: 10 * SECOND })).blocks.committed).toBeGreaterThan(50);
  });
});

describe('on the way', () => {
  it('duplicates are dropped by who gets them, and nobody is accused', async () => {
    const faults: Fault[] = [{ kind: 'duplicate', ratio: 0.5, ...between }];
    const { result, said } = await story({ faults, durationUs: 15 * SECOND });
    expect(result.messages.duplicated).toBeGreaterThan(100);
    expect(said.filter(({ type }) => type.includes('byzantine'))).toEqual([]);
    expect(said.some(({ body }) => body['reason'] === 'duplicate')).toBe(true);
    expect(result.views.timed_out).toBe(0);
    expect(result.safety.total).toBe(0);
  });

  it('loss is of those whose messages it is about', async () => {
    const faults: Fault[] = [{ kind: 'loss', ratio: 1, validators: [2], ...between }];
    const { told } = await story({ faults, durationUs: 15 * SECOND });
    const received = told('consensus.proposal_received', 5.05 * SECOND, 10 * SECOND);
    const leaders = new Set(received.map(({ body }) => body['validator']));
    expect([...leaders].sort()).toEqual(['validator-0', 'validator-1', 'validator-3']);
  });

  it('reordering only delays', async () => {
    const faults: Fault[] = [{ kind: 'reorder', ratio: 0.2, delayUs: 30_000, ...between }];
    const result = await simulate({ faults, durationUs: 15 * SECOND });
    expect(result.messages.dropped).toBe(0);
    expect(result.latency_us.view_period.max).toBeGreaterThan(2 * DELAY_US);
    expect(result.safety.total).toBe(0);
  });
});

describe('a machine', () => {
  it('with a wrong clock stamps wrong, and nothing else changes', async () => {
    const faults: Fault[] = [{ kind: 'clock', validator: 1, offsetUs: -3 * SECOND, ...between }];
    const options = { durationUs: 12 * SECOND };
    const [wrong, right] = [await story({ ...options, faults }), await story(options)];
    for (const part of ['views', 'blocks', 'messages', 'latency_us'] as const)
      expect(wrong.result[part]).toEqual(right.result[part]);
    const shifts = wrong.said.map(({ tsUs }, i) => tsUs - (right.said[i]?.tsUs ?? 0));
    expect(new Set(shifts)).toEqual(new Set([0, -3 * SECOND]));
    expect(wrong.said.map(({ monoUs }) => monoUs)).toEqual(right.said.map(({ monoUs }) => monoUs));
  });

  it('with a stalled disk votes late: more than f of them slow every view down', async () => {
    const stalled = (count: number) =>
      Array.from({ length: count }, (_, i): Fault => ({
        kind: 'stall',
        validator: i,
        delayUs: 7_000,
        atUs: 0,
      }));
    const period = async (count: number): Promise<number> =>
      (await simulate({ faults: stalled(count), maxViews: 200 })).latency_us.view_period.p50 ?? 0;
    expect(await period(0)).toBe(2 * DELAY_US);
    expect(await period(4)).toBe(2 * DELAY_US + 2 * 7_000);
  });

  it('with a starved processor is busy, lags, and says so', async () => {
    const faults: Fault[] = [{ kind: 'starve', validator: 2, factor: 100, ...between }];
    const { told } = await story({ faults, hardware: { processor: 'modelled' }, durationUs: 10 * SECOND });
    const cpu = (fromUs: number, toUs: number): number => {
      const samples = told('process.measured', fromUs, toUs, 2).map(
        ({ body }) => body['cpu_ratio'] as number,
      );
      return samples.reduce((a, b) => a + b, 0) / samples.length;
    };
    expect(cpu(6.5 * SECOND, 10 * SECOND)).toBeGreaterThan(10 * cpu(1.5 * SECOND, 5 * SECOND));
  });

  it('that leaks grows by what it leaks, until it restarts', async () => {
    const faults: Fault[] = [
      { kind: 'leak', validator: 2, bytesPerSecond: 1_000_000, atUs: 2 * SECOND },
      { kind: 'crash', validator: 2, atUs: 8.5 * SECOND, durationUs: 100_000 },
    ];
    const { told } = await story({ faults, durationUs: 12 * SECOND });
    const resident = (index: number): number[] =>
      told('process.measured', 0, 8.4 * SECOND, index).map(({ body }) => body['resident_bytes'] as number);
    const extra = resident(2).map((bytes, i) => Math.round((bytes - (resident(1)[i] ?? 0)) / 1_000_000));
    expect(extra).toEqual([0, 0, 1, 2, 3, 4, 5, 6]);
    const after = told('process.measured', 9 * SECOND, 10 * SECOND, 2)[0]?.body['resident_bytes'] as number;
    expect(after).toBeLessThan((resident(2)[7] ?? 0) - 4_000_000);
  });

  it('that forgets its promises over a restart is caught: S5', async () => {
    const faults: Fault[] = [{ kind: 'amnesia', validator: 1, atUs: 2 * SECOND, durationUs: 500_000 }];
    const result = await simulate({ faults, durationUs: 5 * SECOND });
    expect(result.safety.violations.map(({ rule }) => rule)).toContain('S5');
  });
});

it('a flash crowd submits that many times as much while it lasts', async () => {
  const faults: Fault[] = [{ kind: 'flash_crowd', factor: 10, ...between }];
  const { told } = await story({ faults, workload: { transactionsPerSecond: 100 }, durationUs: 15 * SECOND });
  const admitted = (fromUs: number, toUs: number): number =>
    told('mempool.transaction_admitted', fromUs, toUs, 0).length;
  expect(admitted(0, 5 * SECOND)).toBeLessThan(600);
  expect(admitted(5 * SECOND, 10 * SECOND)).toBeGreaterThan(4_500);
  expect(admitted(10 * SECOND, 15 * SECOND)).toBeLessThan(600);
});

describe('wrong faults', () => {
  it.each<[string, Fault]>([
    ['ratio', { kind: 'loss', ratio: 1.5 }],
    ['groups', { kind: 'partition', groups: [[0], [0]] }],
    ['validator', { kind: 'one_way_partition', from: [9], to: [1] }],
    ['factor', { kind: 'starve', validator: 1, factor: 0 }],
    ['delayUs', { kind: 'stall', validator: 1, delayUs: 0 }],
    ['bytesPerSecond', { kind: 'leak', validator: 1, bytesPerSecond: -1 }],
    ['offsetUs', { kind: 'clock', validator: 1, offsetUs: 0.5 }],
    ['kind', { kind: 'meteor' } as unknown as Fault],
  ])('are refused by their %s', (path, fault) => {
    expect(() => createSimulation({ ...usual, faults: [fault] })).toThrow(`faults[0].${path}`);
  });
});

it('any mixture of faults is safe, and over when it has healed', { timeout: 60_000 }, async () => {
  const validator = fc.nat({ max: 3 });
  const timed = { atUs: fc.nat({ max: 6 * SECOND }), durationUs: fc.integer({ min: 1, max: 3 * SECOND }) };
  const ratio = fc.double({ min: 0, max: 0.5, noNaN: true });
  const constant = fc.constant;
  const fault: fc.Arbitrary<Fault> = fc.oneof(
    fc.record({ kind: constant('crash' as const), validator, ...timed }),
    fc.record({
      kind: constant('stall' as const),
      validator,
      delayUs: fc.integer({ min: 1, max: SECOND }),
      ...timed,
    }),
    fc.record({
      kind: constant('starve' as const),
      validator,
      factor: fc.integer({ min: 1, max: 500 }),
      ...timed,
    }),
    fc.record({ kind: constant('partition' as const), groups: constant([[0, 1]]), ...timed }),
    fc.record({ kind: constant('partition' as const), groups: validator.map((one) => [[one]]), ...timed }),
    fc.record({
      kind: constant('one_way_partition' as const),
      from: constant([0]),
      to: constant([1, 2]),
      ...timed,
    }),
    fc.record({
      kind: constant('loss' as const),
      ratio,
      transport: fc.constantFrom('datagram' as const, 'stream' as const),
      ...timed,
    }),
    fc.record({ kind: constant('duplicate' as const), ratio, ...timed }),
    fc.record({ kind: constant('reorder' as const), ratio, ...timed }),
    fc.record({
      kind: constant('clock' as const),
      validator,
      offsetUs: fc.integer({ min: -SECOND, max: SECOND }),
      ...timed,
    }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fault, { maxLength: 8 }),
      fc.nat(),
      fc.constantFrom('timeout' as const, 'epoch' as const),
      async (faults, seed, pacemaker) => {
        const result = await simulate({ faults, seed, pacemaker, durationUs: 25 * SECOND });
        expect(result.safety.violations).toEqual([]);
        expect(result.liveness.violations).toEqual([]);
        const heights = result.blocks.per_node;
        expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(2);
        expect(result.messages.sent).toBe(
          result.messages.delivered + result.messages.dropped + result.messages.in_flight,
        );
      },
    ),
    { seed: 20261122, numRuns: 40 },
  );
});
