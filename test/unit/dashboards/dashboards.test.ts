/** Dashboards from the catalogue and from the configuration: what is asked, how it is placed, what is refused. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../../src/config/parse.js';
import { readConfigFile } from '../../../src/config/file.js';
import { buildDashboards, catalogueMetrics } from '../../../src/dashboards.js';
import { withChoices } from '../../../src/dashboards/choices.js';
import type { CustomDashboard } from '../../../src/dashboards/custom.js';
import { placed } from '../../../src/dashboards/layout.js';
import { metricPanel, withEverything } from '../../../src/dashboards/metric-panels.js';
import { Metrics } from '../../../src/dashboards/metrics.js';
import { row, type PanelSpec } from '../../../src/dashboards/panel.js';
import { refId } from '../../../src/dashboards/render-panel.js';
import { counter, gauge, histogram, nodeLabels } from '../../../src/metrics/definition.js';
import { runWords } from '../cli/world.js';

const metrics = new Metrics([
  counter('hotstuff_network_things_total', 'Things.', [...nodeLabels, 'kind']),
  counter('quorumscope_own_total', 'Own.', ['reason']),
  gauge('hotstuff_state_seen_timestamp_seconds', 'Seen.', nodeLabels, { unit: 'seconds' }),
  histogram('hotstuff_state_wait_seconds', 'Wait.', [1, 2], nodeLabels, { unit: 'seconds' }),
]);

describe('questions', () => {
  it('choose and group by the labels that a metric has, and take by max what two sidecars tell alike', () => {
    expect(metrics.rate('hotstuff_network_things_total').expr).toBe(
      'max by (chain_id, node_id, kind) (rate(hotstuff_network_things_total{chain_id=~"$chain_id", node_id=~"$node_id"}[$__rate_interval]))',
    );
    expect(metrics.rate('hotstuff_network_things_total', { by: ['kind'] }).expr).toMatch(/^sum by \(kind\) \(max by \(chain_id, node_id, kind\) /);
    expect(metrics.rate('quorumscope_own_total').expr).toBe(
      'max by (instance, reason) (rate(quorumscope_own_total{instance=~"$instance"}[$__rate_interval]))',
    );
    expect(metrics.age('hotstuff_state_seen_timestamp_seconds', { allNodes: true }).expr).toBe(
      'time() - max by (chain_id, node_id) (hotstuff_state_seen_timestamp_seconds{chain_id=~"$chain_id"})',
    );
    expect(metrics.quantile('hotstuff_state_wait_seconds', 0.99)).toEqual({
      expr: 'histogram_quantile(0.99, sum by (le, chain_id, node_id) (rate(hotstuff_state_wait_seconds_bucket{chain_id=~"$chain_id", node_id=~"$node_id"}[$__rate_interval])))',
      legend: 'p99 {{node_id}}',
      exemplars: true,
    });
  });

  it('are refused for metrics and labels that do not exist', () => {
    expect(() => metrics.value('hotstuff_nothing')).toThrow(/there is no metric hotstuff_nothing/);
    expect(() => metrics.rate('hotstuff_network_things_total', { by: ['colour'] })).toThrow(/has no label colour/);
  });

  it('are read without Grafana', () => {
    expect(withChoices('a{b=~"$chain_id"}[$__rate_interval] ${node_id:regex} $other', { chain: 'x', node: 'y' })).toBe(
      'a{b=~"x"}[5m] y $other',
    );
  });
});

describe('panels', () => {
  it('are drawn by what a metric is', () => {
    const panel = metricPanel(metrics, 'hotstuff_state_wait_seconds', { limits: ['max_apply_time'] });
    expect(panel).toMatchObject({ title: 'Wait', unit: 's', kind: 'lines' });
    expect(panel.questions.map(({ legend }) => legend)).toEqual(['median {{node_id}}', 'p99 {{node_id}}', 'limit: max_apply_time']);
    expect(metricPanel(metrics, 'hotstuff_network_things_total')).toMatchObject({ title: 'Things per second', unit: 'cps', min: 0 });
    expect(metricPanel(metrics, 'hotstuff_state_seen_timestamp_seconds')).toMatchObject({ title: 'Time since seen', unit: 's' });
  });

  it('stand beside each other until 24 columns are full, and below what is highest', () => {
    const panel = (width: number, height: number): PanelSpec => ({ kind: 'lines', title: '', description: '', questions: [], width, height });
    const [first, folded, last] = placed([
      row('a', [panel(16, 9), panel(8, 4), panel(8, 4)]),
      row('b', [panel(8, 4)], true),
      row('c', [panel(8, 4)]),
    ]);
    expect(first!.panels.map(({ x, y, id }) => ({ x, y, id }))).toEqual([
      { x: 0, y: 1, id: 2 },
      { x: 16, y: 1, id: 3 },
      { x: 0, y: 10, id: 4 },
    ]);
    expect([folded!.y, last!.y, last!.panels[0]!.y]).toEqual([14, 15, 16]);
  });

  it('are made for every metric that nobody placed', () => {
    const bare = { uid: 'quorumscope-x', title: 'X', description: '', variables: [], rows: [row('One', [metricPanel(metrics, 'quorumscope_own_total')])] };
    const [all] = withEverything(metrics, [bare], () => 'quorumscope-x');
    expect(all!.rows.map(({ title, isCollapsed, panels }) => [title, isCollapsed, panels.length])).toEqual([
      ['One', false, 1],
      ['More of the nodes', true, 3],
    ]);
  });

  it('letter their questions', () => {
    expect([0, 25, 26, 51, 52, 701, 702].map(refId)).toEqual(['A', 'Z', 'AA', 'AZ', 'BA', 'ZZ', 'AAA']);
  });
});

describe('building', () => {
  it('writes files, with the prefix, the runbook and the dashboards of the configuration', async () => {
    const out = mkdtempSync(join(tmpdir(), 'quorumscope-built-'));
    onTestFinished(() => rmSync(out, { recursive: true }));
    const config = join(out, 'quorumscope.yaml');
    const grid = `{ kind: grid, title: Mine, columns: 3, widgets: [{ widget: line, metric: my_consensus_current_view, column: 2, row: 2, width: 2 }] }`;
    writeFileSync(config, `metrics: { prefix: my_ }\ndashboards: { runbook_url: 'https://wiki.example/r', custom: { mine: ${grid} } }\n`);
    expect(await runWords(['dashboards', 'build', '--out', join(out, 'd'), '--config', config])).toMatchObject({ code: 0, err: '' });
    expect(readdirSync(join(out, 'd'))).toHaveLength(8);
    const overview = readFileSync(join(out, 'd/overview.json'), 'utf8');
    expect(overview).toContain('my_consensus_last_commit_timestamp_seconds');
    expect(overview).toContain('https://wiki.example/r#hotstuffchainhalted');
    expect(overview).not.toMatch(/\bhotstuff_/);
    const mine = JSON.parse(readFileSync(join(out, 'd/custom-mine.json'), 'utf8')) as { panels: { gridPos: unknown; targets: { expr: string }[] }[] };
    expect(mine.panels[1]!.gridPos).toEqual({ x: 8, y: 8, w: 16, h: 7 });
    expect(mine.panels[1]!.targets[0]!.expr).toContain('my_consensus_current_view{');
  });

  it('names what there is, when asked for what there is not', async () => {
    const { code, err } = await runWords(['dashboards', 'build', '--only', 'overview,nonsense', '--out', '/nowhere']);
    expect(code).toBe(2);
    expect(err).toMatch(/no nonsense; there are overview, consensus/);
  });

  const about = { name: 'x', title: 'X', description: null, tags: [] };
  const grid = (widget: object): CustomDashboard => ({ ...about, kind: 'grid', columns: 3, widgets: [{ widget: 'line', ...widget }] });

  it.each([
    [grid({ metric: 'hotstuff_consensus_nothing' }), /no metric hotstuff_consensus_nothing/],
    [grid({ metric: 'hotstuff_consensus_current_view', by: ['colour'] }), /no label colour/],
    [grid({ query: 'sum(' }), /dashboards.custom.x: widget 1: /],
    [{ ...about, kind: 'template', template: 'consensus', rows: ['Voting'] }, /no row "Voting"; it has Safety, Views/],
  ] as const)('refuses what does not hold: %#', async (custom, message) => {
    await expect(buildDashboards({ custom: [custom] })).rejects.toThrow(message);
  });

  it('cuts rows from a shipped one', async () => {
    const custom: CustomDashboard = { ...about, kind: 'template', template: 'consensus', rows: ['Votes', 'Views'] };
    const built = (await buildDashboards({ custom: [custom] })).at(-1)!;
    const panels = built['panels'] as { type: string; title: string }[];
    expect(built).toMatchObject({ uid: 'quorumscope-custom-x', tags: ['quorumscope', 'custom'] });
    expect(panels.filter(({ type }) => type === 'row').map(({ title }) => title)).toEqual(['Votes', 'Views']);
  });

  it('draws every kind of widget', async () => {
    const kinds = ['line', 'bar', 'pie', 'gauge', 'number', 'table'] as const;
    const widgets = [...kinds.map((widget) => ({ widget, metric: 'hotstuff_consensus_current_view' })), { widget: 'alerts' as const }];
    const built = (await buildDashboards({ custom: [{ ...about, kind: 'grid', columns: 3, widgets }] })).at(-1)!;
    const types = (built['panels'] as { type: string }[]).map(({ type }) => type);
    expect(types).toEqual(['row', 'timeseries', 'bargauge', 'piechart', 'gauge', 'stat', 'table', 'table']);
  });
});

describe('the section of the configuration', () => {
  const problemsOf = (yaml: string): string => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-config-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'q.yaml');
    writeFileSync(path, `dashboards: { custom: { d: ${yaml} } }\n`);
    try {
      parseConfig({ file: readConfigFile(path) });
      return '';
    } catch (error) {
      return String(error);
    }
  };

  it.each([
    ['{ kind: grid, title: T, widgets: [{ widget: lin, metric: m }] }', /widget 1: widget: found "lin", expected one of line, bar/],
    ['{ kind: grid, title: T, widgets: [{ widget: line, metric: m, colum: 1 }] }', /widget 1: unknown setting colum; did you mean column\?/],
    ['{ kind: grid, title: T, widgets: [{ widget: line }] }', /widget 1: needs either a metric or a query/],
    ['{ kind: grid, title: T, widgets: [{ widget: line, metric: m, column: 3, row: 1, width: 2 }] }', /reaches beyond column 3/],
    ['{ kind: grid, title: T, columns: 5, widgets: [] }', /found 5, expected a divisor of 24/],
    ['{ kind: grid, widgets: [] }', /title.*\n?.*is missing/],
    ['{ kind: template, title: T, template: consensu }', /expected.*overview/],
  ])('says what is wrong with %s', (yaml, message) => {
    expect(problemsOf(yaml)).toMatch(message);
  });

  it('takes what docs show', () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/DASHBOARDS.md'), 'utf8');
    const example = /```yaml\n([\s\S]*?)```/.exec(page)![1]!;
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-config-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    writeFileSync(join(folder, 'q.yaml'), example);
    const { dashboards } = parseConfig({ file: readConfigFile(join(folder, 'q.yaml')) });
    expect(dashboards.custom.map(({ name, kind }) => [name, kind])).toEqual([
      ['performance', 'grid'],
      ['votes', 'template'],
    ]);
    return expect(buildDashboards({ ...dashboards })).resolves.toHaveLength(9);
  });

  it('knows every metric', () => {
    expect(catalogueMetrics().has('hotstuff_consensus_current_view')).toBe(true);
  });
});
