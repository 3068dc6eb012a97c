/**
 * The archive as a source of series: sealed segments and the open hour's journal, read from the folder, whether a
 * sidecar writes it or it lies at rest. It takes no lock and changes nothing. What it reads belongs to one state of the
 * folder: where an hour is sealed while the journal is read, it is read again.
 *
 * The owner of the folder may hand in the index it holds; whoever only reads loads it, and again when it has grown.
 */
import { join } from 'node:path';
import { messageOf } from '../../base/errors.js';
import { METRIC_NAME, type Labels } from '../../promql/labels.js';
import type { LabelMatcher } from '../../promql/matchers.js';
import { matchesAll } from '../../promql/matches-all.js';
import type { SelectRequest, Series, SeriesSource } from '../../promql/series.js';
import type { SeriesIndex } from '../series-index.js';
import { generationsOf, readRecords } from './journal-files.js';
import { indexFolder, journalFolder } from './layout.js';
import { OpenHour } from './open-hour.js';
import { readingOf, type Reading } from './reading-choice.js';
import { SERIES_FILE } from './segment-tables.js';
import { SegmentList, type DamagedSegment } from './segment-list.js';
import type { Segment } from './segment.js';
import type { SeriesDefinition } from './series-definition.js';
import { SeriesIds } from './series-ids.js';
import { readDefinitions } from './series-table.js';
import { stitch, type Piece, type PieceColumn } from './stitch.js';
import type { TickColumns} from './tick-columns.js';
import { type Recorded } from './tick-columns.js';

/** What is read. */
export interface ArchiveReaderOptions {
  readonly root: string;
  /** The index that the folder's owner holds; loaded from the folder where it is not given. */
  readonly ids?: SeriesIds;
  /** Hears of segments that cannot be read, each time. They are left out of answers. */
  readonly damaged?: (segment: DamagedSegment) => void;
}

/** How often a folder that changes under the reader is read anew. */
const TRIES = 4;

/** Reads one archive. */
export class ArchiveReader implements SeriesSource, SeriesIndex {
  readonly #root: string;
  readonly #owned: SeriesIds | undefined;
  readonly #segments: SegmentList;
  readonly #openHour: OpenHour;
  readonly #damaged: (segment: DamagedSegment) => void;
  #loaded = new SeriesIds();
  #loadedUpTo = 0;

  constructor({ root, ids, damaged = () => undefined }: ArchiveReaderOptions) {
    this.#root = root;
    this.#owned = ids;
    this.#damaged = damaged;
    this.#segments = new SegmentList(root, damaged);
    this.#openHour = new OpenHour(root);
  }

  /** Segments that can be read now, in order of time. */
  segments(): Promise<readonly Segment[]> {
    return this.#segments.read();
  }

