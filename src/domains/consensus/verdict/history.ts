/**
 * What the views before were like: how long those took that were certified, and whether each leader was heard
 * when it led. One node alone cannot tell a silent leader from a lost message; a leader that is never
 * heard while the others are, or a timer that no view meets, shows over several views.
 *
 * Views are noted in ascending order, once each, when nothing about them can change any more.
 */
import type { Known } from './known.js';

/** What is kept of a view. */
export interface PastView {
  readonly view: number;
  readonly leader: string | undefined;
  readonly collector: string | undefined;
  /** From entering it to its certificate, also where that came late; undefined where none came. */
  readonly neededUs: number | undefined;
  /** Whether anybody attached, other than the leader, saw its proposal. */
  readonly proposalSeen: Known;
  /** Whether it came after the timer of somebody attached. */
  readonly proposalLate: Known;
  readonly failed: boolean;
  /** Whom cut links set apart, where that was the cause. */
  readonly apart: readonly string[] | undefined;
  /** Its leader proposed two blocks. */
  readonly isEquivocated: boolean;
}

const KEPT_VIEWS = 256;
/** For so many views after agreement was broken the chain is not what its validators say. */
const BROKEN_VIEWS = 64;
/** A timer is judged by at least so many views. */
const LEAST_SAMPLES = 3;
const MOST_SAMPLES = 40;
/** Views that take this share of the timer come near it. */
const TIGHT_SHARE = 0.6;

/** The newest views of a chain. */
export class ViewHistory {
  readonly #views: PastView[] = [];
  #next = 0;
  /** The newest view in which each was proven to have said two things. */
  readonly #liars = new Map<string, number>();
  /** The view by which agreement was found broken last. */
  #brokenView = Number.NEGATIVE_INFINITY;

  note(past: PastView): void {
    if (this.#views.length < KEPT_VIEWS) this.#views.push(past);
    else this.#views[this.#next] = past;
    this.#next = (this.#next + 1) % KEPT_VIEWS;
  }

  /** It was proven that `validator` told two things in `view`. */
  lied(validator: string, view: number): void {
    this.#liars.set(validator, Math.max(view, this.#liars.get(validator) ?? view));
  }

  /** Those of whom that was proven in `view` or one of the `most` before it. */
  liars(view: number, most: number): string[] {
    return [...this.#liars].flatMap(([validator, last]) =>
      last >= view - most && last - view <= most ? [validator] : [],
    );
  }

  /** Two blocks were found certified or final where one can be. */
  broke(view: number): void {
    this.#brokenView = Math.max(this.#brokenView, view);
  }

  /** Whether agreement was broken in `view` or not long before it. */
  isBroken(view: number): boolean {
    return view >= this.#brokenView && view - this.#brokenView < BROKEN_VIEWS;
  }

  /**
   * Whether views usually end within `timerUs`, by the newest ones in which none of `others` led or collected: nine in ten
   * do; not when a quarter do not; unknown with too few of them, and in between.
   */
  timerSuffices(timerUs: number, ...others: readonly (string | undefined)[]): Known {
    let within = 0;
    let beyond = 0;
    let tight = 0;
    for (const past of this.#newestFirst()) {
      if (within + beyond >= MOST_SAMPLES) break;
      if (past.neededUs === undefined || others.includes(past.leader) || others.includes(past.collector))
        continue;
      if (past.neededUs >= TIGHT_SHARE * timerUs) tight++;
      if (past.neededUs < timerUs) within++;
      else beyond++;
    }
    if (within + beyond < LEAST_SAMPLES) return undefined;
    const share = beyond / (within + beyond);
    if (share <= 0.1) return true;
    // A few that took very long are the network's bad luck; a timer is too small where most come near it.
    const isTight = 2 * tight >= within + beyond;
    return share >= 0.25 && isTight ? false : undefined;
  }

  /** How many of the last views that `leader` led, without a break, went by without its proposal being seen. */
  unheardAsLeader(leader: string): number {
    return this.#streak(leader, ({ proposalSeen }) =>
      proposalSeen === undefined ? undefined : !proposalSeen,
    );
  }

  /** How many of the last views that it led, without a break, had its proposal after the timer, or never. */
  lateAsLeader(leader: string): number {
    return this.#streak(leader, ({ proposalLate, proposalSeen }) =>
      proposalSeen === false ? true : proposalLate,
    );
  }

  #streak(leader: string, holds: (past: PastView) => Known): number {
    let streak = 0;
    for (const past of this.#newestFirst()) {
      if (past.leader !== leader) continue;
      const known = holds(past);
      if (known === false) break;
      if (known === true) streak++;
    }
    return streak;
  }

  /** The newest views that `leader` led, newest first, at most `most`. */
  ledBy(leader: string, most: number): readonly number[] {
    const views: number[] = [];
    for (const past of this.#newestFirst()) {
      if (views.length >= most) break;
      if (past.leader === leader) views.push(past.view);
    }
    return views;
  }

  /** Whether `view`, which `collector` collected, was certified: only it can have made that certificate. */
  hasCollected(collector: string, view: number): boolean {
    for (const past of this.#newestFirst())
      if (past.view === view) return past.collector === collector && past.neededUs !== undefined;
    return false;
  }

  /** Share of the newest `most` views of other leaders whose proposal was seen; undefined without any. */
  othersHeard(leader: string, most: number): number | undefined {
    let heard = 0;
    let known = 0;
    for (const past of this.#newestFirst()) {
      if (known >= most) break;
      if (past.leader === leader || past.leader === undefined || past.proposalSeen === undefined) continue;
      known++;
      if (past.proposalSeen) heard++;
    }
    return known === 0 ? undefined : heard / known;
  }

  /** Share of the newest `most` views that failed without `validator` leading or collecting. */
  othersFailed(validator: string, most: number): number {
    let failed = 0;
    let known = 0;
    for (const past of this.#newestFirst()) {
      if (known >= most) break;
      if (past.leader === validator || past.collector === validator) continue;
      known++;
      if (past.failed) failed++;
    }
    return known === 0 ? 0 : failed / known;
  }

  /** Whom cut links set apart, by the last of the newest `most` views that failed or lagged for it. */
  apartLately(most: number): readonly string[] | undefined {
    let seen = 0;
    for (const { apart } of this.#newestFirst()) {
      if (apart !== undefined) return apart;
      if (++seen >= most) break;
    }
    return undefined;
  }

  /** Leaders of the newest `most` views that proposed two blocks in one of them. */
  equivocators(most: number): readonly string[] {
    const found = new Set<string>();
    let seen = 0;
    for (const { leader, isEquivocated } of this.#newestFirst()) {
      if (++seen > most) break;
      if (isEquivocated && leader !== undefined) found.add(leader);
    }
    return [...found];
  }

  *#newestFirst(): Generator<PastView> {
    for (let i = 1; i <= this.#views.length; i++) {
      const past = this.#views[(this.#next - i + KEPT_VIEWS) % KEPT_VIEWS];
      if (past !== undefined) yield past;
    }
  }
}
