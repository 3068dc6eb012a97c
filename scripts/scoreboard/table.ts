/** Scores as Markdown tables, which read well on a terminal too. */
import { percentile, ratiosOf, type Row } from './board.js';
import type { Score } from './score.js';

const HEADER = [
  'scenario',
  'found',
  'forbidden',
  'detected ms',
  'views',
  'failed',
  'cause precision',
  'recall',
  'culprit precision',
  'recall',
  'false s/b/d/p',
  'resolved ms',
];

/** One table for those attached to all nodes, one for those attached to one. */
export function renderTables(scenarios: readonly Row[], total: Row): string {
  const rows = [...scenarios, total];
  const tableOf = (of: (row: Row) => Score): string =>
    table([HEADER, ...rows.map((row) => [row.name, ...cellsOf(of(row))])]);
  return `All nodes attached\n\n${tableOf(({ all }) => all)}\n\nOne node attached\n\n${tableOf(({ one }) => one)}`;
}

function cellsOf(score: Score): string[] {
  const { causePrecision, causeRecall, culpritPrecision, culpritRecall } = ratiosOf(score);
  const { safety, byzantine, divergence } = score.false;
  return [
    score.required === 0 ? '' : `${score.found}/${score.required}`,
    String(score.forbidden),
    spread(score.detectMs),
    spread(score.detectViews),
    String(score.failed),
    ratio(causePrecision),
    ratio(causeRecall),
    ratio(culpritPrecision),
    ratio(culpritRecall),
    `${safety}/${byzantine}/${divergence}/${score.falselySilent}`,
    spread(score.resolveMs),
  ];
}

/** Median and 99th percentile. */
function spread(values: readonly number[]): string {
  const [half, most] = [percentile(values, 0.5), percentile(values, 0.99)];
  return half === undefined || most === undefined ? '' : `${Math.round(half)} / ${Math.round(most)}`;
}

function ratio(value: number | undefined): string {
  // Never rounded up to a goal that is missed.
  return value === undefined ? '' : (Math.floor(value * 1_000) / 1_000).toFixed(3);
}

function table(rows: readonly (readonly string[])[]): string {
  const widths = HEADER.map((_, column) => Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)));
  const line = (cells: readonly string[], pad: string): string =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width, pad) : (cells[column] ?? '').padStart(width, pad))).join(' | ')} |`;
  const [header = [], ...body] = rows;
  return [
    line(header, ' '),
    line([], '-').replace(/-(?= \| )|-(?= \|$)/g, '-'),
    ...body.map((row) => line(row, ' ')),
  ].join('\n');
}
