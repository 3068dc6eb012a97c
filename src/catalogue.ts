/**
 * Every metric there is, of the domains and of the sidecar itself, room by room. Docs, dashboards and the tests that hold
 * them together read this list: a room that declares metrics has its line here. Part of the composition.
 */
import { notificationMetrics } from './alerts/catalogue.js';
import { ruleMetrics } from './alerts/evaluation/catalogue.js';
import { logMetrics } from './attach/logs/catalogue.js';
import { otlpMetrics } from './attach/otlp/catalogue.js';
import { scrapeMetrics } from './attach/scrape/catalogue.js';
import { deliveryMetrics } from './delivery/catalogue.js';
import { catalogues } from './domains/catalogue.js';
import { domainMetrics } from './domains/domain-metrics.js';
import { evidenceMetrics } from './evidence/catalogue.js';
import { eventStreamMetrics } from './export/events/catalogue.js';
import { prometheusMetrics } from './export/prometheus/catalogue.js';
import { pushMetrics } from './export/pushes.js';
import { healthMetrics } from './health/catalogue.js';
import { archiveMetrics } from './history/archive/catalogue.js';
import { historyMetrics } from './history/catalogue.js';
import { incidentMetrics } from './incidents/catalogue.js';
import { intakeMetrics, recorderMetrics } from './intake/catalogue.js';
import { journalMetrics } from './journal-meter.js';
import { boardMetrics } from './metrics/board.js';
import { collectorMetrics } from './metrics/collector.js';
import type { MetricDefinition } from './metrics/definition.js';
import { tracingMetrics } from './tracing/catalogue.js';

/** Metrics of one room. */
export interface RoomCatalogue {
  /** The room, as a heading. */
  readonly title: string;
  readonly metrics: Readonly<Record<string, MetricDefinition>>;
}

/** What the sidecar keeps about itself, in the order of the data flow. */
export const ownCatalogues: readonly RoomCatalogue[] = [
  { title: 'Logs', metrics: logMetrics },
  { title: 'Scraped nodes', metrics: scrapeMetrics },
  { title: 'OTLP', metrics: otlpMetrics },
  { title: 'Intake', metrics: intakeMetrics },
  { title: 'Recorder', metrics: recorderMetrics },
  { title: 'Domains', metrics: domainMetrics },
  { title: 'Board', metrics: boardMetrics },
  { title: 'Collector', metrics: collectorMetrics },
  { title: 'Tracing', metrics: tracingMetrics },
  { title: 'Page', metrics: prometheusMetrics },
  { title: 'Evidence', metrics: evidenceMetrics },
  { title: 'Incidents', metrics: incidentMetrics },
  { title: 'Journals', metrics: journalMetrics },
  { title: 'History', metrics: historyMetrics },
  { title: 'Archive', metrics: archiveMetrics },
  { title: 'Rules', metrics: ruleMetrics },
  { title: 'Notifications', metrics: notificationMetrics },
  { title: 'Health and thresholds', metrics: healthMetrics },
  { title: 'Exporters', metrics: pushMetrics },
  { title: 'Delivery', metrics: deliveryMetrics },
  { title: 'Event stream', metrics: eventStreamMetrics },
];

/** Domains first, then the sidecar's own. */
export const roomCatalogues: readonly RoomCatalogue[] = [
  ...Object.entries(catalogues).map(([title, metrics]) => ({ title, metrics })),
  ...ownCatalogues,
];
