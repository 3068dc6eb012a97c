/**
 * The panel that a metric gets by what it is: counters as rates, gauges as they are, histograms as median and tail, units by
 * the base unit. Dashboards name metrics; whatever none of them names is shown all the same, in a folded row
 * (`withEverything`), so that nothing the catalogue declares is invisible.
 */
import type { MetricDefinition } from '../metrics/definition.js';
import { isOwn, THRESHOLD, type Metrics, type Shape } from './metrics.js';
import type { DashboardSpec, PanelSpec, Question, RowSpec } from './panel.js';

/** What may be said otherwise than the metric says it. */
export type PanelWish = Partial<Omit<PanelSpec, 'questions'>> & {
  readonly shape?: Shape;
  /** Thresholds to draw. */
  readonly limits?: readonly string[];
  readonly quantiles?: readonly number[];
  /** Counters as they stand instead of how they grow: for what happens so rarely that each time counts. */
  readonly questionsOf?: 'value';
};

/** A panel of one metric, or of several that belong together. */
export function metricPanel(
  metrics: Metrics,
  names: string | readonly string[],
  wish: PanelWish = {},
): PanelSpec {
  const { shape = {}, limits = [], quantiles = [0.5, 0.99], questionsOf: asked, ...rest } = wish;
  const list = typeof names === 'string' ? [names] : names;
  const definitions = list.map((name) => metrics.definition(name));
  const first = definitions[0]!;
  const questions = definitions.flatMap((definition) =>
    (asked === 'value'
      ? [metrics.value(definition.name, shape)]
      : questionsOf(metrics, definition, shape, quantiles)
    ).map((question) =>
      list.length === 1
        ? question
        : { ...question, legend: `${titleOf(definition)} ${question.legend}`.trim() },
    ),
  );
  const panel: PanelSpec = {
    kind: 'lines',
    title: titleOf(first),
    description: definitions.map(({ name, help }) => `${help} (\`${name}\`)`).join('\n\n'),
    unit: unitOf(first),
    questions: [...questions, ...limits.map((limit) => metrics.limit(limit))],
    ...(first.unit === 'ratio' || first.kind === 'counter' || first.kind === 'histogram' ? { min: 0 } : {}),
  };
  return { ...panel, ...rest };
}

/** Panels of one metric each, in order. */
export function metricPanels(metrics: Metrics, names: readonly string[], wish: PanelWish = {}): PanelSpec[] {
  return names.map((name) => metricPanel(metrics, name, wish));
}

function questionsOf(
  metrics: Metrics,
  { name, kind, labels }: MetricDefinition,
  shape: Shape,
  quantiles: readonly number[],
): Question[] {
  if (kind === 'histogram') return quantiles.map((q) => metrics.quantile(name, q, shape));
  if (kind === 'counter') return [metrics.rate(name, shape)];
  if (kind === 'summary') {
    const by = metrics.grouping(name, shape);
    return [{ ...metrics.value(name, { ...shape, by }), legend: `mean of ${labels.join(', ')}` }];
  }
  return [name.endsWith('_timestamp_seconds') ? metrics.age(name, shape) : metrics.value(name, shape)];
}

/** `hotstuff_consensus_view_duration_seconds` -> `View duration`. */
export function titleOf({ name, unit, kind }: MetricDefinition): string {
  const isAge = name.endsWith('_timestamp_seconds');
  const bare = name
    .replace(/_total$/, '')
    .replace(unit === undefined ? /$^/ : new RegExp(`_${unit}$`), '')
    .replace(/_timestamp(_seconds)?$/, '')
    .replace(/_per_second$/, '')
    .replace(
      /^(hotstuff_(consensus|network|mempool|execution|state|storage|process)|hotstuff|quorumscope)_/,
      '',
    );
  const words = bare.replaceAll('_', ' ');
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  return isAge ? `Time since ${words}` : kind === 'counter' ? `${title} per second` : title;
}

/** Grafana's unit of what `metricPanel` shows. */
export function unitOf({ name, kind, unit }: MetricDefinition): string {
  if (name.endsWith('_bytes_per_second')) return 'Bps';
  if (name.endsWith('_per_second')) return 'cps';
  if (kind === 'counter') return unit === 'bytes' ? 'Bps' : unit === 'seconds' ? 'percentunit' : 'cps';
  if (unit === 'seconds' || name.endsWith('_seconds')) return 's';
  if (unit === 'bytes') return 'bytes';
  return unit === 'ratio' ? 'percentunit' : 'short';
}

/** Which metrics a dashboard shows. */
export function metricsOf(metrics: Metrics, { rows }: Pick<DashboardSpec, 'rows'>): ReadonlySet<string> {
  const text = rows
    .flatMap(({ panels }) => panels.flatMap(({ questions }) => questions.map(({ expr }) => expr)))
    .join('\n');
  const words = new Set(text.match(/[a-zA-Z_:][\w:]*/g));
  const isShown = ({ name }: MetricDefinition): boolean =>
    ['', '_bucket', '_sum', '_count'].some((suffix) => words.has(name + suffix));
  return new Set(metrics.all.filter(isShown).map(({ name }) => name));
}

/** Folded rows of whatever `dashboards` leave out, each given to the dashboard that `homeOf` names. */
export function withEverything(
  metrics: Metrics,
  dashboards: readonly DashboardSpec[],
  homeOf: (definition: MetricDefinition) => string,
): DashboardSpec[] {
  const shown = new Set(dashboards.flatMap((dashboard) => [...metricsOf(metrics, dashboard)]));
  const left = metrics.all.filter(({ name }) => !shown.has(name) && name !== THRESHOLD);
  return dashboards.map((dashboard) => {
    const own = left.filter((definition) => homeOf(definition) === dashboard.uid);
    const parts: [string, MetricDefinition[]][] = [
      ['More of the nodes', own.filter((one) => !isOwn(one))],
      ['More of the sidecar', own.filter(isOwn)],
    ];
    const rows: RowSpec[] = parts
      .filter(([, list]) => list.length > 0)
      .map(([title, list]) => ({
        title,
        isCollapsed: true,
        panels: metricPanels(
          metrics,
          list.map(({ name }) => name),
        ),
      }));
    return { ...dashboard, rows: [...dashboard.rows, ...rows] };
  });
}
