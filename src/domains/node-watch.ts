/**
 * One node: which observers hear which event. The table is by the event's index, so that dispatching is
 * one look-up and the calls. A domain's observers are opened by its first event; its handlers then join
 * the table.
 *
 * States: attached (one source or more) -> detached (series stay, derived gauges are absent) -> closed.
 */
import type { DomainEvent, DomainName, EventMap, HelloEvent } from '../events/vocabulary.js';
import { schemas } from '../events/vocabulary.js';
import type { ValidatorEntry } from '../events/schema.js';
import type { Domain, NodeObserver, NodeScope } from './domain.js';
import type { Faults } from './faults.js';

const EPOCH_CHANGED = schemas.findIndex((schema) => schema.type === 'consensus.epoch_changed');

/** What a node needs of its chain. */
export interface NodeWatchOptions {
  readonly scope: NodeScope;
  readonly domains: readonly Domain[];
  readonly faults: Faults;
  readonly open: (domain: Domain, scope: NodeScope) => readonly NodeObserver[];
  readonly announce: (epoch: number | undefined, validators: readonly ValidatorEntry[]) => void;
}

type Handle = (event: never) => void;

/** Who hears an event: its handlers, and beside them the domain of each. */
interface Hearings {
  readonly handlers: readonly Handle[];
  readonly domains: readonly string[];
}

const NOBODY: Hearings = { handlers: [], domains: [] };

/** Watches one node. */
export class NodeWatch {
  readonly #options: NodeWatchOptions;
  readonly #unopened: Set<Domain>;
  readonly #observers: { readonly domain: string; readonly observer: NodeObserver }[] = [];
  /** By event index: who hears it, or undefined while its domain has not been opened. */
  readonly #table: (Hearings | undefined)[] = schemas.map(() => undefined);
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
    const { handlers, domains } = this.#table[index] ?? this.#opened(index);
    for (let i = 0; i < handlers.length; i++) {
      try {
        handlers[i]!(event as never);
      } catch (thrown) {
        this.#options.faults.record(domains[i]!, event.type, thrown);
      }
    }
  }

  gap(domain: DomainName, missing: number): void {
    this.each('gap', (observer) => observer.gap?.(domain, missing));
  }

  tick(nowUs: number): void {
    if (this.#sources > 0) this.each('tick', (observer) => observer.tick?.(nowUs));
  }

  /** Calls `use` with every observer; what one throws does not keep the others from it. */
  each(occasion: string, use: (observer: NodeObserver) => void): void {
    for (const { domain, observer } of this.#observers)
      this.#options.faults.contain(domain, occasion, () => use(observer));
  }

  #epochChanged({ epoch, validators }: EventMap['consensus.epoch_changed']): void {
    this.#options.announce(epoch, validators);
  }

  /** Opens the domains that event `index` belongs to and fills in the table. */
  #opened(index: number): Hearings {
    const name = schemas[index]?.domain;
    for (const domain of this.#unopened) if (domain.events === name) this.#open(domain);
    schemas.forEach((schema, i) => {
      const isOpen = schema.domain === name || this.#table[i] !== undefined;
      if (isOpen) this.#table[i] = this.#hearings(schema.type);
    });
    return this.#table[index] ?? NOBODY;
  }

  #open(domain: Domain): void {
    this.#unopened.delete(domain);
    const { open, scope, faults } = this.#options;
    faults.contain(domain.name, 'open', () => {
      for (const observer of open(domain, scope)) {
        this.#observers.push({ domain: domain.name, observer });
        if (this.#hello) observer.hello?.(this.#hello, true);
      }
    });
  }

  #hearings(type: string): Hearings {
    const handlers: Handle[] = [];
    const domains: string[] = [];
    for (const { domain, observer } of this.#observers) {
      const handle = (observer.handlers as Readonly<Record<string, Handle | undefined>>)[type];
      if (handle === undefined) continue;
      handlers.push(handle);
      domains.push(domain);
    }
    return handlers.length === 0 ? NOBODY : { handlers, domains };
  }
}
