/** Sizes of one node's storage, and its caches. */
import type { NodeObserver, NodeScope } from '../domain.js';
import { MeasuredGauges } from '../measured.js';
import type { EventMap } from '../../events/vocabulary.js';
import { storageMetrics as m } from './catalogue.js';

/** Caches are named by the node; storage engines have a handful. */
const MOST_CACHES = 32;

type Measured = EventMap['storage.measured'];

function utilization({ size_bytes, used_bytes, capacity_bytes }: Measured): number | undefined {
  if (capacity_bytes === undefined || capacity_bytes === 0) return undefined;
  return (used_bytes ?? size_bytes) / capacity_bytes;
}

/** Store size, capacity, utilisation. */
export function observeSizes({ series }: NodeScope): NodeObserver {
  const sizes = new MeasuredGauges<Measured>(
    [(event) => event.size_bytes, series.gauge(m.size)],
    [(event) => event.capacity_bytes, series.gauge(m.capacity)],
    [utilization, series.gauge(m.utilization)],
  );
  return {
    handlers: { 'storage.measured': (event) => sizes.show(event) },
    hello: (_hello, isNewRun) => {
      if (isNewRun) sizes.clear();
    },
  };
}

/** Cache hits, misses, evictions, sizes. */
export function observeCaches({ series }: NodeScope): NodeObserver {
  const caches = series.open('cache', MOST_CACHES, (cache) => ({
    hit: series.counter(m.cacheHits, cache),
    miss: series.counter(m.cacheMisses, cache),
    evicted: series.counter(m.cacheEvictions, cache),
  }));
  const sizes = series.open(
    'cache',
    MOST_CACHES,
    (cache) =>
      new MeasuredGauges<EventMap['storage.cache_measured']>(
        [(event) => event.size_bytes, series.gauge(m.cacheSize, cache)],
        [(event) => event.entries, series.gauge(m.cacheEntries, cache)],
      ),
  );
  return {
    handlers: {
      'storage.cache_accessed': (event) =>
        caches.at(event.cache)[event.outcome].add((event.count ?? 1) * (event.weight ?? 1)),
      'storage.cache_evicted': (event) =>
        caches.at(event.cache).evicted.add(event.count * (event.weight ?? 1)),
      'storage.cache_measured': (event) => sizes.within(event.cache)?.show(event),
    },
    hello: (_hello, isNewRun) => {
      if (isNewRun) for (const gauges of sizes.entries()) gauges.clear();
    },
  };
}
