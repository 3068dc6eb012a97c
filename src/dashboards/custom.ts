/**
 * Dashboards of the operator's own, from the configuration: a grid of widgets, or rows cut from a shipped dashboard. Queries
 * are checked by our own PromQL before Grafana sees them; metrics and labels against the catalogue.
 */
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { parse } from '../promql/parse.js';
import { metricPanel } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelKind, type PanelSpec } from './panel.js';
import { withChoices } from './choices.js';

/** A widget; see `dashboards.custom` in docs/CONFIG.md. */
export interface Widget {
  readonly widget: 'line' | 'bar' | 'pie' | 'gauge' | 'number' | 'table' | 'alerts';
  readonly metric?: string | undefined;
  readonly query?: string | undefined;
  readonly title?: string | undefined;
  readonly legend?: string | undefined;
  readonly unit?: string | undefined;
  readonly by?: readonly string[] | undefined;
  readonly limits?: readonly string[] | undefined;
  readonly column?: number | undefined;
  readonly row?: number | undefined;
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

interface About {
  /** Becomes the uid, after `quorumscope-custom-`. */
  readonly name: string;
  readonly title: string;
  readonly description: string | null;
  readonly tags: readonly string[];
}

/** Widgets in a grid. */
export interface GridDashboard extends About {
  readonly kind: 'grid';
  /** A divisor of 24. */
  readonly columns: number;
  readonly widgets: readonly Widget[];
}

/** Rows of a shipped dashboard. */
export interface TemplateDashboard extends About {
  readonly kind: 'template';
  /** A shipped uid without `quorumscope-`. */
  readonly template: string;
  /** Titles; none keeps all. */
  readonly rows: readonly string[];
}

/** Either. */
export type CustomDashboard = GridDashboard | TemplateDashboard;

const KINDS: Readonly<Record<Widget['widget'], PanelKind>> = {
  line: 'lines',
  bar: 'bars',
  pie: 'pie',
  gauge: 'gauge',
  number: 'number',
  table: 'table',
  alerts: 'alerts',
};
const CELL_HEIGHT = 7;
const COLUMNS = 24;

/**
 * In the words of shipped dashboards.
 * @throws QuorumscopeError `dashboards.unknown_metric`, `dashboards.unknown_label`, `dashboards.custom`
 */
export function customDashboard(
  metrics: Metrics,
  shipped: readonly DashboardSpec[],
  custom: CustomDashboard,
): DashboardSpec {
  const about = {
    uid: uidOf(custom.name),
    title: custom.title,
    description: custom.description ?? '',
    tags: ['custom', ...custom.tags],
  };
  if (custom.kind === 'template') return { ...about, ...cut(shipped, custom) };
  const panels = custom.widgets.map((widget, i) => panelOf(metrics, custom, widget, i));
  return { ...about, variables: ['chain', 'node', 'instance'], rows: [row(custom.title, panels)] };
}

/** Grafana takes at most 40 characters of letters, digits, - and _. */
function uidOf(name: string): string {
  return `quorumscope-custom-${name.toLowerCase().replace(/[^a-z0-9_-]/g, '-')}`.slice(0, 40);
}

function cut(
  shipped: readonly DashboardSpec[],
  { name, template, rows }: TemplateDashboard,
): Pick<DashboardSpec, 'variables' | 'rows'> {
  const found = shipped.find(({ uid }) => uid === `quorumscope-${template}`);
  if (found === undefined) throw problem(name, `there is no template ${template}`);
  if (rows.length === 0) return { variables: found.variables, rows: found.rows };
  const kept = rows.map((title) => {
    const one = found.rows.find((candidate) => candidate.title === title);
    if (one !== undefined) return one;
    const known = found.rows.map((candidate) => candidate.title).join(', ');
    throw problem(name, `${template} has no row ${JSON.stringify(title)}; it has ${known}`);
  });
  return { variables: found.variables, rows: kept };
}

function panelOf(
  metrics: Metrics,
  { name, columns }: GridDashboard,
  widget: Widget,
  index: number,
): PanelSpec {
  const kind = KINDS[widget.widget];
  const { metric, query, title, unit, by, legend, limits = [], width = 1, height = 1 } = widget;
  const cell = COLUMNS / columns;
  const place = {
    kind,
    width: width * cell,
    height: height * CELL_HEIGHT,
    ...(title === undefined ? {} : { title }),
    ...(unit === undefined ? {} : { unit }),
    ...(widget.column === undefined || widget.row === undefined
      ? {}
      : { at: { x: (widget.column - 1) * cell, y: (widget.row - 1) * CELL_HEIGHT } }),
  };
  if (metric !== undefined) {
    const shape = { ...(by === undefined ? {} : { by }), ...(legend === undefined ? {} : { legend }) };
    return metricPanel(metrics, metric, { ...place, shape, limits });
  }
  const expr = query ?? 'ALERTS{alertstate="firing"}';
  try {
    parse(withChoices(expr));
  } catch (error) {
    throw problem(name, `widget ${index + 1}: ${messageOf(error)}`);
  }
  const questions = [{ expr, legend: legend ?? '' }, ...limits.map((limit) => metrics.limit(limit))];
  return { title: expr, description: '', questions, ...place };
}

function problem(name: string, message: string): QuorumscopeError {
  return new QuorumscopeError('dashboards.custom', 'configuration', `dashboards.custom.${name}: ${message}`, {
    details: { dashboard: name },
  });
}
