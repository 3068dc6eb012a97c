/**
 * `quorumscope replay`: a recorded stream through a sidecar without doors or ports, at full speed, on the time that the
 * stream itself tells; on request a report of it, and checks. Bad lines are reported, not held against it: exit 0
 * whenever the whole stream could be read and what was to be checked holds.
 */
import { parseDuration } from '../base/duration.js';
import { checkNames, unknownChecks, usualChecks } from '../report/checks.js';
import type { CheckResult } from '../report/material.js';
import { RunTally } from '../report/tally.js';
import type { Sidecar } from '../sidecar.js';
import type { SidecarStatus } from '../status.js';
import { boardDocument } from './board-document.js';
import type { CliContext, ExitCode } from './context.js';
import type { ConfigOptions } from './load-config.js';
import { logText, type AdapterOptions } from './log-adapter.js';
import { readRecording, type ReadRecording } from './recording.js';
import { checksText, isReportName, report, reportLog, type ReportRequest } from './replay-report.js';
import { sourceTable } from './status-view.js';
import { renderTable } from './table.js';

/** Words of the command line. */
export interface ReplayOptions extends ConfigOptions, AdapterOptions {
  readonly json?: boolean;
  /** Judge the last views too, as a sidecar does that goes on. */
  readonly settle?: boolean;
  readonly report?: string;
  readonly failOn?: string;
  readonly junit?: string;
  readonly stallAfter?: string;
}

export async function replay(path: string, options: ReplayOptions, context: CliContext): Promise<ExitCode> {
  const read = readRequest(options);
  if ('problems' in read) {
    context.stderr.write(read.problems.map((problem) => `quorumscope: ${problem}\n`).join(''));
    return 2;
  }
  const tally = new RunTally();
  const isReporting = read.request !== undefined;
  const more = isReporting ? { consensus: { verdicts: tally, records: tally }, verdictLog: reportLog } : {};
  const recording = await readRecording(path, options, context, more, options.settle === true);
  const { sidecar, config, bytes, tookSeconds } = recording;
  const text = options.json
    ? JSON.stringify(replayDocument(path, bytes, sidecar), null, 2)
    : renderReplay(path, bytes, tookSeconds, sidecar, commitsByNode(sidecar, config.metrics.prefix));
  context.stdout.write(`${text}\n`);
  if (recording.log && !options.json) context.stdout.write(`\n${logText(recording.log)}\n`);
  const results = read.request === undefined ? [] : await checked(path, recording, tally, read.request);
  if (results.length > 0)
    (options.json ? context.stderr : context.stdout).write(`\n${checksText(results)}\n`);
  await sidecar.stop();
  return results.some(({ count }) => count > 0) ? 1 : 0;
}

function checked(
  path: string,
  recording: ReadRecording,
  tally: RunTally,
  request: ReportRequest,
): Promise<readonly CheckResult[]> {
  recording.settle();
  return report(path, recording, tally, request);
}

/** What is to be reported and checked, or all that is wrong with the words. */
function readRequest(
  options: ReplayOptions,
): { readonly request: ReportRequest | undefined } | { readonly problems: readonly string[] } {
  const { failOn, junit, stallAfter, report: file } = options;
  if (failOn === undefined && junit === undefined && file === undefined && stallAfter === undefined)
    return { request: undefined };
  const named = failOn?.split(',').map((name) => name.trim());
  const unknown = unknownChecks(named ?? []).map((name) => JSON.stringify(name));
  const stallAfterUs = stallAfter === undefined ? undefined : parseDuration(stallAfter);
  const problems = [
    ...(unknown.length === 0
      ? []
      : [`--fail-on: found ${unknown.join(', ')}, expected some of ${checkNames.join(', ')}`]),
    ...(stallAfter === undefined || (stallAfterUs ?? 0) > 0
      ? []
      : [`--stall-after: found ${JSON.stringify(stallAfter)}, expected a duration such as 30s`]),
    ...(file === undefined || isReportName(file)
      ? []
      : [`--report: found ${JSON.stringify(file)}, expected a name that ends with .html or .md`]),
  ];
  if (problems.length > 0) return { problems };
  // Whoever wants test results wants something tested.
  const checks = named ?? (junit === undefined ? [] : usualChecks);
  return { request: { checks, stallAfterUs, report: file, junit } };
}

function replayDocument(file: string, bytes: number, sidecar: Sidecar): Record<string, unknown> {
  const { chains, sources } = sidecar.status();
  return { file, bytes, chains, sources, metrics: boardDocument(sidecar.board.snapshot()) };
}

function renderReplay(
  file: string,
  bytes: number,
  seconds: number,
  sidecar: Sidecar,
  commits: ReadonlyMap<string, number>,
): string {
  const status = sidecar.status();
  const megabytes = (bytes / 1e6).toFixed(1);
  const title = `${file === '-' ? 'stdin' : file}: ${megabytes} MB in ${seconds.toFixed(1)} s`;
  return [title, nodesText(status, commits), sourceTable(status)].join('\n\n');
}

/** Every node of the stream as it was at the end. */
function nodesText({ chains }: SidecarStatus, commits: ReadonlyMap<string, number>): string {
  const rows = chains.flatMap(({ chain, nodes }) =>
    nodes.map(({ node, height, view }) => [
      chain,
      node,
      height ?? Number.NaN,
      view ?? Number.NaN,
      commits.get(`${chain}/${node}`) ?? 0,
    ]),
  );
  if (rows.length === 0)
    return 'No node says `hello` in it; `quorumscope check stream` says what is missing.';
  return renderTable(['chain', 'node', 'height', 'view', 'commits'], rows);
}

/** Blocks committed, by `chain/node`. */
function commitsByNode({ board }: Sidecar, prefix: string): ReadonlyMap<string, number> {
  const { families, values } = board.snapshot();
  const family = families.find(
    ({ definition }) => definition.name === `${prefix}consensus_blocks_committed_total`,
  );
  return new Map(
    family?.series.map(({ labelValues, slot }) => [labelValues.slice(0, 2).join('/'), values[slot]!]),
  );
}
