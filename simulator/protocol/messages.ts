/**
 * What replicas say to each other (research 1.1, chained form 1.5, and the catch-up pair). Messages
 * are immutable and shared by reference between the receivers of a broadcast. The sender is not part
 * of the message: the transport states it, as an authenticated channel does.
 */
import type { Opening, Block, Qc, Tc } from './block.js';

/** Message types by number, in the words of the protocol. */
export const messageNames = [
  'proposal',
  'vote1',
  'status',
  'wish',
  'tc',
  'sync_request',
  'sync_response',
  'prepare',
  'vote2',
  'decide',
] as const;

/** The numbers of `messageNames`: positions in every per-type table. */
export const Kind = {
  proposal: 0,
  vote1: 1,
  status: 2,
  wish: 3,
  tc: 4,
  syncRequest: 5,
  syncResponse: 6,
  prepare: 7,
  vote2: 8,
  decide: 9,
} as const;

/** What all messages say about their sender. */
interface Dated {
  /** Where the sender's epoch began; absent in the first. */
  readonly opening?: Opening | undefined;
}

/** The leader's block; its justify is inside the block. */
export interface ProposalMessage extends Dated {
  readonly kind: typeof Kind.proposal;
  readonly view: number;
  readonly block: Block;
  /** Proof that the view may be entered, where `justify` is not of the view before. */
  readonly tc: Tc | undefined;
}

/** A vote, sent to the collector of its view and phase. */
export interface VoteMessage extends Dated {
  readonly kind: typeof Kind.vote1 | typeof Kind.vote2;
  readonly view: number;
  readonly block: number;
  readonly height: number;
  /** What a vote2 signs: the certificate of the votes1. */
  readonly qc: Qc | undefined;
}

/** The leader's certificate of the votes1, basic form. */
export interface PrepareMessage extends Dated {
  readonly kind: typeof Kind.prepare;
  readonly view: number;
  readonly qc: Qc;
}

/** The double certificate, where the leader of the view itself collects votes2. */
export interface DecideMessage extends Dated {
  readonly kind: typeof Kind.decide;
  readonly view: number;
  readonly qc: Qc;
  readonly dc: Qc;
}

/** A replica that entered `view` without the certificate of the view before tells the leader its own. */
export interface StatusMessage extends Dated {
  readonly kind: typeof Kind.status;
  readonly view: number;
  readonly highQc: Qc;
  /** Its highest double certificate; only where the protocol has them. */
  readonly dc: Qc | undefined;
  readonly tc: Tc | undefined;
}

/** A replica asks to enter `view`; carries what it knows, as a second chance after message loss. */
export interface WishMessage extends Dated {
  readonly kind: typeof Kind.wish;
  readonly view: number;
  readonly highQc: Qc;
  readonly dc: Qc | undefined;
  readonly tc: Tc | undefined;
  /** True when the same wish was sent before. */
  readonly repeated: boolean;
}

/** A timeout certificate handed on, or the answer to a replica that lags behind. */
export interface TcMessage extends Dated {
  readonly kind: typeof Kind.tc;
  readonly view: number;
  readonly tc: Tc | undefined;
  readonly highQc: Qc;
  readonly dc: Qc | undefined;
}

/** Asks for the ancestors of `block` above `haveHeight`, lowest first. */
export interface SyncRequest extends Dated {
  readonly kind: typeof Kind.syncRequest;
  readonly view: number;
  readonly haveHeight: number;
  readonly block: number;
}

/** Blocks in ascending height; may be fewer than asked for, or none. */
export interface SyncResponse extends Dated {
  readonly kind: typeof Kind.syncResponse;
  readonly view: number;
  readonly blocks: readonly Block[];
}

/** Anything that one replica sends to another. */
export type Message =
  ProposalMessage | StatusMessage | WishMessage | TcMessage | SyncRequest | SyncResponse | VotingMessage;

/** Votes, and certificates that are sent on their own. */
export type VotingMessage = VoteMessage | PrepareMessage | DecideMessage;
