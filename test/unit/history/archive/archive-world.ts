/** A small world for tests of the archive: a board, an archive over it, and time that passes row by row. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ManualClock } from '../../../../src/base/clock.js';
import type { Logger } from '../../../../src/base/logger.js';
import { Archive, type ArchiveOptions } from '../../../../src/history/archive/archive.js';
import { ArchiveReader } from '../../../../src/history/archive/archive-reader.js';
import { hereWorkshop } from '../../../../src/history/archive/jobs.js';
import type { RetentionPolicy } from '../../../../src/history/archive/retention.js';
import { silentMeter } from '../../../../src/journal/meter.js';
import { Board } from '../../../../src/metrics/board.js';
import { counter, gauge, histogram, summary } from '../../../../src/metrics/definition.js';
import { parseSelector } from '../../../../src/promql/parse.js';
import { isStale, type Series, type SeriesSource } from '../../../../src/promql/series.js';

/** 2026-01-01T00:00:00Z: a day begins. */
export const START_MS = 1_767_225_600_000;
export const target = { job: 'quorumscope', instance: '127.0.0.1:10920' };

export const forEver: RetentionPolicy = {
  levels: { samples: Infinity, minutes: Infinity, hours: Infinity },
  viewsMs: Infinity,
  maxBytes: Infinity,
  rules: [],
};

export const metrics = {
  total: counter('a_total', 'A.', ['validator']),
  level: gauge('b', 'B.', ['validator']),
  duration: histogram('c_seconds', 'C.', [0.1, 1], ['validator'], { unit: 'seconds' }),
  spread: summary('d', 'D.', [0.5], []),
};

/** A logger that keeps what was said. */
export class SaidLines implements Logger {
  readonly lines: string[] = [];
  debug = (message: string): void => void this.lines.push(`debug ${message}`);
  info = (message: string): void => void this.lines.push(`info ${message}`);
  warn = (message: string): void => void this.lines.push(`warn ${message}`);
  error = (message: string): void => void this.lines.push(`error ${message}`);
}

export class World {
  readonly root: string;
  readonly clock: ManualClock;
  readonly said = new SaidLines();
  board = new Board();
  archive!: Archive;
  readonly intervalMs: number;
  readonly #options: Partial<ArchiveOptions>;

  private constructor(root: string, intervalMs: number, startMs: number, options: Partial<ArchiveOptions>) {
    this.root = root;
    this.intervalMs = intervalMs;
    this.clock = new ManualClock(startMs * 1000);
    this.#options = options;
  }

  static async open({
    root = join(mkdtempSync(join(tmpdir(), 'archive-')), 'history'),
    intervalMs = 30_000,
    startMs = START_MS,
    ...options
  }: {
    root?: string;
    intervalMs?: number;
    startMs?: number;
  } & Partial<ArchiveOptions> = {}): Promise<World> {
    const world = new World(root, intervalMs, startMs, options);
    await world.reopen();
    return world;
  }

  /** A folder that nobody has opened. */
  static at(root: string, nowMs: number, intervalMs: number): World {
    return new World(root, intervalMs, nowMs, {});
  }

  /** As a process that starts anew: with an empty board. */
  async reopen(): Promise<void> {
    this.board = new Board();
    this.archive = await Archive.open({
      root: this.root,
      board: this.board,
      target,
      // Its own timers would sample too: tests take rows themselves.
      clock: still(this.clock),
      logger: this.said,
      intervalUs: this.intervalMs * 1000,
      flushIntervalUs: 5_000_000,
      retention: forEver,
      workshop: hereWorkshop,
      meter: () => silentMeter,
      ...this.#options,
    });
  }

  get nowMs(): number {
    return this.clock.nowUs() / 1000;
  }

  /** Lets an interval pass and takes a row. */
  async row(): Promise<number> {
    this.clock.advance(this.intervalMs * 1000);
    await this.archive.sample();
    return this.nowMs;
  }

  /** Everything is on disk, and what is due in the background is done. */
  async quiet(): Promise<void> {
    await this.archive.flush();
    await this.archive.settled();
  }

  /** Reads the folder as another process would. */
  atRest(): ArchiveReader {
    return new ArchiveReader({ root: this.root });
  }
}

function still(clock: ManualClock): ArchiveOptions['clock'] {
  const nothing = { stop: (): void => undefined };
  return {
    nowUs: () => clock.nowUs(),
    monoUs: () => clock.monoUs(),
    every: () => nothing,
    after: () => nothing,
  };
}

/** What a selector finds, in order of labels. */
export async function ask(
  source: SeriesSource,
  selector: string,
  fromMs = -Infinity,
  toMs = Infinity,
): Promise<Series[]> {
  const found = await source.select(
    { matchers: parseSelector(selector), fromMs, toMs },
    new AbortController().signal,
  );
  return [...found].sort((a, b) => (a.labels.key < b.labels.key ? -1 : 1));
}

/** `a_total{validator="v0"} 0=1 5=2 10=x`: seconds since the start and values, x being the first of any stale markers. */
export function shown({ labels, times, values }: Series, startMs = START_MS): string {
  const name = labels.get('__name__');
  const own = labels.without(['__name__', 'job', 'instance']).toString();
  const samples = Array.from(
    values,
    (value, i) =>
      `${(times[i]! - startMs) / 1000}=${isStale(values, i) ? 'x' : Object.is(value, -0) ? '-0' : value}`,
  );
  const isAgain = (i: number): boolean => i > 0 && isStale(values, i) && isStale(values, i - 1);
  return `${name}${own} ${samples.filter((_, i) => !isAgain(i)).join(' ')}`;
}

/** The metrics of the world, without those that the archive has of itself. */
export const OURS = '{__name__=~"[abcd](_.*)?"}';

/** What two sources say differently, in short; empty where they agree. */
export async function differences(expected: SeriesSource, found: SeriesSource): Promise<string[]> {
  const [ours, theirs] = await Promise.all([expected, found].map((source) => ask(source, OURS)));
  const [left, right] = [ours!, theirs!].map((series) => series.map((one) => shown(one)));
  if (left!.length === 0) return ['nothing was expected'];
  return Array.from({ length: Math.max(left!.length, right!.length) }, (_, i) => {
    const [a, b] = [left![i] ?? 'nothing', right![i] ?? 'nothing'];
    if (a === b) return '';
    let at = 0;
    while (a[at] === b[at]) at++;
    const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 40);
    return `${a.slice(0, 40)} expected ...${around(a)}..., found ...${around(b)}...`;
  }).filter((line) => line !== '');
}
