/**
 * A view record while it is written. It knows how to place a moment on its own time scale and how to
 * take each kind of statement once; which record a statement belongs to is the book's business.
 *
 * Every method says whether the record changed. Lists are bounded, so that a node that repeats itself
 * cannot fill the memory.
 */
import type { Envelope } from '../../../events/envelope.js';
import type { DomainName } from '../../../events/vocabulary.js';
import type {
  CertificateSeen,
  LocalStrain,
  OwnVote,
  ProposalSeen,
  Refusal,
  TimeoutCertificateSeen,
  ViewRecord,
  ViewTrigger,
  VoteArrival,
  VoteType,
  WishArrival,
} from './view-record.js';

/** When a statement was made. */
export type Stamp = Pick<Envelope, 'ts_us' | 'mono_us'>;

/** Who speaks, and in which life. */
export interface Speaker {
  readonly chain: string;
  readonly node: string;
  readonly self: string | undefined;
  readonly run: string;
}

/** A figure of the node's own machine. */
export type StrainKind = Exclude<keyof LocalStrain, 'isSyncing'>;

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const MOST_PROPOSALS = 2;
const MOST_OWN_VOTES = 6;
const MOST_REFUSALS = 32;
const MOST_CERTIFICATES = 6;

const phaseBits: Readonly<Record<VoteType, number>> = { vote1: 1, vote2: 2, vote3: 4 };

/** Shared by all records of which nothing else is known. */
const NOTHING: readonly never[] = [];
const AT_EASE: LocalStrain = {
  storageUs: undefined,
  loopLagUs: undefined,
  cpuRatio: undefined,
  processingUs: undefined,
  isSyncing: false,
};

/** A record and the pen. */
export class OpenRecord implements ViewRecord {
  readonly chain: string;
  readonly node: string;
  readonly self: string | undefined;
  readonly run: string;
  readonly view: number;
  epoch: number | undefined = undefined;
  leader: string | undefined = undefined;
  collector: string | undefined = undefined;
  isEntered = false;
  enteredAtUs: number;
  trigger: ViewTrigger | undefined = undefined;
  jumped = 0;
  timerUs: number | undefined = undefined;
  leaderWait: ViewRecord['leaderWait'] = undefined;
  proposals: readonly ProposalSeen[] = NOTHING;
  ownVotes: readonly OwnVote[] = NOTHING;
  votes: readonly VoteArrival[] = NOTHING;
  refusals: readonly Refusal[] = NOTHING;
  certificates: readonly CertificateSeen[] = NOTHING;
  wishes: readonly WishArrival[] = NOTHING;
  wishSentUs: number | undefined = undefined;
  timeoutCertificate: TimeoutCertificateSeen | undefined = undefined;
  committedUs: number | undefined = undefined;
  isCommittedBySync = false;
  timeout: ViewRecord['timeout'] = undefined;
  leftUs: number | undefined = undefined;
  leftBy: ViewTrigger | undefined = undefined;
  strain: LocalStrain = AT_EASE;
  unreachable: readonly string[] = NOTHING;
  incomplete: readonly DomainName[] = NOTHING;
  #monoUs: number | undefined;
  #isClosed = false;
  /** By validator index, which phases it has voted in: a hint that makes looking for repetitions rare. */
  #voters: Uint8Array | undefined = undefined;

  constructor(speaker: Speaker, view: number, at: Stamp) {
    this.chain = speaker.chain;
    this.node = speaker.node;
    this.self = speaker.self;
    this.run = speaker.run;
    this.view = view;
    this.enteredAtUs = at.ts_us;
    this.#monoUs = at.mono_us;
  }

