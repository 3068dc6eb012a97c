/**
 * What every domain is: a catalogue of metrics and observers that turn events into them.
 *
 * An observer is deterministic: it takes events in the order given, asks only the clock for time, and
 * writes to handles it bound when it was opened. It may listen to events of any domain, because what
 * two domains share is an event. What needs several nodes (delivery between pairs, efficiency) lives
 * in the `ChainObserver`; everything else in the `NodeObserver`.
 *
 * A domain is opened for a node by the first event of `events`: what a node never speaks of has no
 * series. All series come from `scope.series`, which takes them back when the node has gone.
 */
import type { Clock } from '../base/clock.js';
import type { DomainEvent, DomainName, EventMap, EventType, HelloEvent } from '../events/vocabulary.js';
import type { MetricDefinition } from '../metrics/definition.js';
import type { ScopedSeries } from './scoped-series.js';

/** A validator of the current set. */
export interface ValidatorMember {
  readonly id: string;
  /** Its label value; unique in the set, never `other`. */
  readonly label: string;
  /** Voting power; above 2^53 rounded, which ratios do not notice. */
  readonly power: number;
}

/** The validators of a chain and their label values: a closed set. */
export interface ValidatorNames {
  /** Configured or announced name, else the first 12 characters of the id; `other` outside the set. */
  label(id: string): string;
  /** The current set in order of id; empty while no node has announced one. */
  readonly members: readonly ValidatorMember[];
}

/** What an observer of one chain gets. */
export interface ChainScope {
  readonly chain: string;
  readonly series: ScopedSeries;
  readonly names: ValidatorNames;
  readonly clock: Clock;
  /** Window of derived gauges, microseconds. */
  readonly windowUs: number;
  /** Configured capacity of each node's network link, bytes per second, both directions together. */
  readonly linkCapacity?: number | undefined;
}

/** What an observer of one node gets. */
export interface NodeScope extends ChainScope {
  readonly node: string;
}

/** Handlers by event type; an event without a handler is processed by doing nothing. */
export type Handlers = { readonly [T in EventType]?: (event: EventMap[T]) => void };

/** Watches one subject of one node. */
export interface NodeObserver {
  readonly handlers: Handlers;
  /**
   * Hears an event, by the position of its schema, as its handler would; called in place of the handlers where
   * nobody else hears the event. For an observer that must touch little memory of its node.
   */
  hear?(index: number, event: DomainEvent): void;
  /**
   * The stream said `hello`: on attaching, and when something in it changes. With `isNewRun` the
   * process was started anew: nothing measured before belongs to it.
   */
  hello?(hello: HelloEvent, isNewRun: boolean): void;
  /** `missing` events of `domain` were lost: draw no conclusion across this point in that domain. */
  gap?(domain: DomainName, missing: number): void;
  /** The validator set changed: retire the series of those who left. */
  validators?(): void;
  /** Called every collection interval while attached: bring derived gauges up to date. */
  tick?(nowUs: number): void;
  /**
   * The node's last source has ended: derived gauges become absent, and what they are derived from is
   * watched anew if the node returns, which `hello` tells. What is measured otherwise goes on: a run
   * that lost nothing meanwhile is still one.
   */
  detached?(): void;
  /** The node has been retired: nothing is heard of it through this observer again. */
  retired?(): void;
}

/** Watches all nodes of one chain. */
export interface ChainObserver {
  /** One observer per subject; they hear each event at once. */
  node(scope: NodeScope): readonly NodeObserver[];
  /**
   * Observers that only count: what they write follows from the node's own events, and they do not ask the clock
   * while they hear one. They hear events in strides, all of them before anything else that the node hears of and
   * before the board is read. They are opened first.
   */
  counting?(scope: NodeScope): readonly NodeObserver[];
  /** The validator set changed, or was there already when the domain was opened. */
  validators?(): void;
  /** Called every collection interval, after the nodes' own ticks. */
  tick?(nowUs: number): void;
  /** The last node of the chain has been retired. */
  retired?(): void;
}

/** A domain: its catalogue, and how to watch a chain. */
export interface Domain {
  readonly name: string;
  /** The events that open it. */
  readonly events: DomainName;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
  open(chain: ChainScope): ChainObserver;
}

/** A domain that looks at each node alone, and only counts. */
export function perNode(
  name: string,
  events: DomainName,
  metrics: Domain['metrics'],
  ...subjects: readonly ((scope: NodeScope) => NodeObserver)[]
): Domain {
  return {
    name,
    events,
    metrics,
    open: () => ({ node: () => [], counting: (scope) => subjects.map((observe) => observe(scope)) }),
  };
}
