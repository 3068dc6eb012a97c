/**
 * Collects spans into parcels for a delivery: a full parcel leaves at once, the rest at every interval.
 *
 * Never waits and never throws; what cannot be packed is dropped and counted. Memory is bounded by one parcel here and by the
 * delivery's own bound behind it.
 */
import type { Clock, Timer } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/logger.js';
import type { Delivery } from '../delivery/delivery.js';
import type { Parcel } from '../delivery/transport.js';
import type { Board } from '../metrics/board.js';
import { tracingMetrics as m } from './catalogue.js';
import type { SpanDestination } from './span-destination.js';
import type { ViewSpan } from './view-span.js';

/** What an outbox is made of. */
export interface SpanOutboxOptions<P extends Parcel> {
  readonly destination: Pick<SpanDestination<P>, 'parcelSpans' | 'pack'>;
  readonly delivery: Delivery<P>;
  readonly intervalUs: number;
  readonly board: Board;
  readonly clock: Clock;
  readonly logger?: Logger;
}

/** Spans on their way to one destination. */
export class SpanOutbox<P extends Parcel> {
  readonly #options: SpanOutboxOptions<P>;
  readonly #timer: Timer;
  #spans: ViewSpan[] = [];

  constructor(options: SpanOutboxOptions<P>) {
    this.#options = options;
    this.#timer = options.clock.every(options.intervalUs, () => this.#pack());
  }

  add(spans: readonly ViewSpan[]): void {
    for (const span of spans) {
      this.#spans.push(span);
      if (this.#spans.length >= this.#options.destination.parcelSpans) this.#pack();
    }
  }

  /** Sends all there is; says whether it has left within `deadlineUs` of wall time. */
  flush(deadlineUs: number): Promise<boolean> {
    this.#pack();
    return this.#options.delivery.flush(deadlineUs);
  }

  /** The same, and lets go of the receiver; what has not left is dropped and counted. */
  close(deadlineUs: number): Promise<void> {
    this.#timer.stop();
    this.#pack();
    return this.#options.delivery.close(deadlineUs);
  }

  #pack(): void {
    const spans = this.#spans;
    if (spans.length === 0) return;
    this.#spans = [];
    const { destination, delivery, board, logger = silentLogger } = this.#options;
    try {
      delivery.offer(destination.pack(spans));
    } catch (thrown) {
      board.counter(m.dropped).at('unpackable').add(spans.length);
      logger.error('spans could not be encoded', { spans: spans.length, error: messageOf(thrown) });
    }
  }
}
