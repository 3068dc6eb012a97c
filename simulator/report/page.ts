/**
 * A run as one self-contained page: figures inline, no script, nothing loaded from anywhere. It shows
 * what the result says and never computes anything of its own. Pure.
 */
import { escapeText, showCount, showUs } from './charts.js';
import { drawDistribution, drawMessages, drawRibbon, drawTimeline, ribbonLegend } from './figures.js';
import type { RunPictures } from './pictures.js';
import type { SimulationResult } from './result.js';
import type { Violation } from '../checkers/violation.js';

/** Values in microseconds, ascending, with their counts. */
export interface RunDistributions {
  readonly viewPeriod: readonly (readonly [us: number, count: number])[];
  readonly commit: readonly (readonly [us: number, count: number])[];
}

/** What a report is made of. */
export interface ReportMaterial {
  readonly result: SimulationResult;
  /** Watched the run from its start. */
  readonly pictures: RunPictures;
  readonly distributions: RunDistributions;
  /** The command that runs the same again. */
  readonly replay: string;
}

/** The page as HTML. */
export function renderReport({ result, pictures, distributions, replay }: ReportMaterial): string {
  const { run, messages } = result;
  pictures.ribbon.finish();
  const { views } = pictures.ribbon.columns;
  const columnText = views === 1 ? 'one column a view' : `${showCount(views)} views a column`;
  const isGrouped = pictures.ribbon.lanes < run.validators;
  const laneText = isGrouped ? 'Each lane is a group of validators by position' : 'One lane a validator';
  const heading = `${run.protocol}, ${run.validators} validators, seed ${run.seed}`;
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>${escapeText(heading)}</title>`,
    `<style>${STYLE}</style></head><body><main>`,
    `<h1>${escapeText(heading)}</h1>`,
    facts(result),
    violations([...result.safety.violations, ...result.liveness.violations]),
    section('Views', `${laneText}, ${columnText}.`, ribbonLegend(), drawRibbon(pictures.ribbon)),
    section('Faults and their effect', faultText(pictures), drawTimeline(pictures, run.virtual_us)),
    '<div class="pair">',
    section(
      'View period',
      summaryText(result.latency_us.view_period),
      drawDistribution('View period', distributions.viewPeriod),
    ),
    section(
      'Proposal to commit',
      summaryText(result.latency_us.commit),
      drawDistribution('Proposal to commit', distributions.commit),
    ),
    '</div>',
    section(
      'Messages sent',
      `${showCount(messages.sent)} sent, ${showCount(messages.delivered)} delivered, ${showCount(messages.dropped)} dropped.`,
      drawMessages(messages.by_type),
    ),
    `<h2>Run it again</h2><pre>${escapeText(replay)}</pre>`,
    `<p class="quiet">Digest <code>${result.digest}</code><br>Run ${run.id}, software ${escapeText(run.version)}.</p>`,
    '</main></body></html>\n',
  ].join('\n');
}

function section(title: string, text: string, ...content: readonly string[]): string {
  return `<section><h2>${escapeText(title)}</h2><p class="quiet">${escapeText(text)}</p>${content.join('\n')}</section>`;
}

function facts({ run, views, blocks, latency_us, safety, liveness, speed }: SimulationResult): string {
  const verdict = (total: number): string =>
    total === 0 ? '<b class="good">holds</b>' : `<b class="bad">${showCount(total)} broken</b>`;
  const rows: readonly (readonly [string, string])[] = [
    ['Safety', verdict(safety.total)],
    ['Liveness', verdict(liveness.total)],
    ['Virtual time', showUs(run.virtual_us)],
    ['Views', `${showCount(views.entered)}, ${showCount(views.timed_out)} timed out`],
    ['Blocks', `${showCount(blocks.committed)} of ${showCount(blocks.proposed)} committed`],
    ['Commit, median', latency_us.commit.p50 === null ? 'none' : showUs(latency_us.commit.p50)],
    ['Quorum', `${run.quorum} of ${run.validators}`],
    ['Speed', `${showCount(Math.round(speed.delivered_per_s))} messages/s`],
  ];
  return `<dl>${rows.map(([name, text]) => `<div><dt>${name}</dt><dd>${text}</dd></div>`).join('')}</dl>`;
}

function violations(all: readonly Violation[]): string {
  if (all.length === 0) return '';
  const rows = all.map(
    ({ rule, meaning, at_us, validators, detail, seed }) =>
      `<tr><td>${rule}</td><td>${showUs(at_us)}</td><td>${validators.join(', ')}</td><td>${escapeText(`${meaning}: ${detail}`)}</td><td>${seed}</td></tr>`,
  );
  const head = '<tr><th>Rule</th><th>At</th><th>Validators</th><th>What</th><th>Seed</th></tr>';
  return `<section><h2>Broken rules</h2><table>${head}${rows.join('')}</table></section>`;
}

function faultText({ faults, faultsLeftOut }: RunPictures): string {
  if (faults.length === 0) return 'No fault in this run.';
  const more = faultsLeftOut === 0 ? '' : `; the first ${showCount(faults.length)} are shown`;
  const total = faults.length + faultsLeftOut;
  return `${showCount(total)} fault${total === 1 ? '' : 's'}${more}.`;
}

function summaryText(summary: SimulationResult['latency_us']['commit']): string {
  const { count, mean, p50, p99 } = summary;
  if (mean === null || p50 === null || p99 === null) return 'None.';
  return `${showCount(count)} values: mean ${showUs(mean)}, median ${showUs(p50)}, p99 ${showUs(p99)}.`;
}

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2430; --quiet: #5b6675; --paper: #fff; --rule: #c9d0d9;
  --committed: #2f8f6b; --lost: #9fb4c7; --late: #d9a21b; --silent: #e3e7ec; --failed: #c4412f; --bar: #3d6fb4; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6eaf0; --quiet: #9aa6b5; --paper: #14181e; --rule: #3a4450;
  --committed: #3aa57d; --lost: #5a7187; --late: #d9a21b; --silent: #2a323c; --failed: #e0604d; --bar: #6c9be0; } }
body { margin: 0; background: var(--paper); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1160px; margin: 0 auto; padding: 24px 20px 48px; }
h1 { font-size: 22px; margin: 0 0 12px; } h2 { font-size: 16px; margin: 28px 0 2px; }
.quiet { color: var(--quiet); margin: 0 0 8px; } .good { color: var(--committed); } .bad { color: var(--failed); }
dl { display: grid; grid-template-columns: repeat(auto-fit, minmax(160px, 1fr)); gap: 10px 20px; margin: 0; }
dt { color: var(--quiet); font-size: 13px; } dd { margin: 0; }
.chart { display: flex; } .plot { flex: 1; min-width: 0; } .gutter { flex: none; }
svg text { font: 12px system-ui, sans-serif; fill: var(--quiet); } svg text.on { fill: #fff; }
.axis { stroke: var(--rule); }
.committed { fill: var(--committed); background: var(--committed); } .lost { fill: var(--lost); background: var(--lost); }
.late { fill: var(--late); background: var(--late); } .silent { fill: var(--silent); background: var(--silent); }
.failed { fill: var(--failed); background: var(--failed); } .bar { fill: var(--bar); }
.fault { fill: #7a4fb0; } .fault-crash { fill: #a33525; } .fault-slow { fill: #9a6a00; }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 18px; padding: 0; margin: 0 0 8px; font-size: 13px; }
.legend i { display: inline-block; width: 12px; height: 12px; margin-right: 6px; vertical-align: -1px; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(420px, 100%), 1fr)); gap: 0 28px; }
rect { shape-rendering: crispEdges; }
pre { white-space: pre-wrap; padding: 10px 12px; border: 1px solid var(--rule); border-radius: 4px; font-size: 13px; }
code { overflow-wrap: anywhere; } table { border-collapse: collapse; width: 100%; font-size: 13px; }
th, td { text-align: left; padding: 3px 10px 3px 0; border-bottom: 1px solid var(--rule); vertical-align: top; }
`;
