/**
 * The exporters that push: on its interval each is given the board as it was taken, encodes its part into
 * parcels, and hands them to its own delivery. One that fails or hangs is nobody else's matter.
 *
 * States of a push: running -> paused -> running ... -> closed. Pushes that fall due together share one copy
 * of the board; what is encoded on this thread takes turns with the event loop; one that is still encoding
 * its last snapshot skips the next.
 */
import type { Clock, Timer } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/logger.js';
import type { DeliveryCounts } from '../delivery/account.js';
import type { Delivery } from '../delivery/delivery.js';
import type { BodyParcel, Receipt } from '../delivery/transport.js';
import type { Board } from '../metrics/board.js';
import { counter, histogram } from '../metrics/definition.js';
import { Taken, type EncodeTaken } from './taken.js';

/** One destination as it was configured. */
export interface PushOptions {
  /** Unique; label value of its metrics and its name in the API. */
  readonly name: string;
  /** What it speaks, such as `influxdb`. */
  readonly kind: string;
  readonly intervalUs: number;
  readonly encode: EncodeTaken;
  readonly delivery: Delivery<BodyParcel>;
}

/** One destination that others feed, with something else than snapshots. */
export interface FedOptions {
  readonly name: string;
  readonly kind: string;
  readonly delivery: Delivery<BodyParcel>;
  /** Gives the delivery what is not yet a parcel. */
  readonly handOver: () => void;
  /** What a test of the destination sends. */
  readonly sample: () => BodyParcel;
}

/** One destination as it stands. */
export interface PushStatus {
  readonly name: string;
  readonly kind: string;
  /** Undefined where things are sent as they happen. */
  readonly intervalUs: number | undefined;
  readonly paused: boolean;
  /** Failed attempts in a row. */
  readonly failures: number;
  readonly points: DeliveryCounts;
}

export const pushMetrics = {
  omitted: counter(
    'quorumscope_export_values_omitted_total',
    'Values left out of an export because its format cannot say them, such as NaN.',
    ['destination'],
  ),
  failed: counter('quorumscope_export_failures_total', 'Snapshots that could not be encoded.', [
    'destination',
  ]),
  encoding: histogram(
    'quorumscope_export_encoding_seconds',
    'Time to choose and encode a snapshot.',
    [0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5],
    ['destination'],
    { unit: 'seconds' },
  ),
} as const;

/** What all pushes share. */
export interface PushesOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger?: Logger;
  /** Ended when the last push has been encoded. */
  readonly encoders?: { close(): Promise<void> };
}

/** A push at work. */
interface Running extends PushOptions {
  /** Its snapshot is being encoded. */
  isEncoding: boolean;
}

/** All pushes of a sidecar. */
export class Pushes {
  readonly #options: PushesOptions;
  readonly #running: Running[] = [];
  readonly #fed: FedOptions[] = [];
  readonly #timers: Timer[] = [];
  #due: Running[] = [];
  #turn: NodeJS.Immediate | undefined;

  constructor(options: PushesOptions) {
    this.#options = options;
  }

  /** Adds a destination; its first push comes after one interval. */
  add(options: PushOptions): void {
    const running = { ...options, isEncoding: false };
    this.#running.push(running);
    this.#timers.push(this.#options.clock.every(options.intervalUs, () => this.#fallDue(running)));
  }

  /** Adds a destination that others feed: it is listed, paused, tested, flushed and closed here. */
  addFed(options: FedOptions): void {
    this.#fed.push(options);
  }

