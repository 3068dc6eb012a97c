/** Scores as Markdown tables, which read well on a terminal too. */
import { percentile, ratiosOf, type Row } from './board.js';
import type { Score } from './score.js';
import type { SocketResult } from './socket-case.js';

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

/** One table for those attached to all nodes, with what was run over the socket; one for those attached to one. */
export function renderTables(
  scenarios: readonly Row[],
  total: Row,
  sockets: readonly SocketResult[] = [],
): string {
  const rows = [...scenarios, total];
  const tableOf = (of: (row: Row) => Score, last: (row: Row) => string[] = () => []): string =>
    table([
      [...HEADER, ...(last(total).length > 0 ? ['over the socket'] : [])],
      ...rows.map((row) => [row.name, ...cellsOf(of(row)), ...last(row)]),
    ]);
  const socketCells = ({ name }: Row): string[] =>
    sockets.length === 0
      ? []
      : [socketCell(sockets.filter(({ scenario }) => name === total.name || scenario === name))];
  return `All nodes attached\n\n${tableOf(({ all }) => all, socketCells)}\n\nOne node attached\n\n${tableOf(({ one }) => one)}`;
}

/** What was run over the socket, by itself. */
export function renderSockets(sockets: readonly SocketResult[]): string {
  return table([
    ['scenario', 'seed', 'over the socket', 'events', 'dropped'],
    ...sockets.map((one) => [
      one.scenario,
      String(one.seed),
      socketCell([one]),
      String(one.delivered),
      String(one.dropped),
    ]),
  ]);
}

/** A tick where the requirements were met and nothing false was said; views with the same verdict as in process. */
function socketCell(results: readonly SocketResult[]): string {
  if (results.length === 0) return '';
  const sum = (of: (result: SocketResult) => number): number =>
    results.reduce((whole, one) => whole + of(one), 0);
  const found = sum(({ score }) => score.found);
  const required = sum(({ score }) => score.required);
  const untrue = sum(({ score }) => score.false.safety + score.false.byzantine + score.false.divergence);
  const mark = found === required && untrue === 0 ? '✓' : '✗';
  return `${mark} ${found}/${required}, ${sum(({ same }) => same)}/${sum(({ troubled }) => troubled)} alike`;
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
export function spread(values: readonly number[]): string {
  const [half, most] = [percentile(values, 0.5), percentile(values, 0.99)];
  return half === undefined || most === undefined ? '' : `${Math.round(half)} / ${Math.round(most)}`;
}

function ratio(value: number | undefined): string {
  // Never rounded up to a goal that is missed.
  return value === undefined ? '' : (Math.floor(value * 1_000) / 1_000).toFixed(3);
}

/** Rows as Markdown; the first is the header. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(3, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  const line = (cells: readonly string[], pad: string): string =>
    `| ${widths.map((width, column) => (column === 0 ? (cells[column] ?? '').padEnd(width, pad) : (cells[column] ?? '').padStart(width, pad))).join(' | ')} |`;
  const [header = [], ...body] = rows;
  return [
    line(header, ' '),
    line([], '-').replace(/-(?= \| )|-(?= \|$)/g, '-'),
    ...body.map((row) => line(row, ' ')),
  ].join('\n');
}
