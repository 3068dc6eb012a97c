/**
 * What every domain is: a catalogue of metrics and an observer that turns events into them.
 *
 * An observer is deterministic: it takes events in the order given, asks only the clock for time, and
 * writes to handles it bound when it was opened. It may listen to events of any domain, because what
 * two domains share is an event. What needs several nodes (delivery between pairs, efficiency) lives
 * in the `ChainObserver`; everything else in the `NodeObserver`.
 */
import type { Clock } from '../base/clock.js';
import type { DomainName, EventMap, EventType, HelloEvent } from '../events/vocabulary.js';
import type { Board } from '../metrics/board.js';
import type { MetricDefinition } from '../metrics/definition.js';

/** The label value of a validator: a closed set. */
export interface ValidatorNames {
  /** Configured or announced name, else the first 12 characters of the id; `other` outside the set. */
  label(id: string): string;
}

/** What an observer of one chain gets. */
export interface ChainScope {
  readonly chain: string;
  readonly board: Board;
  readonly clock: Clock;
  /** Window of derived gauges, microseconds. */
  readonly windowUs: number;
}

/** What an observer of one node gets. */
export interface NodeScope extends ChainScope {
  readonly node: string;
  readonly names: ValidatorNames;
}

/** Handlers by event type; an event without a handler is processed by doing nothing. */
export type Handlers = { readonly [T in EventType]?: (event: EventMap[T]) => void };

/** Watches one node. */
export interface NodeObserver {
  readonly handlers: Handlers;
  /** The stream said `hello`: a first one, a new run, or a changed validator set. */
  hello?(hello: HelloEvent): void;
  /** `missing` events of `domain` were lost: draw no conclusion across this point in that domain. */
  gap?(domain: DomainName, missing: number): void;
  /** Called every collection interval: bring derived gauges up to date. */
  tick?(nowUs: number): void;
  /** The node has gone: retire its series. */
  close?(): void;
}

/** Watches all attached nodes of one chain. */
export interface ChainObserver {
  node(scope: NodeScope): NodeObserver;
  /** Called every collection interval, after the nodes' own ticks. */
  tick?(nowUs: number): void;
}

/** A domain: its catalogue, and how to watch a chain. */
export interface Domain {
  readonly name: string;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
  open(chain: ChainScope): ChainObserver;
}

/** A domain that looks at each node alone. */
export function perNode(
  name: string,
  metrics: Domain['metrics'],
  observe: (scope: NodeScope) => NodeObserver,
): Domain {
  return { name, metrics, open: () => ({ node: observe }) };
}
