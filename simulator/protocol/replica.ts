/**
 * What drives a replica, whichever protocol it runs: inputs in, effects and statements out. A replica
 * is deterministic and knows no time; the same inputs in the same order give the same effects.
 */
import type { Opening, Block } from './block.js';
import type { Ledger } from './block-tree.js';
import type { Committee } from './committee.js';
import type { SafetyRecord, TimerName } from './effects.js';
import type { EpochSchedule, EpochSet } from './epoch.js';
import type { Message } from './messages.js';
import type { TimerOptions } from './pacemaker.js';
import type { Rotation } from './rotation.js';

/** Which pacemaker a replica runs: (A) epochs, (B) a timeout certificate per view. */
export type PacemakerKind = 'epoch' | 'timeout';

/** The protocols, by the names that nodes state on the wire. */
export const protocolNames = ['hotstuff2-chained', 'hotstuff2-basic', 'hotstuff3-chained'] as const;

/** Name of a protocol. */
export type ProtocolName = (typeof protocolNames)[number];

/** The certificates of how many views from a block's own on make it final. */
export const COMMIT_DEPTH: Readonly<Record<ProtocolName, number>> = {
  'hotstuff2-basic': 1,
  'hotstuff2-chained': 2,
  'hotstuff3-chained': 3,
};

/** Who collects votes2 of the basic form: the next leader, or the view's own, which then tells all. */
export type Vote2Collector = 'next_leader' | 'leader';

/** Deliberate defects of a replica, which show that the checkers can fail. */
export interface ReplicaDefects {
  /** Basic form: votes in the second phase also for a certificate of a view that is over. */
  readonly lateVote2?: boolean | undefined;
  /** HotStuff-2: leaders propose at once, whatever others may have locked. */
  readonly noLeaderWait?: boolean | undefined;
  /** Chained forms: this position takes an epoch for ended one certificate too early. */
  readonly earlySwitch?: number | undefined;
}

/** What a replica is told when it is made. */
export interface ReplicaConfig {
  /** Its position in the committee. */
  readonly self: number;
  readonly protocol: ProtocolName;
  readonly committee: Committee;
  readonly rotation: Rotation;
  readonly pacemaker: PacemakerKind;
  /** Basic form only; the next leader by default. */
  readonly vote2To?: Vote2Collector | undefined;
  readonly negativeControls?: ReplicaDefects | undefined;
  /** Where the set changes: the set of each epoch; committee and rotation are then those of the first. */
  readonly schedule?: EpochSchedule | undefined;
  /** The epoch that the replica is of; absent without a schedule. */
  readonly set?: EpochSet | undefined;
  /** How that epoch began; absent in the first. */
  readonly opening?: Opening | undefined;
  readonly timers: TimerOptions;
  /** W of research 1.3: how long a leader without the last view's certificate collects locks. */
  readonly leaderWaitUs: number;
}

/** What a replica finds on its disk. */
export interface Durable {
  /** The last record made durable; undefined at the first start. */
  readonly record: SafetyRecord | undefined;
  /** Blocks voted for that are not final yet, in the order they were made durable. */
  readonly blocks: readonly Block[];
  /** The final blocks. */
  readonly ledger: Ledger;
}

/** One validator's protocol state machine. */
export interface Replica {
  /** The view it is in; 0 before `start`. */
  readonly view: number;
  readonly lockView: number;
  readonly votedView: number;
  readonly committedHeight: number;
  readonly syncing: boolean;
  /** How its epoch began; undefined in the first. */
  readonly opening: Opening | undefined;
  /** The last height of its epoch: what is proposed above it carries nothing. */
  readonly lastHeight: number;
  /** The blocks above the final ones on the way to `block`, ascending. */
  openPathTo(block: Block): readonly Block[];
  /** Enters the first view. */
  start(): void;
  receive(from: number, message: Message): void;
  /** A timer fired; `view` is what it was set with. */
  expired(timer: TimerName, view: number): void;
  /** The oldest unanswered `persist` is durable. */
  persisted(): void;
  /** The block asked for by `build`. */
  built(block: Block): void;
}
