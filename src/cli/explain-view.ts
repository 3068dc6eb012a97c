/**
 * One view explained to a person at night: first what happened and who, then why that is known, then who did what and
 * when, and last what is not known. Pure.
 */
import type { NodeView, ViewDocument, ViewParticipant } from '../views/view-document.js';
import type { VerdictDocument } from '../views/verdict-document.js';
import { findingLine } from '../views/finding-document.js';
import { milliseconds, spaced } from '../views/timeline.js';
import { painter, showTime, wrap, type Look, type Paint } from './prose.js';
import { renderTable } from './table.js';

/** What the output can do. */
export interface Page {
  readonly colour: boolean;
  readonly columns: number;
}

/** Nodes of which the timeline is printed; `--json` has all. */
const MOST_TIMELINES = 8;
const MOST_ROWS = 40;
const GUTTER = 11;

/** The explanation, without a newline at its end. */
export function renderExplanation(document: ViewDocument, page: Page): string {
  const paint = painter(page.colour);
  const columns = Math.max(60, Math.min(page.columns, 120));
  const parts = [
    headline(document, paint),
    summary(document, columns, paint),
    grounds(document.verdict, columns, paint),
    findings(document, columns, paint),
    phaseTable(document, paint),
    voteTable(document, paint),
    ...timelines(document, columns, paint),
    missing(document, columns, paint),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

const looks: Readonly<Record<VerdictDocument['outcome'], Look>> = {
  decided: 'good',
  lagged: 'notice',
  failed: 'bad',
  skipped: 'dim',
};

function headline({ view, chain, verdict }: ViewDocument, paint: Paint): string {
  const name = `View ${view} of ${chain}`;
  if (verdict === null) return `${paint('strong', name)} is still open: no verdict yet`;
  const { outcome, cause, culprits } = verdict;
  const who = culprits.map((one) => one.name).join(', ');
  const why = cause === null ? '' : `: ${spaced(cause)}${who === '' ? '' : `, ${who}`}`;
  const ended = outcome === 'skipped' ? 'was skipped' : outcome === 'decided' ? 'was decided' : outcome;
  return `${paint('strong', name)} ${paint(looks[outcome], `${ended}${why}`)}`;
}

function summary(document: ViewDocument, columns: number, paint: Paint): string {
  const { verdict, leader, collector, entered_at_us, nodes } = document;
  const rows: [string, string][] = [];
  if (verdict?.reason) rows.push(['why', verdict.reason]);
  if (verdict?.cause) rows.push(['who', whoText(document)]);
  const roles = [
    leader === null ? 'nobody known leads it' : `${leader.name} leads it`,
    collector === null ? 'its collector is not known' : `${collector.name} collects its votes`,
  ];
  rows.push(['roles', roles.join(', ')]);
  const timer = nodes.find(({ timer_us }) => timer_us !== null)?.timer_us ?? null;
  const under = timer === null ? '' : `, under a timer of ${milliseconds(timer)}`;
  if (entered_at_us !== null) rows.push(['when', `entered ${showTime(entered_at_us)}${under}`]);
  if (verdict !== null) {
    const eyes = verdict.vantage.nodes.slice(0, 8).join(', ');
    const more = verdict.vantage.nodes.length > 8 ? ', ...' : '';
    const revised = verdict.revision > 0 ? '; revised once' : '';
    rows.push(['vantage', `${verdict.vantage.text} (${eyes}${more})${revised}`]);
  }
  return rows.map(([name, text]) => labelled(name, text, columns, paint)).join('\n');
}

function whoText({ verdict, leader, collector }: ViewDocument): string {
  if (verdict === null || verdict.culprits.length === 0) {
    const where = verdict?.scope === 'network' ? 'nobody: it lies in the network' : 'nobody can be named';
    return where;
  }
  const roleOf = (id: string): string => {
    const roles = [
      ...(leader?.id === id ? ['leader'] : []),
      ...(collector?.id === id ? ['collector: its votes end there'] : []),
    ];
    return roles.length === 0 ? '' : ` (${roles.join(', ')})`;
  };
  const names = verdict.culprits.map(({ id, name }) => `${name}${roleOf(id)}`).join(', ');
  const scopes = {
    self: 'this is the attached node itself',
    peer: 'a peer of the attached nodes',
    network: 'in the network between them',
    unknown: 'where it lies is not known',
  } as const;
  return `${names}; ${scopes[verdict.scope]}`;
}

function grounds(verdict: VerdictDocument | null, columns: number, paint: Paint): string {
  if (verdict === null || (verdict.grounds.length === 0 && verdict.contradicted_by === null)) return '';
  const lines = verdict.grounds.flatMap(({ fact, holds, at_us }) => {
    const at = at_us === null || !holds ? '' : ` (${at_us < 0 ? '' : '+'}${milliseconds(at_us)})`;
    const [first = '', ...rest] = wrap(`${fact}${at}`, columns - 11);
    const mark = holds ? paint('good', 'it is so ') : paint('notice', 'not so   ');
    return [`  ${mark} ${first}`, ...rest.map((line) => `${' '.repeat(12)}${line}`)];
  });
  const against =
    verdict.contradicted_by === null
      ? []
      : wrap(
          `It would be contradicted by ${verdict.contradicted_by}: looked for, not found.`,
          columns - 2,
        ).map((line) => `  ${line}`);
  return [paint('strong', 'Because'), ...lines, ...against].join('\n');
}

function findings(document: ViewDocument, columns: number, paint: Paint): string {
  if (document.findings.length === 0) return '';
  const lines = document.findings.flatMap((finding) =>
    wrap(`${findingLine(finding)} [${finding.id}]`, columns - 2).map((line) => `  ${line}`),
  );
  return [paint('bad', 'Evidence'), ...lines].join('\n');
}

/** When each node reached what, in milliseconds after the first of them entered. */
function phaseTable({ nodes }: ViewDocument, paint: Paint): string {
  if (nodes.length === 0) return '';
  const first = Math.min(...nodes.map(({ entered_at_us }) => entered_at_us));
  const rows = nodes.slice(0, MOST_ROWS).map((node) => {
    const at = (us: number | null): string =>
      us === null ? '-' : ((node.entered_at_us - first + us) / 1000).toFixed(1);
    return [
      node.node,
      node.is_entered ? at(0) : 'never',
      at(node.proposal_us),
      at(node.vote_us),
      at(node.certificate_us),
      at(node.timeout_us),
      at(node.committed_us),
      node.left_us === null ? 'still in it' : `${at(node.left_us)} by ${node.left_by ?? '?'}`,
    ];
  });
  const header = ['node', 'entered', 'proposal', 'vote sent', 'certificate', 'timer', 'commit', 'left'];
  const more = nodes.length > MOST_ROWS ? `\n  and ${nodes.length - MOST_ROWS} more nodes` : '';
  const table = indented(renderTable(header, rightAligned(header, rows)));
  return `${paint('strong', 'Milliseconds after the first node entered')}\n${table}${more}`;
}

/** Numbers under each other, though some cells are words. */
function rightAligned(header: readonly string[], rows: readonly string[][]): string[][] {
  const widths = header.map((title, i) => Math.max(title.length, ...rows.map((row) => row[i]!.length)));
  const isWords = (i: number): boolean => i === 0 || i === header.length - 1;
  return rows.map((row) => row.map((cell, i) => (isWords(i) ? cell : cell.padStart(widths[i]!))));
}

function voteTable({ participation }: ViewDocument, paint: Paint): string {
  if (participation.length === 0) return '';
  const isNotable = ({ vote, roles }: ViewParticipant): boolean => vote !== 'in_time' || roles.length > 0;
  const isLarge = participation.length > MOST_ROWS;
  const shown = (isLarge ? participation.filter(isNotable) : participation).slice(0, MOST_ROWS);
  const rows = shown.map(({ name, power, roles, vote, late_us, attached }) => [
    name,
    power,
    roles.join(', '),
    voteText(vote, late_us),
    attached ?? 'not attached',
  ]);
  const inTime = participation.filter(({ vote }) => vote === 'in_time').length;
  const title = `Votes: ${inTime} of ${participation.length} in time`;
  const table = indented(renderTable(['validator', 'power', 'role', 'vote', 'node'], rows));
  return `${paint('strong', title)}\n${table}`;
}

function voteText(vote: ViewParticipant['vote'], lateUs: number | null): string {
  switch (vote) {
    case 'in_time':
      return 'in time';
    case 'late':
      return `late by ${milliseconds(lateUs ?? 0)}`;
    case 'sent':
      return 'sent, and no attached node had it';
    case 'unseen':
      return 'none seen';
  }
}

function timelines({ nodes }: ViewDocument, columns: number, paint: Paint): string[] {
  const shown = nodes.slice(0, MOST_TIMELINES).map((node) => timeline(node, columns, paint));
  const more = nodes.length - MOST_TIMELINES;
  return more > 0 ? [...shown, paint('dim', `${more} more nodes: --json has all of them`)] : shown;
}

function timeline(
  { node, validator, timeline: happenings }: NodeView,
  columns: number,
  paint: Paint,
): string {
  const who = validator === null || validator.name === node ? node : `${node}, ${validator.name}`;
  const lines = happenings.flatMap(({ at_us, kind, text }) => {
    const at = `${(at_us / 1000).toFixed(1).padStart(GUTTER - 3)} ms`;
    const [first = '', ...rest] = wrap(text, columns - GUTTER - 2);
    const look: Look | undefined =
      kind === 'timeout' || kind === 'refused'
        ? 'bad'
        : kind === 'late_vote'
          ? 'notice'
          : kind === 'committed'
            ? 'good'
            : undefined;
    const painted = look === undefined ? first : paint(look, first);
    return [`${paint('dim', at)}  ${painted}`, ...rest.map((line) => `${' '.repeat(GUTTER + 2)}${line}`)];
  });
  return [paint('strong', who), ...(lines.length === 0 ? ['  nothing'] : lines)].join('\n');
}

function missing({ missing: sentences }: ViewDocument, columns: number, paint: Paint): string {
  if (sentences.length === 0) return '';
  const lines = sentences.flatMap((sentence) => {
    const [first = '', ...rest] = wrap(sentence, columns - 4);
    return [`  - ${first}`, ...rest.map((line) => `    ${line}`)];
  });
  return [paint('strong', 'What is missing'), ...lines].join('\n');
}

function labelled(name: string, text: string, columns: number, paint: Paint): string {
  const [first = '', ...rest] = wrap(text, columns - GUTTER);
  return [
    `  ${paint('dim', name.padEnd(GUTTER - 2))}${first}`,
    ...rest.map((line) => `${' '.repeat(GUTTER)}${line}`),
  ].join('\n');
}

function indented(table: string): string {
  return table
    .split('\n')
    .map((line) => `  ${line}`)
    .join('\n');
}
