/**
 * Where the consensus domain hands out what it understands: listeners that other rooms put in, and
 * the chains' records to read. The composition root makes one and gives it to the registry; without one
 * the domain works the same and nobody listens.
 */
import type { ParticipationView } from './participation/participation.js';
import type { FindingListener } from './findings/finding.js';
import type { ChainViews, RecordListener } from './record/view-record.js';
import type { VerdictListener } from './verdict/view-verdict.js';

/** Who wants to hear of what. */
export interface ConsensusListeners {
  readonly records?: RecordListener | undefined;
  readonly verdicts?: VerdictListener | undefined;
  readonly findings?: FindingListener | undefined;
}

/** What there is to read of a chain. */
export interface WatchedChain {
  readonly views: ChainViews;
  readonly participation: ParticipationView;
}

/** The consensus of all chains, seen from the other rooms. */
export class ConsensusWatch {
  readonly listeners: ConsensusListeners;
  readonly #chains = new Map<string, WatchedChain>();

  constructor(listeners: ConsensusListeners = {}) {
    this.listeners = listeners;
  }

  /** Chains that are watched. */
  chains(): Iterable<string> {
    return this.#chains.keys();
  }

  /** The records of a chain; undefined while no node of it has spoken of consensus. */
  views(chain: string): ChainViews | undefined {
    return this.#chains.get(chain)?.views;
  }

  /** Who takes part in a chain's consensus. */
  participation(chain: string): ParticipationView | undefined {
    return this.#chains.get(chain)?.participation;
  }

  /** Called by the domain: a chain is watched from now on. */
  open(chain: string, watched: WatchedChain): void {
    this.#chains.set(chain, watched);
  }

  /** Called by the domain: the last node of a chain has been retired. */
  close(chain: string): void {
    this.#chains.delete(chain);
  }
}
