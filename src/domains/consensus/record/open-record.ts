/**
 * A view record while it is written. It knows how to place a moment on its own time scale and how to
 * take each kind of statement once; which record a statement belongs to is the book's business.
 *
 * Every method says whether the record changed. Lists are bounded, so that a node that repeats itself
 * cannot fill the memory. `begin` makes a used record new: moving every record of a busy chain through
 * the garbage collector cost more than writing it, so that objects of the usual view are used again.
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

const LEAST_VOTERS = 128;
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

const noProposal = (): Mutable<ProposalSeen> => ({
  block: '',
  parent: '',
  height: 0,
  justifyView: 0,
  dcView: undefined,
  validator: undefined,
  isOwn: false,
  atUs: 0,
  workUs: undefined,
  proposedAtUs: undefined,
  transactions: undefined,
  bytes: undefined,
});
const noOwnVote = (): Mutable<OwnVote> => ({ vote: 'vote1', block: '', atUs: 0, to: undefined });
const noCertificate = (): Mutable<CertificateSeen> => ({
  vote: 'vote1',
  block: '',
  signers: undefined,
  isFormedHere: false,
  atUs: 0,
  closedBy: undefined,
  collectUs: undefined,
});

/** A record and the pen. */
export class OpenRecord implements ViewRecord {
  chain: string;
  node: string;
  self: string | undefined;
  run: string;
  view: number;
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
  /**
   * The objects of the usual view, and lists that hold them alone: used again by the next view that this record is
   * for. The record leads to each object itself, so that writing does not go through the list.
   */
  #proposal: Mutable<ProposalSeen> | undefined = undefined;
  #oneProposal: readonly ProposalSeen[] = NOTHING;
  #ownVote: Mutable<OwnVote> | undefined = undefined;
  #oneOwnVote: readonly OwnVote[] = NOTHING;
  #certificate: Mutable<CertificateSeen> | undefined = undefined;
  #oneCertificate: readonly CertificateSeen[] = NOTHING;
  #strain: Mutable<LocalStrain> | undefined = undefined;
  #older: OpenRecord | undefined = undefined;
  #newer: OpenRecord | undefined = undefined;
  #chained: OpenRecord | undefined = undefined;

  constructor(speaker: Speaker, view: number, at: Stamp) {
    this.chain = speaker.chain;
    this.node = speaker.node;
    this.self = speaker.self;
    this.run = speaker.run;
    this.view = view;
    this.enteredAtUs = at.ts_us;
    this.#monoUs = at.mono_us;
  }

  /** Makes it the empty record of another view. */
  begin(speaker: Speaker, view: number, at: Stamp): void {
    this.chain = speaker.chain;
    this.node = speaker.node;
    this.self = speaker.self;
    this.run = speaker.run;
    this.view = view;
    this.enteredAtUs = at.ts_us;
    this.#monoUs = at.mono_us;
    this.#isClosed = false;
    this.#voters = undefined;
    this.isEntered = this.isCommittedBySync = false;
    this.jumped = 0;
    this.epoch = this.timerUs = this.wishSentUs = this.committedUs = this.leftUs = undefined;
    this.leader = this.collector = undefined;
    this.trigger = this.leftBy = undefined;
    this.leaderWait = this.timeout = this.timeoutCertificate = undefined;
    this.proposals = this.ownVotes = this.certificates = NOTHING;
    this.votes = this.refusals = this.wishes = NOTHING;
    this.unreachable = this.incomplete = NOTHING;
    this.strain = AT_EASE;
  }

  /** The record that its book made next. */
  get newer(): OpenRecord | undefined {
    return this.#newer;
  }

  /** The next record of its book that falls upon the same place; the table's. */
  get chained(): OpenRecord | undefined {
    return this.#chained;
  }

  set chained(record: OpenRecord | undefined) {
    this.#chained = record;
  }

  /** Takes its place in its book, behind the one made last. */
  follow(older: OpenRecord | undefined): void {
    this.#older = older;
    this.#newer = undefined;
    if (older !== undefined) older.#newer = this;
  }

