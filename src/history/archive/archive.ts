/**
 * The archive of history: a row of all series every interval into the journal, whole hours sealed into segments, whole
 * days compacted, what is too old deleted. Writing is the only thing that a full disk stops: nothing here throws once it
 * is open, and what could not be done is tried again.
 *
 *   board --row--> journal --hour--> segment (hour) --day--> segment (day) --retention--> gone
 *
 * States: open -> closed. Sampling and sealing never hold the event loop: long work is done in a workshop.
 */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { JournalFiles } from '../../journal/files.js';
import { Journal } from '../../journal/journal.js';
import type { JournalMeter } from '../../journal/meter.js';
import type { Board } from '../../metrics/board.js';
import type { Target } from '../target.js';
import type { SelectRequest } from '../../promql/series.js';
import type { LastingSource, Standing } from '../../promql/standing.js';
import { ArchiveReader, sealedOf } from './archive-reader.js';
import type { ArchivedView } from './archived-view.js';
import { BoardSampler, type OtherValue } from './board-sampler.js';
import { archiveMetrics, missedReasons, type MissedReason } from './catalogue.js';
import { encodeExemplars, newestOfEach, type ExemplarSource } from './exemplar.js';
import { generationsOf, listed } from './journal-files.js';
import { Keeper } from './keeper.js';
import type { Workshop } from './jobs.js';
import { beginOfStretch, HOUR_MS, indexFolder, journalFolder, spanFolder, spans } from './layout.js';
import { readingOf } from './reading-choice.js';
import type { RetentionPolicy } from './retention.js';
import { recordKinds, RowEncoder, type Row } from './row-codec.js';
import type { SeriesDefinition } from './series-definition.js';
import { definitionRecords, SeriesIds } from './series-ids.js';

/** What an archive is made of. */
export interface ArchiveOptions {
  /** Its folder; made where it is absent. */
  readonly root: string;
  readonly board: Board;
  readonly target: Target;
  /** The clock that the data follows. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between rows, and between flushes. */
  readonly intervalUs: number;
  readonly flushIntervalUs: number;
  readonly retention: RetentionPolicy;
  readonly workshop: Workshop;
  /** Counts what its journals do, by their name. */
  readonly meter: (journal: string) => JournalMeter;
  readonly exemplars?: ExemplarSource;
  /** Gauges besides the board. */
  readonly others?: () => Iterable<OtherValue>;
  /** The disk under the journals; another one in tests. */
  readonly files?: JournalFiles;
}

/** A key row every so many rows: what one damaged record can cost. */
const ROWS_PER_KEY = 60;
/** Rows are noted at multiples of the interval when they are off by no more than this share of it. */
const TOLERANCE = 0.01;
/** Rows of an hour of many series that wait while the disk is full. */
const BUFFER_BYTES = 16 * 1024 * 1024;
/** What is left of the journal when nothing can be sealed for days. */
const JOURNAL_BYTES = 1024 * 1024 * 1024;

/** The archive of one sidecar. */
export class Archive implements LastingSource {
  /** Everything that is on disk, as a source for queries. */
  readonly reader: ArchiveReader;
  readonly #options: ArchiveOptions;
  readonly #journal: Journal;
  readonly #index: Journal;
  readonly #ids: SeriesIds;
  readonly #sampler: BoardSampler;
  readonly #encoder: RowEncoder;
  readonly #keeper: Keeper;
  readonly #missed: ReadonlyMap<MissedReason, { add(): void }>;
  #undefined: SeriesDefinition[] = [];
  #timers: (Timer | undefined)[] = [];
  #lastMs: number;
  #durableMs: number;
  #rowsSinceKey = ROWS_PER_KEY;
  #isFirst = true;
  #isWriting = false;
  #isClosed = false;

