/**
 * The verdict on one view of one chain: the merge of what the attached nodes saw of it. Causes come from
 * a closed list; a view that failed gets one of them with its evidence, or `unknown`, never a guess
 * dressed as a fact. docs/CAUSES.md says when each cause holds and what would contradict it.
 */

/** Why a view failed. */
export const causes = [
  /** The leader never proposed, to anybody. */
  'leader_silent',
  /** The leader proposed, too late for a quorum's timers. */
  'leader_slow',
  /** Votes were cast, and their receiver made nothing of them because it was not there. */
  'collector_silent',
  /** A quorum voted, its collector was there and did not pass the certificate on. */
  'certificate_withheld',
  /** The leader proposed what the protocol refuses. */
  'proposal_invalid',
  /** The leader proposed two blocks. */
  'equivocation',
  /** So many did not vote that no quorum was left. */
  'votes_missing',
  /** A quorum voted, so late that the timers had expired. */
  'votes_late',
  /** Everybody did their part, and the timer was shorter than that takes. */
  'timer_too_small',
  /** No group of validators that reach each other held a quorum, or leader and quorum were on different sides. */
  'partition',
  /** Single messages were lost on the way; nobody in particular is to blame. */
  'message_loss',
  /** This node's own storage, processor or event loop held it up. */
  'local_stall',
  /** This node was behind and catching up. */
  'sync_lag',
  'unknown',
] as const;

/** Why a view failed. */
export type Cause = (typeof causes)[number];

/** Where the cause lies, as seen from the attached nodes. */
export type Scope = 'self' | 'peer' | 'network' | 'unknown';

/** One fact that speaks for a verdict, and which node stated it. */
export interface Ground {
  readonly node: string;
  /** A sentence without its subject, such as `no proposal within 500 ms`. */
  readonly fact: string;
  /** Offset from the node's entry, microseconds; undefined where the fact is an absence. */
  readonly atUs: number | undefined;
}

/** The verdict on one view. */
export interface ViewVerdict {
  readonly chain: string;
  readonly view: number;
  readonly epoch: number | undefined;
  /**
   * `decided`: certified, and nobody gave it up; `lagged`: certified, though some attached nodes gave it
   * up; `failed`: no certificate of it carried the chain on; `skipped`: passed over by all.
   */
  readonly outcome: 'decided' | 'lagged' | 'failed' | 'skipped';
  /** Why it failed or lagged; undefined otherwise. */
  readonly cause: Cause | undefined;
  /** Validator ids; empty where nobody is to blame or nobody can be named. */
  readonly culprits: readonly string[];
  readonly scope: Scope;
  readonly leader: string | undefined;
  readonly collector: string | undefined;
  readonly grounds: readonly Ground[];
  /** What would contradict the cause, and was looked for and not found. */
  readonly contradictedBy: string | undefined;
  /** How many of the chain's validators were seen through: attached nodes with a record of this view. */
  readonly vantage: { readonly nodes: readonly string[]; readonly validators: number };
  /** Domains that lost events at some of these nodes while the view was open. */
  readonly incomplete: readonly string[];
  /** When the first of these nodes entered, microseconds since the Unix epoch. */
  readonly enteredAtUs: number;
  /** When the verdict was reached. */
  readonly decidedAtUs: number;
  /** 0 for the first verdict, 1 after the one late revision. */
  readonly revision: 0 | 1;
}

/** Hears verdicts. */
export interface VerdictListener {
  /** A verdict was reached, or revised. */
  verdict(verdict: ViewVerdict): void;
  /** Its last word: no revision can follow. Once per view, in ascending order of views. */
  settled?(verdict: ViewVerdict): void;
}