  /** Leaves its place; the record made before it. */
  unlink(): OpenRecord | undefined {
    const older = this.#older;
    const newer = this.#newer;
    if (older !== undefined) older.#newer = newer;
    if (newer !== undefined) newer.#older = older;
    this.#older = this.#newer = undefined;
    return older;
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

  /** A proposal of `block` to write to, or undefined when it is known or there are enough. */
  propose(block: string): Mutable<ProposalSeen> | undefined {
    const { proposals } = this;
    if (proposals.length >= MOST_PROPOSALS) return undefined;
    for (let i = 0; i < proposals.length; i++) if (proposals[i]!.block === block) return undefined;
    const proposal = proposals.length === 0 ? this.#firstProposal() : noProposal();
    this.proposals = proposals.length === 0 ? this.#oneProposal : [...proposals, proposal];
    proposal.block = block;
    return proposal;
  }

  voteItself(vote: VoteType, block: string, atUs: number, to: string | undefined): boolean {
    const { ownVotes } = this;
    if (ownVotes.length >= MOST_OWN_VOTES) return false;
    for (let i = 0; i < ownVotes.length; i++) {
      const known = ownVotes[i]!;
      if (known.vote === vote && known.block === block) return false;
    }
    const added = ownVotes.length === 0 ? this.#firstOwnVote() : noOwnVote();
    this.ownVotes = ownVotes.length === 0 ? this.#oneOwnVote : [...ownVotes, added];
    added.vote = vote;
    added.block = block;
    added.atUs = atUs;
    added.to = to;
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
    const { what, validator, reason, atUs } = refusal;
    for (const known of this.refusals)
      if (known.atUs === atUs && known.validator === validator)
        if (known.what === what && known.reason === reason) return false;
    this.refusals = [...this.refusals, refusal];
    return true;
  }

  certify(certificate: Omit<CertificateSeen, 'closedBy'>): boolean {
    const { certificates } = this;
    if (certificates.length >= MOST_CERTIFICATES) return false;
    const { vote, block } = certificate;
    for (const known of certificates) if (known.vote === vote && known.block === block) return false;
    const added = certificates.length === 0 ? this.#firstCertificate() : noCertificate();
    this.certificates = certificates.length === 0 ? this.#oneCertificate : [...certificates, added];
    added.vote = vote;
    added.block = block;
    added.signers = certificate.signers;
    added.isFormedHere = certificate.isFormedHere;
    added.atUs = certificate.atUs;
    added.collectUs = certificate.collectUs;
    added.closedBy = undefined;
    if (added.isFormedHere) this.#findCloser(added);
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

  #firstProposal(): Mutable<ProposalSeen> {
    if (this.#proposal === undefined) this.#oneProposal = [(this.#proposal = noProposal())];
    return this.#proposal;
  }

  #firstOwnVote(): Mutable<OwnVote> {
    if (this.#ownVote === undefined) this.#oneOwnVote = [(this.#ownVote = noOwnVote())];
    return this.#ownVote;
  }

  #firstCertificate(): Mutable<CertificateSeen> {
    if (this.#certificate === undefined) this.#oneCertificate = [(this.#certificate = noCertificate())];
    return this.#certificate;
  }

  #ownStrain(): Mutable<LocalStrain> {
    if (this.strain !== AT_EASE) return this.strain;
    const strain = (this.#strain ??= { ...AT_EASE });
    strain.storageUs = strain.loopLagUs = strain.cpuRatio = strain.processingUs = undefined;
    strain.isSyncing = false;
    this.strain = strain;
    return strain;
  }

  #isKnownVote({ vote, validator, block }: VoteArrival, index: number): boolean {
    if (index >= 0) {
      let voters = this.#voters;
      if (voters === undefined || index >= voters.length) {
        const wider = new Uint8Array(Math.max(LEAST_VOTERS, 2 * index));
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
