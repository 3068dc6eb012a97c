/** The books of one destination, kept on the board. */
import type { Board } from '../metrics/board.js';
import type { Counter, Gauge } from '../metrics/series.js';
import { deliveryMetrics as m } from './catalogue.js';
import type { RetryReason } from './transport.js';

/** Why points were given up. */
export type DropReason = 'queue_full' | 'spool_full' | 'spool_failed' | 'too_old' | 'refused' | 'shutdown';

/** All points of one destination; produced = sent + dropped + queued + spooled. */
export interface DeliveryCounts {
  readonly produced: number;
  readonly sent: number;
  readonly dropped: number;
  readonly queued: number;
  readonly spooled: number;
}

/** Counts points. */
export class DeliveryAccount {
  readonly #board: Board;
  readonly #destination: string;
  readonly #produced: Counter;
  readonly #sent: Counter;
  readonly #queued: Gauge;
  readonly #failing: Gauge;
  readonly #lastSent: Gauge;
  #dropped = 0;
  #spooled = 0;

  constructor(board: Board, destination: string) {
    this.#board = board;
    this.#destination = destination;
    this.#produced = board.counter(m.produced).at(destination);
    this.#sent = board.counter(m.sent).at(destination);
    this.#queued = board.gauge(m.queued).at(destination);
    this.#failing = board.gauge(m.failing).at(destination);
    this.#lastSent = board.gauge(m.lastSent).at(destination);
    this.#queued.set(0);
    this.#failing.set(0);
  }

  counts(): DeliveryCounts {
    return {
      produced: this.#produced.value,
      sent: this.#sent.value,
      dropped: this.#dropped,
      queued: this.#queued.value ?? 0,
      spooled: this.#spooled,
    };
  }

  produced(points: number): void {
    this.#produced.add(points);
  }

  sent(points: number, nowUs: number): void {
    this.#sent.add(points);
    this.#lastSent.set(nowUs / 1e6);
  }

  dropped(reason: DropReason, points: number): void {
    this.#dropped += points;
    this.#board.counter(m.dropped).at(this.#destination, reason).add(points);
  }

  queued(points: number): void {
    this.#queued.set(points);
  }

  spooled(points: number, bytes: number): void {
    this.#spooled = points;
    this.#board.gauge(m.spooled).at(this.#destination).set(points);
    this.#board.gauge(m.spooledBytes).at(this.#destination).set(bytes);
  }

  attempted(outcome: 'delivered' | 'refused' | RetryReason, seconds: number): void {
    this.#board.counter(m.attempts).at(this.#destination, outcome).add();
    this.#board.histogram(m.duration).at(this.#destination).observe(seconds);
  }

  /** 0 well, 1 failing, 2 down. */
  failing(degree: 0 | 1 | 2): void {
    this.#failing.set(degree);
  }
}