  list(): PushStatus[] {
    return this.#all().map(({ name, kind, delivery, ...rest }) => ({
      name,
      kind,
      intervalUs: 'intervalUs' in rest ? rest.intervalUs : undefined,
      paused: delivery.isPaused,
      failures: delivery.failures,
      points: delivery.counts,
    }));
  }

  /** False when there is none of that name. */
  pause(name: string): boolean {
    return this.#with(name, ({ delivery }) => delivery.pause());
  }

  resume(name: string): boolean {
    return this.#with(name, ({ delivery }) => delivery.resume());
  }

  /** Sends one snapshot now, once, and says what the receiver answered; undefined: there is none of that name. */
  async test(name: string): Promise<Receipt | undefined> {
    const fed = this.#fed.find((one) => one.name === name);
    if (fed !== undefined) return fed.delivery.probe(fed.sample());
    const running = this.#running.find((one) => one.name === name);
    if (running === undefined) return undefined;
    const encoded = await this.#encode(running, this.#take());
    if ('failure' in encoded) return { outcome: 'refused', detail: encoded.failure };
    let receipt: Receipt = { outcome: 'delivered', answer: 'there was nothing to send' };
    for (const parcel of encoded.parcels) {
      receipt = await running.delivery.probe(parcel);
      if (receipt.outcome !== 'delivered') break;
    }
    return receipt;
  }

  /** Pushes to all now, and waits until everything has left or the deadline has passed. */
  async flush(deadlineUs: number): Promise<boolean> {
    const leftUs = await this.#pushAll(deadlineUs);
    const all = await Promise.all(this.#all().map(({ delivery }) => delivery.flush(leftUs)));
    return all.every((isEmpty) => isEmpty);
  }

  /** A last push; what has not left by the deadline is spooled, or dropped and counted. */
  async close(deadlineUs: number): Promise<void> {
    for (const timer of this.#timers) timer.stop();
    clearImmediate(this.#turn);
    const leftUs = await this.#pushAll(deadlineUs);
    await this.#options.encoders?.close();
    await Promise.all(this.#all().map(({ delivery }) => delivery.close(leftUs)));
  }

  #all(): (Running | FedOptions)[] {
    return [...this.#running, ...this.#fed];
  }

  #with(name: string, action: (running: Running | FedOptions) => void): boolean {
    const found = this.#all().find((running) => running.name === name);
    if (found !== undefined) action(found);
    return found !== undefined;
  }

  #take(): Taken {
    const { board, clock } = this.#options;
    return new Taken(board.snapshot(), clock.nowUs());
  }

  /** An encoder that hangs costs the deadline, no more. Returns what is left of it. */
  async #pushAll(deadlineUs: number): Promise<number> {
    const beganMs = performance.now();
    for (const { handOver } of this.#fed) handOver();
    const taken = this.#take();
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineUs / 1000);
    });
    const all = Promise.all(this.#running.map((running) => this.#push(running, taken)));
    await Promise.race([all, deadline]);
    clearTimeout(timer);
    return Math.max(0, deadlineUs - (performance.now() - beganMs) * 1000);
  }

  async #push(running: Running, taken: Taken): Promise<void> {
    if (running.delivery.isPaused || running.isEncoding) return;
    running.isEncoding = true;
    const encoded = await this.#encode(running, taken);
    running.isEncoding = false;
    if ('parcels' in encoded) for (const parcel of encoded.parcels) running.delivery.offer(parcel);
  }

  #fallDue(running: Running): void {
    if (!this.#due.includes(running)) this.#due.push(running);
    this.#turn ??= setImmediate(() => this.#takeTurns(this.#take()));
  }

  #takeTurns(taken: Taken): void {
    const next = this.#due.shift();
    this.#turn = undefined;
    if (next === undefined) return;
    void this.#push(next, taken);
    if (this.#due.length > 0) this.#turn = setImmediate(() => this.#takeTurns(taken));
  }

  /** An encoder's defect costs its own destination one snapshot. */
  async #encode(
    { name, encode }: Running,
    taken: Taken,
  ): Promise<{ readonly parcels: readonly BodyParcel[] } | { readonly failure: string }> {
    const { board, logger = silentLogger } = this.#options;
    try {
      const { parcels, omitted, tookUs } = await encode(taken);
      board.counter(pushMetrics.omitted).at(name).add(omitted);
      board
        .histogram(pushMetrics.encoding)
        .at(name)
        .observe(tookUs / 1e6);
      return { parcels };
    } catch (thrown) {
      board.counter(pushMetrics.failed).at(name).add();
      logger.error('a snapshot could not be encoded', { destination: name, error: messageOf(thrown) });
      return { failure: `a snapshot could not be encoded: ${messageOf(thrown)}` };
    }
  }
}
