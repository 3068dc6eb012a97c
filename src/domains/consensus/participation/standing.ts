/**
 * How one validator takes part: what became of its votes in the views that could be judged, what it made
 * of the views it led, and the score that follows.
 *
 * The score, from 0 to 1, over the last 1,000 judged views and the last 1,000 views led:
 *
 *   timeliness = (in time + 0.9 x late) / judged          late is not absent
 *   leading    = proposed / (proposed + failed)           left out while it has led nothing
 *   score      = (0.7 x timeliness + 0.3 x leading) x 0.5 ^ breaches
 *
 * A breach is something that a validator provably did against the protocol; it is forgiven after 1,000
 * further judged views.
 */
import { OutcomeWindow, type WindowSize } from './outcome-window.js';

/** What became of a validator's vote in a view that could be judged. */
export const voteOutcomes = ['in_time', 'late', 'absent'] as const;
/** What a leader made of its view. */
export const leadOutcomes = ['proposed', 'failed'] as const;

export type VoteOutcome = (typeof voteOutcomes)[number];
export type LeadOutcome = (typeof leadOutcomes)[number];

/** Absences in a row, without a vote in between, after which a validator may be called silent. */
const SILENT_AFTER = 3;

const LATE_WEIGHT = 0.9;
const TIMELINESS_WEIGHT = 0.7;
const LEADING_WEIGHT = 0.3;
const BREACH_FACTOR = 0.5;
const SCORE_WINDOW = 1_000;
/** More do not change the score any more. */
const MOST_BREACHES = 32;

interface Breach {
  readonly what: string;
  /** Judged views by then. */
  readonly at: number;
}

/** The standing of one validator. */
export class Standing {
  /** Views up to this one were before its time. */
  sinceView: number;
  /** Highest view that it is known to have voted in; -1 where none is. */
  lastVotedView = -1;
  /** Grows with everything that changes what can be asked below. */
  #version = 0;
  readonly #votes = new OutcomeWindow(voteOutcomes.length);
  readonly #leads = new OutcomeWindow(leadOutcomes.length);
  #absentInRow = 0;
  /** The leader of the first of these absences, and whether a later one had another. */
  #absentUnder: string | undefined;
  #wasUnderOthers = false;
  #failedToLead = false;
  #breaches: readonly Breach[] = [];

  constructor(sinceView: number) {
    this.sinceView = sinceView;
  }

  /** Another number whenever something may have changed since it was asked for. */
  get version(): number {
    return this.#version;
  }

  /** Judged views. */
  get judged(): number {
    return this.#votes.added;
  }

  /**
   * It does not take part: it was absent three times in a row, and either under different leaders or
   * also failed to lead. Under one leader alone, a healthy validator far from it may always have moved on
   * before the proposal arrives; from a single node every view that can be judged may have that leader.
   */
  get isSilent(): boolean {
    return this.#absentInRow >= SILENT_AFTER && (this.#wasUnderOthers || this.#failedToLead);
  }

  /** The last view that was judged went by without it, and it has not shown since. */
  get wasAbsent(): boolean {
    return this.#absentInRow > 0;
  }

  voted(outcome: VoteOutcome, leader: string | undefined): void {
    this.#version++;
    this.#votes.add(kindOfVote(outcome));
    if (outcome !== 'absent') return this.showed();
    if (this.#absentInRow++ === 0) this.#absentUnder = leader;
    else if (leader !== this.#absentUnder) this.#wasUnderOthers = true;
  }

  /** It voted in a view that cannot be judged. */
  showed(): void {
    if (this.#absentInRow === 0) return;
    this.#version++;
    this.#absentInRow = 0;
    this.#wasUnderOthers = false;
  }

  led(outcome: LeadOutcome): void {
    this.#version++;
    this.#leads.add(leadOutcomes.indexOf(outcome));
    this.#failedToLead = outcome === 'failed';
  }

  /** @param what kind and view: several nodes tell of the same breach */
  breached(what: string): void {
    if (this.#breaches.some((breach) => breach.what === what)) return;
    this.#version++;
    this.#breaches = [...this.#breaches, { what, at: this.judged }].slice(-MOST_BREACHES);
  }

  votes(size: WindowSize, outcome: VoteOutcome): number {
    return this.#votes.count(size, kindOfVote(outcome));
  }

  leads(size: WindowSize, outcome: LeadOutcome): number {
    return this.#leads.count(size, leadOutcomes.indexOf(outcome));
  }

  /** Share of judged views that it voted in, late or not; undefined while none was judged. */
  participation(size: WindowSize): number | undefined {
    const voted = this.votes(size, 'in_time') + this.votes(size, 'late');
    return ratio(voted, voted + this.votes(size, 'absent'));
  }

  /** The score; undefined while nothing is known. */
  get score(): number | undefined {
    const size = SCORE_WINDOW;
    const inTime = this.votes(size, 'in_time');
    const late = this.votes(size, 'late');
    const timeliness = ratio(inTime + LATE_WEIGHT * late, inTime + late + this.votes(size, 'absent'));
    const proposed = this.leads(size, 'proposed');
    const leading = ratio(proposed, proposed + this.leads(size, 'failed'));
    if (timeliness === undefined && leading === undefined) return undefined;
    const weight =
      (timeliness === undefined ? 0 : TIMELINESS_WEIGHT) + (leading === undefined ? 0 : LEADING_WEIGHT);
    const sum = TIMELINESS_WEIGHT * (timeliness ?? 0) + LEADING_WEIGHT * (leading ?? 0);
    const unforgiven = this.#breaches.filter(({ at }) => this.judged - at < SCORE_WINDOW);
    return (sum / weight) * BREACH_FACTOR ** unforgiven.length;
  }
}

/** Position in `voteOutcomes`. */
function kindOfVote(outcome: VoteOutcome): number {
  return outcome === 'in_time' ? 0 : outcome === 'late' ? 1 : 2;
}

function ratio(part: number, whole: number): number | undefined {
  return whole === 0 ? undefined : part / whole;
}
