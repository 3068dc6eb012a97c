/** What rules ask for again and again: the same answers as the whole history gives, and the disk is read once. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RememberedSeries } from '../../../src/history/remembered-series.js';
import { WholeHistory, type RecentPart } from '../../../src/history/whole-history.js';
import { Labels } from '../../../src/promql/labels.js';
import { parseSelector } from '../../../src/promql/parse.js';
import { isStale, writeStale, type SelectRequest, type Series } from '../../../src/promql/series.js';

const S = 1000;
const { signal } = new AbortController();

/** A board that is sampled every second into memory, ten minutes of it, and every five onto disk. */
class Machine {
  nowMs = 10_000 * S;
  reads = 0;
  windowMs = 600 * S;
  /** Before it the process did not run. */
  startedMs = 0;
  isOpen = true;
  readonly #labels = new Map<string, Labels>();
  readonly #born: ReadonlyMap<string, readonly [number, number]>;
  readonly source: RememberedSeries;
  readonly whole: WholeHistory;

  /** @param born when each series begins and ends, seconds */
  constructor(born: ReadonlyMap<string, readonly [number, number]>, maxSamples?: number) {
    this.#born = born;
    const recent: RecentPart = {
      select: ({ fromMs, toMs }) => this.#samples(Math.max(fromMs, this.#recentFromMs()), toMs, S),
      labelSets: () => [],
      standing: () => undefined,
    };
    const reader = {
      select: ({ fromMs, toMs }: SelectRequest) => {
        this.reads++;
        return Promise.resolve(this.#samples(fromMs, toMs, 5 * S));
      },
      labelSets: () => Promise.resolve([]),
      standing: () => undefined,
    };
    this.whole = new WholeHistory({
      recent,
      recentFromMs: () => this.#recentFromMs(),
      archive: () =>
        this.isOpen
          ? { reader, durableMs: Math.floor(this.nowMs / 5000) * 5000 - 5000, standing: () => undefined }
          : undefined,
    });
    this.source = new RememberedSeries({
      recent,
      whole: this.whole,
      recentFromMs: () => this.#recentFromMs(),
      hasMore: () => this.isOpen,
      nowMs: () => this.nowMs,
      windowMs: 600 * S,
      intervalMs: 5 * S,
      ...(maxSamples === undefined ? {} : { maxSamples }),
    });
  }

  #recentFromMs(): number {
    return Math.max(this.startedMs, this.nowMs - this.windowMs);
  }

  #samples(fromMs: number, toMs: number, stepMs: number): Series[] {
    const found: Series[] = [];
    for (const [name, [fromS, toS]] of this.#born) {
      const times: number[] = [];
      const first = Math.ceil(Math.max(fromMs, fromS * S) / stepMs) * stepMs;
      for (let at = first; at <= Math.min(toMs, this.nowMs, toS * S); at += stepMs) times.push(at);
      if (times.length === 0) continue;
      const labels = this.#labels.get(name) ?? Labels.from([['__name__', name]]);
      this.#labels.set(name, labels);
      const values = Float64Array.from(times, (at) => at / S);
      if (times.at(-1) === toS * S) writeStale(values, values.length - 1);
      found.push({ labels, times: Float64Array.from(times), values });
    }
    return found;
  }
}

const matchers = parseSelector('a');
const all = new Map([['a', [0, Infinity]] as const]);

async function asked(machine: Machine, backS: number, untilBackS = 0): Promise<Map<string, Series>> {
  const { nowMs, source } = machine;
  const request = { matchers, fromMs: nowMs - backS * S, toMs: nowMs - untilBackS * S };
  const found = await source.select(request, signal);
  return new Map(found.map((one) => [one.labels.get('__name__') ?? '', one]));
}

/** Samples at or after `fromMs` and up to `toMs`, as an evaluation looks at them. */
function inside({ times, values }: Series, fromMs: number, toMs: number): [number, number][] {
  return [...times].flatMap((at, i) =>
    at >= fromMs && at <= toMs ? [[at, values[i]!] as [number, number]] : [],
  );
}

