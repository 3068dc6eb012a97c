/**
 * docs/REQUIREMENTS.md agrees with the code: what a row names exists, what it calls done has a test, and
 * no field of the HotStuff-2 document is missing. The fields are listed here by hand, from the document and
 * not from the rows, with the type that the document gives each metric.
 */
import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { requirements, specifications } from '../../scripts/docs/requirements.js';
import type { MappingKind, Row } from '../../scripts/docs/requirements/row.js';
import { settingByPath } from '../../src/config/sections.js';
import { notificationMetrics } from '../../src/alerts/catalogue.js';
import { deliveryMetrics } from '../../src/delivery/catalogue.js';
import { allMetrics } from '../../src/domains/catalogue.js';
import { domainMetrics } from '../../src/domains/domain-metrics.js';
import { schemaByType } from '../../src/events/vocabulary.js';
import { prometheusMetrics } from '../../src/export/prometheus/catalogue.js';
import { pushMetrics } from '../../src/export/pushes.js';
import { healthMetrics } from '../../src/health/catalogue.js';
import { intakeMetrics } from '../../src/intake/catalogue.js';
import { boardMetrics } from '../../src/metrics/board.js';
import { collectorMetrics } from '../../src/metrics/collector.js';
import type { MetricDefinition, MetricKind } from '../../src/metrics/definition.js';
import { createRoutes } from '../../src/server/routes.js';

const root = new URL('../../', import.meta.url);
const exists = (path: string): boolean => existsSync(new URL(path, root));

const definitions: readonly MetricDefinition[] = [
  ...allMetrics.values(),
  ...Object.values(boardMetrics),
  ...Object.values(collectorMetrics),
  ...Object.values(domainMetrics),
  ...Object.values(healthMetrics),
  ...Object.values(intakeMetrics),
  ...Object.values(prometheusMetrics),
  ...Object.values(pushMetrics),
  ...Object.values(deliveryMetrics),
  ...Object.values(notificationMetrics),
];
const metricByName = new Map(definitions.map((definition) => [definition.name, definition]));

/** `GET /metrics` and so on; the handlers are never called. */
const never = (): never => {
  throw new Error('only listed');
};
const routes = createRoutes('', {
  consensus: {
    views: never,
    view: never,
    validators: never,
    verdicts: never,
    evidence: never,
    finding: never,
  },
  health: { report: never, component: never, components: never },
  incidents: { list: never, get: never, events: never },
  metrics: () => ({ contentType: '', body: new Uint8Array() }),
  notices: () => [],
  ready: () => true,
  status: () => null,
  exports: { formats: () => [], render: () => Promise.resolve(undefined) },
  exporters: {
    list: () => [],
    pause: () => undefined,
    resume: () => undefined,
    test: () => Promise.resolve(undefined),
  },
  prometheus: () => Promise.resolve({ status: 200, body: '' }),
}).map(({ method, path }) => `${method} ${path}`);

/** The names that rows of `kind` give, each with the row. */
function named(kind: MappingKind): { name: string; row: Row }[] {
  return requirements.flatMap((row) =>
    row.maps.filter((mapping) => mapping.kind === kind).map(({ name }) => ({ name, row })),
  );
}

/** `name (row)` of those that do not exist. */
function missing(kind: MappingKind, isThere: (name: string) => boolean): string[] {
  return named(kind)
    .filter(({ name }) => !isThere(name))
    .map(({ name, row }) => `${name} (${row.id})`);
}

describe('rows', () => {
  it('have unique ids that begin with their document', () => {
    const ids = requirements.map((row) => row.id);
    expect(ids.filter((id, i) => ids.indexOf(id) !== i)).toEqual([]);
    for (const { id, sections } of specifications) {
      const strays = sections
        .flatMap((section) => section.rows)
        .filter((row) => !row.id.startsWith(`${id}.`));
      expect(strays).toEqual([]);
    }
  });

  it('cover all five documents, each item having become something', () => {
    expect(specifications.map((specification) => specification.id)).toEqual(['S0', 'S1', 'S2', 'S3', 'S4']);
    expect(requirements.filter((row) => row.maps.length === 0 || row.item === '')).toEqual([]);
  });

  it('name a test exactly when done, and the test exists', () => {
    const wrong = requirements.filter((row) => (row.state === 'done') !== (row.shownBy !== undefined));
    expect(wrong.map((row) => row.id)).toEqual([]);
    const paths = new Set(requirements.flatMap((row) => row.shownBy ?? []));
    expect([...paths].filter((path) => !path.startsWith('test/') || !exists(path))).toEqual([]);
  });
});

