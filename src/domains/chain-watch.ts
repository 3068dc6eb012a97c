/**
 * One chain: its validator set, its nodes, and the chain's side of each domain, which opens with the
 * first node that speaks of it.
 */
import type { Clock } from '../base/clock.js';
import type { HelloEvent } from '../events/vocabulary.js';
import type { ValidatorEntry } from '../events/schema.js';
import type { Board } from '../metrics/board.js';
import type { ChainObserver, ChainScope, Domain, NodeObserver } from './domain.js';
import type { Faults } from './faults.js';
import { NodeWatch } from './node-watch.js';
import { ScopedSeries } from './scoped-series.js';
import { ChainValidators } from './validator-names.js';

/** What a chain takes of the registry's settings. */
export interface WatchOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly windowUs: number;
  readonly validatorNames?: Readonly<Record<string, string>>;
  readonly linkCapacity?: number;
}

/** Watches one chain. */
export class ChainWatch {
  readonly #domains: readonly Domain[];
  readonly #options: WatchOptions;
  readonly #faults: Faults;
  readonly #scope: ChainScope;
  readonly #validators: ChainValidators;
  readonly #observers = new Map<Domain, ChainObserver>();
  readonly #nodes = new Map<string, NodeWatch>();

  constructor(chain: string, domains: readonly Domain[], options: WatchOptions, faults: Faults) {
    const { board, clock, windowUs, linkCapacity } = options;
    this.#domains = domains;
    this.#options = options;
    this.#faults = faults;
    this.#validators = new ChainValidators(options.validatorNames);
    const series = new ScopedSeries(board, chain);
    this.#scope = { chain, series, names: this.#validators, clock, windowUs, linkCapacity };
  }

  /** Begins or resumes watching a node. */
  attach(hello: HelloEvent): NodeWatch {
    let node = this.#nodes.get(hello.node);
    if (!node) {
      const { chain } = this.#scope;
      node = new NodeWatch({
        scope: {
          ...this.#scope,
          node: hello.node,
          series: new ScopedSeries(this.#options.board, chain, hello.node),
        },
        domains: this.#domains,
        faults: this.#faults,
        open: (domain, scope) => {
          const observer = this.#open(domain);
          return { counting: observer.counting?.(scope) ?? [], prompt: observer.node(scope) };
        },
        announce: (epoch, validators) => this.#announce(hello.node, epoch, validators),
      });
      this.#nodes.set(hello.node, node);
    }
    node.attach(hello);
    return node;
  }

  /** Counts what waits to be counted. */
  settle(): void {
    for (const node of this.#nodes.values()) node.settle();
  }

  tick(nowUs: number): void {
    for (const node of this.#nodes.values()) node.tick(nowUs);
    this.#eachObserver('tick', (observer) => observer.tick?.(nowUs));
  }

  /** Nodes that are watched, those that are away among them. */
  get size(): number {
    return this.#nodes.size;
  }

  /** When each node that is away went. */
  goneAtUs(): number[] {
    return [...this.#nodes.values()].flatMap(({ goneAtUs }) => goneAtUs ?? []);
  }

  /** Retires the nodes that went at `goneUntilUs` or before; true when none is left, and all is retired. */
  retire(goneUntilUs: number): boolean {
    for (const [name, node] of this.#nodes) {
      if ((node.goneAtUs ?? Infinity) > goneUntilUs) continue;
      node.close();
      this.#nodes.delete(name);
      this.settle();
      if (this.#validators.forget(name)) this.#changed();
    }
    if (this.#nodes.size > 0) return false;
    this.#eachObserver('retired', (observer) => observer.retired?.());
    this.#scope.series.close();
    return true;
  }

  #open(domain: Domain): ChainObserver {
    const known = this.#observers.get(domain);
    if (known) return known;
    const observer = domain.open(this.#scope);
    this.#observers.set(domain, observer);
    observer.validators?.();
    return observer;
  }

  #announce(node: string, epoch: number | undefined, validators: readonly ValidatorEntry[]): void {
    // What was said so far was said of the set of then.
    this.settle();
    if (this.#validators.announce(node, epoch, validators)) this.#changed();
  }

  #changed(): void {
    this.#eachObserver('validators', (observer) => observer.validators?.());
    for (const node of this.#nodes.values())
      node.each('validators', (observer: NodeObserver) => observer.validators?.());
  }

  #eachObserver(occasion: string, use: (observer: ChainObserver) => void): void {
    for (const [domain, observer] of this.#observers)
      this.#faults.contain(domain.name, occasion, () => use(observer));
  }
}
