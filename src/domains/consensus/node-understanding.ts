/**
 * One node, as all understand it who understand anything: its standing, its records and their phases, who takes
 * part, its findings, its clock. They hear every event in this order.
 *
 * The events of every view are told by name, in one call each. A chain of a hundred nodes comes back to a node when
 * all that belongs to it has left the caches, so that what an event costs is how many objects of the node it meets.
 * Told by name are exactly those who have a handler for the event; where that is not so, it goes to the handlers.
 */
import type { DomainName, EventMap, EventType, HelloEvent } from '../../events/vocabulary.js';
import type { Handlers, NodeObserver } from '../domain.js';
import { phaseOf, type NodeFindings } from './findings/node-findings.js';
import type { NodeClock } from './findings/node-clock.js';
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
export class NodeUnderstanding implements NodeObserver {
  readonly handlers: Handlers;
  readonly #parts: readonly NodeObserver[];

  constructor(parts: NodeParts) {
    const { standing, records, phases, participation, findings, clock } = parts;
    this.#parts = [standing, records, phases, participation, findings, clock];
    const byName = Object.entries(ofEveryView(parts)).filter(([type, { to }]) =>
      this.#parts.every((part) => to.includes(part) === type in part.handlers),
    );
    const told = Object.fromEntries(byName.map(([type, { tell }]) => [type, tell]));
    this.handlers = { ...inTurn(this.#parts), ...told };
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
    const [only] = hearing;
    if (only !== undefined && hearing.length === 1) told[type] = only;
    else
      told[type] = (event) => {
        for (const hear of hearing) hear(event);
      };
  }
  return told;
}

/** Who is told of an event, and how. */
interface ByName<T extends EventType> {
  readonly to: readonly NodeObserver[];
  readonly tell: (event: EventMap[T]) => void;
}

/** The same, called by name. */
function ofEveryView(parts: NodeParts): { readonly [T in EventType]?: ByName<T> } {
  const { standing, records, phases, findings, clock } = parts;
  return {
    'consensus.view_entered': {
      to: [standing, records, phases, findings],
      tell: (event) => {
        standing.entered(event);
        records.entered(event);
        phases.entered(event);
        findings.entered(event);
      },
    },
    'consensus.proposal_received': {
      to: [standing, records, findings, clock],
      tell: (event) => {
        standing.proposalReceived(event);
        proposalReceived(records, event);
        findings.proposed(event, event.validator);
        clock.received(event);
      },
    },
    'consensus.lock_updated': {
      to: [standing, findings],
      tell: (event) => {
        standing.spokeOfVotes(event);
        findings.locked(event);
      },
    },
    'consensus.vote_sent': {
      to: [records, findings],
      tell: (event) => {
        voteSent(records, event);
        findings.voted(event);
      },
    },
    'consensus.vote_received': {
      to: [standing, records, findings],
      tell: (event) => {
        standing.spokeOfVotes(event);
        voteReceived(records, event);
        findings.voteReceived(event);
      },
    },
    'consensus.qc_received': {
      to: [records, findings],
      tell: (event) => {
        certified(records, event, event.vote ?? 'vote1', false);
        findings.certified(event, phaseOf(event.vote), event.validator);
      },
    },
    'consensus.block_committed': {
      to: [records, findings, clock],
      tell: (event) => {
        committed(records, event);
        findings.committed(event);
        clock.committed(event);
      },
    },
  };
}