describe('a selector that is asked for again and again', () => {
  it('is read from the disk once, however long it goes on', async () => {
    const machine = new Machine(all);
    for (let i = 0; i < 4_000; i++) {
      machine.nowMs += S;
      const { times, values } = (await asked(machine, 3_600)).get('a')!;
      expect(times[0]).toBeLessThanOrEqual(machine.nowMs - 3_595 * S);
      expect(times.at(-1)).toBe(machine.nowMs);
      expect(times.every((at, k) => k === 0 || (at > times[k - 1]! && at - times[k - 1]! <= 6 * S))).toBe(
        true,
      );
      expect(values.every((value, k) => value === times[k]! / S)).toBe(true);
      expect(times.length).toBeLessThan(1_500);
    }
    expect(machine.reads).toBe(1);
  });

  it('looks back with an offset and over a range, and is read again only for what lies further back', async () => {
    const machine = new Machine(all);
    for (let i = 0; i < 1_000; i++) {
      machine.nowMs += S;
      const before = (await asked(machine, 3_900, 3_600)).get('a')!;
      expect(inside(before, machine.nowMs - 3_900 * S, machine.nowMs - 3_600 * S).length).toBeGreaterThan(50);
      await asked(machine, 3_600);
    }
    expect(machine.reads).toBe(1);
    await asked(machine, 7_200);
    expect(machine.reads).toBe(2);
  });

  it('goes on after a restart with what the disk has of before, without a hole', async () => {
    const machine = new Machine(all);
    machine.startedMs = machine.nowMs;
    for (let i = 0; i < 2_000; i++) {
      machine.nowMs += S;
      const { times } = (await asked(machine, 1_800)).get('a')!;
      expect(times.every((at, k) => k === 0 || at - times[k - 1]! <= 6 * S)).toBe(true);
      expect(times[0]).toBeLessThanOrEqual(machine.nowMs - 1_795 * S);
    }
    expect(machine.reads).toBe(1);
  });

  it('is read each time where it is too much to keep, and where memory has forgotten what was between', async () => {
    const greedy = new Machine(all, 10);
    for (let i = 0; i < 3; i++) await asked(greedy, 3_600);
    expect(greedy.reads).toBe(3);
    const machine = new Machine(all);
    await asked(machine, 3_600);
    machine.nowMs += 3_000 * S;
    const { times } = (await asked(machine, 3_600)).get('a')!;
    expect(times.every((at, k) => k === 0 || at - times[k - 1]! <= 6 * S)).toBe(true);
    expect(machine.reads).toBe(2);
  });

  it('is not taken for nothing while the disk is not open yet', async () => {
    const machine = new Machine(all);
    machine.isOpen = false;
    machine.startedMs = machine.nowMs - 10 * S;
    expect((await asked(machine, 3_600)).get('a')!.times.length).toBe(11);
    machine.isOpen = true;
    expect((await asked(machine, 3_600)).get('a')!.times.length).toBeGreaterThan(700);
  });
});

it('gives what the whole history gives, for series that come and go', async () => {
  const moment = fc.integer({ min: 1_600, max: 3_200 }).map((fives) => fives * 5);
  const series = fc.array(fc.tuple(moment, moment), { minLength: 1, maxLength: 4 });
  const asks = fc.array(fc.tuple(fc.integer({ min: 1, max: 400 }), fc.integer({ min: 700, max: 4_000 })), {
    minLength: 1,
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(series, asks, async (born, steps) => {
      const machine = new Machine(new Map(born.map(([from, to], i) => [`s${i}`, [from, to]])));
      for (const [waitS, backS] of steps) {
        machine.nowMs += waitS * S;
        const [fromMs, toMs] = [machine.nowMs - backS * S, machine.nowMs];
        const found = await asked(machine, backS);
        const expected = await machine.whole.select({ matchers, fromMs, toMs }, signal);
        for (const one of expected) {
          const samples = inside(one, fromMs, toMs);
          if (samples.length === 0) continue;
          const own = found.get(one.labels.get('__name__') ?? '');
          expect(own).toBeDefined();
          const ours = inside(own!, fromMs, toMs);
          // The same end, and no value that is not there; thinner or denser in between.
          expect(ours.at(-1)![0]).toBe(samples.at(-1)![0]);
          expect(isStale(own!.values, own!.values.length - 1)).toBe(
            isStale(one.values, one.values.length - 1),
          );
          expect(Math.abs(ours[0]![0] - samples[0]![0])).toBeLessThanOrEqual(6 * S);
        }
      }
    }),
    { numRuns: 60 },
  );
});
