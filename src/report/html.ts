/**
 * An incident report as one self-contained page: pictures inline, no script, nothing loaded from anywhere. What others
 * have named is text here, never markup. Pure.
 */
import { drawHistory, drawView, historyLegend, viewLegend } from './figures.js';
import { escapeXml } from './junit.js';
import type { ChainMaterial, ReportMaterial, ToldView } from './material.js';
import { STYLE } from './style.js';
import {
  episodeTable,
  evidenceTable,
  factsOf,
  leadOf,
  participationTable,
  showCount,
  type Table,
} from './words.js';

const MOST_ROWS = 200;

/** The page. */
export function renderHtml(material: ReportMaterial): string {
  const chains = material.chains.map((chain) => renderChain(material, chain));
  const nothing = '<p>No node says anything of consensus in this recording.</p>';
  return [
    '<!doctype html><html lang="en"><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    `<title>Incident report: ${escapeXml(material.file)}</title>`,
    `<style>${STYLE}</style><main>`,
    `<h1>Incident report</h1><p class="quiet">${escapeXml(material.file)}, ${showCount(material.bytes)} bytes of events</p>`,
    ...(chains.length === 0 ? [nothing] : chains),
    renderChecks(material),
    `<p class="quiet foot">Written by quorumscope ${escapeXml(material.version)}. Every verdict says through whose eyes it was reached; docs/CAUSES.md says when each cause holds.</p>`,
    '</main></html>',
    '',
  ].join('\n');
}

function renderChain(material: ReportMaterial, chain: ChainMaterial): string {
  const facts = factsOf(material, chain).map(
    ([name, text]) => `<div><dt>${name}</dt><dd>${escapeXml(text)}</dd></div>`,
  );
  return [
    `<h2>Chain ${escapeXml(chain.chain)}</h2>`,
    `<p class="lead">${escapeXml(leadOf(chain))}</p>`,
    `<dl>${facts.join('')}</dl>`,
    '<h3>Timeline</h3>',
    historyLegend(),
    drawHistory(material, chain),
    held(chain),
    section('Failed and lagged views', episodeTable(chain, MOST_ROWS), chain.episodes.length),
    ...(chain.told.length === 0 ? [] : ['<h3>The first view of each episode</h3>', viewLegend()]),
    ...chain.told.map(renderTold),
    section(
      'Participation in the last 1,000 judged views',
      participationTable(chain),
      chain.validators.validators.length,
    ),
    section('Evidence', evidenceTable(chain, MOST_ROWS), chain.findings.length),
  ].join('\n');
}

function held({ verdicts, tally }: ChainMaterial): string {
  const all = Object.values(tally.outcomes).reduce((sum, count) => sum + count, 0);
  if (verdicts.length >= all) return '';
  return `<p class="quiet">The picture and the table have the last ${showCount(verdicts.length)} of ${showCount(all)} views.</p>`;
}

function renderTold({ document, text }: ToldView): string {
  const { verdict } = document;
  const who = verdict?.culprits.map(({ name }) => name).join(', ') ?? '';
  const why = verdict?.cause ? `: ${verdict.cause}${who === '' ? '' : `, ${who}`}` : '';
  const title = `View ${document.view} ${verdict?.outcome ?? ''}${why}`;
  return [
    `<section class="told"><h4>${escapeXml(title)}</h4>`,
    `<p class="quiet">${escapeXml(verdict?.reason ?? '')} ${escapeXml(verdict?.vantage.text ?? '')}</p>`,
    drawView(document),
    `<details><summary>In words</summary><pre>${escapeXml(text)}</pre></details></section>`,
  ].join('\n');
}

function renderChecks({ checks }: ReportMaterial): string {
  if (checks.length === 0) return '';
  const rows = checks.map(({ chain, name, expectation, problems, count }) => {
    const result =
      count === 0
        ? '<span class="good">holds</span>'
        : `<span class="bad">${escapeXml(problems[0] ?? 'does not hold')}${count > 1 ? ` and ${showCount(count - 1)} more` : ''}</span>`;
    return `<tr><td>${escapeXml(chain)}</td><td>${name}</td><td>${escapeXml(expectation)}</td><td>${result}</td></tr>`;
  });
  return `<h2>Checks</h2><div class="wide"><table><tr><th>Chain</th><th>Check</th><th>Expected</th><th>Result</th></tr>${rows.join('')}</table></div>`;
}

function section(title: string, { header, rows }: Table, count: number): string {
  if (rows.length === 0) return '';
  // A column of which nobody has anything only takes room.
  const used = header.map((_, i) => rows.some((row) => row[i] !== ''));
  const cells = (row: readonly string[], tag: string): string =>
    row.flatMap((cell, i) => (used[i] ? [`<${tag}>${escapeXml(cell)}</${tag}>`] : [])).join('');
  const more =
    count > rows.length ? `<p class="quiet">The first ${rows.length} of ${showCount(count)}.</p>` : '';
  const body = rows.map((row) => `<tr>${cells(row, 'td')}</tr>`).join('');
  return `<h3>${title}</h3><div class="wide"><table><tr>${cells(header, 'th')}</tr>${body}</table></div>${more}`;
}
