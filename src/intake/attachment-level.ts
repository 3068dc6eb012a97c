/**
 * How much a stream lets us know: the attachment level that it reaches, and for every statement that
 * it lacks, what stays unknown. One table; docs/PROTOCOL.md and `quorumscope check stream` say the same.
 *
 * Some statements are made by the collector of votes alone, and some only when a view fails: their
 * absence counts against a node only where another node or an event shows that they were due.
 */
import type { EventType, StreamEvent } from '../events/vocabulary.js';

/** 0 is a stream from which not even liveness can be told. */
export type AttachmentLevel = 0 | 1 | 2 | 3 | 4;

/** One statement that a level needs. */
interface Requirement {
  readonly level: 1 | 2 | 3 | 4;
  readonly type: EventType;
  /** A field that the level needs of it. */
  readonly field?: string;
  /** What stays unknown without it. */
  readonly without: string;
  /** Stated by whoever collects the votes of a view: one node of the chain is enough. */
  readonly byCollector?: boolean;
  /** Due only when a view has failed; `own`: when this node's own timer let it leave one. */
  readonly afterFailure?: 'own' | 'any';
}

const requirements: readonly Requirement[] = [
  {
    level: 1,
    type: 'consensus.view_entered',
    without: 'views, leaders and how long views take stay unknown',
  },
  {
    level: 1,
    type: 'consensus.block_committed',
    without: 'commits, heights and whether the chain is alive stay unknown',
  },
  {
    level: 1,
    type: 'consensus.view_timed_out',
    without: 'failed views are seen only by the gap they leave',
    afterFailure: 'own',
  },
  {
    level: 2,
    type: 'consensus.proposal_received',
    without: 'slow and silent leaders cannot be told apart',
  },
  {
    level: 2,
    type: 'consensus.vote_sent',
    without: 'whether and when this node voted stays unknown',
  },
  {
    level: 2,
    type: 'consensus.qc_formed',
    without: 'how votes became certificates stays unknown',
    byCollector: true,
  },
  {
    level: 2,
    type: 'consensus.qc_formed',
    field: 'signers',
    without: 'which validators took part stays unknown',
    byCollector: true,
  },
  {
    level: 3,
    type: 'consensus.vote_received',
    without: 'late votes and byzantine findings stay unknown',
    byCollector: true,
  },
  {
    level: 3,
    type: 'consensus.lock_updated',
    without: 'votes below a lock and locks that go back stay unseen',
  },
  {
    level: 3,
    type: 'consensus.tc_formed',
    without: 'who asked to leave a failed view stays unknown',
    byCollector: true,
    afterFailure: 'any',
  },
  {
    level: 4,
    type: 'consensus.proposal_received',
    field: 'signature',
    without: 'a double proposal cannot be proven to a third party',
  },
  {
    level: 4,
    type: 'consensus.vote_received',
    field: 'signature',
    without: 'a double vote cannot be proven to a third party',
    byCollector: true,
  },
];

/** A statement that is not made, and what that costs. */
export interface Unknown {
  readonly level: 1 | 2 | 3 | 4;
  /** `no consensus.vote_received: late votes and byzantine findings stay unknown` */
  readonly sentence: string;
}

/** Collects what one node, or a whole chain, states. */
export class Statements {
  readonly #made = new Set<Requirement>();
  readonly #failures = new Set<'own' | 'any'>();

  /** Takes an event into account. */
  add(event: StreamEvent): void {
    for (const requirement of byType.get(event.type) ?? []) {
      const { field } = requirement;
      if (field === undefined || holdsSomething(event[field as keyof StreamEvent]))
        this.#made.add(requirement);
    }
    if (event.type === 'consensus.view_timed_out') this.#failures.add('any');
    if (event.type !== 'consensus.view_entered') return;
    if (event.trigger === 'tc' || event.trigger === 'timer') this.#failures.add('any');
    if (event.trigger === 'timer') this.#failures.add('own');
  }

  /** What is due and not stated. @param chain what all nodes of the chain state together */
  unknown(chain: Statements): Unknown[] {
    return requirements
      .filter((requirement) => !this.#isMet(requirement, chain))
      .map(({ level, type, field, without }) => {
        const what = field === undefined ? type : `${field} on ${type}`;
        return { level, sentence: `no ${what}: ${without}` };
      });
  }

  #isMet(requirement: Requirement, chain: Statements): boolean {
    const { byCollector, afterFailure } = requirement;
    if (this.#made.has(requirement)) return true;
    if (byCollector === true && chain.#made.has(requirement)) return true;
    if (afterFailure === undefined) return false;
    return !(byCollector === true ? chain : this).#failures.has(afterFailure);
  }
}

/** The highest level of which, and of all below which, nothing is unknown. */
export function levelWithout(unknown: readonly Unknown[]): AttachmentLevel {
  const lowest = Math.min(5, ...unknown.map(({ level }) => level));
  return (lowest - 1) as AttachmentLevel;
}

const byType: ReadonlyMap<string, readonly Requirement[]> = new Map(
  requirements.map(({ type }) => [type, requirements.filter((one) => one.type === type)]),
);

function holdsSomething(value: unknown): boolean {
  return Array.isArray(value) ? value.length > 0 : value !== undefined;
}
