/** What a simulated node needs of the world around it. The world owns time; nodes only read it. */
import type { LeaderWaitChecker } from '../checkers/leader-wait-checker.js';
import type { SafetyChecker } from '../checkers/safety-checker.js';
import type { RunDigest } from '../core/digest.js';
import type { Behaviour } from '../faults/behaviour.js';
import type { EventQueue } from '../core/event-queue.js';
import type { Network } from '../network/network.js';
import type { Block, Payload } from '../protocol/block.js';
import type { Committee } from '../protocol/committee.js';
import type { ViewTrigger } from '../protocol/effects.js';
import type { ReplicaConfig } from '../protocol/replica.js';
import type { RunWatch } from '../report/run-watch.js';
import type { Tally } from '../report/tally.js';
import type { StateRoots } from '../workload/content-hash.js';
import type { TransactionModel } from '../workload/contracts.js';
import type { Workload } from '../workload/workload.js';
import type { Hardware } from './hardware.js';
import type { HooksFor, NodeIdentity } from './identity.js';
import type { Names } from './names.js';
import type { SharedBodies } from './shared-bodies.js';
import type { Strain } from './strain.js';

/** The certificates that a block carries. */
export type BlockProof = Pick<Block, 'justify' | 'dc' | 'opening'>;

/** The world as a node sees it. */
export interface NodeWorld {
  /** Virtual time, integer microseconds from the start of the run. */
  readonly nowUs: number;
  /** What virtual time 0 is on the wall clock, microseconds since the Unix epoch. */
  readonly startUs: number;
  readonly queue: EventQueue;
  readonly network: Network;
  readonly committee: Committee;
  readonly digest: RunDigest;
  readonly safety: SafetyChecker;
  /** Absent where the protocol knows no wait. */
  readonly leaderWait: LeaderWaitChecker | undefined;
  readonly tally: Tally;
  readonly names: Names;
  readonly hardware: Hardware;
  readonly workload: Workload | undefined;
  readonly transactions: TransactionModel;
  readonly stateRoots: StateRoots;
  /** What weighs on each node's machine, by position. */
  readonly strains: readonly Strain[];
  readonly adversaries: { readonly behaviours: readonly (Behaviour | undefined)[] };
  readonly replicaConfig: Omit<ReplicaConfig, 'self'>;
  readonly watch: RunWatch | undefined;
  readonly hooksFor: HooksFor | undefined;
  readonly sharedBodies: SharedBodies;
  /** Whether a restarted node finds its safety record; false only in negative controls. */
  readonly keepsSafetyRecord: boolean;
  identity(index: number, life: number): NodeIdentity;
  /** What the wall clock of a validator said at a virtual time, microseconds since the Unix epoch. */
  stampUs(index: number, atUs: number): number;
  /** Makes a block with a number of its own. */
  makeBlock(view: number, proposer: number, parent: Block, proof: BlockProof, payload: Payload): Block;
  /** A node goes on in a new epoch, or starts in it. */
  epochEntered(node: number, epoch: number, view: number): void;
  /** A node's pool threw a transaction out. */
  evicted(node: number, transaction: number): void;
  viewEntered(node: number, view: number, trigger: ViewTrigger): void;
  /** A node holds a timeout certificate for `view`. */
  timeoutCertified(node: number, view: number): void;
  /** A node committed blocks, ascending; by the certificates of `tip` where it is not the last. */
  committed(node: number, blocks: readonly Block[], syncing: boolean, tip: Block | undefined): void;
}
