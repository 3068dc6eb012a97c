/** The process domain: starts, resources, event loop, garbage collection, errors. */
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter } from '../../metrics/series.js';
import { perNode, type NodeObserver, type NodeScope } from '../domain.js';
import { MeasuredGauges } from '../measured.js';
import { ClosedLabel } from '../scoped-series.js';
import { processMetrics as m } from './catalogue.js';

/** Parts of a node are its own words. */
const MOST_COMPONENTS = 32;

/** Starts and stops. */
function observeLife({ series }: NodeScope): NodeObserver {
  const starts = new ClosedLabel((restored: 'true' | 'false' | 'unknown') =>
    series.counter(m.starts, restored),
  );
  const startTime = series.gauge(m.startTime);
  const stops = new ClosedLabel((reason: EventMap['process.stopped']['reason']) =>
    series.counter(m.stops, reason),
  );
  return {
    handlers: {
      'process.started': (event) => {
        const restored = event.lock_restored;
        starts.at(restored === undefined ? 'unknown' : restored ? 'true' : 'false').add();
        startTime.set(event.ts_us / 1e6);
      },
      'process.stopped': (event) => stops.at(event.reason).add(),
    },
  };
}

/** Resources. */
function observeResources({ series }: NodeScope): NodeObserver {
  const resources = new MeasuredGauges<EventMap['process.measured']>(
    [(event) => event.cpu_ratio, series.gauge(m.cpu)],
    [(event) => event.machine_cpu_ratio, series.gauge(m.machineCpu)],
    [(event) => event.resident_bytes, series.gauge(m.resident)],
    [(event) => event.heap_used_bytes, series.gauge(m.heapUsed)],
    [(event) => event.heap_limit_bytes, series.gauge(m.heapLimit)],
    [(event) => event.memory_ratio, series.gauge(m.machineMemory)],
    [(event) => event.disk_used_bytes, series.gauge(m.diskUsed)],
    [(event) => event.disk_capacity_bytes, series.gauge(m.diskCapacity)],
    [
      ({ disk_used_bytes: used, disk_capacity_bytes: capacity }) =>
        used !== undefined && capacity ? used / capacity : undefined,
      series.gauge(m.diskRatio),
    ],
    [(event) => event.network_bytes_per_second, series.gauge(m.network)],
    [(event) => event.open_file_descriptors, series.gauge(m.openFiles)],
    [(event) => event.max_file_descriptors, series.gauge(m.maxFiles)],
    [(event) => event.threads, series.gauge(m.threads)],
  );
  return {
    handlers: { 'process.measured': (event) => resources.show(event) },
    hello: (_hello, isNewRun) => {
      if (isNewRun) resources.clear();
    },
  };
}

/** Event loop, garbage collection, errors. */
function observeHealth({ series }: NodeScope): NodeObserver {
  const loopLag = series.histogram(m.loopLag);
  const pauses = new ClosedLabel((kind: EventMap['process.gc_completed']['kind']) =>
    series.histogram(m.gcPause, kind),
  );
  type Severity = EventMap['process.error_raised']['severity'];
  const errors = series.open(
    'component',
    MOST_COMPONENTS,
    (component) =>
      new ClosedLabel<Severity, Counter>((severity) => series.counter(m.errors, component, severity)),
  );
  return {
    handlers: {
      'process.loop_lag_measured': (event) => loopLag.observe(event.lag_us / 1e6, event.weight),
      'process.gc_completed': (event) => pauses.at(event.kind).observe(event.duration_us / 1e6, event.weight),
      'process.error_raised': (event) =>
        errors
          .at(event.component)
          .at(event.severity)
          .add(event.weight ?? 1),
    },
  };
}

/** Starts, resources, event loop, garbage collection, errors. */
export const processDomain = perNode('process', 'process', m, observeLife, observeResources, observeHealth);
