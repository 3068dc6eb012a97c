/**
 * Gathers events into batches for a delivery: one when it is large, or a moment after its first event. A point is an event.
 * `offer` is a few string operations; what waits here is at most one batch.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Delivery } from '../../delivery/delivery.js';
import type { BodyParcel } from '../../delivery/transport.js';
import type { Board } from '../../metrics/board.js';
import { bodyParcel } from '../encoded.js';
import type { EventRecord, EventSink } from '../event-record.js';
import { pushMetrics } from '../pushes.js';
import { anyOf } from '../selection.js';
import { messageLine } from './message.js';

/** What a sink is made of. */
export interface NatsSinkOptions {
  readonly name: string;
  readonly board: Board;
  readonly clock: Clock;
  readonly delivery: Delivery<BodyParcel>;
  /** Subjects begin with it. */
  readonly prefix: string;
  /** Globs of the types that are sent. */
  readonly types: readonly string[];
}

const BATCH_LENGTH = 256 * 1024;
const BATCH_EVENTS = 1_000;
const WAIT_US = 100_000;
/** What a server takes by default, less the headers. */
const MESSAGE_LENGTH = 1_000_000;

/** Events on their way to NATS. */
export class NatsSink implements EventSink {
  readonly #options: NatsSinkOptions;
  readonly #isWanted: (type: string) => boolean;
  /** Types are those of the vocabulary, so few. */
  readonly #judged = new Map<string, boolean>();
  #text = '';
  #events = 0;
  #timer: Timer | undefined;

  constructor(options: NatsSinkOptions) {
    this.#options = options;
    this.#isWanted = anyOf(options.types);
  }

  offer(record: EventRecord): void {
    const { board, clock, name, prefix } = this.#options;
    const { type } = record;
    let isWanted = this.#judged.get(type);
    if (isWanted === undefined) this.#judged.set(type, (isWanted = this.#isWanted(type)));
    if (!isWanted) return;
    const line = messageLine(prefix, record);
    if (line.length > MESSAGE_LENGTH) return board.counter(pushMetrics.omitted).at(name).add();
    this.#text += line;
    this.#events++;
    if (this.#text.length >= BATCH_LENGTH || this.#events >= BATCH_EVENTS) return this.handOver();
    this.#timer ??= clock.after(WAIT_US, () => this.handOver());
  }

  /** Gives what waits to the delivery. */
  handOver(): void {
    this.#timer?.stop();
    this.#timer = undefined;
    if (this.#events === 0) return;
    const parcel = bodyParcel(Buffer.from(this.#text), this.#events);
    this.#text = '';
    this.#events = 0;
    this.#options.delivery.offer(parcel);
  }

  /** A message that says only that somebody tests the way. */
  sample(): BodyParcel {
    const { clock, prefix, name } = this.#options;
    const type = 'quorumscope.test';
    const key = `${name}/${clock.nowUs()}`;
    const record = { type, chain: name, node: undefined, run: undefined, key, json: '{}' };
    return bodyParcel(Buffer.from(messageLine(prefix, record)), 1);
  }
}
