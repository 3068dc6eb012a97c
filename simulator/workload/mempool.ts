/**
 * The waiting transactions of one node, bounded by count, by bytes, and by count for each sender. It lives in memory: a
 * crash empties it. A transaction leaves when a block with it is committed here, or when it is evicted; the block
 * makers skip those that are already in an uncommitted ancestor.
 *
 * What a full pool does, as the pools of real chains do:
 *
 *   refuse       the newcomer is refused; first come, first served
 *   lowest_fee   what pays least leaves for a newcomer that pays more, else the newcomer is refused as underpriced;
 *                blocks take what pays most first
 *   oldest       what waits longest leaves
 *
 * With an expiry, whatever has waited so long leaves before the next newcomer is judged or the next block is made.
 */
import { FeeOrder } from './fee-order.js';

/** What a full pool does. */
export const evictionNames = ['refuse', 'lowest_fee', 'oldest'] as const;

/** Name of what a full pool does. */
export type EvictionName = (typeof evictionNames)[number];

/** What a pool takes. */
export interface MempoolLimits {
  /** Transactions. */
  readonly capacity: number;
  readonly capacityBytes: number;
  /** Transactions of one sender. */
  readonly perSender: number;
  readonly eviction: EvictionName;
  /** How long a transaction may wait, microseconds. */
  readonly expiryUs: number;
}

/** A transaction that a client submits. */
export interface Submission {
  readonly transaction: number;
  readonly bytes: number;
  readonly submittedAtUs: number;
  readonly fee: number;
  readonly sender: number;
}

/** What a committed transaction had been through. */
export interface Admission {
  /** Virtual times, microseconds from the start of the run. */
  readonly admittedAtUs: number;
  readonly submittedAtUs: number;
}

/** Why a transaction was not taken in. */
export type Refusal = 'full' | 'underpriced' | 'rate_limited' | 'too_large';

/** Why a waiting transaction was thrown out. */
export type EvictionReason = 'full' | 'expired';

interface Waiting extends Admission {
  readonly bytes: number;
  readonly fee: number;
  readonly sender: number;
}

/** One node's pool. */
export class Mempool {
  readonly limits: MempoolLimits;
  readonly #evicted: (transaction: number, reason: EvictionReason) => void;
  /** In the order of admission. */
  readonly #waiting = new Map<number, Waiting>();
  readonly #senders = new Map<number, number>();
  readonly #fees: FeeOrder | undefined;
  #bytes = 0;

  /** @param evicted hears of every transaction that is thrown out */
  constructor(limits: MempoolLimits, evicted: (transaction: number, reason: EvictionReason) => void) {
    this.limits = limits;
    this.#evicted = evicted;
    this.#fees = limits.eviction === 'lowest_fee' ? new FeeOrder() : undefined;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Bytes of the waiting transactions. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Whether the transaction waits here. */
  has(transaction: number): boolean {
    return this.#waiting.has(transaction);
  }

  /** When the oldest one was admitted, or undefined. */
  get oldestUs(): number | undefined {
    return this.#waiting.values().next().value?.admittedAtUs;
  }

  /** Takes a transaction in, and throws out what has to leave for it; or says why not. */
  admit(submission: Submission, nowUs: number): Refusal | undefined {
    const { transaction, bytes, submittedAtUs, fee, sender } = submission;
    this.expire(nowUs);
    const refusal = this.#refusal(submission);
    if (refusal !== undefined) return refusal;
    while (this.#isFullFor(bytes)) this.#evict(this.#nextOut() ?? 0, 'full');
    this.#waiting.set(transaction, { admittedAtUs: nowUs, submittedAtUs, bytes, fee, sender });
    this.#bytes += bytes;
    this.#fees?.add(transaction, fee);
    if (this.limits.perSender !== Infinity) this.#senders.set(sender, (this.#senders.get(sender) ?? 0) + 1);
    return undefined;
  }

  /** Removes a transaction and says what it had been through; undefined when it was not here. */
  remove(transaction: number): Admission | undefined {
    const waiting = this.#waiting.get(transaction);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(transaction);
    this.#bytes -= waiting.bytes;
    this.#fees?.remove(transaction, waiting.fee);
    if (this.limits.perSender === Infinity) return waiting;
    const others = (this.#senders.get(waiting.sender) ?? 1) - 1;
    if (others > 0) this.#senders.set(waiting.sender, others);
    else this.#senders.delete(waiting.sender);
    return waiting;
  }

  /** Throws out what has waited too long. */
  expire(nowUs: number): void {
    const { expiryUs } = this.limits;
    if (expiryUs === Infinity) return;
    for (const [transaction, { admittedAtUs }] of this.#waiting) {
      if (admittedAtUs + expiryUs > nowUs) return;
      this.#evict(transaction, 'expired');
    }
  }

  /** The first `limit` transactions that `taken` does not have: those that pay most, or the oldest. */
  pick(limit: number, taken: ReadonlySet<number>): number[] {
    const picked: number[] = [];
    for (const transaction of this.#fees?.descending() ?? this.#waiting.keys()) {
      if (picked.length >= limit) break;
      if (!taken.has(transaction)) picked.push(transaction);
    }
    return picked;
  }

  #refusal({ bytes, fee, sender }: Submission): Refusal | undefined {
    const { capacityBytes, perSender, eviction } = this.limits;
    if (bytes > capacityBytes) return 'too_large';
    if ((this.#senders.get(sender) ?? 0) >= perSender) return 'rate_limited';
    if (eviction === 'oldest' || !this.#isFullFor(bytes)) return undefined;
    if (this.#fees === undefined) return 'full';
    return this.#paysMoreThanOthers(bytes, fee) ? undefined : 'underpriced';
  }

  /** Whether all that would have to leave pays less. */
  #paysMoreThanOthers(bytes: number, fee: number): boolean {
    const { capacity, capacityBytes } = this.limits;
    let [left, leftBytes] = [this.size, this.#bytes];
    for (const transaction of this.#fees?.ascending() ?? []) {
      if (left < capacity && leftBytes + bytes <= capacityBytes) break;
      const waiting = this.#waiting.get(transaction);
      if (waiting === undefined || waiting.fee >= fee) return false;
      left--;
      leftBytes -= waiting.bytes;
    }
    return true;
  }

  #isFullFor(bytes: number): boolean {
    const { capacity, capacityBytes } = this.limits;
    return this.#waiting.size > 0 && (this.#waiting.size >= capacity || this.#bytes + bytes > capacityBytes);
  }

  #nextOut(): number | undefined {
    return this.#fees === undefined ? this.#waiting.keys().next().value : this.#fees.first;
  }

  #evict(transaction: number, reason: EvictionReason): void {
    this.remove(transaction);
    this.#evicted(transaction, reason);
  }
}
