/**
 * Range queries that are asked again and again: whatever happens between two of them, the answer is the one that would be
 * computed, and only what is new is.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WallClock } from '../../../src/base/clock.js';
import { createRandom, type Random } from '../../../src/base/random.js';
import { RecentWindow } from '../../../src/history/recent/recent-window.js';
import { WholeHistory } from '../../../src/history/whole-history.js';
import { defaultLimits } from '../../../src/promql/budget.js';
import { compile, PromqlEngine, type QueryOutcome } from '../../../src/promql/engine.js';
import { isStepwise } from '../../../src/promql/stepwise.js';
import { parse } from '../../../src/promql/parse.js';
import { RepeatedRanges } from '../../../src/query/repeated-ranges.js';
import { forEver, metrics, START_MS, target, World } from '../history/archive/archive-world.js';

const MINUTE = 60_000;

/** Queries that look ahead, back, at fixed times, at other steps, and at what comes and goes. */
const queries = [
  'a_total',
  'b',
  'sum by (validator) (rate(a_total[5m]))',
  'rate(a_total[2m] offset 3m)',
  'increase(a_total[1h])',
  'b offset -2m',
  'b - b offset 10m',
  `a_total @ ${START_MS / 1000 + 900} + b`,
  `rate(a_total[5m] @ ${START_MS / 1000 + 40_000})`,
  'a_total - ignoring (validator) group_left () sum(a_total @ start())',
  'a_total @ end()',
  'max_over_time(rate(a_total[1m])[10m:1m])',
  'max_over_time(sum(b)[7m:30s] offset 1m)',
  'histogram_quantile(0.9, sum by (le) (rate(c_seconds_bucket[5m])))',
  'topk(2, b)',
  'count_values("value", b)',
  'absent(b{validator="v1"})',
  'absent_over_time(b{validator="v1"}[2m])',
  'avg_over_time(b[2m])',
  'sum_over_time(b[4m])',
  'max_over_time(b[3m])',
  'last_over_time({__name__=~"a_total|b"}[3m])',
  'rate({__name__=~"a_total|c_seconds_count"}[3m])',
  'sort(b)',
  'timestamp(b) - time()',
  'hour() + vector(time())',
  'b > 3 or a_total',
  'rate(b[3m])',
  'up',
  'quantile(0.5, b) / scalar(count(b))',
];

/** A board that moves, sampled into memory and onto disk, and asked with and without what is kept. */
class Asked {
  readonly meter = { kept: 0, computed: 0, changed: 0, space: 0, bytes: 0 };
  readonly source: WholeHistory;
  readonly repeated: RepeatedRanges;
  readonly world: World;
  readonly #window: RecentWindow;
  readonly #engine: PromqlEngine;
  readonly #random: Random;

  private constructor(world: World, seed: number, maxBytes: number) {
    this.world = world;
    this.#random = createRandom(seed, 'board');
    const { board } = world;
    this.#window = new RecentWindow({ board, target, windowMs: 10 * MINUTE, maxBytes: 1e8 });
    const fromMs = (): number => this.#window.standing().fromMs;
    this.source = new WholeHistory({
      recent: this.#window,
      recentFromMs: fromMs,
      archive: () => world.archive,
    });
    const clock = new WallClock();
    const { meter } = this;
    this.#engine = new PromqlEngine({ source: this.source, clock });
    this.repeated = new RepeatedRanges({
      engine: this.#engine,
      source: this.source,
      clock,
      maxSteps: 11_000,
      timeoutMs: defaultLimits.timeoutMs,
      maxBytes,
      meter: {
        steps: (kept, computed) => {
          meter.kept += kept;
          meter.computed += computed;
        },
        dropped: (reason) => meter[reason]++,
        bytes: (bytes) => {
          meter.bytes = bytes;
        },
      },
    });
  }

  static async open(seed: number, maxBytes = 1e7, retentionMs = Infinity): Promise<Asked> {
    const levels = { ...forEver.levels, samples: retentionMs };
    const world = await World.open({ intervalMs: 15_000, retention: { ...forEver, levels } });
    return new Asked(world, seed, maxBytes);
  }

