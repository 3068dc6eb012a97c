/**
 * Joins documents of several runs into one: rows of other seeds add up, those of the same seeds take the place of
 * earlier ones. What only one of them has, as the runs over the socket, is taken from it. Pure.
 */
import { addAlerts, noAlertScore } from './alert-score.js';
import type { Row } from './board.js';
import type { Part, Report } from './document.js';
import { add, noScore, type Wrong } from './score.js';

/** Everything that a run prints with `--json`. */
export type Document = Report & { readonly complaints: readonly string[]; readonly wrong: readonly Wrong[] };

/** @throws Error when none of them holds a score */
export function joined(documents: readonly Partial<Document>[]): Document {
  const rows = new Map<string, Map<string, Row>>();
  const parts: Part[] = [];
  for (const { rows: own = [], parts: of = [] } of documents) {
    parts.push(...of);
    const seeds = of.map(({ first }) => first).join();
    for (const row of own) rows.set(row.name, (rows.get(row.name) ?? new Map<string, Row>()).set(seeds, row));
  }
  if (parts.length === 0) throw new Error('--from: found no score, expected at least one document of --json');
  const summed = [...rows].map(([name, bySeeds]) => sumOf(name, [...bySeeds.values()]));
  const sorted = summed.sort((a, b) => (a.name < b.name ? -1 : 1));
  return {
    rows: sorted,
    total: sumOf('total', sorted),
    parts,
    sockets: documents.flatMap(({ sockets = [] }) => sockets),
    wan: documents.flatMap(({ wan = [] }) => wan),
    complaints: documents.flatMap(({ complaints = [] }) => complaints),
    wrong: documents.flatMap(({ wrong = [] }) => wrong),
  };
}

function sumOf(name: string, rows: readonly Row[]): Row {
  const sum: Row = { name, all: noScore(), one: noScore() };
  for (const { all, one, alerts } of rows) {
    add(sum.all, all);
    add(sum.one, one);
    if (alerts === undefined) continue;
    sum.alerts ??= { all: noAlertScore(), one: noAlertScore() };
    addAlerts(sum.alerts.all, alerts.all);
    addAlerts(sum.alerts.one, alerts.one);
  }
  return sum;
}
