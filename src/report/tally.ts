/**
 * Counts what a report and its checks say of each chain while a recording is read: outcomes, causes, and for how long no
 * view was decided. Exact and of bounded size however long the recording. It only listens.
 */
import type { RecordListener, ViewRecord } from '../domains/consensus/record/view-record.js';
import type { VerdictListener, ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';

/** A time without a decided view. */
export interface Standstill {
  /** Wall time, microseconds since the Unix epoch. */
  readonly fromUs: number;
  readonly toUs: number;
  /** The last view decided before it; undefined where none was. */
  readonly afterView: number | undefined;
}

/** What was counted of one chain. */
export interface ChainTally {
  readonly chain: string;
  readonly outcomes: Readonly<Record<ViewVerdict['outcome'], number>>;
  /** Failed views by cause. */
  readonly causes: ReadonlyMap<string, number>;
  readonly firstView: number;
  readonly lastView: number;
  readonly fromUs: number;
  /** The shortest timer that a view ran under; undefined where nobody says. */
  readonly timerUs: number | undefined;
  /** The longest time without a decided view, the end of the recording included. */
  standstill(endUs: number): Standstill;
}

class Counted implements ChainTally {
  readonly chain: string;
  readonly outcomes = { decided: 0, lagged: 0, failed: 0, skipped: 0 };
  readonly causes = new Map<string, number>();
  firstView = Number.POSITIVE_INFINITY;
  lastView = -1;
  fromUs = Number.POSITIVE_INFINITY;
  timerUs: number | undefined;
  #lastUs: number | undefined;
  #lastDecided: number | undefined;
  #longest: Standstill | undefined;

  constructor(chain: string) {
    this.chain = chain;
  }

  settled({ view, outcome, cause, enteredAtUs }: ViewVerdict): void {
    this.outcomes[outcome]++;
    this.firstView = Math.min(this.firstView, view);
    this.lastView = Math.max(this.lastView, view);
    this.fromUs = Math.min(this.fromUs, enteredAtUs);
    if (outcome === 'failed') {
      const name = cause ?? 'unknown';
      this.causes.set(name, (this.causes.get(name) ?? 0) + 1);
    }
    if (outcome !== 'decided' && outcome !== 'lagged') return;
    this.#longest = this.standstill(enteredAtUs);
    this.#lastUs = enteredAtUs;
    this.#lastDecided = view;
  }

  standstill(endUs: number): Standstill {
    const fromUs = this.#lastUs ?? this.fromUs;
    const now = { fromUs, toUs: Math.max(fromUs, endUs), afterView: this.#lastDecided };
    const before = this.#longest;
    return before !== undefined && before.toUs - before.fromUs >= now.toUs - now.fromUs ? before : now;
  }
}

/** Chains that are told apart. */
const MOST_CHAINS = 100;

/** Tallies of all chains of a recording. */
export class RunTally implements VerdictListener, RecordListener {
  readonly #chains = new Map<string, Counted>();

  /** Counted when it is settled. */
  verdict(): void {}

  settled(verdict: ViewVerdict): void {
    this.#of(verdict.chain)?.settled(verdict);
  }

  closed({ chain, timerUs }: ViewRecord): void {
    const tally = this.#of(chain);
    if (tally === undefined || timerUs === undefined) return;
    tally.timerUs = Math.min(tally.timerUs ?? timerUs, timerUs);
  }

  /** In order of name. */
  chains(): ChainTally[] {
    return [...this.#chains.values()].sort((a, b) => (a.chain < b.chain ? -1 : 1));
  }

  #of(chain: string): Counted | undefined {
    const known = this.#chains.get(chain);
    if (known !== undefined || this.#chains.size >= MOST_CHAINS) return known;
    const counted = new Counted(chain);
    this.#chains.set(chain, counted);
    return counted;
  }
}
