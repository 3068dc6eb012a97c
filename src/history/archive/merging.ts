/**
 * Makes one segment of several: the hours of a day become the day, or one segment becomes itself without what is no
 * longer to be kept. Runs in the worker thread and holds some series at a time.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.js';
import { levels, type Level, type Span } from './layout.js';
import { readExemplars, readViews } from './other-tables.js';
import type { Extremes } from './roll-up.js';
import { SERIES_FILE } from './segment-tables.js';
import { SegmentWriter, syncFolder, type SeriesContent } from './segment-writer.js';
import { Segment, type Aspect } from './segment.js';
import type { SegmentRef } from './segment-list.js';
import type { SeriesDefinition } from './series-definition.js';
import { readDefinitions } from './series-table.js';
import type { Samples } from './tick-columns.js';

/** What is made of what. */
export interface MergeJob {
  readonly kind: 'merge';
  readonly root: string;
  readonly span: Span;
  readonly beginMs: number;
  /** In order of time. */
  readonly sources: readonly SegmentRef[];
  /** Numbers of series to leave out, by level. */
  readonly drop: Readonly<Partial<Record<Level, readonly number[]>>>;
  readonly dropViews: boolean;
}

/** What became of it. */
export interface MergeResult {
  readonly kind: 'merge';
  readonly samples: number;
  /** A source that could not be read: nothing was changed. */
  readonly damaged?: { readonly folder: string; readonly span: Span; readonly problem: string };
}

/** Series whose columns are in memory at a time. */
const SERIES_AT_ONCE = 48;

/** A source that cannot be read. */
class DamagedSource extends Error {
  readonly ref: SegmentRef;

  constructor(ref: SegmentRef, cause: unknown) {
    super(messageOf(cause));
    this.ref = ref;
  }
}

/** Merges. Rejects with the error of the system, with everything as it was. */
export async function merge(job: MergeJob): Promise<MergeResult> {
  const writer = new SegmentWriter(job);
  try {
    const samples = await write(writer, job);
    for (const { folder, beginMs, span } of job.sources)
      if (span !== job.span || beginMs !== job.beginMs) remove(folder);
    return { kind: 'merge', samples };
  } catch (error) {
    writer.abandon();
    if (!(error instanceof DamagedSource)) throw error;
    const { folder, span } = error.ref;
    return { kind: 'merge', samples: 0, damaged: { folder, span, problem: error.message } };
  }
}

async function write(writer: SegmentWriter, { sources, drop, dropViews }: MergeJob): Promise<number> {
  const segments: Segment[] = [];
  const definitions = new Map<number, SeriesDefinition>();
  for (const ref of sources) {
    await reading(ref, async () => {
      const segment = await Segment.open(ref.folder, ref.span);
      for (const one of await readDefinitions(join(ref.folder, SERIES_FILE))) definitions.set(one.id, one);
      segments.push(segment);
    });
  }
  const times: number[] = [];
  const isSampled: number[] = [];
  for (const [i, segment] of segments.entries()) {
    const { all } = await reading(sources[i]!, () => segment.ticks());
    for (const time of all.times) times.push(time);
    for (const flag of all.isSampled) isSampled.push(flag);
  }
  writer.ticks({ times: Float64Array.from(times), isSampled: Uint8Array.from(isSampled) });
  const dropped = Object.fromEntries(levels.map((level) => [level, new Set(drop[level])]));
  const ids = [...definitions.keys()].sort((a, b) => a - b);
  let samples = 0;
  for (let from = 0; from < ids.length; from += SERIES_AT_ONCE) {
    const lot = ids.slice(from, from + SERIES_AT_ONCE);
    const contents = lot.map((id) => new Gathered(definitions.get(id)!));
    for (const [i, segment] of segments.entries())
      await reading(sources[i]!, () => gather(segment, lot, contents));
    for (const content of contents) {
      const kept = content.content((level) => dropped[level]!.has(content.definition.id));
      samples += kept.values.samples?.times.length ?? 0;
      writer.add(kept);
    }
  }
  for (const [i, segment] of segments.entries()) {
    writer.exemplars(await reading(sources[i]!, () => readExemplars(segment)));
    if (!dropViews) writer.views(await reading(sources[i]!, () => readViews(segment)));
  }
  const last = segments.at(-1)!.manifest;
  writer.finish({ generation: last.generation, nextSequence: last.nextSequence });
  return samples;
}

async function reading<T>(ref: SegmentRef, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    throw new DamagedSource(ref, error);
  }
}

const EXTREMES: readonly Exclude<Aspect, 'last'>[] = ['min', 'max', 'sum', 'count'];

/** One series over all sources. */
class Gathered {
  readonly definition: SeriesDefinition;
  readonly #values = new Map<Level, Samples[]>();
  readonly #extremes = new Map<string, Float64Array[]>();

  constructor(definition: SeriesDefinition) {
    this.definition = definition;
  }

  add(level: Level, aspect: Aspect, samples: Samples): void {
    if (aspect === 'last') push(this.#values, level, samples);
    else push(this.#extremes, `${level} ${aspect}`, samples.values);
  }

  content(isDropped: (level: Level) => boolean): SeriesContent {
    const values: Partial<Record<Level, Samples>> = {};
    const extremes: Partial<Record<Level, Extremes>> = {};
    for (const level of levels) {
      const parts = this.#values.get(level);
      if (parts === undefined || isDropped(level)) continue;
      values[level] = {
        times: joined(parts.map(({ times }) => times)),
        values: joined(parts.map((part) => part.values)),
      };
      const [min, max, sum, count] = EXTREMES.map((aspect) =>
        joined(this.#extremes.get(`${level} ${aspect}`) ?? []),
      );
      if (min!.length > 0) extremes[level] = { min: min!, max: max!, sum: sum!, count: count! };
    }
    return { definition: this.definition, values, extremes };
  }
}

async function gather(
  segment: Segment,
  ids: readonly number[],
  contents: readonly Gathered[],
): Promise<void> {
  const byId = new Map(contents.map((content) => [content.definition.id, content]));
  const series = await segment.series();
  const range = { fromMs: -Infinity, toMs: Infinity };
  for (const level of levels) {
    // What a segment no longer holds would be answered from another level.
    const held = ids.filter((id) => {
      const index = series.indexOf(id);
      return index >= 0 && series.values(index, level).first >= 0;
    });
    for (const column of await segment.read({ ids: held, level, aspect: 'last', ...range }))
      byId.get(column.id)!.add(level, 'last', column);
    if (level === 'samples') continue;
    const gauges = held.filter((id) => series.extremes(series.indexOf(id), level).first >= 0);
    for (const aspect of EXTREMES)
      for (const column of await segment.read({ ids: gauges, level, aspect, ...range }))
        byId.get(column.id)!.add(level, aspect, column);
  }
}

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list) list.push(value);
  else map.set(key, [value]);
}

function joined(parts: readonly Float64Array[]): Float64Array {
  if (parts.length === 1) return parts[0]!;
  const whole = new Float64Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** First out of sight, then away: a crash leaves a folder that the next opening deletes. */
function remove(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  syncFolder(join(folder, '..'));
}
