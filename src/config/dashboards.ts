/**
 * Dashboards for Grafana: where their links lead, and dashboards of the operator's own, as a grid of widgets or cut from a
 * shipped one. Read by `quorumscope dashboards`; the running sidecar does not need it.
 */
import { z } from 'zod';
import { parse as parseYaml } from 'yaml';
import { kindOf, named } from './kinds.js';
import { nearest } from './nearest.js';
import { showFound } from './problem.js';
import { section, type Contradiction } from './section.js';
import { choice, nullable, required, text, texts, url, whole, type Setting } from './setting.js';

const line = { pattern: /^[^\p{Cc}]{1,200}$/u, expected: 'one line of at most 200 characters' };
const GRID = 24;

/** How a widget is drawn. */
export const widgetKinds = ['line', 'bar', 'pie', 'gauge', 'number', 'table', 'alerts'] as const;

/** One widget as the file has it. */
export interface WidgetConfig {
  readonly widget: (typeof widgetKinds)[number];
  /** A metric of the catalogue, shown as its kind asks for; or a query. */
  readonly metric?: string | undefined;
  readonly query?: string | undefined;
  readonly title?: string | undefined;
  readonly legend?: string | undefined;
  /** Grafana's name of a unit. */
  readonly unit?: string | undefined;
  /** Labels that stay apart; else all of the metric's. */
  readonly by?: readonly string[] | undefined;
  /** Names of thresholds to draw. */
  readonly limits?: readonly string[] | undefined;
  /** Cell of the grid, from 1; the next free one when absent. */
  readonly column?: number | undefined;
  readonly row?: number | undefined;
  /** Cells that it takes. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

const oneLine = z.string().regex(line.pattern);
// What is within a thing of a kind comes as it is written: numbers are texts.
const cells = z.coerce.number().int().min(1).max(GRID);
const words = z.array(z.string().min(1));
const widgetSchema = z.strictObject({
  widget: z.enum(widgetKinds),
  metric: oneLine.optional(),
  query: z.string().min(1).max(10_000).optional(),
  title: oneLine.optional(),
  legend: oneLine.optional(),
  unit: oneLine.optional(),
  by: words.optional(),
  limits: words.optional(),
  column: cells.optional(),
  row: z.coerce.number().int().min(1).max(100).optional(),
  width: cells.optional(),
  height: cells.optional(),
});

const widgets: Setting<readonly WidgetConfig[]> = {
  // Widgets are told apart in `widgetProblems`, so that every problem has its own words.
  schema: z.custom<readonly WidgetConfig[]>((value) => Array.isArray(value)),
  type: 'list',
  expected: 'a list of widgets',
  doc: `Each has a \`widget\` (${widgetKinds.join(', ')}) and a \`metric\` or a \`query\`; and, if wished, \`title\`, \`legend\`, \`unit\`, \`by\`, \`limits\`, \`column\`, \`row\`, \`width\`, \`height\`.`,
  fallback: [],
  fromText: (given) => parseYaml(given) as unknown,
  textual: false,
  isRequired: true,
};

const about = {
  description: nullable(text(line, { doc: 'What it is for.', fallback: null })),
  tags: texts(line, { doc: 'Tags besides `quorumscope`.', fallback: [] }),
};

const grid = kindOf({
  doc: 'A grid of widgets. Queries may use `$chain_id`, `$node_id`, `$instance`, `$__rate_interval` and `$__range`.',
  settings: {
    title: required(text(line, { doc: 'Its name in Grafana.', fallback: null })),
    ...about,
    columns: whole({ min: 1, max: GRID }, { doc: 'Columns of the grid.', fallback: 3 }),
    rows: whole({ min: 1, max: 100 }, { doc: 'Rows of the grid.', fallback: 4 }),
    widgets,
  },
  rules: ({ widgets: list, columns, rows }) => [
    ...(list ?? []).flatMap((one, i) => widgetProblems(one, i, columns, rows)),
    ...(typeof columns === 'number' && GRID % columns !== 0
      ? [{ key: 'columns' as const, message: `found ${columns}, expected a divisor of ${GRID}` }]
      : []),
  ],
  build: (values) => ({ ...values, widgets: values.widgets.map((one) => widgetSchema.parse(one)) }),
});

const template = kindOf({
  doc: 'Rows of a shipped dashboard, under a name of its own.',
  settings: {
    title: required(text(line, { doc: 'Its name in Grafana.', fallback: null })),
    ...about,
    template: choice(
      [
        'overview',
        'consensus',
        'validators',
        'network',
        'storage-and-state',
        'execution',
        'process-and-sidecar',
      ],
      { doc: 'The shipped dashboard that it is cut from.', fallback: 'overview' },
    ),
    rows: texts(line, { doc: 'Titles of the rows to keep, in this order; none keeps all.', fallback: [] }),
  },
  build: (values) => values,
});

type GridProblem = Contradiction<'widgets'>;

function widgetProblems(given: unknown, index: number, columns = GRID, rows = 100): GridProblem[] {
  const at = `widget ${index + 1}`;
  const result = widgetSchema.safeParse(given);
  if (!result.success)
    return result.error.issues.map((issue) => ({ key: 'widgets', message: `${at}: ${told(issue, given)}` }));
  const { widget, metric, query, column = 1, row = 1, width = 1, height = 1 } = result.data;
  const problems: string[] = [];
  const sources = [metric, query].filter((one) => one !== undefined).length;
  if (widget !== 'alerts' && sources !== 1) problems.push('needs either a metric or a query');
  if (column + width - 1 > columns) problems.push(`reaches beyond column ${columns}`);
  if (row + height - 1 > rows) problems.push(`reaches beyond row ${rows}`);
  if ((result.data.column === undefined) !== (result.data.row === undefined))
    problems.push('needs both column and row, or neither');
  return problems.map((message) => ({ key: 'widgets', message: `${at}: ${message}` }));
}

function told(issue: z.core.$ZodIssue, given: unknown): string {
  if (issue.code === 'unrecognized_keys') {
    const [key] = issue.keys;
    const hint = nearest(key!, Object.keys(widgetSchema.shape));
    return `unknown setting ${key}${hint === undefined ? '' : `; did you mean ${hint}?`}`;
  }
  const key = issue.path.join('.');
  const found = issue.path.reduce<unknown>(
    (value, step) => (value as Record<PropertyKey, unknown>)?.[step],
    given,
  );
  const expected =
    key === 'widget'
      ? `one of ${widgetKinds.join(', ')}`
      : issue.message.replace(/^Invalid input: expected /, '');
  return `${key === '' ? '' : `${key}: `}found ${showFound(found ?? null)}, expected ${expected}`;
}

export const dashboards = section({
  name: 'dashboards',
  doc: 'Dashboards for Grafana, as `quorumscope dashboards build` and `push` make them. docs/DASHBOARDS.md shows what is on them.',
  settings: {
    runbook_url: nullable(
      url({
        doc: 'Where `alerts/runbook.md` is served; null leaves the links relative, as in the shipped rules.',
        fallback: null,
      }),
    ),
    custom: named(
      { grid, template },
      {
        doc: 'Dashboards of your own: a map by name, or a list whose items have a `name`; each has a `kind`, which is `grid` or `template`. docs/DASHBOARDS.md says more.',
        formerly: ['custom_dashboards'],
      },
    ),
  },
  build: (values) => ({ runbookUrl: values.runbook_url, custom: values.custom }),
});
