/**
 * One attached node's statements on their way into the book of its chain, and the check of its own
 * conduct. It decides what counts as a statement, by whom, and when nothing may be concluded.
 */
import type { EventMap, HelloEvent } from '../../../events/vocabulary.js';
import type { Handlers, NodeObserver } from '../../domain.js';
import type { ChainBook } from './chain-book.js';
import { statementOf, type FindingDraft } from './finding.js';
import { OwnConduct, type Misconduct } from './own-conduct.js';
import { SpamWatch, type Spam } from './spam-watch.js';
import { Trust, type Company } from './trust.js';
import { ValidatorSets } from './validator-sets.js';
import { voteSources } from './view-slots.js';

type Event<T extends string> = EventMap[Extract<keyof EventMap, `consensus.${T}`>];
type Certified = Event<'qc_formed'> | Event<'qc_received'> | Event<'dc_formed'> | Event<'dc_received'>;

const RECEIVED = voteSources.indexOf('consensus.vote_received');
const SENT = voteSources.indexOf('consensus.vote_sent');
const REJECTED = voteSources.indexOf('consensus.vote_rejected');

/** Variants whose votes need a justification at or above the lock. */
const RANK_RULE: ReadonlySet<string | undefined> = new Set([
  undefined,
  'hotstuff2-basic',
  'hotstuff2-chained',
  'jolteon',
]);
/** Variants that have the lock of the papers, which never goes back. */
const LOCKS: ReadonlySet<string | undefined> = new Set([...RANK_RULE, 'hotstuff3-chained']);

/** Refusals that judge the statement itself after its sender was made sure of. */
const REPEATED = new Set(['duplicate', 'below_lock', 'stale_view']);
const BROKEN_CERTIFICATE = new Set(['below_quorum', 'invalid_certificate', 'invalid_signature']);
/** Refused certificates that wait until it is clear under which set they were judged. */
const MAX_SUSPECTS = 32;

/** Watches one node for findings. */
export class NodeFindings implements NodeObserver {
  readonly handlers: Handlers;
  readonly trust: Trust;
  isAttached = false;
  readonly #book: ChainBook;
  /** -1 of a node too many: it is not heard. */
  readonly #number: number;
  readonly #conduct = new OwnConduct();
  readonly #sets = new ValidatorSets();
  readonly #spam: SpamWatch;
  #self: string | undefined;
  #hasLocks = LOCKS.has(undefined);
  #hasRankRule = RANK_RULE.has(undefined);
  #name: string;
  #suspects: { readonly view: number; readonly raise: () => void }[] = [];

  constructor(name: string, book: ChainBook, company: Company) {
    this.#name = name;
    this.#book = book;
    this.#number = book.nodes.number(name);
    this.#spam = new SpamWatch(book);
    this.trust = new Trust(company);
    this.handlers = this.#handlers();
  }

