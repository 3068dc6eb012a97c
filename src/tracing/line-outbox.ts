/**
 * A logger whose lines from `info` on also leave the process: collected into parcels for a delivery, at every interval.
 *
 * Never waits and never throws. Bounded: so many lines in a second, one parcel's worth here, the delivery's own bound behind it; what is
 * beyond it is counted. The delivery behind it must log elsewhere: a receiver that is down would otherwise be
 * told about in the very lines that it cannot take.
 */
import type { Clock, Timer } from '../base/clock.js';
import type { LogFields, Logger } from '../base/logger.js';
import type { Delivery } from '../delivery/delivery.js';
import type { BodyParcel, Transport } from '../delivery/transport.js';
import type { Board } from '../metrics/board.js';
import { tracingMetrics as m } from './catalogue.js';
import { exportedLine, type ExportedLevel, type ExportedLine } from './exported-line.js';

/** Where lines go. */
export interface LineDestination {
  readonly transport: Transport<BodyParcel>;
  /** Most lines that one parcel should hold. */
  readonly parcelLines: number;
  /** One parcel of these lines. May throw: that costs these lines, and is counted. */
  pack(lines: readonly ExportedLine[]): BodyParcel;
}

/** What an outbox is made of. */
export interface LineOutboxOptions {
  /** Hears every line, whatever becomes of it here. */
  readonly logger: Logger;
  readonly linesPerSecond: number;
  readonly intervalUs: number;
  readonly board: Board;
  readonly clock: Clock;
}

/** Most lines that wait until the exporter is open. */
const MOST_EARLY = 256;

/** Lines on their way out. built -> open -> closed */
export class LineOutbox implements Logger {
  readonly #options: LineOutboxOptions;
  #lines: ExportedLine[] = [];
  #out: { readonly destination: LineDestination; readonly delivery: Delivery<BodyParcel> } | undefined;
  #timer: Timer | undefined;
  #isClosed = false;
  #left: number;
  #atUs: number;

  constructor(options: LineOutboxOptions) {
    this.#options = options;
    this.#left = options.linesPerSecond;
    this.#atUs = options.clock.monoUs();
  }

  /** From now on lines leave; those said before, the first of them, too. */
  open(destination: LineDestination, delivery: Delivery<BodyParcel>): void {
    this.#out = { destination, delivery };
    this.#timer = this.#options.clock.every(this.#options.intervalUs, () => this.#pack());
  }

  debug(message: string, fields?: LogFields): void {
    this.#options.logger.debug(message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#options.logger.info(message, fields);
    this.#add('info', message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#options.logger.warn(message, fields);
    this.#add('warn', message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#options.logger.error(message, fields);
    this.#add('error', message, fields);
  }

  /** Sends all there is; says whether it has left within `deadlineUs` of wall time. */
  async flush(deadlineUs: number): Promise<boolean> {
    this.#pack();
    return (await this.#out?.delivery.flush(deadlineUs)) ?? true;
  }

  /** The same, and lets go of the receiver; later lines are not exported. */
  async close(deadlineUs: number): Promise<void> {
    this.#timer?.stop();
    this.#pack();
    this.#isClosed = true;
    await this.#out?.delivery.close(deadlineUs);
  }

  #add(level: ExportedLevel, message: string, fields: LogFields = {}): void {
    const { board, clock } = this.#options;
    if (this.#isClosed) return;
    const isFull = this.#out === undefined && this.#lines.length >= MOST_EARLY;
    if (isFull || !this.#admits()) {
      board
        .counter(m.logLinesDropped)
        .at(isFull ? 'not_open' : 'rate_limit')
        .add();
      return;
    }
    this.#lines.push(exportedLine(level, message, fields, clock.nowUs()));
    if (this.#lines.length >= (this.#out?.destination.parcelLines ?? Infinity)) this.#pack();
  }

  #admits(): boolean {
    const { linesPerSecond, clock } = this.#options;
    const nowUs = clock.monoUs();
    this.#left = Math.min(linesPerSecond, this.#left + ((nowUs - this.#atUs) / 1e6) * linesPerSecond);
    this.#atUs = nowUs;
    if (this.#left < 1) return false;
    this.#left--;
    return true;
  }

  #pack(): void {
    const lines = this.#lines;
    const { board } = this.#options;
    if (this.#out === undefined || lines.length === 0) return;
    this.#lines = [];
    const { destination, delivery } = this.#out;
    try {
      delivery.offer(destination.pack(lines));
      board.counter(m.logLines).at().add(lines.length);
    } catch {
      // Not logged: it would be a line again.
      board.counter(m.logLinesDropped).at('unpackable').add(lines.length);
    }
  }
}
