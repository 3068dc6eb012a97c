/**
 * One node: which observers hear which event. The table is by the event's index, so that dispatching is
 * one look-up and the calls. A domain's observers are opened by its first event; its handlers then join
 * the table. Observers that only count hear events in strides; whatever else the node hears of, and whoever
 * reads its series, comes after all that was said before.
 *
 * States: attached (one source or more) -> detached (series stay, derived gauges are absent) -> closed.
 */
import type { DomainEvent, DomainName, EventMap, HelloEvent } from '../events/vocabulary.js';
import { schemas } from '../events/vocabulary.js';
import type { ValidatorEntry } from '../events/schema.js';
import type { Domain, NodeObserver, NodeScope } from './domain.js';
import type { Faults } from './faults.js';
import { inTurn, nobody, type Handle, type Hearer } from './hearing.js';
import { Stride } from './stride.js';

const EPOCH_CHANGED = schemas.findIndex((schema) => schema.type === 'consensus.epoch_changed');

/** The observers of a node in one domain: those that only count, and those that hear each event at once. */
export interface OpenedObservers {
  readonly counting: readonly NodeObserver[];
  readonly prompt: readonly NodeObserver[];
}

/** What a node needs of its chain. */
export interface NodeWatchOptions {
  readonly scope: NodeScope;
  readonly domains: readonly Domain[];
  readonly faults: Faults;
  readonly open: (domain: Domain, scope: NodeScope) => OpenedObservers;
  readonly announce: (epoch: number | undefined, validators: readonly ValidatorEntry[]) => void;
}

interface Opened {
  readonly domain: string;
  readonly observer: NodeObserver;
  readonly isCounting: boolean;
}

/** Watches one node. */
export class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #unopened: Set<Domain>;
  readonly #observers: Opened[] = [];
  /** Those of them that want to be called every interval. */
  #ticking: readonly Opened[] = [];
  /** By event index: who hears it at once, and who counts it when it is its turn; undefined before it was opened. */
  readonly #prompt: (Hearer | undefined)[] = schemas.map(() => undefined);
  readonly #counting: (Hearer | undefined)[] = schemas.map(() => undefined);
  readonly #stride = new Stride({ hear: (index, event) => this.#counting[index]?.hear(index, event) });
  #hello: HelloEvent | undefined;
  #sources = 0;
  #detachedAtUs = 0;

  constructor(options: NodeWatchOptions) {
    this.#options = options;
    this.#unopened = new Set(options.domains);
  }

  attach(hello: HelloEvent): void {
    this.#sources++;
    this.hello(hello);
  }

  detach(nowUs: number): void {
    if (--this.#sources > 0) return;
    this.#detachedAtUs = nowUs;
    this.each('detached', (observer) => observer.detached?.());
  }

  /** When the last source ended; undefined while there is one. */
  get goneAtUs(): number | undefined {
    return this.#sources === 0 ? this.#detachedAtUs : undefined;
  }

  close(): void {
    this.each('retired', (observer) => observer.retired?.());
    this.#options.scope.series.close();
  }

  hello(hello: HelloEvent): void {
    const isNewRun = this.#hello?.run !== hello.run;
    this.#hello = hello;
    if (hello.validators !== undefined) this.#options.announce(hello.epoch, hello.validators);
    this.each('hello', (observer) => observer.hello?.(hello, isNewRun));
  }

  dispatch(index: number, event: DomainEvent): void {
    if (index === EPOCH_CHANGED) this.#epochChanged(event as EventMap['consensus.epoch_changed']);
    const hearer = this.#prompt[index] ?? this.#opened(index);
    this.#stride.add(index, event);
    try {
      hearer.hear(index, event);
    } catch (thrown) {
      const thrower = this.#observers.find(({ observer }) => observer === hearer);
      this.#options.faults.record(thrower?.domain ?? '', event.type, thrown);
    }
  }

  /** Counts what waits to be counted. */
  settle(): void {
    if (!this.#stride.isEmpty) this.#stride.settle();
  }

  gap(domain: DomainName, missing: number): void {
    this.each('gap', (observer) => observer.gap?.(domain, missing));
  }

  tick(nowUs: number): void {
    if (this.#sources === 0) return;
    this.settle();
    // Written out: every node of every chain comes by here, and what is called by name needs no closure for each.
    const ticking = this.#ticking;
    for (let i = 0; i < ticking.length; i++) {
      const { domain, observer } = ticking[i]!;
      try {
        observer.tick?.(nowUs);
      } catch (thrown) {
        this.#options.faults.record(domain, 'tick', thrown);
      }
    }
  }

  /** Calls `use` with every observer; what one throws does not keep the others from it. */
  each(occasion: string, use: (observer: NodeObserver) => void): void {
    this.settle();
    for (const { domain, observer } of this.#observers)
      this.#options.faults.contain(domain, occasion, () => use(observer));
  }

  #epochChanged({ epoch, validators }: EventMap['consensus.epoch_changed']): void {
    this.#options.announce(epoch, validators);
  }

  /** Opens the domains that event `index` belongs to and fills in the tables; who hears that event at once. */
  #opened(index: number): Hearer {
    const name = schemas[index]?.domain;
    // Who joins now does not hear what was said before.
    this.settle();
    for (const domain of this.#unopened) if (domain.events === name) this.#open(domain);
    schemas.forEach(({ domain, type }, i) => {
      if (domain !== name && this.#prompt[i] === undefined) return;
      this.#prompt[i] = this.#hearer(type, false);
      this.#counting[i] = this.#hearer(type, true);
    });
    return this.#prompt[index] ?? nobody;
  }

  #open(domain: Domain): void {
    this.#unopened.delete(domain);
    const { open, scope, faults } = this.#options;
    faults.contain(domain.name, 'open', () => {
      const { counting, prompt } = open(domain, scope);
      for (const observer of [...counting, ...prompt]) {
        this.#observers.push({ domain: domain.name, observer, isCounting: counting.includes(observer) });
        if (this.#hello) observer.hello?.(this.#hello, true);
      }
      this.#ticking = this.#observers.filter(({ observer }) => observer.tick !== undefined);
    });
  }

  #hearer(type: string, isCounting: boolean): Hearer {
    const { faults } = this.#options;
    const handlerOf = ({ handlers }: NodeObserver): Handle | undefined =>
      (handlers as Readonly<Record<string, Handle | undefined>>)[type];
    const hearing = this.#observers.filter(
      (one) => one.isCounting === isCounting && handlerOf(one.observer) !== undefined,
    );
    const [only] = hearing;
    if (only !== undefined && hearing.length === 1 && isHearer(only.observer)) return only.observer;
    const listeners = hearing.map(({ domain, observer }) => ({ domain, handle: handlerOf(observer)! }));
    return inTurn(listeners, faults);
  }
}

function isHearer(observer: NodeObserver): observer is NodeObserver & Hearer {
  return observer.hear !== undefined;
}