describe('names', () => {
  it('of events are in the vocabulary', () => {
    expect(missing('event', (name) => schemaByType.has(name))).toEqual([]);
  });

  it('of metrics are in a catalogue', () => {
    expect(missing('metric', (name) => metricByName.has(name))).toEqual([]);
  });

  it('of settings are in the configuration', () => {
    expect(missing('setting', (name) => settingByPath.has(name))).toEqual([]);
  });

  it('of commands have their file', () => {
    expect(missing('command', (name) => exists(`src/cli/${name.replaceAll(' ', '-')}.ts`))).toEqual([]);
  });

  it('of routes are in the table of routes', () => {
    expect(missing('route', (name) => routes.includes(name))).toEqual([]);
  });

  it('of documents are files, once done', () => {
    const absent = named('document').filter(({ name, row }) => row.state === 'done' && !exists(name));
    expect(absent.map(({ name, row }) => `${name} (${row.id})`)).toEqual([]);
  });

  it('of events and metrics in one row belong together', () => {
    const apart = requirements.flatMap((row) => {
      const events = new Set(namesIn(row, 'event'));
      if (events.size === 0) return [];
      return namesIn(row, 'metric')
        .filter((name) => allMetrics.get(name)?.fedBy.every((type) => !events.has(type)))
        .map((name) => `${row.id}: ${name} is not fed by ${[...events].join(', ')}`);
    });
    expect(apart).toEqual([]);
  });
});

function namesIn(row: Row, kind: MappingKind): string[] {
  return row.maps.filter((mapping) => mapping.kind === kind).map((mapping) => mapping.name);
}

/** What the document lists: the struct or trait, the ids of its rows, and its members as written. */
interface Listed {
  readonly of: string;
  readonly id: string;
  readonly members: readonly string[];
}

const fields: readonly Listed[] = [
  {
    of: 'AlertConfig',
    id: 'S4.alert_config.',
    members: [
      'max_block_time',
      'max_view_change_frequency',
      'min_transaction_throughput',
      'max_peer_disconnection_rate',
      'max_message_loss_rate',
      'max_network_latency',
      'max_cpu_usage',
      'max_memory_usage',
      'max_disk_usage',
      'max_byzantine_behavior_rate',
      'max_safety_violations',
      'max_liveness_timeouts',
    ],
  },
  { of: 'AlertManager', id: 'S4.alert_manager.', members: ['config', 'alert_handlers'] },
  {
    of: 'HealthChecker',
    id: 'S4.health.',
    members: ['consensus_health', 'network_health', 'storage_health'],
  },
  {
    of: 'DashboardConfig',
    id: 'S4.dashboards.',
    members: ['consensus_dashboard', 'network_dashboard', 'system_dashboard', 'custom_dashboards'],
  },
  { of: 'DashboardExporter', id: 'S4.dashboards.', members: ['prometheus_client', 'grafana_client'] },
  { of: 'PrometheusExporter', id: 'S4.prometheus.', members: ['registry', 'port', 'metrics_prefix'] },
  { of: 'InfluxDbExporter', id: 'S4.exporters.influxdb_', members: ['client', 'database'] },
  { of: 'MetricsTestFramework', id: 'S4.testing.', members: ['collector', 'scenario_runner'] },
  {
    of: 'MetricsConfig',
    id: 'S4.config.',
    members: [
      'collection_enabled',
      'collection_interval',
      'max_metrics_memory',
      'prometheus_enabled',
      'prometheus_port',
      'custom_exporters',
      'grafana_integration',
      'dashboard_auto_generation',
      'custom_dashboards',
      'alerting_enabled',
      'alert_config',
      'alert_destinations',
      'metrics_sampling_rate',
      'batch_size',
      'async_export',
    ],
  },
];

