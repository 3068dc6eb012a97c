/**
 * The intake: feeds in, dispatch out, and the promise that
 * received = processed + duplicate + unknown + dropped + invalid, per source, once drained.
 *
 *   chunk -> lines -> decoder -> books, sequence -> queue -> pump -> dispatch
 *            `----------- LineFeed, as it arrives ----'      `-- in slices of a few ms
 *
 * A producer never waits for it: when the queue fills, it drops by class, counts, and tells the domain.
 */
import type { OpenFeed, OpenLosslessFeed, SourceDescription } from '../attach/feed.js';
import type { Clock } from '../base/clock.js';
import type { Logger } from '../base/logger.js';
import type { Board } from '../metrics/board.js';
import { Books, type DoorStatus } from './books.js';
import { intakeMetrics } from './catalogue.js';
import { Containment } from './containment.js';
import type { Dispatcher } from './dispatcher.js';
import { LineFeed, type FeedRoom } from './line-feed.js';
import { NodeTable, type NodeStatus } from './node-table.js';
import { Pump } from './pump.js';
import { EventQueue } from './queue.js';
import type { Tap } from './tap.js';

/** What an intake needs, and its bounds. */
export interface IntakeOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly dispatcher: Dispatcher;
  /** Most events that wait. Default 65,536. */
  readonly queueCapacity?: number;
  /** Most characters of waiting lines. Default 64 Mi. */
  readonly queueCharacters?: number;
  /** Most nodes known at a time. Default 1,000. */
  readonly nodeLimit?: number;
  /** For a stream clock: a stream has reached a time. Without it time is the wall's and lag is measured. */
  readonly onTime?: (stream: string, tsUs: number) => void;
  /** For a stream clock: a stream has ended and its last event is processed. */
  readonly onStreamEnd?: (stream: string) => void;
  readonly tap?: Tap;
}

/** The state of the intake at this moment. */
export interface IntakeStatus {
  readonly queuedEvents: number;
  readonly queueCapacity: number;
  readonly sources: readonly DoorStatus[];
  readonly nodes: readonly NodeStatus[];
}

/** Opens feeds and owns what they share. */
export class Intake {
  /** For doors whose producers must never wait. */
  readonly openFeed: OpenFeed;
  /** For doors that can wait, of which nothing is dropped. */
  readonly openLossless: OpenLosslessFeed;
  readonly #room: FeedRoom;
  readonly #open = new Map<string, LineFeed>();
  #streams = 0;

  constructor(options: IntakeOptions) {
    const { board, clock, logger, tap } = options;
    const queue = new EventQueue(
      options.queueCapacity ?? 65_536,
      options.queueCharacters ?? 64 * 1024 * 1024,
    );
    const containment = new Containment(board, logger);
    const books = new Books(board);
    const nodes = new NodeTable(board, books, containment, options.nodeLimit ?? 1_000);
    const pump = new Pump({ ...options, containment }, queue, nodes);
    const onStreamEnd = (stream: string): void => {
      this.#open.delete(stream);
      containment.run(() => options.onStreamEnd?.(stream), { stream });
    };
    this.#room = { books, nodes, queue, pump, logger, tap, onStreamEnd };
    board.gauge(intakeMetrics.queueCapacity).at().set(queue.capacity);
    const open =
      (lossless: boolean): OpenLosslessFeed =>
      (source) => {
        const stream = `${source.door}-${++this.#streams}`;
        const feed = new LineFeed(this.#room, ownRun(source, `${clock.nowUs()}-${stream}`), stream, lossless);
        this.#open.set(stream, feed);
        return feed;
      };
    this.openFeed = open(false);
    this.openLossless = open(true);
  }

  /** Makes a configured door known before its first connection, so that it shows as not connected. */
  declareDoor(door: string): void {
    this.#room.books.declareDoor(door);
  }

  /** Who hears every line from now on; without one nothing is spent on it. */
  listen(tap: Tap | undefined): void {
    this.#room.tap = tap;
  }

  /** Whether so much waits that those who can should come later. */
  get isBehind(): boolean {
    return !this.#room.queue.isRelaxed;
  }

  /** Resolves when everything received so far has been processed. */
  drained(): Promise<void> {
    return this.#room.pump.drained();
  }

  /** Ends every feed and processes what waits, which detaches every node. Later bytes are ignored. */
  stop(): Promise<void> {
    for (const feed of this.#open.values()) feed.end();
    return this.drained();
  }

  status(): IntakeStatus {
    const { queue, books, nodes } = this.#room;
    return {
      queuedEvents: queue.size,
      queueCapacity: queue.capacity,
      sources: books.status(),
      nodes: nodes.status(),
    };
  }
}

/** A configured `hello` cannot know of restarts: each feed under it is a run of its own. */
function ownRun(source: SourceDescription, id: string): SourceDescription {
  return source.hello ? { ...source, hello: { ...source.hello, run: `${source.hello.run}-${id}` } } : source;
}
