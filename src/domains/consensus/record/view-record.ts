/**
 * What one node saw of one view: the object from which phases, participation, verdicts, spans and the
 * archive are read. It holds facts that the node stated and nothing concluded from them.
 *
 * Times are offsets in microseconds from `enteredAtUs`, taken from the node's monotonic clock where it
 * has one; what came before the entry is negative. Whatever the stream did not say is absent, and
 * `incomplete` says which domains lost events while the view was open: absence across a gap proves nothing.
 * A record goes on changing while things arrive for it, and is used again for another view when it
 * leaves the ring: a reader that keeps one copies it (`structuredClone`), or asks for it again by view.
 */
import type { voteTypes, viewTriggers, rejectionReasons } from '../../../events/consensus.js';
import type { DomainName } from '../../../events/vocabulary.js';

/** Phase of a vote. */
export type VoteType = (typeof voteTypes)[number];
/** What let a node enter a view. */
export type ViewTrigger = (typeof viewTriggers)[number];
/** Why a statement was refused. */
export type RejectionReason = (typeof rejectionReasons)[number];

/** A proposal of this view, sent by the node itself or accepted by it. */
export interface ProposalSeen {
  readonly block: string;
  readonly parent: string;
  readonly height: number;
  readonly justifyView: number;
  readonly dcView: number | undefined;
  /** Who proposed it; the node's own validator where it proposed itself. */
  readonly validator: string | undefined;
  readonly isOwn: boolean;
  readonly atUs: number;
  /** Time to build (own) or to process (received). */
  readonly workUs: number | undefined;
  /** The block's own timestamp, microseconds since the Unix epoch. */
  readonly proposedAtUs: number | undefined;
  readonly transactions: number | undefined;
  readonly bytes: number | undefined;
}

/** A vote of this view that the node sent. */
export interface OwnVote {
  readonly vote: VoteType;
  readonly block: string;
  readonly atUs: number;
  /** The collector it was sent to. */
  readonly to: string | undefined;
}

/** A vote of this view that the node received as its collector. */
export interface VoteArrival {
  readonly vote: VoteType;
  readonly validator: string;
  readonly block: string;
  readonly atUs: number;
  /** How long after the certificate was complete; undefined when in time. */
  readonly lateUs: number | undefined;
}

/** A statement that the node refused. */
export interface Refusal {
  readonly what: 'proposal' | 'vote' | 'certificate';
  readonly validator: string | undefined;
  readonly reason: RejectionReason;
  readonly atUs: number;
}

/** A certificate for a block of this view. */
export interface CertificateSeen {
  /** `vote1` for a QC, `vote2` for a DC or a second certificate. */
  readonly vote: VoteType;
  readonly block: string;
  readonly signers: readonly string[] | undefined;
  readonly isFormedHere: boolean;
  readonly atUs: number;
  /** Who cast the vote that closed the quorum; known where it was formed here. */
  readonly closedBy: string | undefined;
  /** From the first vote to the one that closed the quorum. */
  readonly collectUs: number | undefined;
}

/** Somebody's wish to leave this view: on the wire it names the view after it. */
export interface WishArrival {
  readonly validator: string;
  readonly atUs: number;
  readonly highQcView: number | undefined;
}

/** What the node's own machine did while the view was open: the greatest value stated. */
export interface LocalStrain {
  /** Longest write or sync to storage. */
  readonly storageUs: number | undefined;
  /** Longest delay of the event loop or scheduler, or pause of the garbage collector. */
  readonly loopLagUs: number | undefined;
  /** Processor use, 1 is one core. */
  readonly cpuRatio: number | undefined;
  /** Longest time that a message waited to be taken up, or took to be done with. */
  readonly processingUs: number | undefined;
  /** The node was catching up while the view was open. */
  readonly isSyncing: boolean;
}

/** The certificate that let nodes leave a view failed: on the wire it names the view after it. */
export interface TimeoutCertificateSeen {
  readonly atUs: number;
  readonly isFormedHere: boolean;
  readonly signers: readonly string[] | undefined;
}

/** One view through the eyes of one node. */
export interface ViewRecord {
  readonly chain: string;
  readonly node: string;
  /** The validator that the node is; undefined where its `hello` does not say. */
  readonly self: string | undefined;
  /** Random id of the process start. */
  readonly run: string;
  readonly view: number;
  readonly epoch: number | undefined;
  readonly leader: string | undefined;
  /** Who collects the votes of this view: the next leader in the chained form; learnt from `to` or from the next entry. */
  readonly collector: string | undefined;
  /** False for a view of which something was heard that the node never entered (jumped over, or still ahead). */
  readonly isEntered: boolean;
  /** Wall time of entry, microseconds since the Unix epoch; of the first thing heard where it was not entered. */
  readonly enteredAtUs: number;
  readonly trigger: ViewTrigger | undefined;
  /** Views passed over on entering this one: 0 in normal operation; a jump by sync is one event. */
  readonly jumped: number;
  readonly timerUs: number | undefined;
  readonly leaderWait: { readonly path: 'responsive' | 'waited'; readonly waitUs: number } | undefined;
  /** Different blocks proposed in this view, at most two kept. */
  readonly proposals: readonly ProposalSeen[];
  readonly ownVotes: readonly OwnVote[];
  readonly votes: readonly VoteArrival[];
  readonly refusals: readonly Refusal[];
  /** In order of arrival; the first of each phase and block, at most six. */
  readonly certificates: readonly CertificateSeen[];
  readonly wishes: readonly WishArrival[];
  readonly wishSentUs: number | undefined;
  readonly timeoutCertificate: TimeoutCertificateSeen | undefined;
  /** The block of this view became final here. */
  readonly committedUs: number | undefined;
  /** It did so while catching up. */
  readonly isCommittedBySync: boolean;
  readonly timeout: { readonly atUs: number; readonly consecutive: number | undefined } | undefined;
  /** When the node left, and by what it entered the next one. */
  readonly leftUs: number | undefined;
  readonly leftBy: ViewTrigger | undefined;
  readonly strain: LocalStrain;
  /** Peers by validator or peer id to which no connection stood at some time while the view was open. */
  readonly unreachable: readonly string[];
  /** Domains that lost events while the view was open. */
  readonly incomplete: readonly DomainName[];
}

/** Hears records as they change state; it must not throw. */
export interface RecordListener {
  /**
   * The view's timer expired, the node left the view, or its process ended in it: up to twice per
   * record, after the timer and after leaving. Without `leftUs` the node is still in it, or died in it.
   */
  closed(record: ViewRecord): void;
  /** Something came late to a record that was closed before: a vote, a certificate, the commit. */
  amended?(record: ViewRecord): void;
}

/** Read access to the records of one chain. */
export interface ChainViews {
  /** Nodes that have records, attached or lingering. */
  nodes(): Iterable<string>;
  /** The record of `view` by `node`; undefined where it has none, or has none any more. */
  record(node: string, view: number): ViewRecord | undefined;
  /** The records of a node, highest view first. */
  records(node: string): Iterable<ViewRecord>;
  /** The records of `view` by all nodes. */
  view(view: number): readonly ViewRecord[];
}
