/**
 * js-libp2p's `Metrics` interface over a node's hooks: given to `createLibp2p({ metrics })`, libp2p and all
 * its modules report to the sidecar by the interface that they know.
 *
 *   connections, peers, round trips, failed dials  -> network.* events
 *   messages of protocol streams                   -> network.message_sent, network.message_received
 *   what libp2p's modules register                 -> metric.* events, under their own names
 *
 * It keeps to itself: no registry of prom-client, no state shared between two nodes of a process, no
 * listener that changes what an application receives. It never throws into libp2p.
 */
import type { Metrics, MultiaddrConnection, Stream } from '@libp2p/interface';
import { WallClock, type Clock, type Timer } from '../../base/clock.js';
import type { Hooks } from '../hooks/create-hooks.js';
import { CalculatedMetrics } from './calculated.js';
import { failureCounters, failureReason } from './connection-failures.js';
import { Instruments } from './instruments.js';
import { MetricShelf, normalName, type Shape, type Shelved, type ShelfKind } from './metric-shelf.js';
import { Peers, type ConnectionEvents, type ValidatorOf } from './peers.js';
import { traced, tracedLabels } from './traced-functions.js';
import { Traffic, type Protocols } from './traffic.js';

/** What may be said about the node. */
export interface Libp2pMetricsOptions {
  /** What is known of its protocols, by id. */
  readonly protocols?: Protocols;
  /** Which validator a peer id belongs to. Default: none is known. */
  readonly validatorOf?: ValidatorOf;
  /** Peers with byte counts of their own. Default 64; the others share `other`. */
  readonly peerLimit?: number;
  /** Metrics that libp2p's modules may register. Default 400. */
  readonly metricLimit?: number;
  /** Series of these metrics together. Default 1,500. */
  readonly seriesLimit?: number;
  /** How often values are stated, in milliseconds. Default 5,000. */
  readonly intervalMs?: number;
  /** Times operations and statements. Default: the machine's. */
  readonly clock?: Clock;
}

/** What libp2p hands to the function that makes its metrics: the part that is used here. */
export interface Libp2pComponents {
  readonly events: ConnectionEvents;
}

/** The metrics of one libp2p node. libp2p starts and stops them with itself. */
export interface Libp2pMetrics extends Metrics {
  /** Begins to state values. Starting twice is fine. */
  start(): void;
  /** Ends the statements at intervals. */
  stop(): void;
  /** States everything once more, when all of libp2p has stopped. */
  afterStop(): void;
  /** States where everything stands now, besides the interval. */
  state(): void;
  /** Registrations and values refused: over a limit, another kind than before, no number. */
  readonly refused: number;
  /** Calculations of libp2p's modules that failed. */
  readonly failed: number;
}

const SERIES_PER_METRIC = 150;

/**
 * `createLibp2p({ metrics: libp2pMetrics(hooks) })`: makes the metrics that libp2p asks for, on the hooks of
 * the same node, embedded or shipped.
 */
export function libp2pMetrics(
  hooks: Hooks,
  options: Libp2pMetricsOptions = {},
): (components: Libp2pComponents) => Libp2pMetrics {
  return (components) => new HookMetrics(hooks, components, options);
}

interface AnyOptions {
  readonly help?: string;
  readonly label?: string;
  readonly buckets?: readonly number[];
  readonly percentiles?: readonly number[];
  readonly calculate?: () => never;
}

class HookMetrics implements Libp2pMetrics {
  readonly registerMetric: Metrics['registerMetric'];
  readonly registerMetricGroup: Metrics['registerMetricGroup'];
  readonly registerCounter: Metrics['registerCounter'];
  readonly registerCounterGroup: Metrics['registerCounterGroup'];
  readonly registerHistogram: Metrics['registerHistogram'];
  readonly registerHistogramGroup: Metrics['registerHistogramGroup'];
  readonly registerSummary: Metrics['registerSummary'];
  readonly registerSummaryGroup: Metrics['registerSummaryGroup'];
  readonly traceFunction: Metrics['traceFunction'];
  readonly #hooks: Hooks;
  readonly #clock: Clock;
  readonly #intervalUs: number;
  readonly #shelf: MetricShelf;
  readonly #calculated: CalculatedMetrics;
  readonly #peers: Peers;
  readonly #traffic: Traffic;
  #failed = 0;
  #timer: Timer | undefined;

