/**
 * The lane to one destination: whatever is offered is sent in order, one parcel at a time, repeated while
 * the receiver cannot take it, and accounted for to the point.
 *
 *   offer -> memory queue -> transport        produced = sent + dropped + queued + spooled
 *                 '-> spool (when memory is full, or at shutdown) -> transport
 *
 * Invariants: `offer` never waits and never throws; memory is bounded; order is kept, so what is on disk
 * goes first; without a spool the oldest make room for the newest. A hung receiver costs one attempt at
 * a time and never keeps `close` longer than its deadline. Waits run on the Clock, deadlines of
 * attempts on wall time.
 */
import type { Clock, Timer } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { silentLogger, type Logger } from '../base/logger.js';
import type { Random } from '../base/random.js';
import type { Board } from '../metrics/board.js';
import { DeliveryAccount, type DeliveryCounts } from './account.js';
import { backoffUs, usualBackoff, type BackoffLimits } from './backoff.js';
import type { Spool } from './spool.js';
import type { Parcel, Receipt, Transport } from './transport.js';

/** From so many failures in a row on the destination counts as down, and is only probed. */
export const DOWN_AFTER_FAILURES = 5;

/** What a lane is made of. */
export interface DeliveryOptions<P extends Parcel> {
  /** Label value of its metrics; from the configuration, so bounded. */
  readonly destination: string;
  readonly transport: Transport<P>;
  readonly clock: Clock;
  readonly random: Random;
  readonly board: Board;
  readonly logger?: Logger;
  /** Most bytes in memory; the parcel under way counts. Default 8 MiB. */
  readonly queueBytes?: number;
  /** Deadline of one attempt, microseconds of wall time. Default 10 s. */
  readonly timeoutUs?: number;
  /** What is older is given up, microseconds; default never. */
  readonly maxAgeUs?: number;
  readonly backoff?: BackoffLimits;
  /** Where to put what does not fit into memory. */
  readonly spool?: Spool<P>;
}

interface Waiting<P extends Parcel> {
  readonly parcel: P;
  readonly offeredAtUs: number;
}

/** One destination. */
export class Delivery<P extends Parcel> {
  readonly #options: DeliveryOptions<P>;
  readonly #logger: Logger;
  readonly #account: DeliveryAccount;
  #queue: Waiting<P>[] = [];
  #queuedBytes = 0;
  #failures = 0;
  #wait: Timer | undefined;
  #sending: Promise<void> | undefined;
  #state: 'open' | 'paused' | 'closing' | 'closed' = 'open';
  #idle: (() => void)[] = [];
  #abandon: (() => void) | undefined;