  private constructor(options: ArchiveOptions, opened: Opened) {
    const { board, target, intervalUs } = options;
    const { ids, index, journal, generation, sealed, lastMs } = opened;
    this.#options = options;
    this.#journal = journal;
    this.#index = index;
    this.#ids = ids;
    this.#lastMs = lastMs;
    this.#durableMs = lastMs;
    this.#encoder = new RowEncoder(intervalUs / 1000);
    this.#sampler = new BoardSampler({
      board,
      target,
      ids,
      others: options.others,
      made: (definition) => this.#undefined.push(definition),
    });
    this.#keeper = new Keeper({ ...options, ids, journal, generation, sealed });
    this.reader = new ArchiveReader({
      root: options.root,
      ids,
      damaged: (segment) => this.#keeper.setAside(segment),
    });
    this.#missed = new Map(
      missedReasons.map((reason) => [reason, board.counter(archiveMetrics.missed).at(reason)]),
    );
  }

  /** Opens the folder, mends what a crash left, and begins to write. @throws QuorumscopeError as `Journal.open` does */
  static async open(options: ArchiveOptions): Promise<Archive> {
    const archive = new Archive(options, await openFolder(options));
    archive.#begin();
    return archive;
  }

  /** Time of the last row that is on disk; -Infinity without one. */
  get durableMs(): number {
    return this.#durableMs;
  }

  /** What is on disk lasts, until hours are sealed, days made, or segments deleted: then it is read in another way. */
  standing(request: SelectRequest): Standing | undefined {
    const { version } = this.#keeper;
    if (version === undefined) return undefined;
    const { level, aspect } = readingOf(request);
    return {
      version: `disk ${version} ${level} ${aspect}`,
      fromMs: -Infinity,
      closedMs: this.#durableMs,
    };
  }

  /** Takes a row now. Resolves when it is in the journal's memory. Never rejects. */
  async sample(): Promise<void> {
    if (this.#isClosed) return;
    if (this.#isWriting) return this.#missed.get('late')!.add();
    const timeMs = this.#timeMs();
    if (!(timeMs > this.#lastMs)) return this.#missed.get('clock')!.add();
    this.#isWriting = true;
    try {
      const { clock } = this.#options;
      await this.#sampler.prepare(async () => {
        this.#define();
        await new Promise(setImmediate);
      });
      const beganUs = clock.monoUs();
      const row = this.#sampler.sample(timeMs);
      const sampledUs = clock.monoUs() - beganUs;
      const isNewHour = beginOfStretch(timeMs, HOUR_MS) !== beginOfStretch(this.#lastMs, HOUR_MS);
      if (isNewHour && this.#lastMs !== -Infinity) {
        // The hour ends with a file of its own, which can go as soon as it is sealed.
        await this.flush();
        this.#journal.startSegment();
        this.#rowsSinceKey = ROWS_PER_KEY;
      }
      this.#write(row, sampledUs);
      if (isNewHour || this.#isFirst) this.#keeper.due(beginOfStretch(timeMs, HOUR_MS));
      this.#isFirst = false;
    } finally {
      this.#isWriting = false;
    }
  }

  /** Takes a view that is worth keeping. */
  view({ document }: ArchivedView): void {
    this.#append(Buffer.concat([Buffer.of(recordKinds.view), Buffer.from(document)]));
  }

  /** Makes everything taken so far durable. Never rejects. */
  async flush(): Promise<boolean> {
    // A row says nothing without its definitions.
    const defined = await this.#index.flush();
    const lastMs = this.#lastMs;
    if (!defined.ok || !(await this.#journal.flush()).ok) return false;
    this.#durableMs = Math.max(this.#durableMs, lastMs);
    return true;
  }

  /** Resolves when the work in the background that is due has been done. */
  settled(): Promise<void> {
    return this.#keeper.settled();
  }

  /** Notes that all series end here, makes everything durable, and gives the folder back. May be called twice. */
  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    for (const timer of this.#timers) timer?.stop();
    await this.#keeper.close();
    const timeMs = Math.floor(this.#options.clock.nowUs() / 1000);
    if (timeMs > this.#lastMs && this.#lastMs !== -Infinity)
      this.#append(this.#encoder.key({ timeMs, ids: new Int32Array(0), values: new Float64Array(0) }));
    await this.flush();
    await this.#journal.close();
    await this.#index.close();
  }

  #begin(): void {
    const { clock, intervalUs, flushIntervalUs } = this.#options;
    const next = (): void => {
      if (this.#isClosed) return;
      // A timer may be early by a little, and must not come twice for one row.
      const aheadUs = clock.nowUs() + intervalUs * TOLERANCE;
      const nextUs = Math.ceil(aheadUs / intervalUs) * intervalUs;
      this.#timers[0] = clock.after(nextUs - clock.nowUs(), () => {
        void this.sample();
        next();
      });
    };
    next();
    this.#timers[1] = clock.every(flushIntervalUs, () => void this.flush());
    this.#keeper.measure();
  }

  /** Now, as a multiple of the interval where it is close to one: series that share their times take less room. */
  #timeMs(): number {
    const { clock, intervalUs } = this.#options;
    const nowUs = clock.nowUs();
    const nearUs = Math.round(nowUs / intervalUs) * intervalUs;
    return Math.floor((Math.abs(nowUs - nearUs) <= intervalUs * TOLERANCE ? nearUs : nowUs) / 1000);
  }

  #write(row: Row, sampledUs: number): void {
    const { board, clock, exemplars } = this.#options;
    const beganUs = clock.monoUs();
    if (!this.#define()) return this.#refuse();
    const isKey = this.#rowsSinceKey >= ROWS_PER_KEY;
    const bytes = isKey ? this.#encoder.key(row, this.#isFirst) : this.#encoder.changes(row);
    if (this.#journal.append(bytes) === undefined) return this.#refuse();
    this.#rowsSinceKey = isKey ? 1 : this.#rowsSinceKey + 1;
    this.#lastMs = row.timeMs;
    board.counter(archiveMetrics.rows).at().add();
    const measured = newestOfEach(exemplars?.take() ?? []);
    if (measured.length > 0)
      this.#append(Buffer.concat([Buffer.of(recordKinds.exemplars), encodeExemplars(measured)]));
    board
      .histogram(archiveMetrics.sampling)
      .at()
      .observe((sampledUs + clock.monoUs() - beganUs) / 1e6);
  }

  /** Takes definitions into the index. @returns false where there is no room for them */
  #define(): boolean {
    if (this.#undefined.length === 0) return true;
    for (const record of definitionRecords(this.#undefined))
      if (this.#index.append(record) === undefined) return false;
    this.#undefined = [];
    this.#options.board.gauge(archiveMetrics.series).at().set(this.#ids.size);
    return true;
  }

  /** The next row must not be measured against one that nobody has. */
  #refuse(): void {
    this.#rowsSinceKey = ROWS_PER_KEY;
    this.#missed.get('refused')!.add();
  }

  #append(payload: Uint8Array): void {
    this.#journal.append(payload);
  }
}

/** What opening gives. */
interface Opened {
  readonly ids: SeriesIds;
  readonly index: Journal;
  readonly journal: Journal;
  readonly generation: number;
  /** Every record below is in a segment. */
  readonly sealed: number;
  /** Time of the last row. */
  readonly lastMs: number;
}

async function openFolder(options: ArchiveOptions): Promise<Opened> {
  const { root, clock, logger, meter } = options;
  const files = options.files === undefined ? {} : { files: options.files };
  const shared = { clock, logger, bufferBytes: BUFFER_BYTES, ...files };
  const index = await Journal.open({ ...shared, folder: indexFolder(root), meter: meter('history-index') });
  try {
    await clean(root);
    const ids = new SeriesIds();
    for await (const { sequence, payload } of index.read())
      if (!ids.read(payload)) logger.warn("a record of the archive's index cannot be read", { sequence });
    const reader = new ArchiveReader({ root });
    const known = ids.next;
    await reader.restoreIds(ids);
    const restored = [...ids.all()].filter(({ id }) => id >= known);
    for (const record of definitionRecords(restored)) index.append(record);
    const opened = await openJournal({ ...shared, root, meter, reader });
    return { ids, index, ...opened };
  } catch (error) {
    await index.close();
    throw error;
  }
}

interface JournalPlace extends Pick<ArchiveOptions, 'root' | 'clock' | 'logger' | 'meter' | 'files'> {
  readonly reader: ArchiveReader;
  readonly bufferBytes: number;
}

/** The newest journal; a new one where it has lost records that were sealed, and would use their sequences again. */
async function openJournal(
  place: JournalPlace,
): Promise<Pick<Opened, 'journal' | 'generation' | 'sealed' | 'lastMs'>> {
  const { root, meter, reader, ...shared } = place;
  const segments = await reader.segments();
  const known = [...(await generationsOf(root)), ...segments.map(({ manifest }) => manifest.generation)];
  let generation = Math.max(0, ...known);
  const open = (): Promise<Journal> =>
    Journal.open({
      ...shared,
      folder: journalFolder(root, generation),
      retainBytes: JOURNAL_BYTES,
      meter: meter('history'),
    });
  let journal = await open();
  let sealed = sealedOf(segments, generation);
  if (journal.nextSequence < sealed) {
    await journal.close();
    generation++;
    journal = await open();
    sealed = 0;
  }
  let lastMs = segments.at(-1)?.manifest.endMs ?? -Infinity;
  // Sealed segments end at a whole hour, which may be still to come after a clock was set back.
  for await (const { payload } of journal.read(sealed))
    if (payload[0]! <= recordKinds.changes) lastMs = payload.readDoubleLE(2);
  return { journal, generation, sealed, lastMs };
}

/** Deletes what a crash left of unfinished work. */
async function clean(root: string): Promise<void> {
  for (const span of spans) {
    const folder = spanFolder(root, span);
    const names = await listed(folder);
    for (const name of names) {
      if (name.endsWith('.tmp')) await rm(join(folder, name), { recursive: true, force: true });
      if (!name.endsWith('.old')) continue;
      const place = join(folder, name.slice(0, -'.old'.length));
      // A crash between two steps of replacing a segment: the old one is still the only one.
      if (names.includes(name.slice(0, -'.old'.length)))
        await rm(join(folder, name), { recursive: true, force: true });
      else await rename(join(folder, name), place);
    }
  }
}
