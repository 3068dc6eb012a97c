/** What is archived comes back as it was sampled: from the open hour, from segments, after a restart. */
import { cpSync, existsSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../src/base/random.js';
import { RecentWindow } from '../../../../src/history/recent/recent-window.js';
import { PromqlEngine, type QueryValue } from '../../../../src/promql/engine.js';
import { WallClock } from '../../../../src/base/clock.js';
import { parseSelector } from '../../../../src/promql/parse.js';
import type { SeriesSource } from '../../../../src/promql/series.js';
import { ask, differences, metrics, shown, START_MS, target, World } from './archive-world.js';

const HOUR = 3_600_000;

/** A board on which series come, move, stand still, go and come back, beside a window that holds the same. */
class Life {
  readonly world: World;
  readonly window: RecentWindow;
  readonly #random = createRandom(7, 'life');
  readonly #total;
  readonly #level;
  readonly #duration;
  readonly #spread;

  constructor(world: World) {
    this.world = world;
    const { board } = world;
    this.window = new RecentWindow({ board, target, windowMs: 1e12, maxBytes: 1e9 });
    this.#total = board.counter(metrics.total);
    this.#level = board.gauge(metrics.level);
    this.#duration = board.histogram(metrics.duration);
    this.#spread = board.summary(metrics.spread);
  }

  async rows(count: number): Promise<void> {
    for (let i = 0; i < count; i++) {
      this.#move(i);
      this.window.sample(await this.world.row());
    }
  }

  #move(i: number): void {
    const random = this.#random;
    for (let v = 0; v < 3; v++)
      if (random.float() < 0.5) this.#total.at(`v${v}`).add(Math.floor(random.float() * 50));
    this.#total.at('large').add(3e9);
    this.#level.at('v0').set(Math.round(random.float() * 1000) / 1000);
    this.#level.at('v1').set(random.float() * 1e-7);
    this.#level.at('v2').set([NaN, Infinity, -Infinity, -0, 0.1 + 0.2][i % 5]!);
    if (i % 41 < 17) this.#level.at('comes and goes').set(i);
    else this.#level.at('comes and goes').clear();
    if (i % 97 === 60) this.#total.at('v1').release();
    if (random.float() < 0.7) this.#duration.at('v0').observe(random.float() * 2);
    if (i > 100) this.#spread.at().observe(i);
  }
}

const engineOver = (source: SeriesSource): PromqlEngine =>
  new PromqlEngine({ source, clock: new WallClock(), limits: { maxSamples: 1e8 } });

function text(value: QueryValue): string[] {
  if (value.type !== 'matrix') throw new Error('a range was asked');
  return value.series.map(
    ({ labels, times, values }) =>
      `${labels.toString()} ${Array.from(values, (v, i) => `${times[i]}=${v}`).join(' ')}`,
  );
}

