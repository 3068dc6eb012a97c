/**
 * The door for logs: each configured log is followed, read by its adapter, and what it tells goes into a feed of its
 * own. A log that cannot be read is said, shown as not readable and tried again; it never stops the sidecar or another log.
 *
 * With a folder, where reading stopped is kept over a restart: what is in the bookmark has been processed, so that no line
 * is lost to the end of the process; after an orderly end none is read twice either.
 *
 * States: open -> closed. Files and journals wait while the intake is full, for they keep what they hold; standard
 * input may be a program that must not wait, so it is read whatever happens.
 */
import type { Clock } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Board } from '../../metrics/board.js';
import type { OpenFeed, OpenLosslessFeed } from '../feed.js';
import { join } from 'node:path';
import type { Adapter } from './adapter.js';
import { BookmarkFile, type Bookmark } from './bookmark.js';
import { logMetrics } from './catalogue.js';
import { FileFollower, type Reopening } from './follow.js';
import { JournalFollower } from './journald.js';
import { LogFeed } from './log-feed.js';
import { LogMeter } from './log-meter.js';
import type { Place } from './place.js';
import type { NodeFacts } from './teller.js';
import { LogTranslator } from './translator.js';

/** A log to follow. */
export type LogSource = {
  /** Bounded, and used as the label `log`. */
  readonly name: string;
  readonly adapter: Adapter;
  readonly facts: NodeFacts;
} & (
  | { readonly kind: 'file'; readonly path: string; readonly from: 'begin' | 'end' }
  | {
      readonly kind: 'journald';
      readonly unit: string;
      readonly directory?: string;
      readonly from: 'begin' | 'end';
    }
  | { readonly kind: 'stdin' }
);

/** What the door works with. */
export interface LogDoorOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For what may wait. */
  readonly openLossless: OpenLosslessFeed;
  /** For what must not. */
  readonly openFeed: OpenFeed;
  readonly stdin: NodeJS.ReadableStream;
  /** Where it is kept how far each log was read; without one a restart begins where `from` says. */
  readonly folder?: string;
  /** Default 250 ms. */
  readonly pollMs?: number;
  /** The program that prints the journal. */
  readonly journalctl?: string;
}

/** An open log. */
export interface OpenLog {
  /** Reads what there is already, ends the feed, and lets go. */
  close(): Promise<void>;
}

const POLL_MS = 250;

/** The label `source` of everything that logs tell. */
export const LOG_DOOR = 'log';

/** Opens a log. */
export function openLog(source: LogSource, options: LogDoorOptions): OpenLog {
  switch (source.kind) {
    case 'file':
      return openFile(source, options);
    case 'journald':
      return openJournal(source, options);
    case 'stdin':
      return openStdin(source, options);
  }
}

/** What all three have in common: the translator, its counting, and what is said. */
class Ear {
  /** When the line at hand came, where whoever delivers it knows. */
  arrivedUs: number | undefined;
  readonly open: (feed: Parameters<typeof feedOf>[1]) => LogFeed;
  readonly #translator: LogTranslator;
  readonly #bookmark: BookmarkFile | undefined;
  readonly #source: LogSource;
  readonly #options: LogDoorOptions;

  constructor(source: LogSource, options: LogDoorOptions) {
    const { name, adapter, facts } = source;
    const { board, clock } = options;
    this.#source = source;
    this.#options = options;
    const meter = new LogMeter(board, name, adapter);
    const translator = new LogTranslator(adapter, facts, () => this.arrivedUs ?? clock.nowUs());
    this.#translator = translator;
    this.open = (feed) => feedOf({ translator, meter }, feed);
    board.gauge(logMetrics.readable).at(name).set(0);
    board.counter(logMetrics.gaps).at(name);
    const { folder, logger } = options;
    if (folder !== undefined)
      this.#bookmark = new BookmarkFile(join(folder, `${name}.json`), (problem) =>
        logger.warn('where reading of a log stopped cannot be kept or read', { log: name, problem }),
      );
  }

  /** Whether it is kept where reading stops. */
  get remembers(): boolean {
    return this.#bookmark !== undefined;
  }

  /** What was kept of this log; what the lines before said is known again. */
  async goOn(of: string): Promise<Bookmark | undefined> {
    const found = await this.#bookmark?.read(of, this.#source.adapter.id);
    if (found) this.#translator.recall(found.memory);
    return found;
  }

  /** What is to be kept, as of now. */
  stop(of: string, where: Pick<Bookmark, 'place' | 'cursor'>): Bookmark {
    return { of, adapter: this.#source.adapter.id, ...where, memory: this.#translator.memory() };
  }

  /** Keeps it; what came before must have been processed. */
  async keep(bookmark: Bookmark): Promise<void> {
    await this.#bookmark?.write(bookmark);
  }

  /** Something was written that cannot be found. */
  lost(): void {
    const { name } = this.#source;
    this.#options.board.counter(logMetrics.gaps).at(name).add();
    this.#options.logger.warn('what a log held since the last start is gone', { log: name });
  }

  read(bytes: number): void {
    this.#options.board.counter(logMetrics.bytes).at(this.#source.name).add(bytes);
  }

  readable(): void {
    this.#options.board.gauge(logMetrics.readable).at(this.#source.name).set(1);
  }

  unreadable(problem: string): void {
    const { name, kind } = this.#source;
    this.#options.board.gauge(logMetrics.readable).at(name).set(0);
    this.#options.logger.warn('a log cannot be read', { log: name, kind, problem });
  }

  reopened(reason: Reopening | 'restarted'): void {
    const { name } = this.#source;
    this.#options.board.counter(logMetrics.reopened).at(name, reason).add();
    this.#options.logger.info('a log is read anew', { log: name, reason });
  }
}

