/** Storage operations of one node: reads, writes, batches, durable writes, stalls, failures. */
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter, Histogram } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel, type OpenLabel, type ScopedSeries } from '../scoped-series.js';
import { setOrClear } from '../span.js';
import { ratioOf, SlidingTotal } from '../window.js';
import { storageMetrics as m } from './catalogue.js';

/** Kinds of key are the node's words; schemas we know have about ten. */
const MOST_KEY_TYPES = 32;

type Outcome = EventMap['storage.read_completed']['outcome'];
type Written = EventMap['storage.write_completed'] | EventMap['storage.batch_completed'];

interface Operations {
  readonly outcomes: ClosedLabel<Outcome, Counter>;
  readonly duration: Histogram;
}

function operations(
  series: ScopedSeries,
  count: typeof m.reads,
  duration: (keyType: string) => Histogram,
): OpenLabel<Operations> {
  return series.open('key_type', MOST_KEY_TYPES, (keyType) => ({
    outcomes: new ClosedLabel<Outcome, Counter>((outcome) => series.counter(count, keyType, outcome)),
    duration: duration(keyType),
  }));
}

function record(
  operation: Operations,
  event: { readonly outcome: Outcome; readonly duration_us: number; readonly weight?: number | undefined },
): void {
  operation.outcomes.at(event.outcome).add(event.weight ?? 1);
  operation.duration.observe(event.duration_us / 1e6, event.weight);
}

/** Reads and deletes, durable writes, stalls, failures. */
export function observeOperations({ series }: NodeScope): NodeObserver {
  const reads = operations(series, m.reads, (keyType) => series.histogram(m.readDuration, keyType));
  const deletes = operations(series, m.deletes, () => series.histogram(m.deleteDuration));
  const readBytes = series.counter(m.readBytes);
  const syncs = new ClosedLabel((target: EventMap['storage.sync_completed']['target']) =>
    series.histogram(m.syncDuration, target),
  );
  const stalls = new ClosedLabel((reason: EventMap['storage.stalled']['reason']) => ({
    count: series.counter(m.stalls, reason),
    seconds: series.counter(m.stallTime, reason),
  }));
  type Failed = EventMap['storage.failed'];
  const errors = new ClosedLabel(
    (operation: Failed['operation']) =>
      new ClosedLabel<Failed['reason'], Counter>((reason) => series.counter(m.errors, operation, reason)),
  );
  return {
    handlers: {
      'storage.read_completed': (event) => {
        record(reads.at(event.key_type), event);
        if (event.bytes !== undefined) readBytes.add(event.bytes * (event.weight ?? 1));
      },
      'storage.delete_completed': (event) => record(deletes.at(event.key_type), event),
      'storage.sync_completed': (event) =>
        syncs.at(event.target).observe(event.duration_us / 1e6, event.weight),
      'storage.stalled': (event) => {
        const { count, seconds } = stalls.at(event.reason);
        count.add();
        seconds.add(event.duration_us / 1e6);
      },
      'storage.failed': (event) => errors.at(event.operation).at(event.reason).add(),
    },
  };
}

/** Writes and batches, and what they cost on disk. */
export class WriteObserver implements NodeObserver {
  readonly handlers = {
    'storage.write_completed': (event: EventMap['storage.write_completed']) => {
      record(this.#writes.at(event.key_type), event);
      this.#written(event);
    },
    'storage.batch_completed': (event: EventMap['storage.batch_completed']) => {
      this.#batches.at(event.outcome).add(event.weight ?? 1);
      this.#batchDuration.observe(event.duration_us / 1e6, event.weight);
      this.#batchOperations.observe(event.operations, event.weight);
      this.#written(event);
    },
  };
  readonly #writes;
  readonly #batches;
  readonly #batchDuration;
  readonly #batchOperations;
  readonly #logicalBytes;
  readonly #physicalBytes;
  readonly #efficiency;
  /** Of the writes that state both. */
  readonly #logical: SlidingTotal;
  readonly #physical: SlidingTotal;

  constructor({ series, windowUs, clock }: NodeScope) {
    this.#writes = operations(series, m.writes, (keyType) => series.histogram(m.writeDuration, keyType));
    this.#batches = new ClosedLabel((outcome: Outcome) => series.counter(m.batches, outcome));
    this.#batchDuration = series.histogram(m.batchDuration);
    this.#batchOperations = series.histogram(m.batchOperations);
    this.#logicalBytes = series.counter(m.writtenBytes);
    this.#physicalBytes = series.counter(m.physicalBytes);
    this.#efficiency = series.gauge(m.efficiency);
    this.#logical = new SlidingTotal(windowUs, clock.nowUs());
    this.#physical = new SlidingTotal(windowUs, clock.nowUs());
  }

  gap(domain: string): void {
    if (domain === 'storage') this.detached();
  }

  tick(nowUs: number): void {
    this.#logical.advance(nowUs);
    this.#physical.advance(nowUs);
    setOrClear(this.#efficiency, ratioOf(this.#logical, this.#physical));
  }

  detached(): void {
    this.#logical.restart();
    this.#physical.restart();
    this.#efficiency.clear();
  }

  #written({ bytes, physical_bytes: physicalBytes, weight = 1 }: Written): void {
    if (bytes !== undefined) this.#logicalBytes.add(bytes * weight);
    if (physicalBytes === undefined) return;
    this.#physicalBytes.add(physicalBytes * weight);
    if (bytes === undefined) return;
    this.#logical.add(bytes * weight);
    this.#physical.add(physicalBytes * weight);
  }
}
