/**
 * What becomes of a message between its sender's uplink and its receiver: cut off, lost, sent again,
 * doubled, held back. Each concern draws from a stream of its own, one number a message and only while
 * it is at work, so that more loss never changes which messages are doubled.
 */
import type { Random } from '../../src/base/random.js';
import type { Disturbance } from './network-options.js';

/** Linux's least retransmission timeout; it doubles with each loss in a row. */
const RETRANSMIT_US = 200_000;

const HELD_BACK_US = 50_000;

/** Links that carry nothing: from any of one set to any of another. */
export interface Cut {
  readonly from: ReadonlySet<number>;
  readonly to: ReadonlySet<number>;
}

/** A disturbance and whose messages it is about; undefined: everybody's. */
export interface Disturbed {
  readonly by: Disturbance;
  readonly senders: ReadonlySet<number> | undefined;
}

/** The conditions on all links. */
export class Conditions {
  readonly #lossDraws: Random;
  readonly #duplicateDraws: Random;
  readonly #reorderDraws: Random;
  readonly #lasting: readonly Disturbed[];
  #cuts: readonly Cut[] = [];
  #disturbed: readonly Disturbed[] = [];
  #calm = true;

  /** @param lasting what is done to all messages all through the run */
  constructor(random: Random, lasting: Disturbance) {
    this.#lasting = isNothing(lasting) ? [] : [{ by: lasting, senders: undefined }];
    this.set([], []);
    this.#lossDraws = random.fork('loss');
    this.#duplicateDraws = random.fork('duplicate');
    this.#reorderDraws = random.fork('reorder');
  }

  /** Whether every message arrives once, after its delay. */
  get calm(): boolean {
    return this.#calm;
  }

  /** Replaces all cuts and disturbances but the lasting one. */
  set(cuts: readonly Cut[], disturbed: readonly Disturbed[]): void {
    this.#cuts = cuts;
    this.#disturbed = [...this.#lasting, ...disturbed];
    this.#calm = cuts.length === 0 && this.#disturbed.length === 0;
  }

  /** Whether the link carries nothing. */
  isCut(from: number, to: number): boolean {
    return this.#cuts.some((cut) => cut.from.has(from) && cut.to.has(to));
  }

  /** What the next message of `from` waits for by losses on the way, microseconds; undefined: it is lost. */
  lossUs(from: number): number | undefined {
    let waitUs = 0;
    for (const { by, senders } of this.#disturbed) {
      const { loss = 0 } = by;
      if (loss === 0 || senders?.has(from) === false) continue;
      let retransmitUs = RETRANSMIT_US;
      while (this.#lossDraws.float() < loss) {
        if (by.transport !== 'stream') return undefined;
        waitUs += retransmitUs;
        retransmitUs *= 2;
      }
    }
    return waitUs;
  }

  /** Whether the next message of `from` arrives twice. */
  doubles(from: number): boolean {
    let doubled = false;
    for (const { by, senders } of this.#disturbed) {
      const { duplicate = 0 } = by;
      if (duplicate === 0 || senders?.has(from) === false) continue;
      if (this.#duplicateDraws.float() < duplicate) doubled = true;
    }
    return doubled;
  }

  /** How long the next message of `from` is held back, microseconds. */
  heldBackUs(from: number): number {
    let heldUs = 0;
    for (const { by, senders } of this.#disturbed) {
      const { reorder = 0, reorderUs = HELD_BACK_US } = by;
      if (reorder === 0 || senders?.has(from) === false) continue;
      if (this.#reorderDraws.float() < reorder) heldUs += 1 + this.#reorderDraws.int(reorderUs);
    }
    return heldUs;
  }
}

function isNothing({ loss = 0, duplicate = 0, reorder = 0 }: Disturbance): boolean {
  return loss === 0 && duplicate === 0 && reorder === 0;
}
