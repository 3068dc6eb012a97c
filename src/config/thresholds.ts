/**
 * What counts as too much or too little: one setting per threshold, read by the shipped rules (as
 * `quorumscope_threshold{name}`) and by health. One edit here moves the alert in this sidecar, in a real
 * Prometheus and on `/health`. `null` switches off whatever compares with it.
 *
 * Values are told in base units: seconds, ratios, per minute or per hour where the name says so.
 */
import { parseDuration } from '../base/duration.js';
import { amount, duration, nullable, share, type Setting } from './setting.js';

const RANGE = { min: '1ms', max: '7d' };

const time = (doc: string, fallback: string): Setting<number | null> =>
  nullable(duration(RANGE, { doc, fallback }));
const ratio = (doc: string, fallback: number): Setting<number | null> => nullable(share({ doc, fallback }));
const number = (doc: string, fallback: number | null): Setting<number | null> =>
  nullable(amount({ min: 0, max: 1e15 }, { doc, fallback }));

/** Every threshold by name. The first twelve are those of the HotStuff-2 document. */
export const thresholdSettings = {
  max_block_time: time('Longest time without a commit before the chain counts as halted.', '30s'),
  max_view_change_frequency: number('Most failed views per minute, per culprit or cause.', 6),
  min_transaction_throughput: number(
    'Fewest transactions committed per second. Off unless set: a quiet chain is healthy.',
    null,
  ),
  max_peer_disconnection_rate: number('Most connections lost per minute.', 6),
  max_message_loss_rate: ratio('Largest share of messages that may be lost.', 0.05),
  max_network_latency: time('Longest round trip to peers, nine in ten being shorter.', '1s'),
  max_cpu_usage: ratio('Most of the processors in use.', 0.95),
  max_memory_usage: ratio('Most of the memory in use.', 0.9),
  max_disk_usage: ratio('Most of the data device in use.', 0.85),
  max_byzantine_behavior_rate: number(
    'Most byzantine findings per hour and validator; 0: the first one alerts.',
    0,
  ),
  max_safety_violations: number('Most safety findings; 0: the first one alerts.', 0),
  max_liveness_timeouts: number('Most views in a row that time out on every attached node.', 3),
  min_participation: ratio(
    'Smallest share of its last 100 judged views in which a validator must vote.',
    0.9,
  ),
  max_blocks_behind: number('Most blocks that a node may be behind the highest one seen.', 50),
  restart_grace: time('How long a node that has just started is not judged by its progress.', '2m'),
  max_view_timer_usage: ratio(
    'Most of its timer that a decided view may need, nine in ten needing less.',
    0.8,
  ),
  max_clock_offset: time('Largest distance between the clocks of a node and a peer.', '200ms'),
  max_queue_usage: ratio('Fullest that a queue may be.', 0.8),
  max_bandwidth_usage: ratio("Most of the network link's capacity in use.", 0.8),
  max_error_rate: ratio('Largest share of storage operations that may fail.', 0.05),
  max_storage_sync_time: time(
    'Longest time to make a vote or lock durable, but for one in a hundred.',
    '100ms',
  ),
  max_storage_read_time: time('Longest read, but for one in twenty.', '10ms'),
  max_storage_write_time: time('Longest write, but for one in twenty.', '50ms'),
  max_storage_stall: ratio('Largest share of time for which the storage engine may hold writes back.', 0.1),
  min_cache_hit_rate: ratio('Smallest share of look-ups that a cache must answer.', 0.8),
  max_apply_lag: number('Most final blocks that may wait to be executed or applied.', 20),
  max_apply_time: time("Longest time to apply one block's changes, but for one in twenty.", '500ms'),
  max_validation_failure_rate: ratio('Largest share of transactions that may be found invalid.', 0.5),
  max_mempool_usage: ratio('Fullest that the pool of transactions may be.', 0.8),
  max_transaction_age: time('Longest that a transaction may wait in the pool.', '5m'),
  max_call_fuel: number('Most fuel of one call, but for one in a hundred.', 1_000_000),
  min_fuel_efficiency: ratio('Smallest ratio of expected to used fuel.', 0.5),
  max_call_failure_rate: ratio('Largest share of contract calls that may fail.', 0.2),
  max_block_fuel_usage: ratio("Most of a block's fuel limit in use, nine in ten blocks using less.", 0.9),
  max_restarts: number('Most starts of a node within 15 minutes.', 3),
  max_heap_usage: ratio('Most of the heap limit in use.', 0.9),
  max_open_files_usage: ratio('Most of the allowed file descriptors in use.', 0.8),
  max_loop_lag: time('Longest lag of the event loop, but for one in a hundred.', '250ms'),
  max_event_lag: time('Longest way of an event from the node to here, but for one in a hundred.', '5s'),
  max_event_loss: ratio('Largest share of events that may be missing.', 0.01),
} as const;

/** The name of a threshold. */
export type ThresholdName = keyof typeof thresholdSettings;

/** Values in base units; null switches off. */
export type Thresholds = Readonly<Record<ThresholdName, number | null>>;

/** From what was parsed, where durations are microseconds. */
export function thresholdsOf(values: Readonly<Record<ThresholdName, number | null>>): Thresholds {
  const entries = Object.entries(values) as [ThresholdName, number | null][];
  return Object.fromEntries(entries.map(([name, value]) => [name, inBaseUnits(name, value)])) as Thresholds;
}

function inBaseUnits(name: ThresholdName, value: number | null): number | null {
  const { fallback } = thresholdSettings[name];
  const isTime = typeof fallback === 'string' && parseDuration(fallback) !== undefined;
  return value !== null && isTime ? value / 1e6 : value;
}
