/**
 * What a checked stream says, as data and as plain text for terminals: the verdict last, where the eye
 * is. What a stream sent never steers the terminal that shows it.
 */
import type { InvalidReason } from '../events/problem.js';
import type { AttachmentLevel, Unknown } from './attachment-level.js';

/** One invalid line. */
export interface InvalidLine {
  /** Counted from 1, empty lines left out. */
  readonly number: number;
  readonly reason: InvalidReason;
  /** What was found, and what was expected. */
  readonly detail: string;
  /** The beginning of the line; empty where it was no text. */
  readonly excerpt: string;
}

/** What a node's events of one domain lack. */
export interface DomainLoss {
  readonly domain: string;
  readonly missing: number;
  /** Times that `seq` leapt. */
  readonly gaps: number;
  readonly late: number;
  readonly duplicates: number;
  /** Dropped events that the source admits. */
  readonly admitted: number;
}

/** What one node says. */
export interface NodeReport {
  readonly chain: string;
  readonly node: string;
  readonly runs: number;
  readonly events: number;
  /** By type, the most frequent first. */
  readonly types: readonly (readonly [type: string, count: number])[];
  readonly losses: readonly DomainLoss[];
  readonly level: AttachmentLevel;
  readonly unknown: readonly Unknown[];
}

/** What a stream says. */
export interface StreamReport {
  readonly lines: number;
  readonly nodes: readonly NodeReport[];
  /** Reached by every node of the stream; 0 where there is none. */
  readonly level: AttachmentLevel;
  readonly invalid: number;
  /** By reason, the most frequent first. */
  readonly invalidReasons: readonly (readonly [reason: string, count: number])[];
  /** The first 20. */
  readonly invalidLines: readonly InvalidLine[];
  /** The first 100 names, the most frequent first. */
  readonly unknownTypes: readonly (readonly [type: string, count: number])[];
  /** As `type.field`, the first 100 names. */
  readonly unknownFields: readonly (readonly [field: string, count: number])[];
  /** How many things the author should repair. */
  readonly problems: number;
}

const levelMeanings = [
  'not even liveness',
  'liveness',
  'causes, leaders and traces',
  'late votes, byzantine and safety findings',
  'evidence that a third party can verify',
] as const;

/** The report as lines, each at most as wide as its longest detail; ends with a newline. */
export function renderStreamReport(report: StreamReport): string {
  const sections = [
    ...report.nodes.map(nodeSection),
    section('Unknown types (ignored)', table(report.unknownTypes)),
    section('Unknown fields (ignored)', table(report.unknownFields)),
    invalidSection(report),
    verdict(report),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function nodeSection(node: NodeReport): string[] {
  const { runs, events, level } = node;
  const name = `Node ${printable(node.node)} of chain ${printable(node.chain)}`;
  const head = `${name}: ${plural(events, 'event')} in ${plural(runs, 'run')}, level ${level}`;
  const losses = node.losses.map(({ domain, missing, gaps, late, duplicates, admitted }) => {
    const parts = [
      missing > 0 ? `${number(missing)} missing in ${plural(gaps, 'gap')}` : '',
      late > 0 ? `${number(late)} of them late` : '',
      admitted > 0 ? `${number(admitted)} admitted as dropped` : '',
      duplicates > 0 ? plural(duplicates, 'duplicate') : '',
    ];
    return `  ${domain}: ${parts.filter((part) => part !== '').join(', ')}`;
  });
  const unknown = node.unknown.map(({ level: needed, sentence }) => `  level ${needed}: ${sentence}`);
  return [head, ...table(node.types), ...losses, ...unknown];
}

function invalidSection({ invalid, invalidReasons, invalidLines }: StreamReport): string[] {
  if (invalid === 0) return [];
  const examples = invalidLines.flatMap(({ number: line, reason, detail, excerpt }) => [
    `  line ${line}: ${reason}: ${printable(detail)}`,
    ...(excerpt === '' ? [] : [`    ${printable(excerpt)}`]),
  ]);
  const more = invalid > invalidLines.length ? [`  and ${number(invalid - invalidLines.length)} more`] : [];
  return [plural(invalid, 'invalid line'), ...table(invalidReasons), ...examples, ...more];
}

function verdict({ lines, nodes, level, problems }: StreamReport): string[] {
  const hint = nodes.length === 0 ? ['No hello was said: nothing can be observed.'] : [];
  return [
    ...hint,
    `${plural(lines, 'line')} of ${plural(nodes.length, 'node')}: attachment level ${level} of 4 (${levelMeanings[level]})`,
    problems === 0 ? 'No problems.' : `${plural(problems, 'problem')}.`,
  ];
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : [title, ...lines];
}

/** Names to the left, counts to the right. */
function table(rows: readonly (readonly [name: string, count: number])[]): string[] {
  const shown = rows.map(([name, count]) => [printable(name), number(count)] as const);
  const nameWidth = Math.max(0, ...shown.map(([name]) => name.length));
  const countWidth = Math.max(0, ...shown.map(([, count]) => count.length));
  return shown.map(([name, count]) => `  ${name.padEnd(nameWidth)}  ${count.padStart(countWidth)}`);
}

/** What a stream sent must not steer the terminal that shows it. */
function printable(text: string): string {
  return text.replaceAll(/\p{C}/gu, '\u{FFFD}');
}

function plural(count: number, noun: string): string {
  return `${number(count)} ${noun}${count === 1 ? '' : 's'}`;
}

function number(count: number): string {
  return count.toLocaleString('en-US');
}
