/** Every metric of the process domain: the node's process and machine, not the sidecar's. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { workBuckets } from '../buckets.js';
import { fed } from '../declare.js';

const seconds = { unit: 'seconds' } as const;
const bytes = { unit: 'bytes' } as const;
const ratio = { unit: 'ratio' } as const;

/** The catalogue of the process domain. */
export const processMetrics = {
  starts: fed(
    counter(
      'hotstuff_process_starts_total',
      'Starts of the node process, by whether it read back its lock and last vote: true, false, or unknown. A validator that starts without them may vote twice.',
      [...nodeLabels, 'lock_restored'],
    ),
    'process.started',
  ),
  startTime: fed(
    gauge(
      'hotstuff_process_start_timestamp_seconds',
      'When the node process started, Unix time.',
      nodeLabels,
      seconds,
    ),
    'process.started',
  ),
  stops: fed(
    counter('hotstuff_process_stops_total', 'Announced stops of the node process, by reason.', [
      ...nodeLabels,
      'reason',
    ]),
    'process.stopped',
  ),
  cpu: fed(
    gauge('hotstuff_process_cpu_ratio', 'CPU used by the process, 1 being one core.', nodeLabels, ratio),
    'process.measured',
  ),
  machineCpu: fed(
    gauge(
      'hotstuff_process_machine_cpu_ratio',
      'CPU used on the machine, 1 being all cores.',
      nodeLabels,
      ratio,
    ),
    'process.measured',
  ),
  resident: fed(
    gauge('hotstuff_process_resident_memory_bytes', 'Resident memory of the process.', nodeLabels, bytes),
    'process.measured',
  ),
  heapUsed: fed(
    gauge('hotstuff_process_heap_used_bytes', 'Heap in use.', nodeLabels, bytes),
    'process.measured',
  ),
  heapLimit: fed(
    gauge('hotstuff_process_heap_limit_bytes', 'Heap allowed.', nodeLabels, bytes),
    'process.measured',
  ),
  machineMemory: fed(
    gauge(
      'hotstuff_process_machine_memory_ratio',
      'Memory used on the machine, 1 being all.',
      nodeLabels,
      ratio,
    ),
    'process.measured',
  ),
  diskUsed: fed(
    gauge('hotstuff_process_disk_used_bytes', 'Bytes used on the data device.', nodeLabels, bytes),
    'process.measured',
  ),
  diskCapacity: fed(
    gauge('hotstuff_process_disk_capacity_bytes', 'Size of the data device.', nodeLabels, bytes),
    'process.measured',
  ),
  diskRatio: fed(
    gauge(
      'hotstuff_process_disk_used_ratio',
      'Share of the data device in use; absent while its size is not known.',
      nodeLabels,
      ratio,
    ),
    'process.measured',
  ),
  network: fed(
    gauge(
      'hotstuff_process_network_bytes_per_second',
      'Network traffic of the process as the node measures it, both directions.',
      nodeLabels,
    ),
    'process.measured',
  ),
  openFiles: fed(
    gauge('hotstuff_process_open_file_descriptors', 'Open file descriptors.', nodeLabels),
    'process.measured',
  ),
  maxFiles: fed(
    gauge('hotstuff_process_max_file_descriptors', 'File descriptors allowed.', nodeLabels),
    'process.measured',
  ),
  threads: fed(gauge('hotstuff_process_threads', 'Threads of the process.', nodeLabels), 'process.measured'),
  loopLag: fed(
    histogram(
      'hotstuff_process_loop_lag_seconds',
      'How late the main event loop or scheduler ran.',
      workBuckets,
      nodeLabels,
      seconds,
    ),
    'process.loop_lag_measured',
  ),
  gcPause: fed(
    histogram(
      'hotstuff_process_gc_pause_seconds',
      'Pauses of the garbage collector, by kind.',
      workBuckets,
      [...nodeLabels, 'kind'],
      seconds,
    ),
    'process.gc_completed',
  ),
  errors: fed(
    counter(
      'hotstuff_process_errors_total',
      'Errors that the node met and survived, by part of the node and severity.',
      [...nodeLabels, 'component', 'severity'],
    ),
    'process.error_raised',
  ),
} as const;
