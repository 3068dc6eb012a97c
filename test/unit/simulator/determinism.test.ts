/** Same seed, same bytes: whatever the pace, and whoever listens. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { createSimulation, isFaultLine } from '../../../simulator/main.js';
import { recorder, simulate, usual } from './run.js';

const eventful = {
  validators: 7,
  durationUs: 8_000_000,
  workload: { transactionsPerSecond: 300 },
  hardware: { fsync: 'measured', processor: 'modelled' },
  faults: [
    { kind: 'crash', validator: 3, atUs: 1_000_000, durationUs: 2_000_000 },
    { kind: 'slow', validator: 5, delayUs: 30_000, atUs: 2_000_000, durationUs: 3_000_000 },
  ],
} as const;

describe('a run', () => {
  it('has the same digest every time', async () => {
    const { digest } = await simulate(eventful);
    expect((await simulate(eventful)).digest).toBe(digest);
    expect((await simulate({ ...eventful, seed: 2 })).digest).not.toBe(digest);
  });

  it.each([
    { protocol: 'hotstuff2-basic' },
    { protocol: 'hotstuff2-basic', vote2To: 'leader' },
    { protocol: 'hotstuff3-chained' },
    { rotation: 'reputation', powers: [1, 2, 1, 2, 1, 2, 1] },
  ] as const)('has the same digest every time: %o', async (about) => {
    const { digest } = await simulate({ ...eventful, ...about, durationUs: 4_000_000 });
    expect((await simulate({ ...eventful, ...about, durationUs: 4_000_000 })).digest).toBe(digest);
  });

  it('has the same digest whether or not somebody listens', async () => {
    const { hooksFor, said } = recorder();
    const { digest } = await simulate({ ...eventful, hooksFor });
    expect(said.length).toBeGreaterThan(10_000);
    expect((await simulate(eventful)).digest).toBe(digest);
  });

  it('says the same at the same times, apart from where the wall clock starts', async () => {
    const say = async (startUs: number) => {
      const { said, hooksFor } = recorder();
      await simulate({ ...eventful, durationUs: 3_000_000, startUs, hooksFor });
      return said.map(({ type, tsUs, monoUs }) => [type, tsUs - startUs, monoUs]);
    };
    expect(await say(1_000)).toEqual(await say(1_700_000_000_000_000));
  });

  it('has the same digest in real time as at full speed', async () => {
    const options = { ...usual, durationUs: 150_000, workload: { transactionsPerSecond: 500 } };
    const full = await createSimulation(options).run();
    const paced = await createSimulation({ ...options, speed: 'realtime' }).run();
    expect(paced.digest).toBe(full.digest);
    expect(paced.messages).toEqual(full.messages);
    expect(paced.speed.wall_ms).toBeGreaterThanOrEqual(150);
  });
});

describe('real time', () => {
  it('follows its clock, takes faults as they come, and stops when told', async () => {
    const clock = new ManualClock();
    const truth: string[] = [];
    const simulation = createSimulation({
      ...usual,
      speed: 'realtime',
      clock,
      truth: (line) => isFaultLine(line) && truth.push(`${line.fault} ${line.phase}`),
    });
    const running = simulation.run();
    const advance = async (us: number): Promise<void> => {
      clock.advance(us);
      const aim = simulation.status().virtualUs + us * 0.9;
      while (simulation.status().virtualUs < aim) {
        clock.advance(1_000);
        await new Promise((resolve) => setImmediate(resolve));
      }
    };
    await advance(1_000_000);
    const height = simulation.status().nodes[0]?.height ?? 0;
    expect(height).toBeGreaterThan(30);
    simulation.inject({ kind: 'crash', validator: 'validator-2' });
    await advance(500_000);
    expect(simulation.status().nodes.map(({ alive }) => alive)).toEqual([true, true, false, true]);
    simulation.inject({ kind: 'heal', validator: 'validator-2' });
    await advance(1_000_000);
    expect(simulation.status().nodes[2]?.height).toBeGreaterThan(height);
    expect(truth).toEqual(['crash begin', 'crash end']);
    simulation.stop();
    clock.advance(1_000_000);
    const result = await running;
    expect(result.safety.total).toBe(0);
  });
});