  /** When the first of all rows was taken, milliseconds since the epoch, or a little before; undefined without any. */
  async firstMs(): Promise<number | undefined> {
    const [oldest] = await this.#segments.read();
    if (oldest !== undefined) return oldest.manifest.beginMs;
    const all = { matchers: [], fromMs: -Infinity, toMs: Infinity };
    return (await this.steadily(() => this.#state(all, []))).open?.ticks.times[0];
  }

  /** Names of all samples that were ever kept. Only where the index was handed in. */
  names(): Iterable<string> {
    return this.#owned?.names() ?? [];
  }

  async select(request: SelectRequest, signal?: AbortSignal): Promise<readonly Series[]> {
    const { fromMs, toMs } = request;
    return this.steadily(async () => {
      const wanted = await this.#matching(request.matchers);
      const reading = readingOf(request);
      const ids = [...wanted.keys()].sort((a, b) => a - b);
      const { segments, open } = await this.#state(request, ids);
      const pieces: Piece[] = [];
      for (const segment of segments) {
        signal?.throwIfAborted();
        if (segment.manifest.endMs < fromMs || segment.manifest.beginMs >= toMs) continue;
        const piece = await this.#piece(segment, ids, reading, fromMs, toMs);
        if (piece !== undefined) pieces.push(piece);
      }
      if (open !== undefined) pieces.push(pieceOf(open, ids));
      const found: Series[] = [];
      for (const [id, { labels }] of wanted) {
        const samples = stitch(id, pieces);
        if (samples !== undefined) found.push({ labels, ...samples });
      }
      return found;
    });
  }

  async labelSets(request: SelectRequest): Promise<readonly Labels[]> {
    return this.steadily(async () => {
      const wanted = await this.#matching(request.matchers);
      const { segments, open } = await this.#state(request, [...wanted.keys()]);
      const found = new Set<number>(open?.ids());
      for (const segment of segments) {
        const { beginMs, endMs } = segment.manifest;
        if (endMs < request.fromMs || beginMs >= request.toMs) continue;
        const series = await this.contained(segment, () => segment.series());
        for (const id of series?.ids ?? []) if (wanted.has(id)) found.add(id);
      }
      return [...found].map((id) => wanted.get(id)!.labels);
    });
  }

  /** Makes good an index that has lost what it knew, by what the segments say themselves. */
  async restoreIds(ids: SeriesIds): Promise<void> {
    for (const segment of await this.#segments.read()) {
      if (segment.manifest.nextSeries <= ids.next) continue;
      const path = join(segment.folder, SERIES_FILE);
      for (const one of (await this.contained(segment, () => readDefinitions(path))) ?? []) ids.add(one);
    }
  }

  /** Every record of the open hour that is no row, and every segment, of one state of the folder. */
  async contents(): Promise<{
    readonly records: readonly Recorded[];
    readonly segments: readonly Segment[];
  }> {
    return this.steadily(async () => {
      const records: Recorded[] = [];
      const generation = (await generationsOf(this.#root)).at(-1);
      if (generation !== undefined)
        for await (const { sequence, payload } of readRecords(journalFolder(this.#root, generation)))
          if (payload[0]! > 2) records.push({ sequence, payload: Buffer.from(payload) });
      const segments = await this.#segments.read();
      const sealed = sealedOf(segments, generation);
      return { records: records.filter(({ sequence }) => sequence >= sealed), segments };
    });
  }

  /** Definitions that pass all matchers, by number. */
  async #matching(matchers: readonly LabelMatcher[]): Promise<Map<number, SeriesDefinition>> {
    const ids = await this.#ids();
    const exact = matchers.find(({ name, type }) => name === METRIC_NAME && type === '=');
    const onName = matchers.filter(({ name }) => name === METRIC_NAME);
    const others = matchers.filter(({ name }) => name !== METRIC_NAME);
    const found = new Map<number, SeriesDefinition>();
    for (const name of exact === undefined ? ids.names() : [exact.value]) {
      if (!onName.every((matcher) => matcher.matches(name))) continue;
      for (const definition of ids.named(name))
        if (matchesAll(definition.labels, others)) found.set(definition.id, definition);
    }
    return found;
  }

  async #ids(): Promise<SeriesIds> {
    if (this.#owned !== undefined) return this.#owned;
    const ids = this.#loaded;
    for await (const { sequence, payload } of readRecords(indexFolder(this.#root), this.#loadedUpTo)) {
      ids.read(payload);
      this.#loadedUpTo = sequence + 1;
    }
    await this.restoreIds(ids);
    return ids;
  }

  async #state(
    { fromMs, toMs }: SelectRequest,
    only: readonly number[],
  ): Promise<{ segments: readonly Segment[]; open: TickColumns | undefined }> {
    const segments = await this.#segments.read();
    // What is in the journal is later than what has been sealed.
    if (toMs <= (segments.at(-1)?.manifest.endMs ?? -Infinity)) return { segments, open: undefined };
    const generation = (await generationsOf(this.#root)).at(-1);
    if (generation === undefined) return { segments, open: undefined };
    const sealed = sealedOf(segments, generation);
    const open = await this.#openHour.unpack({ generation, sealed }, { fromMs, toMs, only });
    // What was sealed meanwhile may have left the journal before it was read.
    if (sealedOf(await this.#segments.read(), generation) !== sealed) throw new FolderChanged();
    return { segments, open };
  }

  async #piece(
    segment: Segment,
    ids: readonly number[],
    { level, aspect }: Reading,
    fromMs: number,
    toMs: number,
  ): Promise<Piece | undefined> {
    return this.contained(segment, async () => {
      const { all } = await segment.ticks();
      const from = all.times.findIndex((time) => time >= fromMs);
      const ticks = from < 0 ? new Float64Array(0) : all.times.subarray(from).filter((time) => time <= toMs);
      const read = await segment.read({ ids, level, aspect, fromMs, toMs });
      const columns = new Map<number, PieceColumn>(read.map((column) => [column.id, column]));
      return { ticks, hasEmpty: all.isSampled.includes(0), columns };
    });
  }

  /**
   * What a segment gives; undefined where it is damaged.
   * @throws when it was replaced meanwhile, which `steadily` answers by reading anew
   */
  async contained<T>(segment: Segment, read: () => Promise<T>): Promise<T | undefined> {
    try {
      return await read();
    } catch (error) {
      const { folder, span } = segment;
      if (!(await this.#segments.read()).includes(segment)) throw new FolderChanged();
      this.#damaged({ folder, span, problem: messageOf(error) });
      return undefined;
    }
  }

  /** Reads again when the folder changed under what was read. @throws when it does so again and again */
  async steadily<T>(read: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await read();
      } catch (error) {
        if (!(error instanceof FolderChanged) || tries === TRIES) throw error;
      }
    }
  }
}

/** A segment was replaced while it was read. */
class FolderChanged extends Error {
  override readonly message = 'the archive changes faster than it can be read';
}

/** The sequence below which every record of a generation is in a segment. */
export function sealedOf(segments: readonly Segment[], generation: number | undefined): number {
  let sealed = 0;
  for (const { manifest } of segments)
    if (manifest.generation === generation) sealed = Math.max(sealed, manifest.nextSequence);
  return sealed;
}

function pieceOf(columns: TickColumns, ids: readonly number[]): Piece {
  const { times, isSampled } = columns.ticks;
  const sampled = times.length - isSampled.filter((flag) => flag === 0).length;
  const found = new Map<number, PieceColumn>();
  for (const id of ids) {
    const samples = columns.samples(id);
    if (samples.times.length > 0)
      found.set(id, { ...samples, level: 'samples', isWhole: samples.times.length === sampled });
  }
  return { ticks: times, hasEmpty: sampled < times.length, columns: found };
}
