/** The dashboard of what a node keeps: reads, writes, syncs, caches, space, and the state that is made of blocks. */
import { metricPanel, metricPanels } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelSpec } from './panel.js';

const storage = (name: string): string => `hotstuff_storage_${name}`;
const state = (name: string): string => `hotstuff_state_${name}`;

/** Storage and state. */
export function storageAndState(m: Metrics): DashboardSpec {
  return {
    uid: 'quorumscope-storage-and-state',
    title: 'HotStuff-2 storage and state',
    description: 'Whether the disk holds the node up, and whether the state follows the chain.',
    variables: ['chain', 'node'],
    rows: [
      row('Does the disk hold it up?', disk(m)),
      row('Reads, writes, deletes', operations(m)),
      row('Space and caches', space(m)),
      row('State', states(m)),
      row('Snapshots and validation', snapshots(m), true),
    ],
  };
}

function disk(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, storage('sync_duration_seconds'), {
      title: 'Time to make durable',
      shape: { by: ['node_id', 'target'] },
      limits: ['max_storage_sync_time'],
      runbook: 'HotStuffFsyncSlow',
    }),
    metricPanel(m, storage('stall_seconds_total'), {
      title: 'Share of time that writes are held back',
      limits: ['max_storage_stall'],
      runbook: 'HotStuffStorageStalled',
    }),
    metricPanel(m, storage('errors_total'), { runbook: 'HotStuffStorageErrors' }),
    metricPanel(m, storage('read_duration_seconds'), {
      quantiles: [0.5, 0.95],
      shape: { by: ['node_id'] },
      limits: ['max_storage_read_time'],
      runbook: 'HotStuffReadsSlow',
    }),
    metricPanel(m, storage('write_duration_seconds'), {
      quantiles: [0.5, 0.95],
      shape: { by: ['node_id'] },
      limits: ['max_storage_write_time'],
      runbook: 'HotStuffWritesSlow',
    }),
    metricPanel(m, storage('delete_duration_seconds')),
    metricPanel(m, storage('stalls_total')),
  ];
}

function operations(m: Metrics): PanelSpec[] {
  return [
    ...metricPanels(m, [storage('reads_total'), storage('writes_total'), storage('deletes_total')], {
      shape: { by: ['key_type', 'outcome'] },
      isStacked: true,
    }),
    metricPanel(m, [storage('read_bytes_total'), storage('written_bytes_total')], {
      title: 'Bytes read and written',
    }),
    metricPanel(m, storage('physical_written_bytes_total'), { title: 'Bytes written to the device' }),
    metricPanel(m, storage('efficiency_ratio'), { title: 'Logical over physical bytes written' }),
    ...metricPanels(m, [
      storage('batches_total'),
      storage('batch_duration_seconds'),
      storage('batch_operations'),
    ]),
  ];
}

function space(m: Metrics): PanelSpec[] {
  const hits = m.rate(storage('cache_hits_total'));
  const misses = m.rate(storage('cache_misses_total'));
  return [
    metricPanel(m, [storage('size_bytes'), storage('capacity_bytes')], { title: 'Space' }),
    metricPanel(m, storage('utilization_ratio'), {
      max: 1,
      limits: ['max_disk_usage'],
      runbook: 'HotStuffStorageFull',
    }),
    {
      ...metricPanel(m, [storage('cache_hits_total'), storage('cache_misses_total')]),
      title: 'Share of look-ups that a cache answers',
      unit: 'percentunit',
      max: 1,
      questions: [
        { expr: `${hits.expr} / (${hits.expr} + ${misses.expr})`, legend: hits.legend },
        m.limit('min_cache_hit_rate'),
      ],
      runbook: 'HotStuffCacheHitRateLow',
    },
    metricPanel(m, storage('cache_size_bytes')),
    metricPanel(m, storage('cache_entries')),
    metricPanel(m, storage('cache_evictions_total')),
  ];
}

function states(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, state('apply_lag_blocks'), {
      title: 'Final blocks that wait to be applied',
      limits: ['max_apply_lag'],
      runbook: 'HotStuffStateBehind',
    }),
    metricPanel(m, state('transition_duration_seconds'), {
      quantiles: [0.5, 0.95],
      limits: ['max_apply_time'],
      runbook: 'HotStuffStateApplySlow',
    }),
    metricPanel(m, state('applied_height')),
    metricPanel(m, state('transitions_total')),
    metricPanel(m, state('queries_total'), { shape: { by: ['node_id', 'outcome'] } }),
    metricPanel(m, state('query_duration_seconds')),
    metricPanel(m, state('size_bytes'), { title: 'Size of the state' }),
    metricPanel(m, [state('accounts'), state('contracts')], { title: 'Accounts and contracts' }),
  ];
}

function snapshots(m: Metrics): PanelSpec[] {
  return [
    ...metricPanels(m, [
      state('snapshots_total'),
      state('snapshot_duration_seconds'),
      state('snapshot_height'),
      state('snapshot_size_bytes'),
      state('transaction_validations_total'),
    ]),
    metricPanel(m, state('validation_failures_total'), { runbook: 'HotStuffValidationFailures' }),
    metricPanel(m, state('validation_duration_seconds')),
  ];
}