  /** Lets rows pass; every seventh or so is made durable. */
  async live(rows: number): Promise<void> {
    const { board } = this.world;
    const total = board.counter(metrics.total);
    const level = board.gauge(metrics.level);
    const duration = board.histogram(metrics.duration);
    for (let i = 0; i < rows; i++) {
      for (const validator of ['v0', 'v1', 'v2']) {
        total.at(validator).add(this.#random.int(5));
        duration.at(validator).observe(this.#random.float() * 2);
        if (this.#random.int(40) === 0) level.at(validator).release();
        else level.at(validator).set(this.#random.int(8));
      }
      if (this.#random.int(60) === 0) total.at('v1').release();
      await this.world.row();
      this.#window.sample(this.world.nowMs);
      if (this.#random.int(7) === 0) await this.world.archive.flush();
    }
    await this.world.archive.settled();
  }

  /** The answer, after what was computed anew was found to be the same. */
  async same(text: string, backMs: number, stepMs: number, aheadMs = 0): Promise<QueryOutcome> {
    const endMs = Math.floor((this.world.nowMs + aheadMs) / stepMs) * stepMs;
    const range = { startMs: endMs - backMs, endMs, stepMs };
    const query = compile(text);
    const kept = await this.repeated.range(query, range, {});
    const computed = await this.#engine.range(compile(text), range.startMs, endMs, stepMs);
    expect(plain(kept), `${text} over ${backMs / MINUTE} min by ${stepMs} ms`).toEqual(plain(computed));
    return kept;
  }
}

function plain(outcome: QueryOutcome): unknown {
  if (outcome.status === 'error') return outcome;
  const { value, warnings, infos } = outcome;
  if (value.type !== 'matrix') throw new Error('a range query gives a matrix');
  const series = value.series.map(({ labels, times, values }) => [
    labels.toString(),
    [...times],
    [...values],
  ]);
  return { series, warnings, infos };
}

describe('repeated range queries', () => {
  it(
    'answer as if each were computed, while samples come, hours are sealed and old ones go',
    { timeout: 120_000 },
    async () => {
      const total = { kept: 0, computed: 0, changed: 0 };
      await fc.assert(
        fc.asyncProperty(
          fc.nat(),
          fc.shuffledSubarray(queries, { minLength: 4, maxLength: 8 }),
          fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), fc.constantFrom(0, 0, 0, 90_000)), {
            minLength: 6,
            maxLength: 10,
          }),
          fc.subarray(
            [
              [5 * MINUTE, 15_000],
              [30 * MINUTE, 30_000],
              [60 * MINUTE, 60_000],
              [120 * MINUTE, 120_000],
              [45 * MINUTE, 7000],
            ] as const,
            { minLength: 2, maxLength: 2 },
          ),
          fc.constantFrom(1e7, 60_000),
          async (seed, texts, moves, ranges, maxBytes) => {
            const asked = await Asked.open(seed, maxBytes, 90 * MINUTE);
            await asked.live(200);
            for (const [rows, aheadMs] of moves) {
              await asked.live(rows);
              for (const text of texts)
                for (const [backMs, stepMs] of ranges) await asked.same(text, backMs, stepMs, aheadMs);
              expect(asked.meter.bytes).toBeLessThanOrEqual(maxBytes);
            }
            for (const key of ['kept', 'computed', 'changed'] as const) total[key] += asked.meter[key];
            await asked.world.archive.close();
          },
        ),
        { numRuns: 12 },
      );
      // Otherwise nothing was shown.
      expect(total.kept).toBeGreaterThan(1000);
      expect(total.changed).toBeGreaterThan(0);
    },
  );

  it('compute only what is new of a window that slides', async () => {
    const asked = await Asked.open(1);
    await asked.live(200);
    await asked.world.archive.flush();
    const text = 'sum by (validator) (rate(a_total[5m]))';
    await asked.same(text, 40 * MINUTE, 15_000);
    expect(asked.meter).toMatchObject({ kept: 0, computed: 161 });
    await asked.live(4);
    await asked.same(text, 40 * MINUTE, 15_000);
    expect(asked.meter).toMatchObject({ kept: 157, computed: 165 });
    await asked.world.archive.close();
  });

  it('compute all again after an hour was sealed', async () => {
    const asked = await Asked.open(2);
    await asked.live(239);
    await asked.world.archive.flush();
    await asked.same('b', 30 * MINUTE, MINUTE);
    await asked.same('b', 30 * MINUTE, MINUTE);
    const { kept, computed } = asked.meter;
    expect(kept).toBeGreaterThan(0);
    await asked.live(2);
    await asked.same('b', 30 * MINUTE, MINUTE);
    expect(asked.meter).toMatchObject({ kept, computed: computed + 31, changed: 1 });
    await asked.world.archive.close();
  });

  it('hold no more memory than they may', async () => {
    const asked = await Asked.open(3, 12_000);
    await asked.live(200);
    await asked.world.archive.flush();
    for (let i = 0; i < 20; i++) await asked.same(`sum(b) + ${i}`, 20 * MINUTE, MINUTE);
    expect(asked.meter.bytes).toBeLessThanOrEqual(12_000);
    expect(asked.meter.space).toBeGreaterThan(0);
    const { kept } = asked.meter;
    await asked.same('sum(b) + 19', 20 * MINUTE, MINUTE);
    expect(asked.meter.kept).toBeGreaterThan(kept);
    await asked.world.archive.close();
  });
});

describe('what can be answered in pieces', () => {
  it.each([
    ['rate(x[5m])', true],
    ['sum(rate({__name__="x", a=~"b.*"}[5m])) / sum(y)', true],
    ['x @ 100 - x offset 5m', true],
    ['max_over_time((rate(x[1m]) / rate(y[1m]))[1h:])', true],
    ['max_over_time(topk(3, x)[1h:])', true],
    ['last_over_time(x[5m]) or y', true],
    // The ends of the query.
    ['x @ start()', false],
    ['sum(rate(x[5m] @ end()))', false],
    ['max_over_time(x[1h:1m] @ end())', false],
    // What is refused because of other steps.
    ['rate({a="b"}[5m])', false],
    ['max_over_time((x or y)[1h:])', false],
    ['max_over_time(label_replace(x, "__name__", "$1", "a", "(.*)")[1h:])', false],
    ['max_over_time((x > {a="b"})[1h:])', false],
    // A range has no order, one step has.
    ['sort(x)', false],
  ])('%s: %s', (text, expected) => {
    expect(isStepwise(parse(text))).toBe(expected);
  });
});
