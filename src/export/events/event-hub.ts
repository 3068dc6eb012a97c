/**
 * Gives events to clients as they happen, as Server-Sent Events. Memory is one buffer for all of them; offering an event
 * costs a place in it and nothing per client but a wake-up.
 *
 * States: idle --first client--> listening --last client gone--> lingering --a minute--> idle. While idle it wants no
 * events, holds none, and costs nothing. A life from idle to idle has an epoch, which is part of every id, so that an id of
 * another life is known to be one.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Board } from '../../metrics/board.js';
import type { EventRecord, EventSink } from '../event-record.js';
import { eventStreamMetrics as m } from './catalogue.js';
import { EventBuffer, type EventBufferLimits } from './event-buffer.js';
import { EventClient, type EventFilter, type Gap } from './event-client.js';

/** What a hub is made of. */
export interface EventHubOptions {
  readonly board: Board;
  readonly clock: Clock;
  /** Called when events begin to be wanted, and when they no longer are. */
  readonly onWanted: (isWanted: boolean) => void;
  /** Default 65,536 events and 16 MiB. */
  readonly buffer?: EventBufferLimits;
  /** Default 32. */
  readonly maxClients?: number;
}

const HEARTBEAT_US = 15_000_000;
const LINGER_US = 60_000_000;
const RETRY_MS = 2_000;
const usualBuffer: EventBufferLimits = { events: 65_536, bytes: 16 * 1024 * 1024 };

/** All clients. */
export class EventHub implements EventSink {
  readonly #options: EventHubOptions;
  readonly #buffer: EventBuffer;
  readonly #clients = new Set<EventClient>();
  #epoch = '';
  #lingering: Timer | undefined;

  constructor(options: EventHubOptions) {
    this.#options = options;
    this.#buffer = new EventBuffer(options.buffer ?? usualBuffer);
    options.board.gauge(m.clients).at().set(0);
  }

  /** Whether anything is gained by `offer`. */
  get isWanted(): boolean {
    return this.#epoch !== '';
  }

  offer(record: EventRecord): void {
    if (!this.isWanted) return;
    this.#buffer.push(record, (number, evicted) => {
      for (const client of this.#clients)
        if (client.lose(number, evicted)) this.#options.board.counter(m.missed).at().add();
    });
    for (const client of this.#clients) client.wake();
  }

  /** The stream of a client until `signal` is aborted; undefined when there are too many. */
  open(
    filter: EventFilter,
    lastEventId: string | undefined,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> | undefined {
    const { board, maxClients = 32 } = this.#options;
    if (this.#clients.size >= maxClients) return void board.counter(m.refused).at().add();
    this.#begin();
    const { cursor, gap } = this.#resume(lastEventId);
    const client = new EventClient(filter, cursor, gap);
    this.#clients.add(client);
    this.#tell();
    const leave = (): void => {
      this.#leave(client);
      client.wake();
    };
    if (signal.aborted) leave();
    else signal.addEventListener('abort', leave, { once: true });
    return this.#stream(client, signal);
  }

  async *#stream(client: EventClient, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { board, clock } = this.#options;
    const sent = board.counter(m.sent).at();
    yield Buffer.from(`retry: ${RETRY_MS}\n\n`);
    while (!signal.aborted) {
      const { text, events } = client.take(this.#buffer, this.#epoch);
      if (text !== '') {
        sent.add(events);
        this.#tell();
        yield Buffer.from(text);
      } else if (client.cursor < this.#buffer.next) {
        // Nothing of that was wanted: others have their turn before the next look.
        await new Promise<void>((resolve) => setImmediate(resolve));
      } else {
        let isQuiet = false;
        const heartbeat = clock.after(HEARTBEAT_US, () => {
          isQuiet = true;
          client.wake();
        });
        await client.awake();
        heartbeat.stop();
        if (isQuiet) yield Buffer.from(': still here\n\n');
      }
    }
  }

  #resume(lastEventId: string | undefined): { readonly cursor: number; readonly gap?: Gap | undefined } {
    const { first, next } = this.#buffer;
    if (lastEventId === undefined) return { cursor: next };
    const [epoch, number = ''] = lastEventId.split('-');
    // Of another life, or of nobody: how much was missed since is unknown, and nothing of what is held was seen.
    if (epoch !== this.#epoch || !/^\d{1,15}$/.test(number))
      return { cursor: first, gap: { missed: null, of: 'all' } };
    const cursor = Number(number) + 1;
    if (cursor >= first) return { cursor: Math.min(cursor, next) };
    return { cursor: first, gap: { missed: first - cursor, of: 'all' } };
  }

  #begin(): void {
    this.#lingering?.stop();
    this.#lingering = undefined;
    if (this.isWanted) return;
    this.#epoch = this.#options.clock.nowUs().toString(36);
    this.#options.onWanted(true);
  }

  #leave(client: EventClient): void {
    this.#clients.delete(client);
    this.#tell();
    if (this.#clients.size > 0) return;
    this.#lingering?.stop();
    this.#lingering = this.#options.clock.after(LINGER_US, () => {
      this.#epoch = '';
      this.#buffer.clear();
      this.#tell();
      this.#options.onWanted(false);
    });
  }

  #tell(): void {
    const { board } = this.#options;
    board.gauge(m.clients).at().set(this.#clients.size);
    board.gauge(m.buffered).at().set(this.#buffer.bytes);
  }
}
