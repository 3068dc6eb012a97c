/** Scores of alerts as Markdown tables. */
import { countOf, noAlertScore, type AlertScore } from './alert-score.js';
import type { Row } from './board.js';
import { spread, table } from './table.js';

const HEADER = [
  'scenario',
  'raised',
  'found',
  'forbidden',
  'named',
  'scope',
  'spurious',
  'told ms',
  'after firing ms',
  'resolved',
  'resolved ms',
  'pages / groups',
];

/** One table for those attached to all nodes, one for those attached to one; empty where no alerts were listened to. */
export function renderAlertTables(scenarios: readonly Row[], total: Row): string {
  const heard = scenarios.filter(({ alerts }) => alerts !== undefined);
  if (heard.length === 0) return '';
  const tableOf = (of: (row: Row) => AlertScore): string =>
    table([HEADER, ...[...heard, total].map((row) => [row.name, ...cellsOf(of(row), row === total)])]);
  return [
    'Alerts, all nodes attached',
    tableOf(({ alerts }) => alerts?.all ?? noAlertScore()),
    'Alerts, one node attached',
    tableOf(({ alerts }) => alerts?.one ?? noAlertScore()),
  ].join('\n\n');
}

function cellsOf(score: AlertScore, isTotal: boolean): string[] {
  const raised = countOf(score.raised);
  const spurious = countOf(score.spurious);
  const some = (part: number, whole: number): string => (whole === 0 ? '' : `${part}/${whole}`);
  return [
    isTotal ? String(raised) : namesOf(score.raised),
    some(score.found, score.required),
    String(score.forbidden),
    some(score.namedRight, score.named),
    some(score.scopeRight, raised - spurious),
    isTotal || spurious === 0 ? String(spurious) : namesOf(score.spurious),
    spread(score.toldMs),
    spread(score.firedMs),
    some(score.resolved, score.ended),
    spread(score.resolvedMs),
    some(score.pages, score.groups),
  ];
}

function namesOf(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, count]) => `${name.replace(/^HotStuff/, '')} ${count}`)
    .join(', ');
}
