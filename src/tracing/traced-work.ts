/**
 * What nodes say besides their views that traces need: the work on blocks, and sampled transactions that became final. A domain
 * without metrics, so that it hears events as every other does, and opens with the first word of consensus.
 */
import type { Domain, NodeObserver, NodeScope } from '../domains/domain.js';
import { NodeWork } from './block-work.js';

/** Makes the observer of a node's transactions. */
export type WatchTransactions = (scope: NodeScope, work: NodeWork) => NodeObserver | undefined;

/** The work of all nodes. */
export class TracedWork {
  readonly domain: Domain;
  readonly #chains = new Map<string, Map<string, NodeWork>>();

  /** @param transactions watches transactions, where they are traced */
  constructor(transactions: WatchTransactions = () => undefined) {
    this.domain = {
      name: 'tracing',
      events: 'consensus',
      metrics: {},
      open: ({ chain }) => ({
        node: (scope) => {
          const work = new NodeWork();
          const nodes = this.#chains.get(chain) ?? new Map<string, NodeWork>();
          this.#chains.set(chain, nodes.set(scope.node, work));
          const retired = (): void => void nodes.delete(scope.node);
          return [{ handlers: {}, retired }, work, transactions(scope, work) ?? { handlers: {} }];
        },
        retired: () => void this.#chains.delete(chain),
      }),
    };
  }

  /** Of a node; undefined while it has not spoken of consensus. */
  of(chain: string, node: string): NodeWork | undefined {
    return this.#chains.get(chain)?.get(node);
  }
}
