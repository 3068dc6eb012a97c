/**
 * One node, as all understand it who understand anything: its standing, its records and their phases, who takes
 * part, its findings, its clock. They hear every event in this order.
 *
 * The events of every view are told by name, from one table for all nodes. A chain of a hundred nodes comes back to a
 * node when all that belongs to it has left the caches, so that what an event costs is how many objects of the node it
 * meets. Told by name are exactly those who have a handler for the event; all other events go to the handlers.
 */
import {
  schemas,
  type DomainEvent,
  type DomainName,
  type EventMap,
  type EventType,
  type HelloEvent,
} from '../../events/vocabulary.js';
import type { Handlers, NodeObserver } from '../domain.js';
import type { NodeClock } from './findings/node-clock.js';
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
  readonly clock: NodeClock;
}

type Handle = (event: never) => void;

/** Tells its parts. */
export class NodeUnderstanding implements NodeObserver, NodeParts {
  readonly standing: NodeStanding;
  readonly records: RecordBook;
  readonly findings: NodeFindings;
  readonly clock: NodeClock;
  readonly phases: PhaseObserver;
  readonly participation: NodeObserver;
  readonly handlers: Handlers;
  readonly #parts: readonly NodeObserver[];

  constructor({ standing, records, phases, participation, findings, clock }: NodeParts) {
    this.standing = standing;
    this.records = records;
    this.findings = findings;
    this.clock = clock;
    this.phases = phases;
    this.participation = participation;
    this.#parts = [standing, records, phases, participation, findings, clock];
    this.handlers = inTurn(this.#parts);
  }

  hear(index: number, event: DomainEvent): void {
    const tell = tellers[index];
    if (tell !== undefined) tell(this, event as never);
    else this.handlers[event.type]?.(event as never);
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

type Teller<T extends EventType> = (parts: NodeParts, event: EventMap[T]) => void;

/** The events of every view, told by name. */
export const ofEveryView: { readonly [T in EventType]?: Teller<T> } = {
  'consensus.view_entered': ({ standing, records, phases, findings }, event) => {
    standing.entered(event);
    records.entered(event);
    phases.entered(event);
    findings.entered(event);
  },
  'consensus.proposal_received': ({ standing, records, findings, clock }, event) => {
    standing.proposalReceived(event);
    proposalReceived(records, event);
    findings.proposed(event, event.validator);
    clock.received(event);
  },
  'consensus.lock_updated': ({ standing, findings }, event) => {
    standing.spokeOfVotes(event);
    findings.locked(event);
  },
  'consensus.vote_sent': ({ records, findings }, event) => {
    voteSent(records, event);
    findings.voted(event);
  },
  'consensus.vote_received': ({ standing, records, findings }, event) => {
    standing.spokeOfVotes(event);
    voteReceived(records, event);
    findings.voteReceived(event);
  },
  'consensus.qc_received': ({ records, findings }, event) => {
    certified(records, event, event.vote ?? 'vote1', false);
    findings.certified(event, phaseOf(event.vote), event.validator);
  },
  'consensus.high_qc_updated': ({ findings }, event) => findings.raisedQc(event),
  'consensus.block_committed': ({ records, findings, clock }, event) => {
    committed(records, event);
    findings.committed(event);
    clock.committed(event);
  },
};

/** The same by the position of the event's schema. */
const tellers = schemas.map(
  ({ type }) =>
    (ofEveryView as Readonly<Record<string, ((parts: NodeParts, event: never) => void) | undefined>>)[type],
);
