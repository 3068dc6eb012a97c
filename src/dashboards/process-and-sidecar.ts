/** The dashboard of processes: the node's own, its machine, and the sidecar that tells all this. */
import { metricPanel, metricPanels } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelSpec } from './panel.js';

const p = (name: string): string => `hotstuff_process_${name}`;
const q = (name: string): string => `quorumscope_${name}`;

/** Process and sidecar. */
export function processAndSidecar(m: Metrics): DashboardSpec {
  return {
    uid: 'quorumscope-process-and-sidecar',
    title: 'HotStuff-2 process and sidecar',
    description: 'The machine under the node, and whether what the sidecar says can be relied on.',
    variables: ['chain', 'node', 'instance'],
    rows: [
      row('Can it be relied on?', trust(m)),
      row('The node and its machine', machine(m)),
      row('Events', events(m)),
      row('Delivery', delivery(m)),
      row('Tracing and exemplars', tracing(m), true),
      row('The sidecar itself', sidecar(m), true),
    ],
  };
}

function trust(m: Metrics): PanelSpec[] {
  const connected = [
    { value: 0, text: 'gone', colour: 'red' },
    { value: 1, text: 'attached', colour: 'green' },
  ] as const;
  return [
    metricPanel(m, q('node_connected'), {
      kind: 'state',
      title: 'Nodes that are attached',
      meanings: connected,
      shape: { legend: '{{node_id}}' },
      runbook: 'HotStuffNodeDown',
    }),
    metricPanel(m, 'hotstuff_health', {
      kind: 'table',
      title: 'Health, by component',
      shape: { where: 'state=~".+"' },
      whenAbsent: 'not judged',
    }),
    metricPanel(m, q('events_missing_total'), {
      title: 'Events that are missing',
      runbook: 'HotStuffEventsLost',
    }),
    metricPanel(m, q('event_lag_seconds'), { limits: ['max_event_lag'], runbook: 'HotStuffEventsLate' }),
    metricPanel(m, q('source_connected')),
    metricPanel(m, [q('intake_queue_events'), q('intake_queue_capacity_events')], {
      title: 'Queue of the intake',
      runbook: 'HotStuffIntakeOverloaded',
    }),
    thresholds(m),
  ];
}

function thresholds(m: Metrics): PanelSpec {
  const { help } = m.definition('quorumscope_threshold');
  return {
    kind: 'table',
    title: 'Thresholds in force',
    description: help,
    questions: [
      { expr: 'max by (instance, name) (quorumscope_threshold{instance=~"$instance"})', legend: '{{name}}' },
    ],
    whenAbsent: 'none',
  };
}

function machine(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, [p('cpu_ratio'), p('machine_cpu_ratio')], {
      title: 'Processor',
      limits: ['max_cpu_usage'],
      runbook: 'HotStuffCpuHigh',
    }),
    metricPanel(m, p('machine_memory_ratio'), {
      max: 1,
      limits: ['max_memory_usage'],
      runbook: 'HotStuffMemoryHigh',
    }),
    metricPanel(m, p('disk_used_ratio'), { max: 1, limits: ['max_disk_usage'], runbook: 'HotStuffDiskFull' }),
    metricPanel(m, [p('resident_memory_bytes'), p('heap_used_bytes'), p('heap_limit_bytes')], {
      title: 'Memory of the node',
      runbook: 'HotStuffHeapHigh',
    }),
    metricPanel(m, [p('disk_used_bytes'), p('disk_capacity_bytes')], { title: 'Disk' }),
    metricPanel(m, p('network_bytes_per_second')),
    metricPanel(m, p('loop_lag_seconds'), { limits: ['max_loop_lag'], runbook: 'HotStuffLoopLagHigh' }),
    metricPanel(m, p('gc_pause_seconds'), { shape: { by: ['node_id', 'kind'] }, quantiles: [0.99] }),
    metricPanel(m, [p('open_file_descriptors'), p('max_file_descriptors')], {
      title: 'File descriptors',
      runbook: 'HotStuffOpenFilesHigh',
    }),
    metricPanel(m, p('start_timestamp_seconds'), {
      title: 'Time since the node started',
      kind: 'number',
      width: 8,
      height: 7,
    }),
    metricPanel(m, [p('starts_total'), p('stops_total')], {
      title: 'Starts and stops per second',
      runbook: 'HotStuffNodeRestarts',
    }),
    metricPanel(m, p('errors_total'), { runbook: 'HotStuffNodeErrors' }),
    metricPanel(m, p('threads')),
  ];
}

function events(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, q('events_received_total'), { shape: { by: ['node_id'] } }),
    metricPanel(m, q('events_processed_total'), { shape: { by: ['node_id'] } }),
    metricPanel(m, q('events_invalid_total'), { runbook: 'HotStuffEventsInvalid' }),
    ...metricPanels(m, [
      q('events_dropped_total'),
      q('events_unknown_total'),
      q('events_duplicate_total'),
      q('events_late_total'),
      q('source_dropped_events_total'),
      q('dispatch_failures_total'),
    ]),
  ];
}

function delivery(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, q('delivery_failing'), { runbook: 'HotStuffDeliveryFailing' }),
    metricPanel(m, [q('delivery_queued'), q('delivery_spooled')], { title: 'Parcels that wait' }),
    metricPanel(m, q('delivery_dropped_total'), { runbook: 'HotStuffDeliveryDropping' }),
    metricPanel(m, [q('delivery_produced_total'), q('delivery_sent_total')], {
      title: 'Produced and sent per second',
    }),
    ...metricPanels(m, [
      q('delivery_attempts_total'),
      q('delivery_duration_seconds'),
      q('delivery_last_success_timestamp_seconds'),
      q('delivery_spooled_bytes'),
    ]),
  ];
}

function tracing(m: Metrics): PanelSpec[] {
  return metricPanels(m, [
    q('tracing_views_total'),
    q('tracing_spans_total'),
    q('tracing_spans_dropped_total'),
    q('tracing_transactions_total'),
    q('tracing_exemplars_total'),
  ]);
}

function sidecar(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, [q('series'), q('series_limit')], { title: 'Series', runbook: 'HotStuffSeriesRefused' }),
    ...metricPanels(m, [
      q('series_folded_total'),
      q('series_refused_total'),
      q('domain_errors_total'),
      q('prometheus_scrapes_total'),
      q('prometheus_scrape_duration_seconds'),
      q('prometheus_page_bytes'),
    ]),
    metricPanel(m, q('journal_failures_total'), { runbook: 'HotStuffDiskWritesFailing' }),
    metricPanel(m, q('journal_size_bytes')),
  ];
}