  constructor(options: DeliveryOptions<P>) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#account = new DeliveryAccount(options.board, options.destination);
    this.#tellSpool();
    this.#pump();
  }

  get counts(): DeliveryCounts {
    return this.#account.counts();
  }

  /** Failed attempts in a row. */
  get failures(): number {
    return this.#failures;
  }

  get isPaused(): boolean {
    return this.#state === 'paused';
  }

  /** Takes `parcel` over. Never waits, never throws. */
  offer(parcel: P): void {
    this.#account.produced(parcel.points);
    if (this.#state === 'closing' || this.#state === 'closed') {
      this.#account.dropped('shutdown', parcel.points);
      return;
    }
    const waiting = { parcel, offeredAtUs: this.#options.clock.nowUs() };
    const { spool, queueBytes = 8 * 1024 * 1024 } = this.#options;
    // What is on disk is older: whatever comes now has to line up behind it.
    if (spool !== undefined && (spool.parcels > 0 || this.#queuedBytes + parcel.bytes > queueBytes)) {
      this.#spill(spool, waiting);
    } else {
      this.#queue.push(waiting);
      this.#queuedBytes += parcel.bytes;
      this.#makeRoom(queueBytes);
    }
    this.#tellQueue();
    this.#pump();
  }

  /** Stops sending; what is offered waits. */
  pause(): void {
    if (this.#state === 'open') this.#state = 'paused';
  }

  resume(): void {
    if (this.#state === 'paused') this.#state = 'open';
    this.#retryNow();
  }

  /** Sends one parcel past the queue, once: for tests of a destination by its operator. */
  async probe(parcel: P): Promise<Receipt> {
    return this.#attempt(parcel);
  }

  /** Resolves when nothing waits any more, or after `deadlineUs` of wall time; says whether all has left. */
  async flush(deadlineUs: number): Promise<boolean> {
    this.#retryNow();
    if (this.#isEmpty()) return true;
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, deadlineUs / 1000);
    });
    await Promise.race([deadline, new Promise<void>((resolve) => this.#idle.push(resolve))]);
    clearTimeout(timer);
    return this.#isEmpty();
  }

  /** Sends what it can before the deadline; the rest goes to the spool, or is dropped and counted. */
  async close(deadlineUs: number): Promise<void> {
    if (this.#state === 'closing' || this.#state === 'closed') return;
    if (this.#state === 'open') await this.flush(deadlineUs);
    this.#state = 'closing';
    this.#wait?.stop();
    this.#abandon?.();
    await this.#sending;
    const { spool, transport } = this.#options;
    const left = this.#queue;
    this.#queue = [];
    this.#queuedBytes = 0;
    for (const waiting of left) {
      if (spool === undefined) this.#account.dropped('shutdown', waiting.parcel.points);
      else this.#spill(spool, waiting);
    }
    await spool?.close();
    await transport.close?.();
    this.#state = 'closed';
    this.#tellQueue();
  }

  #isEmpty(): boolean {
    return this.#queue.length === 0 && (this.#options.spool?.parcels ?? 0) === 0;
  }

  #retryNow(): void {
    this.#wait?.stop();
    this.#wait = undefined;
    this.#pump();
  }

  /** Sends the next parcel unless one is under way, or the destination is being left alone. */
  #pump(): void {
    if (this.#sending !== undefined || this.#wait !== undefined || this.#state !== 'open') return;
    if (this.#isEmpty()) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#sending = this.#sendNext().finally(() => {
      this.#sending = undefined;
      this.#tellQueue();
      this.#pump();
    });
  }

  async #sendNext(): Promise<void> {
    const { spool, clock, maxAgeUs = Number.POSITIVE_INFINITY } = this.#options;
    const stored = await spool?.peek();
    const next = stored ?? this.#queue[0];
    if (next === undefined) return;
    const remove = async (): Promise<void> => {
      if (stored === undefined) this.#removeAt(0);
      else await spool?.remove();
    };
    const { points } = next.parcel;
    if (clock.nowUs() - next.offeredAtUs > maxAgeUs) {
      this.#account.dropped('too_old', points);
      return remove();
    }
    const receipt = await this.#attempt(next.parcel);
    if (receipt.outcome === 'retry') return this.#failed(receipt);
    this.#failures = 0;
    this.#account.failing(0);
    if (receipt.outcome === 'delivered') this.#account.sent(points, clock.nowUs());
    else {
      this.#account.dropped('refused', points);
      this.#logger.warn('a receiver refused what was sent', {
        destination: this.#options.destination,
        detail: receipt.detail,
      });
    }
    await remove();
  }

  async #attempt(parcel: P): Promise<Receipt> {
    const { transport, clock, timeoutUs = 10_000_000 } = this.#options;
    const abort = new AbortController();
    const beganUs = clock.monoUs();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<Receipt>((resolve) => {
      const giveUp = (reason: string) => (): void => {
        resolve({ outcome: 'retry', reason: 'timeout', detail: reason });
        abort.abort();
      };
      timer = setTimeout(giveUp(`no answer within ${timeoutUs / 1000} ms`), timeoutUs / 1000);
      this.#abandon = giveUp('shut down before an answer came');
    });
    const sending = (async () => transport.send(parcel, abort.signal))().catch(
      (thrown: unknown): Receipt => ({ outcome: 'retry', reason: 'failed', detail: messageOf(thrown) }),
    );
    const receipt = await Promise.race([sending, late]);
    clearTimeout(timer);
    this.#account.attempted(
      receipt.outcome === 'retry' ? receipt.reason : receipt.outcome,
      (clock.monoUs() - beganUs) / 1e6,
    );
    return receipt;
  }

  #failed(receipt: Extract<Receipt, { outcome: 'retry' }>): void {
    const { clock, random, backoff = usualBackoff, destination } = this.#options;
    this.#failures++;
    const isDown = this.#failures >= DOWN_AFTER_FAILURES;
    this.#account.failing(isDown ? 2 : 1);
    const { reason, detail } = receipt;
    if (this.#failures === 1 || this.#failures === DOWN_AFTER_FAILURES)
      this.#logger.warn('a receiver cannot be reached', {
        destination,
        reason,
        detail,
        failures: this.#failures,
      });
    if (this.#state !== 'open') return;
    this.#wait = clock.after(backoffUs(this.#failures, backoff, random, receipt.afterUs), () => {
      this.#wait = undefined;
      this.#pump();
    });
  }

  #spill(spool: Spool<P>, waiting: Waiting<P>): void {
    for (const { reason, points } of spool.append(waiting.parcel, waiting.offeredAtUs))
      this.#account.dropped(reason, points);
    this.#tellSpool();
  }

  /** The oldest make room for the newest; what is under way stays, since its receiver may have it. */
  #makeRoom(queueBytes: number): void {
    const first = this.#sending === undefined ? 0 : 1;
    while (this.#queuedBytes > queueBytes && this.#queue.length > first + 1)
      this.#account.dropped('queue_full', this.#removeAt(first));
  }

  /** Returns the points removed. */
  #removeAt(index: number): number {
    const [waiting] = this.#queue.splice(index, 1);
    if (waiting === undefined) return 0;
    this.#queuedBytes -= waiting.parcel.bytes;
    return waiting.parcel.points;
  }

  #tellQueue(): void {
    this.#account.queued(this.#queue.reduce((points, { parcel }) => points + parcel.points, 0));
    this.#tellSpool();
  }

  #tellSpool(): void {
    const { spool } = this.#options;
    if (spool !== undefined) this.#account.spooled(spool.points, spool.bytes);
  }
}
