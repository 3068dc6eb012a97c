/**
 * Event by event: which view a statement is about and what it adds to that view's record. Everything
 * that has to do with the life of records is the book's.
 *
 * Wishes and timeout certificates name the view that they let enter; they belong to the one before.
 */
import type { DomainEvent, EventMap } from '../../../events/vocabulary.js';
import type { Handlers } from '../../domain.js';
import type { ChainRecords } from './chain-records.js';
import type { OpenRecord, Stamp } from './open-record.js';
import type { Strains } from './strains.js';
import type { VoteType } from './view-record.js';

type Of<T extends string> = EventMap[`consensus.${T}` & keyof EventMap];

interface Certificate {
  readonly view: number;
  readonly epoch?: number | undefined;
  readonly block: string;
  readonly signers?: readonly string[] | undefined;
  readonly collect_us?: number | undefined;
}

/** What the handlers need of a book. */
export interface OpenBook {
  readonly chain: ChainRecords;
  readonly strains: Strains;
  /** The validator that the node is. */
  readonly self: string | undefined;
  /** The record of the view that the node is in. */
  readonly current: OpenRecord | undefined;
  /** The record of a view, where there is one. */
  at(view: number): OpenRecord | undefined;
  /** The record of a view that the node says something new about; undefined where it gets none. */
  of(view: number, at: Stamp): OpenRecord | undefined;
  offsetUs(record: OpenRecord, at: Stamp): number;
  /** Something was added to `record`. */
  changed(record: OpenRecord): void;
  /** A vote was added. */
  voteHeld(): void;
  entered(event: EventMap['consensus.view_entered']): void;
  timedOut(event: EventMap['consensus.view_timed_out']): void;
}

/** The handlers of a book. */
export function recordHandlers(book: OpenBook): Handlers {
  return {
    ...viewHandlers(book),
    ...proposalHandlers(book),
    ...voteHandlers(book),
    ...certificateHandlers(book),
    ...machineHandlers(book),
  };
}

function viewHandlers(book: OpenBook): Handlers {
  return {
    'consensus.view_entered': (event) => book.entered(event),
    'consensus.view_timed_out': (event) => book.timedOut(event),
    'consensus.leader_waited': (event) => {
      const record = book.of(event.view, event);
      if (record === undefined || record.leaderWait !== undefined) return;
      record.leaderWait = { path: event.path, waitUs: event.wait_us };
      book.changed(record);
    },
    'consensus.block_committed': (event) => committed(book, event),
    'consensus.wish_sent': (event) => {
      const record = event.view > 0 ? book.of(event.view - 1, event) : undefined;
      if (record === undefined || record.wishSentUs !== undefined) return;
      record.wishSentUs = book.offsetUs(record, event);
      book.changed(record);
    },
    'consensus.wish_received': (event) => {
      const record = event.view > 0 ? book.of(event.view - 1, event) : undefined;
      if (record === undefined) return;
      const { validator, high_qc_view: highQcView } = event;
      const wish = { validator, atUs: book.offsetUs(record, event), highQcView };
      if (record.wish(wish, book.chain.votesPerRecord)) book.changed(record);
    },
    'consensus.tc_formed': (event) => timeoutCertified(book, event, true),
    'consensus.tc_received': (event) => timeoutCertified(book, event, false),
  };
}

/** A block is final for the node. */
export function committed(book: OpenBook, event: Of<'block_committed'>): void {
  // Commits of fetched blocks are many, of views that the node never lived through.
  const record = book.at(event.view);
  if (record === undefined || record.committedUs !== undefined) return;
  record.committedUs = book.offsetUs(record, event);
  record.isCommittedBySync = event.syncing === true;
  book.changed(record);
}

function timeoutCertified(
  book: OpenBook,
  event: Of<'tc_formed' | 'tc_received'>,
  isFormedHere: boolean,
): void {
  const record = event.view > 0 ? book.of(event.view - 1, event) : undefined;
  if (record === undefined || record.timeoutCertificate !== undefined) return;
  const signers = event.signers && book.chain.texts.signers(event.view - 1, event.signers).ids;
  record.timeoutCertificate = { atUs: book.offsetUs(record, event), isFormedHere, signers };
  book.changed(record);
}

function proposalHandlers(book: OpenBook): Handlers {
  return {
    'consensus.proposal_sent': (event) => proposed(book, event, book.self, true, event.build_us),
    'consensus.proposal_received': (event) => proposalReceived(book, event),
    'consensus.proposal_rejected': (event) => refused(book, event, 'proposal', event.view),
    'consensus.vote_rejected': (event) => refused(book, event, 'vote', event.view),
    'consensus.certificate_rejected': (event) =>
      refused(book, event, 'certificate', event.certificate === 'tc' ? event.view - 1 : event.view),
  };
}

/** The node accepted a proposal. */
export function proposalReceived(book: OpenBook, event: Of<'proposal_received'>): void {
  const { validator, processing_us: workUs } = event;
  proposed(book, event, validator, validator === book.self, workUs);
  worked(book, event, workUs);
}

