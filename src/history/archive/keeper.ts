/**
 * Keeps the folder of an archive in order, in the background: seals hours, makes days of them, deletes what is too old,
 * sets aside what cannot be read. One thing at a time; what fails is tried again a minute later, and nothing is lost
 * meanwhile, because the journal keeps what has not been sealed.
 */
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Clock, Timer } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { Journal } from '../../journal/journal.js';
import type { JournalMeter } from '../../journal/meter.js';
import type { Board } from '../../metrics/board.js';
import { archiveMetrics } from './catalogue.js';
import { listed } from './journal-files.js';
import type { Workshop } from './jobs.js';
import {
  DAY_MS,
  damagedFolder,
  deletionsFolder,
  journalFolder,
  levels,
  spanFolder,
  type Level,
} from './layout.js';
import {
  isOld,
  planDeletion,
  planForSize,
  type Deletion,
  type Held,
  type RetentionPolicy,
} from './retention.js';
import { SegmentList, segmentRefs, type DamagedSegment, type SegmentRef } from './segment-list.js';
import type { Segment } from './segment.js';
import type { SeriesIds } from './series-ids.js';

/** What it keeps in order. */
export interface KeeperOptions {
  readonly root: string;
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly retention: RetentionPolicy;
  readonly workshop: Workshop;
  readonly meter: (journal: string) => JournalMeter;
  readonly ids: SeriesIds;
  readonly journal: Journal;
  readonly generation: number;
  /** Every record below is in a segment. */
  readonly sealed: number;
}

const RETRY_US = 60_000_000;
const KEPT_DAMAGED = 8;

/** States: open -> closed. */
export class Keeper {
  readonly #options: KeeperOptions;
  readonly #segments: SegmentList;
  /** When a segment has to be looked at again, by folder. */
  readonly #nextLook = new Map<string, number>();
  readonly #aside = new Set<string>();
  #sealed: number;
  #dueMs = -Infinity;
  #working: Promise<void> | undefined;
  #retry: Timer | undefined;
  #deletions: Journal | undefined;
  #isFailing = false;
  #isClosed = false;
  #version = 0;
  #moving = 0;

  constructor(options: KeeperOptions) {
    this.#options = options;
    this.#sealed = options.sealed;
    this.#segments = new SegmentList(options.root, (segment) => this.setAside(segment));
  }

  /** Changes whenever what is in segments may have changed; undefined while it may be changing. */
  get version(): number | undefined {
    return this.#working === undefined && this.#moving === 0 ? this.#version : undefined;
  }