describe('the archive', () => {
  it('gives back every sample and every end of a series, whichever part of it they are in', async () => {
    const world = await World.open();
    const life = new Life(world);
    for (const rows of [5, 100, 130, 300]) {
      await life.rows(rows);
      await world.quiet();
      expect(await differences(life.window, world.archive.reader)).toEqual([]);
      expect(await differences(life.window, world.atRest())).toEqual([]);
    }
    expect(readdirSync(join(world.root, 'segments', 'span=hour'))).toHaveLength(4);
    await world.archive.close();
  });

  it('makes a day of its hours, and gives the same', async () => {
    const world = await World.open({ intervalMs: 60_000 });
    const life = new Life(world);
    await life.rows(25 * 60 + 5);
    await world.quiet();
    expect(readdirSync(join(world.root, 'segments', 'span=hour'))).toEqual([`begin=${START_MS + 24 * HOUR}`]);
    expect(readdirSync(join(world.root, 'segments', 'span=day'))).toEqual([`begin=${START_MS}`]);
    expect(await differences(life.window, world.atRest())).toEqual([]);
    await world.archive.close();
  });

  it('answers from roll-ups what the samples would answer', async () => {
    const world = await World.open({ intervalMs: 20_000 });
    const life = new Life(world);
    await life.rows(3 * 180 + 50);
    await world.quiet();
    const [exact, archived] = [engineOver(life.window), engineOver(world.atRest())];
    const queries = [
      'b',
      'a_total offset 3m',
      'timestamp(b)',
      'max_over_time(b[10m])',
      'min_over_time(b{validator="v1"}[5m])',
      'last_over_time(a_total[7m])',
      'sum_over_time(a_total{validator="v0"}[1h])',
      'histogram_quantile(0.9, c_seconds_bucket)',
      'max_over_time(a_total{validator="v2"}[30m:2m])',
      'rate(a_total[3m])',
      'a_total @ 1767229200',
      'count_over_time(b[4m])',
    ];
    for (const query of queries)
      for (const stepMs of [60_000, 600_000, HOUR, 7_000]) {
        const ends = [START_MS, START_MS + 3 * HOUR + 900_000] as const;
        const [expected, found] = await Promise.all(
          [exact, archived].map((engine) => engine.range(query, ...ends, stepMs)),
        );
        if (expected!.status === 'error' || found!.status === 'error') throw new Error(JSON.stringify(found));
        expect(text(expected!.value).length, query).toBeGreaterThan(0);
        expect(text(found!.value), `${query} every ${stepMs}`).toEqual(text(expected!.value));
      }
    await world.archive.close();
  });

  it('reads of a part of its time what was asked for', async () => {
    const world = await World.open();
    const life = new Life(world);
    await life.rows(400);
    await world.quiet();
    for (const [from, to] of [
      [0, 1],
      [59, 61],
      [100, 190],
      [119.5, 120.1],
      [199, 500],
    ] as const) {
      const range = [START_MS + from * 60_000, START_MS + to * 60_000] as const;
      const cut = (one: Awaited<ReturnType<typeof ask>>[number]): string => {
        const within = (_: number, i: number): boolean =>
          one.times[i]! >= range[0] && one.times[i]! <= range[1];
        return shown({ ...one, times: one.times.filter(within), values: one.values.filter(within) });
      };
      const expected = (await ask(life.window, 'a_total', ...range)).map(cut);
      expect((await ask(world.atRest(), 'a_total', ...range)).map(cut)).toEqual(expected);
    }
    await world.archive.close();
  });

  it('goes on with the same series after a restart, and says where they were away', async () => {
    const world = await World.open();
    const total = world.board.counter(metrics.total).at('v0');
    for (let i = 0; i < 3; i++) {
      total.add(10);
      await world.row();
    }
    await world.archive.flush();
    // Killed: nobody closes it. The lock of its folder goes with its process, here with its copy.
    const killed = copyOf(world);
    killed.clock.advance(300_000_000);
    await killed.reopen();
    killed.board.counter(metrics.total).at('v0').add(4);
    await killed.row();
    await killed.archive.flush();
    expect((await ask(killed.atRest(), 'a_total')).map((one) => shown(one))).toEqual([
      'a_total{validator="v0"} 30=10 60=20 90=30 120=x 420=4',
    ]);
    await killed.archive.close();
    await world.archive.close();
  });

  it('ends all series when it is closed', async () => {
    const world = await World.open();
    world.board.counter(metrics.total).at('v0').add(1);
    await world.row();
    world.clock.advance(1_000_000);
    await world.archive.close();
    expect((await ask(world.atRest(), 'a_total')).map((one) => shown(one))).toEqual([
      'a_total{validator="v0"} 30=1 31=x',
    ]);
    expect(existsSync(join(world.root, 'index'))).toBe(true);
  });

  it('finds label sets within the time asked for', async () => {
    const world = await World.open();
    const level = world.board.gauge(metrics.level).at('early');
    level.set(1);
    for (let i = 0; i < 10; i++) await world.row();
    level.clear();
    world.board.gauge(metrics.level).at('late').set(1);
    for (let i = 0; i < 200; i++) await world.row();
    await world.quiet();
    const found = async (fromMs: number, toMs: number): Promise<string[]> => {
      const sets = await world.atRest().labelSets({ matchers: parseSelector('b'), fromMs, toMs });
      return sets.map((labels) => labels.get('validator')).sort();
    };
    expect(await found(START_MS, START_MS + 2 * HOUR)).toEqual(['early', 'late']);
    expect(await found(START_MS + 1.2 * HOUR, START_MS + 2 * HOUR)).toEqual(['late']);
    await world.archive.close();
  });
});

/** The same folder as another process would find it after this one was killed. */
function copyOf(world: World): World {
  const root = join(mkdtempSync(join(tmpdir(), 'archive-')), 'history');
  cpSync(world.root, root, { recursive: true, filter: (path) => !path.endsWith('lock') });
  return World.at(root, world.nowMs, world.intervalMs);
}