  /** The listener has heard of it. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  close(): void {
    this.#isClosed = true;
  }

  /** Microseconds from the entry to a statement of `run`. */
  offsetUs(at: Stamp, run: string): number {
    // The monotonic clock of another life counts from another start.
    if (this.#monoUs !== undefined && at.mono_us !== undefined && run === this.run)
      return Math.round(at.mono_us - this.#monoUs);
    return at.ts_us - this.enteredAtUs;
  }

  /** The node entered; what it heard of the view before lies before the entry from now on. */
  enter(at: Stamp): void {
    this.#shift(this.offsetUs(at, this.run));
    this.isEntered = true;
    this.enteredAtUs = at.ts_us;
    this.#monoUs = at.mono_us;
  }

  propose(proposal: ProposalSeen): boolean {
    if (this.proposals.length >= MOST_PROPOSALS) return false;
    if (this.proposals.some(({ block }) => block === proposal.block)) return false;
    this.proposals = [...this.proposals, proposal];
    return true;
  }

  voteItself(vote: OwnVote): boolean {
    if (this.ownVotes.length >= MOST_OWN_VOTES) return false;
    if (this.ownVotes.some((known) => known.vote === vote.vote && known.block === vote.block)) return false;
    this.ownVotes = [...this.ownVotes, vote];
    return true;
  }

  /**
   * @param index a number of the validator, below 4,096 or -1
   * @param most how many votes the record may hold
   */
  takeVote(vote: VoteArrival, index: number, most: number): boolean {
    if (this.#isKnownVote(vote, index)) return false;
    if (this.votes === NOTHING) this.votes = [vote];
    else if (this.votes.length >= most) return false;
    else (this.votes as VoteArrival[]).push(vote);
    const { certificates } = this;
    for (let i = 0; i < certificates.length; i++) this.#settleLateness(certificates[i]!, vote);
    return true;
  }

  refuse(refusal: Refusal): boolean {
    if (this.refusals.length >= MOST_REFUSALS) return false;
    this.refusals = [...this.refusals, refusal];
    return true;
  }

  certify(certificate: CertificateSeen): boolean {
    if (this.certificates.length >= MOST_CERTIFICATES) return false;
    const { vote, block } = certificate;
    if (this.certificates.some((known) => known.vote === vote && known.block === block)) return false;
    this.certificates = [...this.certificates, certificate];
    if (certificate.isFormedHere) this.#findCloser(certificate);
    return true;
  }

  wish(wish: WishArrival, most: number): boolean {
    if (this.wishes.length >= most) return false;
    if (this.wishes.some(({ validator }) => validator === wish.validator)) return false;
    if (this.wishes === NOTHING) this.wishes = [wish];
    else (this.wishes as WishArrival[]).push(wish);
    return true;
  }

  /** Raises a figure of the node's machine. */
  strained(kind: StrainKind, value: number): boolean {
    if (value <= (this.strain[kind] ?? -1)) return false;
    this.#ownStrain()[kind] = value;
    return true;
  }

  syncing(): boolean {
    if (this.strain.isSyncing) return false;
    this.#ownStrain().isSyncing = true;
    return true;
  }

  lost(domain: DomainName): void {
    if (!this.incomplete.includes(domain)) this.incomplete = [...this.incomplete, domain];
  }

  cutOff(peer: string): void {
    if (!this.unreachable.includes(peer)) this.unreachable = [...this.unreachable, peer];
  }

  #ownStrain(): Mutable<LocalStrain> {
    if (this.strain === AT_EASE) this.strain = { ...AT_EASE };
    return this.strain;
  }

  #isKnownVote({ vote, validator, block }: VoteArrival, index: number): boolean {
    if (index >= 0) {
      let voters = this.#voters;
      if (voters === undefined || index >= voters.length) {
        const wider = new Uint8Array(Math.max(16, 2 * index));
        if (voters !== undefined) wider.set(voters);
        this.#voters = voters = wider;
      }
      const bit = phaseBits[vote];
      const phases = voters[index]!;
      voters[index] = phases | bit;
      if ((phases & bit) === 0) return false;
    }
    return this.votes.some(
      (known) => known.validator === validator && known.vote === vote && known.block === block,
    );
  }

  /** A node may leave it to us to see that a vote was late; and a vote may be told of after its certificate. */
  #settleLateness(certificate: CertificateSeen, vote: Mutable<VoteArrival>): void {
    if (!certificate.isFormedHere || certificate.vote !== vote.vote) return;
    const lateUs = vote.atUs - certificate.atUs;
    if (lateUs > 0) vote.lateUs ??= lateUs;
    else if (vote.lateUs === undefined) this.#findCloser(certificate);
  }

  #findCloser(certificate: Mutable<CertificateSeen>): void {
    let closer: VoteArrival | undefined;
    for (const vote of this.votes) {
      if (vote.vote !== certificate.vote || vote.block !== certificate.block) continue;
      if (vote.lateUs !== undefined || vote.atUs > certificate.atUs) continue;
      if (closer === undefined || vote.atUs >= closer.atUs) closer = vote;
    }
    const isSigner = closer === undefined || (certificate.signers?.includes(closer.validator) ?? true);
    certificate.closedBy = isSigner ? closer?.validator : undefined;
  }

  #shift(byUs: number): void {
    if (byUs === 0) return;
    const lists: readonly (readonly { readonly atUs: number }[])[] = [
      this.proposals,
      this.ownVotes,
      this.votes,
      this.refusals,
      this.certificates,
      this.wishes,
    ];
    for (const list of lists) for (const one of list) (one as { atUs: number }).atUs -= byUs;
    if (this.wishSentUs !== undefined) this.wishSentUs -= byUs;
    if (this.committedUs !== undefined) this.committedUs -= byUs;
    for (const one of [this.timeout, this.timeoutCertificate])
      if (one !== undefined) (one as { atUs: number }).atUs -= byUs;
  }
}
