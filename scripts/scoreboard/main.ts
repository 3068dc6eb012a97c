/**
 * `npm run scoreboard`: what the sidecar concludes, held against what really happened, over scenarios and seeds. Prints
 * tables or one document; with `--gate` it ends with 1 when a floor is not reached.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { renderAlertTables } from './alert-table.js';
import { ScoreBook } from './board.js';
import type { CaseOrder } from './case.js';
import { renderScoreboard } from './document.js';
import { gateOrders, raiseFloors, readFloors, shortfalls } from './floors.js';
import { joined, type Document } from './join.js';
import { readOptions, USAGE, type Options } from './options.js';
import { runCases } from './pool.js';
import { runSavedCases } from './saved-cases.js';
import { alertGateOrders, alertShortfalls } from './alert-floors.js';
import { renderSockets, renderTables } from './table.js';
import { renderWrong } from './wrong.js';
import { runSocketCase, type SocketResult } from './socket-case.js';
import { runWan, wanText } from './wan.js';

const WAN_VALIDATORS = 7;

const documentFile = new URL('../../docs/SCOREBOARD.md', import.meta.url);
const MOST_COMPLAINTS = 60;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    process.stdout.write(USAGE);
    return 0;
  }
  const options = readOptions(args);
  if (options.wan) return wan(options);
  if (options.socket) return sockets(options);
  const document = options.from.length === 0 ? await measured(options) : joined(options.from.map(read));
  process.stdout.write(options.json ? `${JSON.stringify(document, null, 2)}\n` : textOf(document, options));
  if (options.write) writeFileSync(documentFile, renderScoreboard(document));
  if (!options.gate) return 0;
  const floors = readFloors();
  const incidents = new ScoreBook();
  await runCases(alertGateOrders(), 1, (result) => incidents.note(result));
  process.stdout.write(`${renderAlertTables(incidents.rows, incidents.total)}\n`);
  const missed = [...shortfalls(document.total, floors), ...alertShortfalls(incidents.total, floors.alerts)];
  for (const words of missed) process.stderr.write(`${words}\n`);
  if (options.raise && missed.length === 0) raiseFloors(document.total, incidents.total);
  return missed.length === 0 ? 0 : 1;
}

function read(file: string): Partial<Document> {
  return JSON.parse(readFileSync(file, 'utf8')) as Partial<Document>;
}

async function wan({
  seeds,
  first,
  views,
  validators,
  attached,
  jobs,
  json,
  ...rest
}: Options): Promise<number> {
  const order = {
    seeds,
    first,
    views,
    validators: validators ?? WAN_VALIDATORS,
    attached,
    jobs,
    interval: rest.alerts ? rest.interval : undefined,
  };
  const report = await runWan(
    order,
    { folder: rest.save, commit: commit() },
    (over) => void process.stderr.write(`\r${over} of ${seeds} runs `),
  );
  process.stdout.write(json ? `${JSON.stringify({ wan: [report] }, null, 2)}\n` : `${wanText(report)}\n`);
  return report.troubled + report.findings + report.silent + (report.alerts ?? 0) === 0 ? 0 : 1;
}

async function sockets(options: Options): Promise<number> {
  const found: SocketResult[] = [];
  const orders = ordersOf(options);
  for (const order of orders) {
    found.push(await runSocketCase(order));
    process.stderr.write(`\r${found.length} of ${orders.length} runs `);
  }
  process.stdout.write(
    options.json ? `${JSON.stringify({ sockets: found }, null, 2)}\n` : `${renderSockets(found)}\n`,
  );
  return 0;
}

async function measured(options: Options): Promise<Document> {
  const book = new ScoreBook();
  const startMs = performance.now();
  const orders = options.gate ? gateOrders(options.scenarios) : ordersOf(options);
  const saving = { folder: options.save, commit: commit() };
  let spentMs = 0;
  const commits = await runSavedCases(orders, options.gate ? 1 : options.jobs, saving, (result) => {
    book.note(result);
    spentMs += result.wallMs;
    if (process.stderr.isTTY) process.stderr.write(`\r${book.total.all.runs} of ${orders.length} runs `);
  });
  const { seeds, first, views, alone } = options;
  const { rows, total, complaints, wrong } = book;
  const wallS = (options.save === undefined ? performance.now() - startMs : spentMs) / 1_000;
  const part = {
    seeds,
    first,
    scenarios: options.isPartial ? options.scenarios : undefined,
    views,
    alone,
    runs: total.all.runs,
    entered: total.all.views,
    wallS,
    commit: commits.join(' + '),
    date: new Date().toISOString().slice(0, 10),
  };
  return { rows, total, parts: [part], complaints, wrong };
}

function textOf({ rows, total, wrong, complaints, parts, sockets }: Document, options: Options): string {
  const shown = complaints.slice(0, MOST_COMPLAINTS);
  const more = complaints.length - shown.length;
  return [
    renderTables(rows, total, sockets),
    renderAlertTables(rows, total),
    '',
    ...(options.wrong ? renderWrong(wrong) : []),
    ...shown,
    ...(more > 0 ? [`and ${more} more such`] : []),
    `${total.all.runs} runs, ${total.all.views} views, ${parts.reduce((sum, { wallS }) => sum + wallS, 0).toFixed(0)} s`,
    '',
  ].join('\n');
}

function ordersOf({
  scenarios,
  seeds,
  first,
  views,
  validators,
  alone,
  alerts,
  interval,
}: Options): CaseOrder[] {
  return Array.from({ length: seeds }, (_, i) => first + i).flatMap((seed) =>
    scenarios.map((scenario) => ({
      scenario,
      seed,
      views,
      validators,
      alone,
      ...(alerts ? { alerts: { interval } } : {}),
    })),
  );
}

function commit(): string {
  try {
    return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  } catch {
    return 'unknown';
  }
}

process.exitCode = await main(process.argv.slice(2));
