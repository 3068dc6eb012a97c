/**
 * The demo's own eyes: what the sidecar's events tell about the network as a whole. It hears what every domain hears, in
 * the same order, and keeps no more than a screen can show.
 *
 * It never hears what the simulator knows: whatever it concludes is what any operator could.
 */
import type { EventMap } from '../../events/vocabulary.js';
import { ViewBook, type ViewFacts } from './view-book.js';

/** One validator as the sidecar sees it. */
export interface SeenValidator {
  readonly id: string;
  /** Its label value. */
  readonly name: string;
  /** When anything of it was last seen: an event of its node, or a message that another node had from it. */
  lastSeenUs: number | undefined;
  lastVotedView: number;
  /** How late its last votes were, microseconds after the certificate, 0 for in time; the newest last. */
  lateness: readonly number[];
}

const KEPT_VIEWS = 400;
const KEPT_LATENESS = 8;

/** Everything that the screen and the findings are made from. */
export class NetworkWatch {
  readonly views = new ViewBook(KEPT_VIEWS);
  readonly validators = new Map<string, SeenValidator>();
  /** Validator id by node that speaks for it. */
  readonly validatorOf = new Map<string, string>();
  chain = '';
  height = 0;
  /** When anything of anybody was last seen. */
  lastSeenUs = 0;
  lastCommitUs: number | undefined;
  firstCommitUs: number | undefined;
  failedViews = 0;
  lastFailedView: ViewFacts | undefined;
  viewTimerUs = 1_000_000;

  /** Votes that make a certificate where all votes weigh the same. */
  get quorum(): number {
    const n = this.validators.size;
    return n - Math.floor((n - 1) / 3);
  }

  /** From how long after the quorum a vote is late enough to matter: with equal links the last vote always misses it. */
  get lateAfterUs(): number {
    return Math.max(10_000, this.viewTimerUs / 10);
  }

  /** The validator set, by id and name. Known validators keep what is known of them. */
  announce(chain: string, members: readonly { readonly id: string; readonly label: string }[]): void {
    this.chain = chain;
    for (const { id, label } of members) {
      if (this.validators.has(id)) continue;
      const seen = { id, name: label, lastSeenUs: undefined, lastVotedView: 0, lateness: [] };
      this.validators.set(id, seen);
    }
  }

  /** A node is there, speaking for a validator if it says so. */
  attached(node: string, validator: string | undefined, timerUs: number | undefined, nowUs: number): void {
    if (validator !== undefined) this.validatorOf.set(node, validator);
    if (timerUs !== undefined) this.viewTimerUs = timerUs;
    this.#saw(validator ?? node, nowUs);
  }

  viewEntered(event: EventMap['consensus.view_entered'], nowUs: number): void {
    this.#spoke(event.node, nowUs);
    const facts = this.views.at(event.view);
    if (facts) facts.leader ??= event.leader;
  }

  viewTimedOut(event: EventMap['consensus.view_timed_out'], nowUs: number): void {
    this.#spoke(event.node, nowUs);
    const facts = this.views.at(event.view);
    if (!facts || facts.timedOut || facts.certified) return;
    facts.timedOut = true;
    facts.leader ??= event.leader;
    this.failedViews++;
    this.lastFailedView = facts;
  }

  proposalReceived(event: EventMap['consensus.proposal_received'], nowUs: number): void {
    this.#spoke(event.node, nowUs);
    this.#saw(event.validator, nowUs);
  }

  voteSent(event: EventMap['consensus.vote_sent'], nowUs: number): void {
    const validator = this.#spoke(event.node, nowUs);
    this.views.at(event.view)?.sent.set(validator, event.to);
  }

  voteReceived(event: EventMap['consensus.vote_received'], nowUs: number): void {
    this.#spoke(event.node, nowUs);
    this.#saw(event.validator, nowUs);
    const facts = this.views.at(event.view);
    if (!facts) return;
    if (event.late_us === undefined) facts.inTime.add(event.validator);
    else if (!facts.inTime.has(event.validator)) facts.late.set(event.validator, event.late_us);
    this.#voted(event.validator, event.view, event.late_us ?? 0);
  }

  qcFormed(event: EventMap['consensus.qc_formed'], nowUs: number): void {
    this.#spoke(event.node, nowUs);
    const facts = this.views.at(event.view);
    if (!facts) return;
    facts.certified = true;
    for (const signer of event.signers ?? []) {
      facts.inTime.add(signer);
      facts.late.delete(signer);
    }
  }

  blockCommitted(event: EventMap['consensus.block_committed'], nowUs: number): void {
    this.#spoke(event.node, nowUs);
    const facts = this.views.read(event.view);
    if (facts) facts.committed = true;
    if (event.height <= this.height) return;
    this.height = event.height;
    this.lastCommitUs = nowUs;
    this.firstCommitUs ??= nowUs;
  }

  /** @returns the id of the validator that the node speaks for */
  #spoke(node: string, nowUs: number): string {
    const validator = this.validatorOf.get(node) ?? node;
    this.#saw(validator, nowUs);
    return validator;
  }

  #saw(id: string, nowUs: number): void {
    const validator = this.validators.get(id);
    if (!validator) return;
    validator.lastSeenUs = nowUs;
    this.lastSeenUs = nowUs;
  }

  #voted(id: string, view: number, lateUs: number): void {
    const validator = this.validators.get(id);
    if (!validator) return;
    validator.lastVotedView = Math.max(validator.lastVotedView, view);
    validator.lateness = [...validator.lateness, lateUs].slice(-KEPT_LATENESS);
  }
}
