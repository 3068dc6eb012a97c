/** From a recording that has been read to its report: gathers the material, runs the checks, writes the files. */
import { writeFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { runChecks } from '../report/checks.js';
import { episodesOf, type Episode } from '../report/episodes.js';
import { renderHtml } from '../report/html.js';
import { renderJunit } from '../report/junit.js';
import { renderMarkdown } from '../report/markdown.js';
import type { ChainMaterial, CheckResult, ReportMaterial, ToldView } from '../report/material.js';
import type { ChainTally, RunTally } from '../report/tally.js';
import type { SidecarStatus } from '../status.js';
import { VERSION } from '../version.js';
import type { ConsensusReader } from '../views/consensus-reader.js';
import { renderExplanation } from './explain-view.js';
import type { ReadRecording } from './recording.js';

/** What is asked for. */
export interface ReportRequest {
  readonly checks: readonly string[];
  readonly stallAfterUs: number | undefined;
  /** Path that ends with .html or .md. */
  readonly report: string | undefined;
  readonly junit: string | undefined;
}

/** How much of a recording a report holds. */
export const reportLog = { recent: 50_000, troubled: 20_000, records: 20_000 } as const;

const MOST_TOLD = 8;
const MOST_FINDINGS = 1_000;
const TEXT_COLUMNS = 100;

/** Whether a report can be written to a file of this name. */
export function isReportName(path: string): boolean {
  return extname(path) === '.html' || extname(path) === '.md';
}

/** Checks, and writes what is asked for. @throws QuorumscopeError `report.write` */
export async function report(
  file: string,
  recording: ReadRecording,
  tally: RunTally,
  request: ReportRequest,
): Promise<readonly CheckResult[]> {
  const gathered = gather(file, recording, tally);
  const checks = runChecks(request.checks, gathered, request.stallAfterUs);
  const material = { ...gathered, checks };
  if (request.junit !== undefined) await write(request.junit, renderJunit(file, checks));
  if (request.report !== undefined) {
    const render = extname(request.report) === '.md' ? renderMarkdown : renderHtml;
    await write(request.report, render(material));
  }
  return checks;
}

/** Results for the terminal: what does not hold, in a line each. */
export function checksText(results: readonly CheckResult[]): string {
  return results
    .flatMap(({ chain, name, expectation, problems, count }) => {
      const where = chain === '' ? '' : ` (${chain})`;
      if (count === 0) return [`  holds   ${name}${where}: ${expectation}`];
      const shown = problems.slice(0, 5).map((problem) => `            ${problem}`);
      const more = count > shown.length ? [`            and ${count - shown.length} more`] : [];
      return [`  FAILS   ${name}${where}: expected ${expectation}`, ...shown, ...more];
    })
    .join('\n');
}

function gather(file: string, { sidecar, bytes, endedAtUs }: ReadRecording, tally: RunTally): ReportMaterial {
  const status = sidecar.status();
  return {
    file: file === '-' ? 'stdin' : file,
    version: VERSION,
    bytes,
    endedAtUs,
    chains: tally.chains().map((one) => chainMaterial(one, sidecar.consensus, status)),
    losses: lossesOf(status),
    checks: [],
  };
}

function chainMaterial(tally: ChainTally, reader: ConsensusReader, { chains }: SidecarStatus): ChainMaterial {
  const { chain } = tally;
  const verdicts = reader.listVerdicts({ chain, limit: Number.POSITIVE_INFINITY });
  const episodes = episodesOf(verdicts);
  const found = reader.evidence([
    ['chain', chain],
    ['limit', String(MOST_FINDINGS)],
  ]);
  return {
    chain,
    nodes: (chains.find((one) => one.chain === chain)?.nodes ?? []).map(({ node }) => node),
    tally,
    verdicts,
    episodes,
    told: tell(episodes, chain, reader),
    validators: reader.listValidators(chain),
    findings: 'document' in found ? found.document.evidence : [],
  };
}

/** Failed ones first: a lagged view harmed one node only. */
function tell(episodes: readonly Episode[], chain: string, reader: ConsensusReader): ToldView[] {
  const ranked = [
    ...episodes.filter(({ outcome }) => outcome === 'failed'),
    ...episodes.filter(({ outcome }) => outcome !== 'failed'),
  ];
  return ranked.slice(0, MOST_TOLD).flatMap(({ first }) => {
    const document = reader.describe(chain, first.view);
    if (document === undefined) return [];
    return [{ document, text: renderExplanation(document, { colour: false, columns: TEXT_COLUMNS }) }];
  });
}

function lossesOf({ sources, chains }: SidecarStatus): ReportMaterial['losses'] {
  const nodes = new Set(chains.flatMap((chain) => chain.nodes.map(({ node }) => node)));
  const missing = new Map(sources.map(({ node_id, missing: count }) => [node_id, count]));
  const sum = (values: Iterable<number>): number => [...values].reduce((all, value) => all + value, 0);
  return {
    missing: sum([...missing].flatMap(([node, count]) => (nodes.has(node) ? [count] : []))),
    invalid: sum(sources.map(({ invalid }) => invalid)),
    dropped: sum(sources.map(({ dropped }) => dropped)),
  };
}

async function write(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text);
  } catch (error) {
    throw new QuorumscopeError('report.write', 'configuration', `cannot write ${path}: ${messageOf(error)}`, {
      details: { path },
      cause: error,
    });
  }
}
