/**
 * One panel as Grafana draws it. Every kind of panel shares title, place, queries and links; what is particular to a kind
 * is in one function of its own below.
 */
import * as common from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  DashboardLinkBuilder,
  DashboardLinkType,
  MappingType,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type DynamicConfigValue,
  type Panel,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder as Gauge } from '@grafana/grafana-foundation-sdk/gauge';
import { PanelBuilder as Heatmap } from '@grafana/grafana-foundation-sdk/heatmap';
import { PanelBuilder as PieChart } from '@grafana/grafana-foundation-sdk/piechart';
import { DataqueryBuilder, PromQueryFormat } from '@grafana/grafana-foundation-sdk/prometheus';
import { PanelBuilder as Stat } from '@grafana/grafana-foundation-sdk/stat';
import { PanelBuilder as StateTimeline } from '@grafana/grafana-foundation-sdk/statetimeline';
import { PanelBuilder as Table } from '@grafana/grafana-foundation-sdk/table';
import { PanelBuilder as TimeSeries } from '@grafana/grafana-foundation-sdk/timeseries';
import type { PlacedPanel } from './layout.js';
import type { PanelKind, PanelSpec, Question } from './panel.js';
import { SOURCE } from './variables.js';

/** Where links lead. */
export interface Links {
  /** Address of the runbook, without `#`. */
  readonly runbook: string;
}

type Builder = BarGauge | Gauge | Heatmap | PieChart | Stat | StateTimeline | Table | TimeSeries;

/** A panel in its place. */
export function renderPanel({ panel, id, x, y, w, h }: PlacedPanel, { runbook }: Links): Panel {
  const builder = BUILDERS[panel.kind](panel);
  builder
    .id(id)
    .gridPos({ x, y, w, h })
    .title(panel.title)
    .description(panel.description)
    .datasource(SOURCE)
    .targets(panel.questions.map((question, i) => query(question, refId(i), panel.kind)));
  if (panel.runbook !== undefined)
    builder.links([
      new DashboardLinkBuilder(`Runbook: ${panel.runbook}`)
        .type(DashboardLinkType.Link)
        .url(`${runbook}#${panel.runbook.toLowerCase()}`)
        .targetBlank(true),
    ]);
  return builder.build();
}

/** A, B, ... Z, AA, AB, ... */
export function refId(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : refId(Math.floor(index / 26) - 1) + last;
}

const INSTANT: readonly PanelKind[] = ['number', 'bars', 'table', 'gauge', 'pie', 'alerts'];

function query({ expr, legend, exemplars = false }: Question, id: string, kind: PanelKind): DataqueryBuilder {
  const builder = new DataqueryBuilder().datasource(SOURCE).refId(id).expr(expr).legendFormat(legend);
  if (kind === 'table' || kind === 'alerts') builder.format(PromQueryFormat.Table);
  if (kind === 'heatmap') builder.format(PromQueryFormat.Heatmap);
  if (INSTANT.includes(kind)) return builder.instant();
  return exemplars ? builder.range().exemplar(true) : builder.range();
}

const BUILDERS: Readonly<Record<PanelKind, (panel: PanelSpec) => Builder>> = {
  lines,
  number: (panel) =>
    valued(new Stat(), panel)
      .reduceOptions(latest())
      .colorMode(common.BigValueColorMode.Background)
      .graphMode(common.BigValueGraphMode.None)
      .textMode(common.BigValueTextMode.ValueAndName)
      .justifyMode(common.BigValueJustifyMode.Center),
  gauge: (panel) => valued(new Gauge(), panel).reduceOptions(latest()),
  bars: (panel) =>
    valued(new BarGauge(), panel)
      .reduceOptions(latest())
      .orientation(common.VizOrientation.Horizontal)
      .displayMode(common.BarGaugeDisplayMode.Basic),
  pie: (panel) => valued(new PieChart(), panel).reduceOptions(latest()),
  table: (panel) => tabular(panel),
  alerts: (panel) => tabular(panel),
  state: (panel) =>
    valued(new StateTimeline(), panel)
      .mergeValues(true)
      .showValue(common.VisibilityMode.Auto)
      .legend(new common.VizLegendOptionsBuilder().showLegend(false)),
  heatmap: (panel) => new Heatmap().unit(panel.unit ?? 'short').hideLegend(),
};

/** Lines carry dots that lead to a trace where an exemplar is. */
function lines(panel: PanelSpec): Builder {
  const builder = valued(new TimeSeries(), panel)
    .lineWidth(1)
    .fillOpacity(panel.isStacked === true ? 30 : 5)
    .showPoints(common.VisibilityMode.Never)
    .legend(
      new common.VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(common.LegendDisplayMode.List)
        .placement(common.LegendPlacement.Bottom),
    )
    .tooltip(
      new common.VizTooltipOptionsBuilder()
        .mode(common.TooltipDisplayMode.Multi)
        .sort(common.SortOrder.Descending),
    )
    .overrideByRegexp('/^limit: /', LIMIT_STYLE);
  if (panel.isStacked === true)
    builder.stacking(new common.StackingConfigBuilder().mode(common.StackingMode.Normal));
  if (panel.questions.some(({ exemplars }) => exemplars === true))
    builder.dataLinks([
      new DashboardLinkBuilder('Trace of this exemplar')
        .type(DashboardLinkType.Link)
        .url(TRACE_URL)
        .targetBlank(true),
    ]);
  return builder;
}

const TRACE_URL =
  '/explore?schemaVersion=1&orgId=1&panes={"trace":{"datasource":"${jaeger}","queries":[{"refId":"A","query":"${__data.fields.trace_id}"}],"range":{"from":"${__from}","to":"${__to}"}}}';

const LIMIT_STYLE: DynamicConfigValue[] = [
  { id: 'color', value: { mode: 'fixed', fixedColor: 'red' } },
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.stacking', value: { mode: 'none' } },
];

/** Columns of time and of the number 1 say nothing. */
function tabular(panel: PanelSpec): Table {
  return valued(new Table(), panel)
    .filterable(true)
    .withTransformation({
      id: 'organize',
      options: {
        excludeByName: {
          Time: true,
          __name__: true,
          job: true,
          ...(panel.kind === 'alerts' ? { Value: true, alertstate: true } : {}),
        },
      },
    });
}

/** What panels of values share: unit, bounds, words and colours. */
function valued<B extends Exclude<Builder, Heatmap>>(builder: B, panel: PanelSpec): B {
  builder.unit(panel.unit ?? 'short').noValue(panel.whenAbsent ?? 'no data');
  if (panel.min !== undefined) builder.min(panel.min);
  if (panel.max !== undefined) builder.max(panel.max);
  if (panel.decimals !== undefined) builder.decimals(panel.decimals);
  if (panel.meanings !== undefined) builder.mappings([meanings(panel.meanings)]);
  const base =
    panel.kind === 'lines' || panel.meanings !== undefined || panel.steps === undefined
      ? 'text'
      : (panel.base ?? 'green');
  builder.thresholds(
    new ThresholdsConfigBuilder()
      .mode(ThresholdsMode.Absolute)
      .steps([
        { value: null, color: base },
        ...(panel.steps ?? []).map(({ from, colour }) => ({ value: from, color: colour })),
      ]),
  );
  return builder;
}

function meanings(list: NonNullable<PanelSpec['meanings']>): ValueMapping {
  const options = list.map(
    ({ value, text, colour }, index) => [String(value), { text, color: colour, index }] as const,
  );
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

function latest(): common.ReduceDataOptionsBuilder {
  return new common.ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);
}