  /** Everything up to `untilMs`, the end of an hour, can be sealed. */
  due(untilMs: number): void {
    this.#dueMs = Math.max(this.#dueMs, untilMs);
    if (this.#isClosed || this.#working !== undefined) return;
    this.#retry?.stop();
    const begun = this.#dueMs;
    this.#working = this.#work(begun).finally(() => {
      this.#working = undefined;
      this.#version++;
      if (this.#dueMs > begun) this.due(this.#dueMs);
    });
  }

  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.stop();
    await this.#options.workshop.close();
    await this.settled();
    await this.#deletions?.close();
  }

  /** Moves a segment out of the way. Once per folder. */
  setAside({ folder, span, problem }: DamagedSegment): void {
    const { root, logger, board, clock } = this.#options;
    // Whoever asked has been answered without it.
    this.#version++;
    if (this.#aside.has(folder)) return;
    this.#aside.add(folder);
    board.counter(archiveMetrics.damaged).at().add();
    const place = join(
      damagedFolder(root),
      `${span}-${basename(folder)}-${Math.floor(clock.nowUs() / 1000)}`,
    );
    logger.error('a segment of the history cannot be read and is set aside', { folder, place, problem });
    const move = async (): Promise<void> => {
      await mkdir(damagedFolder(root), { recursive: true, mode: 0o700 });
      await rename(folder, place);
      const kept = [...(await listed(damagedFolder(root)))].sort();
      for (const name of kept.slice(0, -KEPT_DAMAGED))
        await rm(join(damagedFolder(root), name), { recursive: true, force: true });
    };
    this.#moving++;
    move()
      .then(
        () => this.#aside.delete(folder),
        (error: unknown) => logger.warn('the segment stays where it is', { folder, error: messageOf(error) }),
      )
      .finally(() => this.#moving--)
      .catch(() => undefined);
  }

  /** Shows how much there is. */
  measure(): void {
    void this.#measure().catch(() => undefined);
  }

  async #work(untilMs: number): Promise<void> {
    const { logger, clock, board } = this.#options;
    let job = 'seal';
    const done = (): void => board.counter(archiveMetrics.jobs).at(job, 'done').add();
    try {
      if (await this.#seal(untilMs)) done();
      job = 'compact';
      if (await this.#compact(untilMs)) done();
      job = 'delete';
      if (await this.#retain(Math.floor(clock.nowUs() / 1000))) done();
      await this.#measure();
      this.#isFailing = false;
    } catch (error) {
      if (this.#isClosed) return;
      board.counter(archiveMetrics.jobs).at(job, 'failed').add();
      if (!this.#isFailing)
        logger.error('work on the history failed, it is tried again every minute', {
          job,
          error: messageOf(error),
        });
      this.#isFailing = true;
      this.#retry = clock.after(RETRY_US, () => this.due(this.#dueMs));
    }
  }

  async #seal(untilMs: number): Promise<boolean> {
    const { root, generation, journal, workshop, board, logger } = this.#options;
    if (journal.nextSequence <= this.#sealed) return false;
    const job = { kind: 'seal', root, generation, fromSequence: this.#sealed, untilMs } as const;
    const { segments, nextSequence, lost } = await workshop.run(job);
    this.#sealed = nextSequence;
    if (lost > 0) {
      board.counter(archiveMetrics.lost).at().add(lost);
      logger.warn('rows of the history could not be read when they were sealed', { lost });
    }
    // The file that is written to is never deleted: with the rows that came since there is another one.
    await journal.flush();
    await journal.removeBefore(nextSequence);
    return segments > 0;
  }

  async #compact(untilMs: number): Promise<boolean> {
    const { root, workshop } = this.#options;
    const days = new Map<number, SegmentRef[]>();
    for (const ref of await segmentRefs(root)) {
      if (ref.span !== 'hour') continue;
      const beginMs = Math.floor(ref.beginMs / DAY_MS) * DAY_MS;
      if (beginMs + DAY_MS > untilMs) continue;
      days.set(beginMs, [...(days.get(beginMs) ?? []), ref]);
    }
    for (const [beginMs, sources] of days) {
      const job = { kind: 'merge', root, span: 'day', beginMs, sources, drop: {}, dropViews: false } as const;
      const { damaged } = await workshop.run(job);
      if (damaged === undefined) continue;
      this.setAside(damaged);
      throw new Error(`${damaged.folder} cannot be read: ${damaged.problem}`);
    }
    await this.#removeCovered();
    return days.size > 0;
  }

  /** Hours of a day that is there: a crash came between making the one and deleting the others. */
  async #removeCovered(): Promise<void> {
    const { root } = this.#options;
    const visible = new Set((await segmentRefs(root)).map(({ folder }) => basename(folder)));
    const folder = spanFolder(root, 'hour');
    for (const name of await listed(folder))
      if (name.startsWith('begin=') && !visible.has(name)) await remove(join(folder, name));
  }

  async #retain(nowMs: number): Promise<boolean> {
    const { retention } = this.#options;
    const segments = await this.#segments.read();
    const total = (await this.#journalBytes()) + segments.reduce((sum, segment) => sum + bytesOf(segment), 0);
    const forSize = planForSize(
      segments.map((segment) => ({ bytes: levelBytes(segment) })),
      total - retention.maxBytes,
    );
    let hasDeleted = false;
    for (const [i, segment] of segments.entries()) {
      const extra = forSize[i]!;
      const { endMs } = segment.manifest;
      const isDue =
        isOld(retention, endMs, nowMs) && nowMs >= (this.#nextLook.get(segment.folder) ?? -Infinity);
      if (extra.length === 0 && !isDue) continue;
      const deletion = planDeletion(retention, await this.#held(segment), { endMs, nowMs, extra });
      const dropViews = endMs + retention.viewsMs <= nowMs;
      this.#nextLook.set(
        segment.folder,
        Math.min(deletion.nextMs, dropViews ? Infinity : endMs + retention.viewsMs),
      );
      hasDeleted = (await this.#delete(segment, deletion, dropViews, nowMs)) || hasDeleted;
    }
    return hasDeleted;
  }

  async #delete(segment: Segment, deletion: Deletion, dropViews: boolean, nowMs: number): Promise<boolean> {
    const { root, workshop, board } = this.#options;
    const { folder, span, manifest } = segment;
    const { drop, isAll } = deletion;
    const losesViews = dropViews && manifest.views > 0;
    if (levels.every((level) => drop[level].length === 0) && !losesViews && !(isAll && dropViews))
      return false;
    const reason = deletion.purged.size > 0 ? 'purge' : 'retention';
    if (isAll && (dropViews || manifest.views === 0)) {
      await this.#record(segment, deletion, nowMs);
      await remove(folder);
      board.counter(archiveMetrics.deleted).at('segment', reason).add();
      return true;
    }
    const sources = [{ folder, span, beginMs: manifest.beginMs }];
    const { damaged } = await workshop.run({
      kind: 'merge',
      root,
      span,
      beginMs: manifest.beginMs,
      sources,
      drop,
      dropViews,
    });
    if (damaged !== undefined) {
      this.setAside(damaged);
      return false;
    }
    await this.#record(segment, deletion, nowMs);
    const count = new Set(levels.flatMap((level) => drop[level])).size;
    board.counter(archiveMetrics.deleted).at('series', reason).add(count);
    return true;
  }

  /** Writes down what was purged. */
  async #record({ manifest }: Segment, { purged }: Deletion, nowMs: number): Promise<void> {
    if (purged.size === 0) return;
    const { root, clock, logger, meter, ids } = this.#options;
    this.#deletions ??= await Journal.open({
      folder: deletionsFolder(root),
      clock,
      logger,
      meter: meter('history-deletions'),
    });
    for (const [{ name, selector }, numbers] of purged) {
      const names = [...new Set(numbers.map((id) => ids.get(id)?.labels.get('__name__') ?? ''))].sort();
      const about = {
        deleted_at_ms: nowMs,
        rule: name,
        match: selector,
        from_ms: manifest.beginMs,
        to_ms: manifest.endMs,
        series: numbers.length,
        metrics: names,
      };
      logger.info('history was purged', about);
      this.#deletions.append(Buffer.from(JSON.stringify(about)));
    }
    await this.#deletions.flush();
  }

  async #held(segment: Segment): Promise<Held[]> {
    const series = await segment.series();
    return Array.from(series.ids, (id, index) => ({
      definition: this.#options.ids.get(id),
      levels: levels.filter((level) => series.values(index, level).first >= 0),
    })).flatMap(({ definition, levels: present }) =>
      definition === undefined ? [] : [{ definition, levels: present }],
    );
  }

  async #measure(): Promise<void> {
    const { board, ids } = this.#options;
    const segments = await this.#segments.read();
    const bytes = segments.reduce((sum, segment) => sum + bytesOf(segment), 0);
    board
      .gauge(archiveMetrics.bytes)
      .at()
      .set(bytes + (await this.#journalBytes()));
    board.gauge(archiveMetrics.segments).at().set(segments.length);
    board.gauge(archiveMetrics.series).at().set(ids.size);
    const [oldest] = segments;
    if (oldest !== undefined)
      board
        .gauge(archiveMetrics.oldest)
        .at()
        .set(oldest.manifest.beginMs / 1000);
  }

  async #journalBytes(): Promise<number> {
    const folder = journalFolder(this.#options.root, this.#options.generation);
    let bytes = 0;
    for (const name of await listed(folder))
      bytes += await stat(join(folder, name)).then(
        ({ size }) => size,
        () => 0,
      );
    return bytes;
  }
}

function bytesOf({ manifest }: Segment): number {
  return Object.values(manifest.files).reduce((sum, size) => sum + size, 0);
}

function levelBytes({ manifest }: Segment): Record<Level, number> {
  const bytes = { samples: 0, minutes: 0, hours: 0 };
  for (const [name, size] of Object.entries(manifest.files))
    for (const level of levels) if (name.startsWith(`${level}-`)) bytes[level] += size;
  return bytes;
}

/** Out of sight in one step, then away: a crash leaves a folder that the next opening deletes. */
async function remove(folder: string): Promise<void> {
  await rename(folder, `${folder}.tmp`);
  await rm(`${folder}.tmp`, { recursive: true, force: true });
}
