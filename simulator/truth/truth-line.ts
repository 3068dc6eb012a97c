/**
 * The lines of the truth channel: faults, the true cause of every view in which a timer expired, deeds that the
 * protocol forbids, and broken rules. Whoever knows the whole world says them; no event carries any of it, and
 * nothing of ours that reads events may read them.
 */
import type { RuleName } from '../checkers/violation.js';
import type { BehaviourName } from '../faults/behaviour.js';
import type { FaultKind } from '../faults/fault.js';
import type { Cause } from '../../src/index.js';

/** Begin or end of a fault. */
export interface FaultLine {
  /** On the same scale as the events' `ts_us`: microseconds since the Unix epoch. */
  readonly at_us: number;
  readonly fault: FaultKind;
  /** Id of the validator that is the cause; `network` or `clients` where no single one is. */
  readonly validator: string;
  /** All whom the fault is about: the one, the members of a partition's groups, the senders. */
  readonly validators: readonly string[];
  readonly phase: 'begin' | 'end';
  /** How a Byzantine validator deviates. */
  readonly behaviour?: BehaviourName | undefined;
}

/** Why, and by whose fault; validator ids, ascending by position. */
export interface TrueCause {
  readonly cause: Cause;
  readonly culprits: readonly string[];
}

/**
 * One view in which the timer of a running validator expired that follows the protocol. A validator whose timer
 * expires in a view that was told before, because it was far behind, gets a line of its own.
 */
export interface ViewLine extends TrueCause {
  readonly type: 'view';
  /** When its first timer expired. */
  readonly at_us: number;
  readonly view: number;
  /** `failed`: no certificate of it carried the chain on; `lagged`: one did, and timers expired all the same. */
  readonly outcome: 'failed' | 'lagged';
  readonly leader: string;
  readonly collector: string;
  readonly timed_out: readonly string[];
  /** Those of `timed_out` whose own cause is another. */
  readonly own: Readonly<Record<string, TrueCause>>;
}

/** What a validator did and the protocol forbids. */
export const deedNames = [
  /** Votes for two blocks in one phase of one view. */
  'double_vote',
  /** Two blocks proposed in one view. */
  'double_proposal',
  /** A vote for a proposal whose certificate is below the lock. */
  'vote_below_lock',
  /** A lock that went back, or was lost over a restart. */
  'lock_regression',
  /** A certificate with too few signers, sent. */
  'invalid_certificate',
  /** A vote for a view so far ahead that it cannot be honest. */
  'view_spam',
  /** A proposal that leaves out a certificate which its sender had. */
  'tail_fork',
  /** A vote that was due and did not leave. */
  'vote_withheld',
  /** A proposal that was due and did not leave, or not to all. */
  'proposal_withheld',
] as const;

/** Name of a deed. */
export type DeedName = (typeof deedNames)[number];

/** One deed; told once for each validator and view. */
export interface DeedLine {
  readonly type: 'deed';
  readonly at_us: number;
  readonly deed: DeedName;
  readonly validator: string;
  readonly view: number;
}

/** A rule that the checkers saw broken. */
export interface ViolationLine {
  readonly type: 'violation';
  readonly at_us: number;
  readonly violation: RuleName;
  readonly view?: number | undefined;
  readonly height?: number | undefined;
  /** Who must have broken the rules, where that can be told; else whom it was seen at. */
  readonly culprits: readonly string[];
}

/** One line of the truth channel. */
export type TruthLine = FaultLine | ViewLine | DeedLine | ViolationLine;

/** Whether a line is about a fault. */
export function isFaultLine(line: TruthLine): line is FaultLine {
  return 'fault' in line;
}