const methods: readonly Listed[] = [
  {
    of: 'MetricsCollector',
    id: 'S4.collector.',
    members: [
      'increment_counter',
      'increment_counter_by',
      'set_gauge',
      'increment_gauge',
      'record_histogram',
      'time_operation',
      'record_custom_metric',
      'flush_metrics',
    ],
  },
  {
    of: 'ConsensusMetrics',
    id: 'S4.consensus_methods.',
    members: [
      'record_block_proposed',
      'record_block_committed',
      'record_block_proposal_time',
      'record_view_change',
      'update_current_view',
      'record_vote_sent',
      'record_vote_received',
      'record_safety_violation',
      'record_byzantine_behavior',
    ],
  },
  {
    of: 'NetworkMetrics',
    id: 'S4.network_methods.',
    members: [
      'record_message_sent',
      'record_message_received',
      'record_message_processing_time',
      'record_peer_connected',
      'record_peer_disconnected',
      'update_peer_count',
      'record_network_partition',
      'record_connection_failure',
    ],
  },
  {
    of: 'StorageMetrics',
    id: 'S4.storage_methods.',
    members: ['record_storage_read', 'record_storage_write', 'record_batch_operation', 'update_storage_size'],
  },
];

/** Metric fields with the type that the document gives them. */
type Typed = Readonly<Record<Exclude<MetricKind, 'summary'>, readonly string[]>>;

const metricFields: readonly { of: string; id: string; typed: Typed }[] = [
  {
    of: 'ConsensusMetrics',
    id: 'S4.consensus.',
    typed: {
      counter: [
        'blocks_proposed',
        'blocks_committed',
        'view_changes',
        'votes_sent',
        'votes_received',
        'safety_violations',
        'liveness_timeouts',
        'byzantine_behavior_detected',
      ],
      gauge: ['current_view'],
      histogram: ['block_proposal_time', 'block_commit_time', 'view_change_duration', 'vote_processing_time'],
    },
  },
  {
    of: 'PerformanceMetrics',
    id: 'S4.performance.',
    typed: {
      counter: [],
      gauge: [
        'transaction_throughput',
        'block_throughput',
        'consensus_throughput',
        'cpu_usage',
        'memory_usage',
        'disk_usage',
        'network_bandwidth',
        'consensus_efficiency',
        'network_efficiency',
        'storage_efficiency',
      ],
      histogram: ['transaction_confirmation_latency', 'block_finalization_latency', 'end_to_end_latency'],
    },
  },
  {
    of: 'NetworkMetrics',
    id: 'S4.network.',
    typed: {
      counter: [
        'messages_sent',
        'messages_received',
        'peer_connections',
        'peer_disconnections',
        'bytes_sent',
        'bytes_received',
        'network_partitions',
        'connection_failures',
      ],
      gauge: ['message_queue_size', 'active_peers', 'bandwidth_utilization', 'message_delivery_rate'],
      histogram: ['message_processing_time', 'peer_latency'],
    },
  },
  {
    of: 'StorageMetrics',
    id: 'S4.storage.',
    typed: {
      counter: [
        'storage_reads',
        'storage_writes',
        'storage_deletes',
        'storage_errors',
        'cache_hits',
        'cache_misses',
      ],
      gauge: ['storage_size', 'storage_utilization', 'cache_size'],
      histogram: ['read_latency', 'write_latency', 'batch_operation_latency'],
    },
  },
  {
    of: 'StateMetrics',
    id: 'S4.state.',
    typed: {
      counter: [
        'state_transitions',
        'state_queries',
        'state_snapshots',
        'transaction_validations',
        'validation_failures',
      ],
      gauge: ['state_size', 'account_count', 'contract_count'],
      histogram: ['state_transition_time', 'state_query_time', 'snapshot_creation_time', 'validation_time'],
    },
  },
];

describe('the HotStuff-2 document', () => {
  const rowById = new Map(requirements.map((row) => [row.id, row]));

  it.each([...fields, ...methods])('has a row for each member of $of', ({ id, members }) => {
    const lost = members.filter(
      (member) => !rowById.get(`${id}${member}`)?.item.includes(member.split('_')[0]!),
    );
    expect(lost).toEqual([]);
  });

  it.each(metricFields)('has each metric of $of, with its type', ({ id, typed }) => {
    for (const kind of ['counter', 'gauge', 'histogram'] as const) {
      for (const field of typed[kind]) {
        const row = rowById.get(`${id}${field}`);
        expect(row?.item.toLowerCase(), id).toBe(`${field}: ${kind}`);
        const kinds = namesIn(row!, 'metric').map((name) => metricByName.get(name)?.kind);
        expect(kinds, `${id}${field} became no ${kind}`).toContain(kind);
      }
    }
  });
});