function feedOf(
  { translator, meter }: { readonly translator: LogTranslator; readonly meter: LogMeter },
  feed: ReturnType<OpenFeed>,
): LogFeed {
  const counted = {
    line: (text: string) => {
      const verdict = translator.line(text);
      meter.count(verdict);
      return verdict;
    },
  };
  return new LogFeed(counted, feed, () => meter.countUnreadable());
}

function openFile(source: LogSource & { kind: 'file' }, options: LogDoorOptions): OpenLog {
  const { path, from } = source;
  const ear = new Ear(source, options);
  const feed = options.openLossless({ door: LOG_DOOR, peer: path });
  const log = ear.open(feed);
  const following = ear.goOn(path).then(
    (bookmark) =>
      new FileFollower({
        path,
        from,
        ...(bookmark?.place === undefined ? {} : { place: bookmark.place }),
        sink: {
          write: (chunk) => {
            ear.read(chunk.length);
            log.write(chunk);
          },
          ready: () => feed.ready(),
          opened: () => ear.readable(),
          reopened: (why) => {
            log.finishLine();
            ear.reopened(why);
          },
          lost: () => ear.lost(),
          unreadable: (problem) => ear.unreadable(problem),
        },
      }),
  );
  const keep = async (place: Place | undefined): Promise<void> => {
    if (place === undefined || !ear.remembers) return;
    const bookmark = ear.stop(path, { place });
    await feed.drained();
    await ear.keep(bookmark);
  };
  let timer: NodeJS.Timeout | undefined;
  let closed = false;
  const look = async (): Promise<void> => {
    const follower = await following;
    await follower.poll();
    if (closed) return;
    await keep(follower.place);
    // Wall time: how often a file is looked at is no matter of what the streams say.
    if (!closed) timer = setTimeout(() => (looking = look()), options.pollMs ?? POLL_MS);
  };
  let looking = look();
  return {
    close: async () => {
      closed = true;
      clearTimeout(timer);
      await looking;
      const place = await (await following).close();
      if (place !== undefined && ear.remembers) log.leave();
      else log.end();
      await keep(place);
      await feed.drained();
    },
  };
}

function openJournal(source: LogSource & { kind: 'journald' }, options: LogDoorOptions): OpenLog {
  const { unit, from } = source;
  const ear = new Ear(source, options);
  const feed = options.openLossless({ door: LOG_DOOR, peer: unit });
  const log = ear.open(feed);
  const following = ear.goOn(unit).then((bookmark) => {
    const follower = new JournalFollower({
      unit,
      from,
      clock: options.clock,
      ...(bookmark?.cursor === undefined ? {} : { cursor: bookmark.cursor }),
      ...(source.directory === undefined ? {} : { directory: source.directory }),
      ...(options.journalctl === undefined ? {} : { command: options.journalctl }),
      sink: {
        message: (text, tsUs) => {
          ear.readable();
          ear.arrivedUs = tsUs;
          ear.read(Buffer.byteLength(text));
          for (const line of text.split('\n')) if (line !== '') log.line(line);
        },
        ready: () => feed.ready(),
        restarted: () => ear.reopened('restarted'),
        unreadable: (problem) => ear.unreadable(problem),
      },
    });
    follower.start();
    return follower;
  });
  const keep = async ({ cursor }: JournalFollower): Promise<void> => {
    if (cursor === undefined || !ear.remembers) return;
    const bookmark = ear.stop(unit, { cursor });
    await feed.drained();
    await ear.keep(bookmark);
  };
  let keeping: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    keeping = keeping.then(async () => keep(await following));
  }, options.pollMs ?? POLL_MS);
  return {
    close: async () => {
      clearInterval(timer);
      const follower = await following;
      await follower.close();
      await keeping;
      log.end();
      await keep(follower);
      await feed.drained();
    },
  };
}

function openStdin(source: LogSource & { kind: 'stdin' }, options: LogDoorOptions): OpenLog {
  const ear = new Ear(source, options);
  const log = ear.open(options.openFeed({ door: LOG_DOOR, peer: 'stdin' }));
  const { stdin, logger } = options;
  ear.readable();
  const take = (chunk: Buffer): void => {
    ear.read(chunk.length);
    log.write(chunk);
  };
  const end = (): void => {
    ear.unreadable('it has ended');
    log.end();
  };
  const broke = (error: Error): void => logger.warn('standard input broke', { error: error.message });
  stdin.on('data', take);
  stdin.once('end', end);
  stdin.on('error', broke);
  return {
    close: () => {
      stdin.off('data', take);
      stdin.off('end', end);
      stdin.pause();
      log.end();
      return Promise.resolve();
    },
  };
}
