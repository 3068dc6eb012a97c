/**
 * The lane to one destination: whatever is offered is sent in order, one parcel at a time, repeated while
 * the receiver cannot take it, and accounted for to the point.
 *
 *   offer -> memory queue -> transport        produced = sent + dropped + queued + spooled
 *                 '-> spool (while attempts fail, when memory is full, at shutdown) -> transport
 *
 * Invariants: `offer` never waits and never throws; memory is bounded; order is kept: while anything is on
 * disk all of the queue is, what is under way included. Without a spool the oldest make room for the
 * newest. A hung receiver costs one attempt at a time and never keeps `close` longer than its deadline.
 * Waits run on the Clock, deadlines of attempts on wall time.
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
  /** Keeps what cannot be sent now; what it holds from earlier runs counts as produced again. */
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
  /** The oldest parcel, while an attempt at it lasts. */
  #underWay: P | undefined;
  #state: 'open' | 'paused' | 'closing' | 'closed' = 'open';
  #idle: (() => void)[] = [];
  /** Ends attempts that last: the one under way, and those of tests. */
  readonly #abandon = new Set<() => void>();

  constructor(options: DeliveryOptions<P>) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#account = new DeliveryAccount(options.board, options.destination);
    const { spool } = options;
    if (spool !== undefined && spool.points > 0) this.#account.produced(spool.points);
    spool?.tell((reason, points) => this.#account.dropped(reason, points));
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
    const { clock, queueBytes = 8 * 1024 * 1024 } = this.#options;
    this.#queue.push({ parcel, offeredAtUs: clock.nowUs() });
    this.#queuedBytes += parcel.bytes;
    const { spool } = this.#options;
    if (spool === undefined) this.#makeRoom(queueBytes);
    else if (spool.parcels > 0 || this.#failures > 0 || this.#queuedBytes > queueBytes) this.#spill(spool);
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
    for (const abandon of this.#abandon) abandon();
    await this.#sending;
    const { spool, transport } = this.#options;
    if (spool !== undefined) this.#spill(spool);
    else while (this.#queue.length > 0) this.#account.dropped('shutdown', this.#removeAt(0));
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
    const next = this.#queue[0] ?? (await spool?.peek());
    if (next === undefined) {
      if (!this.#isEmpty())
        this.#failed({ outcome: 'retry', reason: 'failed', detail: 'the spool cannot be read' });
      return;
    }
    if (this.#state === 'closing') return spool?.release();
    const { points } = next.parcel;
    if (clock.nowUs() - next.offeredAtUs > maxAgeUs) {
      this.#remove();
      this.#account.dropped('too_old', points);
      return this.#tellQueue();
    }
    this.#underWay = next.parcel;
    const receipt = await this.#attempt(next.parcel);
    this.#underWay = undefined;
    if (receipt.outcome === 'retry') {
      spool?.release();
      return this.#failed(receipt);
    }
    this.#failures = 0;
    this.#account.failing(0);
    this.#remove();
    if (receipt.outcome === 'delivered') this.#account.sent(points, clock.nowUs());
    else {
      this.#account.dropped('refused', points);
      this.#logger.warn('a receiver refused what was sent', {
        destination: this.#options.destination,
        detail: receipt.detail,
      });
    }
    this.#tellQueue();
  }

  /** Removes the oldest from wherever it is now: it may have been spooled since its attempt began. */
  #remove(): void {
    if (this.#queue.length > 0) this.#removeAt(0);
    else this.#options.spool?.remove();
  }

  async #attempt(parcel: P): Promise<Receipt> {
    const { transport, clock, timeoutUs = 10_000_000 } = this.#options;
    const abort = new AbortController();
    const beganUs = clock.monoUs();
    let timer: NodeJS.Timeout | undefined;
    let abandon = (): void => undefined;
    const late = new Promise<Receipt>((resolve) => {
      const giveUp = (reason: string) => (): void => {
        resolve({ outcome: 'retry', reason: 'timeout', detail: reason });
        abort.abort();
      };
      timer = setTimeout(giveUp(`no answer within ${timeoutUs / 1000} ms`), timeoutUs / 1000);
      abandon = giveUp('shut down before an answer came');
      this.#abandon.add(abandon);
    });
    const sending = (async () => transport.send(parcel, abort.signal))().catch(
      (thrown: unknown): Receipt => ({ outcome: 'retry', reason: 'failed', detail: messageOf(thrown) }),
    );
    const receipt = await Promise.race([sending, late]);
    clearTimeout(timer);
    this.#abandon.delete(abandon);
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
    const { spool } = this.#options;
    if (spool !== undefined) this.#spill(spool);
    if (this.#state !== 'open') return;
    this.#wait = clock.after(backoffUs(this.#failures, backoff, random, receipt.afterUs), () => {
      this.#wait = undefined;
      this.#pump();
    });
  }

  /** Puts all that is in memory on disk, where it lines up behind what is there. */
  #spill(spool: Spool<P>): void {
    // Whatever is under way in memory becomes the oldest on disk: nothing was there before it.
    if (this.#underWay !== undefined) spool.hold();
    for (const { parcel, offeredAtUs } of [...this.#queue]) {
      const refusal = spool.append(parcel, offeredAtUs);
      // What is under way is not lost yet, even if the spool cannot keep it.
      if (refusal !== undefined && parcel === this.#underWay) continue;
      this.#removeAt(this.#queue.findIndex((waiting) => waiting.parcel === parcel));
      if (refusal !== undefined) this.#account.dropped(refusal, parcel.points);
    }
  }

  /** The oldest make room for the newest; what is under way stays, since its receiver may have it. */
  #makeRoom(queueBytes: number): void {
    const first = this.#underWay === undefined ? 0 : 1;
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
