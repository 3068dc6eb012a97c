/**
 * What became of one kind of message on its ways: a broadcast by its receivers, or votes by their senders. The best
 * of several copies counts: one that arrives, before one that was lost, before one that met a cut link.
 */

/** What became of a message. */
export const Fate = { notSent: 0, cut: 1, lost: 2, carried: 3 } as const;

/** Number of a fate. */
export type FateName = (typeof Fate)[keyof typeof Fate];

/** Fates by validator: the receiver of a broadcast, the sender of a vote. */
export class Passage {
  readonly #fates: Uint8Array;
  readonly #arrivals: Float64Array;
  /** When the first of it left; infinite before. */
  firstSentUs = Infinity;
  /** Whose messages met a cut link. */
  readonly cutSenders = new Set<number>();

  constructor(size: number) {
    this.#fates = new Uint8Array(size);
    this.#arrivals = new Float64Array(size).fill(Infinity);
  }

  /** Whether anything left its sender. */
  get wasSent(): boolean {
    return this.firstSentUs !== Infinity;
  }

  /** @param arrivesUs when it arrives; undefined: it was lost, or met a cut link */
  sent(validator: number, sender: number, atUs: number, arrivesUs: number | undefined, cut: boolean): void {
    this.firstSentUs = Math.min(this.firstSentUs, atUs);
    if (cut) this.cutSenders.add(sender);
    const fate = arrivesUs !== undefined ? Fate.carried : cut ? Fate.cut : Fate.lost;
    this.#fates[validator] = Math.max(this.#fates[validator] as number, fate);
    if (arrivesUs !== undefined)
      this.#arrivals[validator] = Math.min(this.#arrivals[validator] as number, arrivesUs);
  }

  /** It is at its sender itself, which says nothing of whether it leaves. */
  here(validator: number, atUs: number): void {
    this.#fates[validator] = Fate.carried;
    this.#arrivals[validator] = Math.min(this.#arrivals[validator] as number, atUs);
  }

  fate(validator: number): FateName {
    return this.#fates[validator] as FateName;
  }

  /** When it arrived or will; infinite when it never does. */
  arrivesUs(validator: number): number {
    return this.#arrivals[validator] as number;
  }

  /** The earliest moment at which what arrived at, or came from, validators of this power had arrived. */
  reachedUs(powerOf: (validator: number) => number, needed: number): number {
    const order = [...this.#arrivals.keys()].sort((a, b) => this.arrivesUs(a) - this.arrivesUs(b));
    let power = 0;
    for (const validator of order) {
      power += powerOf(validator);
      if (power >= needed) return this.arrivesUs(validator);
    }
    return Infinity;
  }
}

/** A broadcast and the votes that answer it. */
export class Round {
  readonly broadcast: Passage;
  readonly votes: Passage;
  /** When each validator's replica cast its vote, whether or not it left. */
  readonly castUs = new Map<number, number>();
  /** When the collector counted each vote. */
  readonly countedUs = new Map<number, number>();
  /** When the certificate was formed, by whom; a later one for the same view is not kept. */
  certified: { readonly atUs: number; readonly by: number } | undefined;

  constructor(size: number) {
    this.broadcast = new Passage(size);
    this.votes = new Passage(size);
  }
}
