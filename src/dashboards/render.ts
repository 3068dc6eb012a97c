/**
 * From dashboards in our words to Grafana's JSON, by Grafana's own builders. Adds what the builders leave out: ids of
 * panels, refIds of queries, visible legends. The same words give the same bytes; nothing here asks anybody anything.
 */
import {
  AnnotationQueryBuilder,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  type Dashboard,
  type Panel,
  type RowPanel,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { placed, type PlacedPanel } from './layout.js';
import type { DashboardSpec } from './panel.js';
import { renderPanel, type Links } from './render-panel.js';
import { SOURCE, variables } from './variables.js';

/** What differs from place to place. */
export interface RenderOptions extends Links {
  /** Prefix of the chain's metrics, as `metrics.prefix` has it. */
  readonly prefix: string;
}

/** The word by which `push` knows what is ours. */
export const TAG = 'quorumscope';

/** One dashboard as Grafana imports it. */
export function renderDashboard(spec: DashboardSpec, options: RenderOptions): Dashboard {
  const named = (text: string): string => text.replace(/\bhotstuff_/g, () => options.prefix);
  const builder = new DashboardBuilder(spec.title)
    .uid(spec.uid)
    .description(spec.description)
    .tags([TAG, ...(spec.tags ?? [])])
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: spec.from ?? 'now-1h', to: 'now' })
    .refresh(spec.refresh ?? '10s')
    .timezone('browser')
    .version(1)
    .editable()
    .variables(variables(spec.variables, named))
    .annotation(
      new AnnotationQueryBuilder()
        .name('Alerts')
        .datasource(SOURCE)
        .enable(true)
        .iconColor('red')
        .expr(
          'max by (alertname, severity, scope, validator, node_id) (ALERTS{alertstate="firing", alertname=~"HotStuff.+", alertname!="HotStuffWatchdog"})',
        )
        .titleFormat('{{alertname}}')
        .textFormat('{{severity}}, {{scope}} {{validator}} {{node_id}}')
        .tagKeys('severity,scope')
        .step('30s'),
    )
    .links([
      new DashboardLinkBuilder('Quorumscope')
        .type(DashboardLinkType.Dashboards)
        .tags([TAG])
        .asDropdown(true)
        .keepTime(true)
        .includeVars(true),
      new DashboardLinkBuilder('Runbook')
        .type(DashboardLinkType.Link)
        .icon('doc')
        .url(options.runbook)
        .targetBlank(true),
    ]);
  const built = builder.build();
  return {
    ...built,
    templating: { list: (built.templating.list ?? []).map(withoutIntervals) },
    // The builders hide alerts and links in a menu; at three in the morning they belong on the page.
    annotations: { list: (built.annotations.list ?? []).map(({ placement: _, ...rest }) => rest) },
    links: (built.links ?? []).map(({ placement: _, ...rest }) => rest),
    panels: panelsOf(spec, options, named),
  };
}

/** The builders give every variable the settings of an interval's, which Grafana's schema knows for none. */
function withoutIntervals(variable: VariableModel): VariableModel {
  const { auto: _, auto_min: __, auto_count: ___, ...rest } = variable;
  return rest;
}

function panelsOf(spec: DashboardSpec, links: Links, named: (text: string) => string): (Panel | RowPanel)[] {
  return placed(spec.rows).flatMap(({ row, id, y, panels }) => {
    const inner = panels.map((one) => renderPanel(withNames(one, named), links));
    const builder = new RowBuilder(row.title).id(id).gridPos({ x: 0, y, w: 24, h: 1 });
    const isCollapsed = row.isCollapsed === true;
    const line: RowPanel = { ...builder.collapsed(isCollapsed).build(), panels: isCollapsed ? inner : [] };
    return isCollapsed ? [line] : [line, ...inner];
  });
}

function withNames({ panel, ...place }: PlacedPanel, named: (text: string) => string): PlacedPanel {
  const questions = panel.questions.map((one) => ({ ...one, expr: named(one.expr) }));
  return { ...place, panel: { ...panel, description: named(panel.description), questions } };
}
