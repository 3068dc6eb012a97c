/** Package entry `quorumscope`: what an embedder, an exporter author or a test suite may rely on. */
export type { Analytics, QuestionOptions } from './analytics/analytics.js';
export {
  dashboardQueries,
  type DashboardData,
  type DashboardDataOptions,
  type DashboardQueries,
} from './analytics/dashboard.js';
export {
  performanceQueries,
  type PerformanceOptions,
  type PerformanceQueries,
  type PerformanceReport,
  type PerformanceStats,
  type SuccessRule,
} from './analytics/performance.js';
export type { TimeRange } from './analytics/span.js';
export {
  timeSeriesQuery,
  type Aggregation,
  type TimeSeries,
  type TimeSeriesOptions,
} from './analytics/time-series.js';
export {
  usageMeters,
  usageQuery,
  type Meter,
  type Price,
  type PriceTable,
  type UsageOptions,
  type UsageReport,
} from './analytics/usage.js';
export type { Feed, LosslessFeed, SourceDescription } from './attach/feed.js';
export type { AlertHandler } from './alerts/channels/handler.js';
export type { Notification, NotifiedAlert } from './alerts/channels/notification.js';
export type { AlertCondition, ConditionAnswer, ConditionRoom } from './alerts/embedded/alert-condition.js';
export type { AlertDesk, RaisedAlert } from './alerts/embedded/raised-alerts.js';
export { attachFeed } from './attach/hooks/attach-feed.js';
export { replayFile, type Replayed } from './attach/replay.js';
export { ManualClock, StreamClock, WallClock, type Clock, type Timer } from './base/clock.js';
export { QuorumscopeError, type ErrorCode, type ErrorKind } from './base/errors.js';
export { silentLogger, type Logger } from './base/logger.js';
export { parseConfig } from './config/parse.js';
export type { Config } from './config/sections.js';
export type {
  Component,
  ComponentHealth,
  HealthIssue,
  HealthReport,
  HealthScope,
  HealthState,
} from './health/health-report.js';
export { buildDashboards, pushDashboards, type DashboardOptions, type PushOptions } from './dashboards.js';
export type { CustomDashboard, GridDashboard, TemplateDashboard, Widget } from './dashboards/custom.js';
export type { DashboardJson, Pushed } from './dashboards/grafana.js';
export { causes, type Cause } from './domains/consensus/verdict/view-verdict.js';
export type { ChainObserver, ChainScope, Domain, NodeObserver, NodeScope } from './domains/domain.js';
export type { EmbeddedAlerting } from './embedded-alerts.js';
export { embed, type Embedded, type EmbedOptions } from './embedded.js';
export type {
  ExponentialBuckets,
  ExponentialReading,
  HistogramReading,
  MetricReading,
  MetricsExporter,
  MetricsSnapshot,
  SeriesReading,
  SummaryReading,
} from './export/snapshot.js';
export type { Selection } from './export/selection.js';
export type { CustomExporter } from './exporters.js';
export type { Receipt } from './delivery/transport.js';
export { Board, type BoardOptions, type FamilyView, type Snapshot } from './metrics/board.js';
export { BoardCollector } from './metrics/collector.js';
export type { CustomMetric, MetricLabels, MetricsCollector } from './base/metrics-collector.js';
export { counter, gauge, histogram, summary, type MetricDefinition } from './metrics/definition.js';
export { createSidecar, type Sidecar, type SidecarAddresses, type SidecarDeps } from './sidecar.js';
export { openAnalytics, type OpenAnalyticsOptions } from './stored-history.js';
export type { SidecarStatus } from './status.js';
export { VERSION } from './version.js';