  hello(hello: HelloEvent, isNewRun: boolean): void {
    this.isAttached = true;
    if (this.#self !== hello.validator) this.#conduct.forget();
    this.#self = hello.validator;
    this.#hasLocks = LOCKS.has(hello.protocol);
    this.#hasRankRule = RANK_RULE.has(hello.protocol);
    if (hello.validators !== undefined)
      this.#sets.announce(hello.epoch, undefined, this.#book.powers(hello.validators));
    if (!isNewRun) return;
    this.#conduct.newRun();
    this.#spam.forget();
    this.#suspects = [];
    this.trust.start();
  }

  gap(domain: string): void {
    if (domain !== 'consensus') return;
    this.#conduct.forget();
    this.#spam.forget();
    this.#sets.doubt();
    this.#suspects = [];
  }

  detached(): void {
    this.isAttached = false;
  }

  /** The chain was begun anew. */
  forget(): void {
    this.#conduct.forget();
    this.#spam.forget();
    this.#suspects = [];
  }

  // --- hearing

  #handlers(): Handlers {
    return {
      'consensus.view_entered': (event) => this.entered(event),
      'consensus.proposal_sent': (event) => this.proposed(event, this.#self),
      'consensus.proposal_received': (event) => this.proposed(event, event.validator),
      'consensus.proposal_rejected': (event) => this.#heard(event, () => this.#proposalRejected(event)),
      'consensus.vote_sent': (event) => this.voted(event),
      'consensus.vote_received': (event) => this.voteReceived(event),
      'consensus.vote_rejected': (event) => this.#heard(event, () => this.#voteRejected(event)),
      'consensus.qc_formed': (event) => this.certified(event, phaseOf(event.vote), this.#self),
      'consensus.qc_received': (event) => this.certified(event, phaseOf(event.vote), event.validator),
      'consensus.dc_formed': (event) => this.certified(event, 1, this.#self),
      'consensus.dc_received': (event) => this.certified(event, 1, event.validator),
      'consensus.tc_formed': (event) => this.#heard(event, () => this.#checkSigners(event, this.#self)),
      'consensus.tc_received': (event) =>
        this.#heard(event, () => this.#checkSigners(event, event.validator)),
      'consensus.certificate_rejected': (event) => this.#heard(event, () => this.#certificateRejected(event)),
      'consensus.lock_updated': (event) => this.locked(event),
      'consensus.high_qc_updated': (event) => this.raisedQc(event),
      'consensus.block_committed': (event) => this.committed(event),
      'consensus.epoch_changed': (event) => {
        this.#suspects = [];
        this.#conduct.newEpoch(event.seq);
        this.#sets.announce(event.epoch, event.view, this.#book.powers(event.validators));
      },
      'consensus.byzantine_detected': (event) => this.#heard(event, () => this.#reported(event)),
      'consensus.safety_violated': (event) => this.#heard(event, () => this.#violated(event)),
      'state.transition_applied': (event) =>
        this.#heard(event, () => this.#state(event, event.state_root, undefined)),
      'execution.block_executed': (event) =>
        this.#heard(event, () => this.#state(event, event.state_root, event.fuel_used)),
    };
  }

  #heard(event: EventMap[keyof EventMap], hear: () => void): void {
    if (this.trust.isTrusted) hear();
    else this.#hold(event, hear);
  }

  /** What an untrusted node says is held, and looked at only for a sign of which chain it is on. */
  #hold(event: EventMap[keyof EventMap], hear: () => void): void {
    if (this.#number < 0) return;
    this.trust.hold(hear);
    this.#probe(event);
  }

  #probe(event: EventMap[keyof EventMap]): void {
    if (event.type === 'consensus.view_entered') return this.trust.entered(event.view);
    if (!this.trust.isUnclear) return;
    const { block, view, parent } = event as { block?: string; view?: number; parent?: string };
    if (event.type === 'consensus.block_committed') {
      const same = this.#book.committed(event.height);
      const below = this.#book.committed(event.height - 1);
      if (same?.block === event.block || (below !== undefined && below.block === parent))
        return this.trust.confirm();
      if (same !== undefined || below !== undefined) this.trust.isApart = true;
      return this.trust.judge();
    }
    if (view === undefined || view === 0 || block === undefined) return;
    if (this.#book.knows(block, view)) this.trust.confirm();
  }

  // --- statements

  /** The node is in another view. */
  entered(event: Event<'view_entered'>): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.entered(event));
    this.#book.reached(event.view);
    this.#sets.noteEpoch(event.epoch);
    this.#misconduct(this.#conduct.entered(event));
    if (!this.#sets.hasEpochs || event.epoch !== undefined) this.#book.leader(event, this.#number);
  }

  /** A proposal was sent, or accepted. */
  proposed(event: Event<'proposal_sent'> | Event<'proposal_received'>, proposer: string | undefined): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.proposed(event, proposer));
    this.#book.place(event.block, event.view, event.parent);
    if (proposer !== undefined) this.#book.proposal(event, proposer, this.#number);
  }

  #proposalRejected(event: Event<'proposal_rejected'>): void {
    const { view, validator, reason, block, justify_view: justifyView } = event;
    const isLeader = this.#book.leaderOf(view) === validator;
    // Who leads a view of the new set, and rests its proposal on the old one, is not merely behind.
    const isStale = reason === 'stale_epoch' && isLeader && this.#sets.isCurrent(event.epoch, view);
    if (reason === 'invalid_certificate' || isStale)
      return this.#suspect(event, 'a proposal', justifyView ?? view, validator);
    // Who sent it may only have passed it on: it is the leader's word only if it came from the leader.
    if (block === undefined || !REPEATED.has(reason) || !isLeader) return;
    this.#book.proposal({ ...event, block }, validator, this.#number);
  }

  /** The node cast a vote. */
  voted(event: Event<'vote_sent'>): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.voted(event));
    if (this.#hasLocks) this.#misconduct(this.#conduct.voted(event, this.#hasRankRule));
    if (this.#self !== undefined) this.#book.vote(event, this.#self, this.#number, SENT);
  }

  /** A vote was accepted. */
  voteReceived(event: Event<'vote_received'>): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.voteReceived(event));
    this.#book.vote(event, event.validator, this.#number, RECEIVED);
    this.#misconduct(this.#spam.voted(event), event.validator);
  }

  #voteRejected(event: Event<'vote_rejected'>): void {
    const { block, reason, validator } = event;
    if (reason === 'invalid_signature' || reason === 'malformed' || reason === 'unknown_validator') return;
    this.#spam.rejected(event);
    // A second vote in one view is refused as a duplicate; the block tells whether it is the same one.
    if (reason !== 'duplicate' || block === undefined) return;
    this.#book.vote({ ...event, block }, validator, this.#number, REJECTED);
  }

  /** A certificate was formed, or accepted from somebody. */
  certified(event: Certified, phase: number, from: string | undefined): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.certified(event, phase, from));
    if (event.view === 0) return;
    if (event.type === 'consensus.qc_formed' || event.type === 'consensus.dc_formed')
      this.#book.reached(event.view);
    if (!this.#book.certificate(event, phase, this.#number)) return;
    if (this.#checkSigners(event, from)) this.#book.signed(event, phase, this.#number);
  }

  /** @param from whose certificate it is; without that, the node's own for having accepted it */
  #checkSigners(
    event: Certified | Event<'tc_formed'> | Event<'tc_received'>,
    from: string | undefined,
  ): boolean {
    if (event.signers === undefined) return false;
    const signers = this.#book.signers(event.view, event.signers);
    const problem = this.#sets.problem(event.view, event.epoch, signers);
    if (problem === undefined) return true;
    const validator = from ?? this.#self;
    this.#raise('invalid_certificate', `accepted is a certificate although ${problem}`, event, validator);
    return false;
  }

  #certificateRejected(event: Event<'certificate_rejected'>): void {
    const { certificate, reason, validator, view } = event;
    if (validator !== undefined && BROKEN_CERTIFICATE.has(reason))
      this.#suspect(event, `a ${certificate.toUpperCase()}`, view, validator);
  }

  /**
   * An honest validator sends no broken certificate; but a node that has not heard of a new set yet takes
   * a good one for broken. Where sets change, the node's next commits show under which set it was.
   */
  #suspect(
    event: Event<'certificate_rejected'> | Event<'proposal_rejected'>,
    what: string,
    view: number,
    validator: string,
  ): void {
    const raise = (): void =>
      this.#raise(
        'invalid_certificate',
        `sent ${what} that was refused: ${event.reason}`,
        { ...event, view },
        validator,
      );
    if (!this.#sets.hasEpochs) raise();
    else if (this.#suspects.length < MAX_SUSPECTS) this.#suspects.push({ view, raise });
  }

  /** The node locked on a block. */
  locked(event: Event<'lock_updated'>): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.locked(event));
    if (this.#hasLocks) this.#misconduct(this.#conduct.locked(event));
    if (event.view > 0) this.#book.certificate(event, 0, this.#number);
  }

  /** The node knows of a higher certificate. */
  raisedQc(event: Event<'high_qc_updated'>): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.raisedQc(event));
    this.#book.certificate(event, 0, this.#number);
  }

  /** A block is final for the node. */
  committed(event: Event<'block_committed'>): void {
    if (!this.trust.isTrusted) return this.#hold(event, () => this.committed(event));
    this.#misconduct(this.#conduct.committed(event));
    this.#book.commit(event, this.#number);
    this.#book.settled(event.height, this.#number);
    if (this.#suspects.length === 0) return;
    const clear = this.#suspects.filter(({ view }) => view <= event.view);
    this.#suspects = this.#suspects.filter(({ view }) => view > event.view);
    for (const { raise } of clear) raise();
  }

  #state(
    event: EventMap['state.transition_applied'] | EventMap['execution.block_executed'],
    root: string | undefined,
    fuel: number | bigint | undefined,
  ): void {
    const isFinal = event.height <= this.#conduct.height;
    this.#book.state(event, this.#number, { root, fuel: fuel?.toString() }, isFinal);
  }

  // --- findings

  #reported(event: Event<'byzantine_detected'>): void {
    const detail = `${this.#name} saw it`;
    const { kind, view, epoch, validator } = event;
    const about = { class: 'byzantine', kind, view, height: undefined, epoch, detail } as const;
    this.#book.reporter.raise({
      ...about,
      validators: [validator],
      source: 'reported',
      statements: [statementOf(event)],
    });
  }

  #violated(event: Event<'safety_violated'>): void {
    const detail = `${this.#name} saw it${event.detail === undefined ? '' : `: ${event.detail}`}`;
    const { kind, view, height, epoch } = event;
    const about = { class: 'safety', kind, view, height, epoch, detail } as const;
    this.#book.reporter.raise({
      ...about,
      validators: [],
      source: 'reported',
      statements: [statementOf(event)],
    });
  }

  #misconduct(found: Misconduct | Spam | undefined, validator = this.#self): void {
    if (found === undefined) return;
    const validators = validator === undefined ? [] : [validator];
    const { kind, view, height, detail, statements } = found;
    const name = kind === 'height_regression' ? 'divergence' : 'byzantine';
    const about: FindingDraft = {
      class: name,
      kind,
      validators,
      view,
      height,
      epoch: undefined,
      detail,
      source: 'inferred',
      statements,
    };
    this.#book.reporter.raise(about);
  }

  #raise(
    kind: 'invalid_certificate',
    detail: string,
    event: {
      readonly type: string;
      readonly node: string;
      readonly ts_us: number;
      readonly view: number;
      readonly epoch?: number | undefined;
    },
    validator: string | undefined,
  ): void {
    const validators = validator === undefined ? [] : [validator];
    const { view, epoch } = event;
    const about = { class: 'byzantine', kind, validators, view, height: undefined, epoch, detail } as const;
    this.#book.reporter.raise({ ...about, source: 'inferred', statements: [statementOf(event)] });
  }
}

/** Position of a phase. */
export function phaseOf(vote: 'vote1' | 'vote2' | 'vote3' | undefined): number {
  return vote === 'vote3' ? 2 : vote === 'vote2' ? 1 : 0;
}
