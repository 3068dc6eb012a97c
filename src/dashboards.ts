/**
 * Dashboards for Grafana as functions: build them as JSON, push them into a running Grafana. Part of the composition: it
 * gives the room of dashboards the whole catalogue. Grafana's builders are loaded when they are first needed.
 */
import type { Secret } from './base/secret.js';
import { roomCatalogues } from './catalogue.js';
import { customDashboard, type CustomDashboard } from './dashboards/custom.js';
import { shippedDashboards } from './dashboards/dashboards.js';
import { pushToGrafana, type DashboardJson, type Pushed } from './dashboards/grafana.js';
import { Metrics } from './dashboards/metrics.js';
import type { DashboardSpec } from './dashboards/panel.js';
import { VERSION } from './version.js';

/** What differs from place to place; everything has a default. */
export interface DashboardOptions {
  /** Prefix of the chain's metrics; `hotstuff_` when absent. */
  readonly prefix?: string;
  /** Where the runbook is served; relative, as in the shipped rules, when absent or null. */
  readonly runbookUrl?: string | null;
  /** Dashboards besides the shipped ones. */
  readonly custom?: readonly CustomDashboard[];
}

/** Which Grafana, as whom, into which folder. */
export interface PushOptions {
  /** Base address of Grafana. */
  readonly url: string;
  /** A service account's token: written out, or in a file. */
  readonly token?: Secret;
  /** Title of a folder, made where it is missing; Grafana's general one when absent. */
  readonly folder?: string;
}

const RUNBOOK = 'alerts/runbook.md';
const PREFIX = 'hotstuff_';

/** The catalogue in the words of dashboards. */
export function catalogueMetrics(): Metrics {
  return new Metrics(roomCatalogues.flatMap(({ metrics }) => Object.values(metrics)));
}

/** Shipped and own dashboards, not yet rendered. @throws as `buildDashboards` */
export function dashboardSpecs({ prefix = PREFIX, custom = [] }: DashboardOptions = {}): DashboardSpec[] {
  const metrics = catalogueMetrics();
  const shipped = shippedDashboards(metrics);
  return [...shipped, ...custom.map((one) => customDashboard(metrics, shipped, canonical(one, prefix)))];
}

/** The catalogue knows metrics by their shipped names; an operator may write what he sees. */
function canonical(custom: CustomDashboard, prefix: string): CustomDashboard {
  if (custom.kind !== 'grid') return custom;
  const widgets = custom.widgets.map((widget) =>
    widget.metric?.startsWith(prefix)
      ? { ...widget, metric: PREFIX + widget.metric.slice(prefix.length) }
      : widget,
  );
  return { ...custom, widgets };
}

/**
 * All dashboards as Grafana imports them; the same options give the same JSON.
 * @throws QuorumscopeError `dashboards.custom`, `dashboards.unknown_metric`, `dashboards.unknown_label`
 */
export async function buildDashboards(options: DashboardOptions = {}): Promise<DashboardJson[]> {
  const { renderDashboard } = await import('./dashboards/render.js');
  const rendering = { prefix: options.prefix ?? PREFIX, runbook: options.runbookUrl ?? RUNBOOK };
  // Through JSON, because the builders leave `undefined` where nothing is.
  return dashboardSpecs(options).map(
    (spec) => JSON.parse(JSON.stringify(renderDashboard(spec, rendering))) as DashboardJson,
  );
}

/**
 * Puts dashboards into a running Grafana; a second time it changes nothing. Leaves alone what it did not make.
 * @throws QuorumscopeError `dashboards.refused`, `dashboards.unreachable`, `config.unreadable`
 */
export async function pushDashboards(
  dashboards: readonly DashboardJson[],
  options: PushOptions,
): Promise<Pushed[]> {
  return pushToGrafana(dashboards, {
    url: options.url,
    token: options.token ?? null,
    folder: options.folder ?? null,
    message: `quorumscope ${VERSION}`,
    tag: 'quorumscope',
  });
}
