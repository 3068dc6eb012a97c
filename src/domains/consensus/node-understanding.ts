/**
 * One node, as all understand it who understand anything: its standing, its records and their phases, who takes
 * part, its findings. They hear every event in this order.
 *
 * The events of every view are told in one call each. A chain of a hundred nodes comes back to a node when all
 * that belongs to it has left the caches, so that what an event costs is how many objects of the node it meets.
 */
import type { DomainName, EventType, HelloEvent } from '../../events/vocabulary.js';
import type { Handlers, NodeObserver } from '../domain.js';
import { phaseOf, type NodeFindings } from './findings/node-findings.js';
import type { PhaseObserver } from './record/phase-observer.js';
import type { RecordBook } from './record/record-book.js';
import { certified, committed, proposalReceived, voteReceived, voteSent } from './record/record-handlers.js';
import type { NodeStanding } from './verdict/node-standing.js';

/** Who hears of a node. */
export interface NodeParts {
  /** Before the records, so that where a node is now is known when one of them closes. */
  readonly standing: NodeStanding;
  readonly records: RecordBook;
  readonly phases: PhaseObserver;
  readonly participation: NodeObserver;
  readonly findings: NodeFindings;
}

type Handle = (event: never) => void;

/** Tells its parts. */
export class NodeUnderstanding implements NodeObserver {
  readonly handlers: Handlers;
  readonly #parts: readonly NodeObserver[];

  constructor(parts: NodeParts) {
    const { standing, records, phases, participation, findings } = parts;
    this.#parts = [standing, records, phases, participation, findings];
    this.handlers = { ...inTurn(this.#parts), ...ofEveryView(parts) };
  }

  hello(hello: HelloEvent, isNewRun: boolean): void {
    for (const part of this.#parts) part.hello?.(hello, isNewRun);
  }

  gap(domain: DomainName, missing: number): void {
    for (const part of this.#parts) part.gap?.(domain, missing);
  }

  validators(): void {
    for (const part of this.#parts) part.validators?.();
  }

  detached(): void {
    for (const part of this.#parts) part.detached?.();
  }

  retired(): void {
    for (const part of this.#parts) part.retired?.();
  }
}

/** Each event to those who have a handler for it, one after the other. */
function inTurn(parts: readonly NodeObserver[]): Handlers {
  const types = new Set(parts.flatMap(({ handlers }) => Object.keys(handlers)));
  const told: Record<string, Handle> = {};
  for (const type of types) {
    const hearing = parts.flatMap(
      ({ handlers }) => (handlers[type as EventType] as Handle | undefined) ?? [],
    );
    told[type] = (event) => {
      for (const hear of hearing) hear(event);
    };
  }
  return told;
}

/** The same, called by name. */
function ofEveryView({ standing, records, phases, findings }: NodeParts): Handlers {
  return {
    'consensus.view_entered': (event) => {
      standing.entered(event);
      records.entered(event);
      phases.entered(event);
      findings.entered(event);
    },
    'consensus.proposal_received': (event) => {
      standing.spokeOfProposals(event);
      proposalReceived(records, event);
      findings.proposed(event, event.validator);
    },
    'consensus.lock_updated': (event) => {
      standing.spokeOfVotes(event);
      findings.locked(event);
    },
    'consensus.vote_sent': (event) => {
      voteSent(records, event);
      findings.voted(event);
    },
    'consensus.vote_received': (event) => {
      standing.spokeOfVotes(event);
      voteReceived(records, event);
      findings.voteReceived(event);
    },
    'consensus.qc_received': (event) => {
      certified(records, event, event.vote ?? 'vote1', false);
      findings.certified(event, phaseOf(event.vote), event.validator);
    },
    'consensus.high_qc_updated': (event) => findings.raisedQc(event),
    'consensus.block_committed': (event) => {
      committed(records, event);
      findings.committed(event);
    },
  };
}
