/**
 * All chains, their nodes and the domains that watch them. The intake attaches a node when its stream
 * says hello, dispatches its events by index, tells of gaps, and detaches it.
 *
 * Nothing that a domain does wrong leaves this room: a handler that throws is counted and logged once
 * per domain and event type, and the next one runs. The series of a node that has been away for
 * `lingerUs` are retired; until then they stay, so that the age of its last commit keeps growing. How
 * many linger is bounded: names that never come back must not fill the memory of a day.
 */
import type { Clock } from '../base/clock.js';
import { silentLogger, type Logger } from '../base/logger.js';
import type { DomainEvent, DomainName, HelloEvent } from '../events/vocabulary.js';
import type { Board } from '../metrics/board.js';
import { ChainWatch } from './chain-watch.js';
import { consensusDomain } from './consensus/observer.js';
import { customDomain } from './custom/custom-domain.js';
import type { ConsensusWatch } from './consensus/watch.js';
import type { Domain } from './domain.js';
import { executionDomain } from './execution/observer.js';
import { Faults } from './faults.js';
import { mempoolDomain } from './mempool/observer.js';
import { networkDomain } from './network/observer.js';
import { processDomain } from './process/observer.js';
import { stateDomain } from './state/observer.js';
import { storageDomain } from './storage/observer.js';
import { viewMetrics } from './consensus/view-metrics.js';

/** What the intake holds of an attached node; the intake declares the same port. */
export interface NodeDispatch {
  /** A later `hello` of the same node and chain. */
  hello(hello: HelloEvent): void;
  /** `index` is the position of the event's schema in `schemas`. Never throws. */
  dispatch(index: number, event: DomainEvent): void;
  /** `missing` events of `domain` were lost before the next one. */
  gap(domain: DomainName, missing: number): void;
  /** This source has ended; further calls do nothing. */
  detach(): void;
}

/** Settings of the registry. */
export interface DomainRegistryOptions {
  readonly board: Board;
  readonly clock: Clock;
  /** Window of derived gauges, microseconds. */
  readonly windowUs: number;
  /** Configured names by validator id; they win over announced ones. */
  readonly validatorNames?: Readonly<Record<string, string>>;
  /** Capacity of each node's network link, bytes per second, where no node reports its own. */
  readonly linkCapacity?: number;
  /** How long a node's series stay after its last source ended, microseconds. Default a day. */
  readonly lingerUs?: number;
  /** Most nodes whose series linger; those longest away make room. At least 1, default 1,000. */
  readonly lingerLimit?: number;
  readonly logger?: Logger;
  /** Where the root hears and reads of consensus; not used with `domains`. */
  readonly consensus?: ConsensusWatch;
  /** Default: all domains. */
  readonly domains?: readonly Domain[];
}

/** A day: an alert on the age of the last commit of a dead node must not resolve because its series went. */
const DEFAULT_LINGER_US = 86_400_000_000;
const DEFAULT_LINGER_LIMIT = 1_000;

/** Every domain, made for one board. */
export function standardDomains(board: Board, consensus?: ConsensusWatch): readonly Domain[] {
  return [
    consensusDomain(consensus),
    networkDomain,
    mempoolDomain,
    executionDomain,
    stateDomain,
    storageDomain,
    processDomain,
    customDomain(ownNames(board)),
  ];
}

/** The prefix may be configured; names that begin with it are ours whatever it is. */
function ownNames(board: Board): (name: string) => boolean {
  const { name } = board.gauge(viewMetrics.currentView).definition;
  const prefix = name.slice(0, -'consensus_current_view'.length);
  return (asked) => prefix !== '' && asked.startsWith(prefix);
}

/** Chains by name. */
export class DomainRegistry {
  readonly #options: DomainRegistryOptions;
  readonly #domains: readonly Domain[];
  readonly #faults: Faults;
  readonly #chains = new Map<string, ChainWatch>();

  constructor(options: DomainRegistryOptions) {
    this.#options = options;
    this.#domains = options.domains ?? standardDomains(options.board, options.consensus);
    this.#faults = new Faults(options.board, options.logger ?? silentLogger);
    options.board.beforeReading(() => {
      for (const chain of this.#chains.values()) chain.settle();
    });
  }

  /** Begins or resumes watching the node that says `hello`; several sources may speak for one node. */
  attach(hello: HelloEvent): NodeDispatch {
    const chain = this.#chain(hello.chain);
    const node = chain.attach(hello);
    let isAttached = true;
    return {
      hello: (again) => {
        if (isAttached) node.hello(again);
      },
      dispatch: (index, event) => {
        if (isAttached) node.dispatch(index, event);
      },
      gap: (domain, missing) => {
        if (isAttached) node.gap(domain, missing);
      },
      detach: () => {
        if (!isAttached) return;
        isAttached = false;
        node.detach(this.#options.clock.nowUs());
      },
    };
  }

  /** Brings derived gauges up to date and retires what has gone; called every collection interval. */
  tick(nowUs: number): void {
    const { lingerUs = DEFAULT_LINGER_US } = this.#options;
    const goneUntilUs = Math.max(nowUs - lingerUs, this.#crowdedOutUs());
    for (const [name, chain] of this.#chains) {
      chain.tick(nowUs);
      if (chain.retire(goneUntilUs)) this.#chains.delete(name);
    }
  }

  /** Who went at this time or before is more than may linger; who went together stays together. */
  #crowdedOutUs(): number {
    const lingerLimit = Math.max(1, this.#options.lingerLimit ?? DEFAULT_LINGER_LIMIT);
    let nodes = 0;
    for (const chain of this.#chains.values()) nodes += chain.size;
    // Every tick asks: who is away is only looked for where there could be too many.
    if (nodes <= lingerLimit) return -Infinity;
    const goneAtUs = [...this.#chains.values()].flatMap((chain) => chain.goneAtUs());
    if (goneAtUs.length <= lingerLimit) return -Infinity;
    return goneAtUs.sort((a, b) => b - a)[lingerLimit - 1]! - 1;
  }

  #chain(name: string): ChainWatch {
    const known = this.#chains.get(name);
    if (known) return known;
    const chain = new ChainWatch(name, this.#domains, this.#options, this.#faults);
    this.#chains.set(name, chain);
    return chain;
  }
}