  constructor(hooks: Hooks, { events }: Libp2pComponents, options: Libp2pMetricsOptions) {
    const { protocols = {}, validatorOf = () => undefined, peerLimit = 64 } = options;
    const { metricLimit = 400, seriesLimit = 1_500, intervalMs = 5_000, clock = new WallClock() } = options;
    this.#hooks = hooks;
    this.#clock = clock;
    this.#intervalUs = intervalMs * 1000;
    this.#shelf = new MetricShelf(hooks, {
      metrics: metricLimit,
      series: seriesLimit,
      seriesPerMetric: SERIES_PER_METRIC,
    });
    this.#calculated = new CalculatedMetrics(() => this.#failed++);
    this.#peers = new Peers(hooks, events, validatorOf);
    this.#traffic = new Traffic(hooks, this.#shelf, this.#peers, protocols, peerLimit);
    const make = new Instruments(clock);
    this.registerMetric = this.#registration('gauge', 'one', (at) => make.metric(at));
    this.registerMetricGroup = this.#registration('gauge', 'group', (at) => make.metricGroup(at));
    this.registerCounter = this.#registration('counter', 'one', (at) => make.counter(at));
    this.registerCounterGroup = this.#registration('counter', 'group', (at, name) =>
      make.counterGroup(at, this.#dialFailures(name)),
    );
    this.registerHistogram = this.#registration('histogram', 'one', (at) => make.histogram(at));
    this.registerHistogramGroup = this.#registration('histogram', 'group', (at) => make.histogramGroup(at));
    this.registerSummary = this.#registration('summary', 'one', (at) => make.histogram(at));
    this.registerSummaryGroup = this.#registration('summary', 'group', (at) => make.histogramGroup(at));
    this.traceFunction = this.#tracing();
  }

  get refused(): number {
    return this.#shelf.refused;
  }

  get failed(): number {
    return this.#failed;
  }

  trackMultiaddrConnection(connection: MultiaddrConnection): void {
    this.#traffic.connection(connection);
  }

  trackProtocolStream(stream: Stream): void {
    this.#traffic.stream(stream);
  }

  /** libp2p hands it from call to call; calls are timed one by one, so that it holds nothing. */
  createTrace(): object {
    return {};
  }

  start(): void {
    this.#timer ??= this.#clock.every(this.#intervalUs, () => this.state());
  }

  stop(): void {
    this.#timer?.stop();
    this.#timer = undefined;
  }

  afterStop(): void {
    this.#peers.end();
    this.state();
  }

  state(): void {
    this.#calculated.show();
    this.#shelf.state();
    this.#peers.state();
  }

  /** One `register...` of the interface: an instrument, or nothing where libp2p brings a calculation. */
  #registration<R>(kind: ShelfKind, arity: 'one' | 'group', make: (at: Shelved, name: string) => unknown): R {
    const register = (name: string, options: AnyOptions = {}): unknown => {
      const at = this.#shelf.register(name, kind, shapeOf(name, arity, options));
      if (options.calculate === undefined) return make(at, name);
      this.#calculated.add(at, options.calculate);
      return undefined;
    };
    return register as R;
  }

  #dialFailures(name: string): ((error: string) => void) | undefined {
    const direction = failureCounters[name];
    if (direction === undefined) return undefined;
    return (error) => this.#hooks.network.connectionFailed({ reason: failureReason(error), direction });
  }

  #tracing(): Metrics['traceFunction'] {
    const durations = this.#shelf.register('libp2p_function_duration_seconds', 'histogram', {
      help: 'Time that functions of libp2p took, to the end of what they promise.',
      labels: tracedLabels,
    });
    const trace = (name: string, fn: (...args: never[]) => unknown): unknown =>
      traced(name, fn, durations, this.#clock);
    return trace as Metrics['traceFunction'];
  }
}

/** A group without a label is labelled by its own name, as libp2p's other reporters do it. */
function shapeOf(name: string, arity: 'one' | 'group', options: AnyOptions): Shape {
  const { help, label, buckets, percentiles } = options;
  return {
    help,
    labels: arity === 'group' ? [normalName(label ?? name)] : [],
    bounds: buckets,
    quantiles: percentiles,
  };
}