function proposed(
  book: OpenBook,
  event: Of<'proposal_sent' | 'proposal_received'>,
  validator: string | undefined,
  isOwn: boolean,
  workUs: number | undefined,
): void {
  const record = book.of(event.view, event);
  if (record === undefined) return;
  record.epoch ??= event.epoch;
  const { texts } = book.chain;
  const proposal = record.propose(texts.block(event.view, event.block));
  if (proposal === undefined) return;
  proposal.parent = texts.block(event.justify_view, event.parent);
  proposal.height = event.height;
  proposal.justifyView = event.justify_view;
  proposal.dcView = event.dc_view;
  proposal.validator = validator;
  proposal.isOwn = isOwn;
  proposal.atUs = book.offsetUs(record, event);
  proposal.workUs = workUs;
  proposal.proposedAtUs = event.proposed_at_us;
  proposal.transactions = event.transactions;
  proposal.bytes = event.bytes;
  book.changed(record);
}

function refused(
  book: OpenBook,
  event: Of<'proposal_rejected' | 'vote_rejected' | 'certificate_rejected'>,
  what: 'proposal' | 'vote' | 'certificate',
  view: number,
): void {
  // A node may refuse the next view's proposal before it has entered that view.
  const isNext = what === 'proposal' && view === (book.current?.view ?? -2) + 1;
  const record = isNext ? book.of(view, event) : book.at(view);
  if (record === undefined) return;
  const { validator, reason } = event;
  if (record.refuse({ what, validator, reason, atUs: book.offsetUs(record, event) })) book.changed(record);
}

function voteHandlers(book: OpenBook): Handlers {
  return {
    'consensus.vote_sent': (event) => voteSent(book, event),
    'consensus.vote_received': (event) => voteReceived(book, event),
  };
}

/** The node cast a vote. */
export function voteSent(book: OpenBook, event: Of<'vote_sent'>): void {
  const record = book.of(event.view, event);
  if (record === undefined) return;
  const { vote, to } = event;
  const block = sameBlock(record, event.block);
  if (!record.voteItself(vote, block, book.offsetUs(record, event), to)) return;
  if (vote === 'vote1') record.collector ??= to;
  book.changed(record);
}

/** A vote came to the node. */
export function voteReceived(book: OpenBook, event: Of<'vote_received'>): void {
  const record = book.of(event.view, event);
  if (record === undefined) return;
  const { vote, validator, late_us: lateUs } = event;
  const block = sameBlock(record, event.block);
  const arrival = { vote, validator, block, atUs: book.offsetUs(record, event), lateUs };
  const { chain } = book;
  if (record.takeVote(arrival, chain.texts.validators.of(validator), chain.votesPerRecord)) {
    book.voteHeld();
    book.changed(record);
  }
  worked(book, event, event.processing_us);
}

/** The instance that the record already holds, where it is the same block. */
function sameBlock({ proposals, votes }: OpenRecord, block: string): string {
  const known = proposals[0]?.block ?? votes[0]?.block;
  return known === block ? known : block;
}

function certificateHandlers(book: OpenBook): Handlers {
  return {
    'consensus.qc_formed': (event) => certified(book, event, event.vote ?? 'vote1', true),
    'consensus.qc_received': (event) => certified(book, event, event.vote ?? 'vote1', false),
    'consensus.dc_formed': (event) => certified(book, event, 'vote2', true),
    'consensus.dc_received': (event) => certified(book, event, 'vote2', false),
  };
}

/** The node has a certificate. */
export function certified(
  book: OpenBook,
  event: Certificate & DomainEvent,
  vote: VoteType,
  isFormedHere: boolean,
): void {
  const record = book.of(event.view, event);
  if (record === undefined) return;
  const { texts } = book.chain;
  const isNew = record.certify({
    vote,
    block: texts.block(event.view, event.block),
    signers: event.signers && texts.signers(event.view, event.signers).ids,
    isFormedHere,
    atUs: book.offsetUs(record, event),
    collectUs: event.collect_us,
  });
  if (!isNew) return;
  if (isFormedHere && vote === 'vote1') record.collector ??= book.self;
  book.changed(record);
}

function worked(book: OpenBook, event: DomainEvent, us: number | undefined): void {
  if (us !== undefined && us > 0) book.strains.took('processingUs', us, event);
}

function machineHandlers(book: OpenBook): Handlers {
  const stored = (event: DomainEvent & { readonly duration_us: number }): void =>
    book.strains.took('storageUs', event.duration_us, event);
  return {
    'consensus.sync_started': () => book.strains.syncing(true),
    'consensus.sync_completed': () => book.strains.syncing(false),
    'storage.write_completed': stored,
    'storage.batch_completed': stored,
    'storage.sync_completed': stored,
    'storage.stalled': stored,
    'process.loop_lag_measured': (event) => book.strains.sampled('loopLagUs', event.lag_us, event),
    'process.gc_completed': (event) => book.strains.took('loopLagUs', event.duration_us, event),
    'process.measured': (event) => {
      if (event.cpu_ratio !== undefined) book.strains.sampled('cpuRatio', event.cpu_ratio, event);
    },
    'network.message_received': (event) => worked(book, event, event.queue_us),
    'network.message_processed': (event) => worked(book, event, event.duration_us),
    'network.peer_connected': (event) => book.strains.reach.connected(event),
    'network.peer_disconnected': (event) => {
      book.strains.reach.disconnected(event);
      book.strains.reachChanged();
    },
    'network.connection_failed': (event) => {
      book.strains.reach.failed(event);
      book.strains.reachChanged();
    },
    'network.partition_detected': (event) => {
      const others = book.chain.names.members.map(({ id }) => id).filter((id) => id !== book.self);
      book.strains.reach.split(event.reachable, others);
      book.strains.reachChanged();
    },
    'network.partition_healed': () => book.strains.reach.healed(),
  };
}
