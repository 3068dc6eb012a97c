/** The process and machine of a node, and whether it is there at all. */
import type { HealthRule } from '../rule.js';
import { at, escalating, fixed, seconds } from '../rule.js';
import { percent, span } from './words.js';

const own = { per: 'node', scope: 'self', worse: 'above', component: 'process' } as const;

const ratioOf =
  (used: string, allowed: string): HealthRule['measure'] =>
  (read) => {
    const [part, whole] = [read.gauge(used), read.gauge(allowed)];
    return part === undefined || !whole ? undefined : part / whole;
  };

/** The checks of the process. */
export const processRules: readonly HealthRule[] = [
  {
    ...own,
    check: 'process.gone',
    alert: 'HotStuffNodeDown',
    ofGone: true,
    measures: 'whether a node that was attached no longer is; a restart within a minute is no issue',
    levels: fixed({ failing: { enter: 0, forUs: seconds(60) } }),
    measure: (read) => Number(read.phase === 'gone'),
    reason: (_, read) => `Node ${read.node} of chain ${read.chain} is not attached any more.`,
    remedy: 'Start it again with its lock and last vote intact; never start it twice.',
  },
  {
    ...own,
    check: 'process.mute',
    alert: 'HotStuffNodeMute',
    slack: 0,
    worse: 'below',
    measures: 'events within the window from a node that is attached',
    levels: fixed({ failing: { enter: 1, forUs: seconds(5) } }),
    measure: (read) => read.heard(),
    reason: (_, read) => `Node ${read.node} is attached and states nothing: it hangs.`,
    remedy: 'Take a stack dump of the process, then restart it.',
  },
  {
    ...own,
    check: 'process.lock_not_restored',
    alert: 'HotStuffLockNotRestored',
    slack: 0,
    measures:
      'starts within the last hour without reading back the lock, of a node that had committed before',
    levels: fixed({ critical: { enter: 0 } }),
    measure: (read) =>
      read.growth('hotstuff_process_starts_total', { lock_restored: 'false' }, seconds(3600)),
    reason: (_, read) => `Node ${read.node} was started without its lock and last vote: it may vote twice.`,
    remedy: 'Stop it until the views in which it may have voted are over, or its data is restored.',
  },
  {
    ...own,
    check: 'process.cpu',
    alert: 'HotStuffCpuHigh',
    measures: 'share of the processors of the machine in use',
    levels: at('warning', 'max_cpu_usage', seconds(60)),
    measure: (read) => read.gauge('hotstuff_process_machine_cpu_ratio'),
    reason: ({ value }, read) =>
      `${percent(value)} of the processors of the machine of node ${read.node} are in use.`,
    remedy: 'Move what else runs there, or give the node more.',
  },
  {
    ...own,
    check: 'process.memory',
    alert: 'HotStuffMemoryHigh',
    measures: 'share of the memory of the machine in use',
    levels: escalating('warning', 'max_memory_usage', 'critical', 0.97, seconds(30)),
    measure: (read) => read.gauge('hotstuff_process_machine_memory_ratio'),
    reason: ({ value }, read) =>
      `${percent(value)} of the memory of the machine of node ${read.node} is in use.`,
    remedy: 'Restart it at a time of your choosing, before the kernel does.',
  },
  {
    ...own,
    check: 'process.heap',
    alert: 'HotStuffHeapHigh',
    measures: 'share of the heap limit in use',
    levels: at('warning', 'max_heap_usage', seconds(30)),
    measure: ratioOf('hotstuff_process_heap_used_bytes', 'hotstuff_process_heap_limit_bytes'),
    reason: ({ value }, read) => `Node ${read.node} uses ${percent(value)} of its heap limit.`,
    remedy: 'Raise the limit or find the leak.',
  },
  {
    ...own,
    check: 'process.disk',
    alert: 'HotStuffDiskFull',
    measures: 'share of the data device in use',
    levels: escalating('warning', 'max_disk_usage', 'critical', 0.95, seconds(10)),
    measure: (read) => read.gauge('hotstuff_process_disk_used_ratio'),
    reason: ({ value }, read) => `${percent(value)} of the data device of node ${read.node} is in use.`,
    remedy: 'Delete or prune, or enlarge the device.',
  },
  {
    ...own,
    check: 'process.open_files',
    alert: 'HotStuffOpenFilesHigh',
    measures: 'share of the allowed file descriptors in use',
    levels: at('warning', 'max_open_files_usage', seconds(30)),
    measure: ratioOf('hotstuff_process_open_file_descriptors', 'hotstuff_process_max_file_descriptors'),
    reason: ({ value }, read) => `Node ${read.node} uses ${percent(value)} of its file descriptors.`,
    remedy: 'Raise the limit, or find what leaks.',
  },
  {
    ...own,
    check: 'process.loop_lag',
    alert: 'HotStuffLoopLagHigh',
    slack: 0,
    measures: 'lag of the main loop, but for one in a hundred',
    levels: at('warning', 'max_loop_lag', seconds(30)),
    measure: (read) => read.quantile('hotstuff_process_loop_lag_seconds', 0.99),
    reason: ({ value }, read) => `The main loop of node ${read.node} lags up to ${span(value)}.`,
    remedy: 'Move work off the main thread, or give the machine more.',
  },
];
