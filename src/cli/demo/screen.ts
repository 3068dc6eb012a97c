/**
 * The demo's one screen as a pure function of its state: addresses, the chain, a ribbon per validator with what the
 * sidecar says beside what is true, what happened, and the keys.
 */
import { showSpan } from '../age.js';
import type { Condition } from './findings.js';
import type { Cell } from './ribbon.js';
import { renderLine, type Line, type Span, type Style } from './spans.js';

/** Something that happened; `truth` is known to the simulator alone. */
export interface Happening {
  readonly atSeconds: number;
  readonly who: 'truth' | 'sidecar' | 'demo';
  readonly text: string;
  /** Concluded through these eyes; what has none is said whoever looks. */
  readonly eyes?: Eyes;
}

/** Through whom the network is seen: all nodes, or one. */
export type Eyes = 'all' | 'one';

/** One validator's line. */
export interface ValidatorRow {
  readonly name: string;
  readonly sidecar: Condition;
  readonly truth: string;
  /** Oldest first; at least as many as fit, if there were as many views. */
  readonly cells: readonly Cell[];
}

/** Everything that is shown. */
export interface ScreenState {
  readonly elapsedSeconds: number;
  readonly addresses: readonly (readonly [name: string, address: string])[];
  readonly height: number;
  readonly view: number;
  readonly commitAgeSeconds: number | undefined;
  readonly failedViews: number;
  readonly up: number;
  readonly quorum: number;
  readonly rows: readonly ValidatorRow[];
  readonly selected: number | undefined;
  readonly happenings: readonly Happening[];
  /** The one node that is looked through; undefined for all. */
  readonly onlyNode?: string | undefined;
}

/** What the terminal can do. */
export interface Canvas {
  readonly columns: number;
  readonly rows: number;
  readonly colour: boolean;
  /** Whether it shows more than ASCII. */
  readonly unicode: boolean;
}

type Glyph = readonly [unicode: string, ascii: string, style: Style | undefined];

const glyphs: Readonly<Record<Cell, Glyph>> = {
  committed: ['█', '#', 'good'],
  voted: ['▄', '+', 'accent'],
  late: ['▒', '~', 'notice'],
  none: ['·', '.', 'bad'],
  failed: ['✗', 'X', 'bad'],
  open: [' ', ' ', undefined],
};

const legend: readonly (readonly [Cell, string])[] = [
  ['committed', 'committed'],
  ['voted', 'voted'],
  ['late', 'voted late'],
  ['none', 'no vote seen'],
  ['failed', 'view failed'],
];

/** How many ribbon cells fit beside the names. */
export function ribbonWidth(columns: number, names: readonly string[]): number {
  return Math.max(8, columns - rowHead(names) - 1);
}

/** @returns lines, none wider than the canvas, no more than it has */
export function renderScreen(state: ScreenState, canvas: Canvas): string[] {
  const above: Line[] = [
    title(state, canvas.columns),
    [],
    ...state.addresses.map(([name, address]): Line => [`  ${name.padEnd(9)} `, styled(address, 'accent')]),
    [],
    chainLine(state),
    marginLine(state),
    [],
    ...ribbon(state, canvas),
    legendLine(canvas),
    [],
  ];
  const below: Line[] = [[], footer(state)];
  const room = Math.max(1, canvas.rows - above.length - below.length - 1);
  const happenings = state.happenings.slice(-room).map(happeningLine);
  return [...above, ...happenings, ...below]
    .slice(0, canvas.rows)
    .map((line) => renderLine(line, canvas.columns, canvas.colour));
}

function styled(text: string, style: Style | undefined): Span {
  return style === undefined ? text : { text, style };
}

function title({ elapsedSeconds, rows, onlyNode }: ScreenState, columns: number): Line {
  const name = 'quorumscope demo';
  const what =
    onlyNode === undefined
      ? `  ${rows.length} simulated validators, watched over a socket`
      : `  as a sidecar at ${onlyNode} alone sees it`;
  const elapsed = showSpan(elapsedSeconds);
  const gap = Math.max(2, columns - name.length - what.length - elapsed.length);
  return [styled(name, 'strong'), what, ' '.repeat(gap), styled(elapsed, 'dim')];
}

function chainLine({ height, view, commitAgeSeconds, failedViews }: ScreenState): Line {
  const age =
    commitAgeSeconds === undefined ? 'no commit yet' : `last commit ${showSpan(commitAgeSeconds)} ago`;
  const style = commitAgeSeconds !== undefined && commitAgeSeconds > 5 ? 'bad' : undefined;
  return [
    '  height ',
    styled(String(height), 'strong'),
    '   view ',
    styled(String(view), 'strong'),
    '   ',
    styled(age, style),
    `   failed views ${failedViews}`,
  ];
}

function marginLine({ up, quorum, rows }: ScreenState): Line {
  const margin = up - quorum;
  const [text, style] = marginOf(margin);
  return [`  ${up} of ${rows.length} up, a quorum is ${quorum}: `, styled(text, style)];
}

/** What the quorum margin means, in words. */
export function marginOf(margin: number): readonly [text: string, style: Style] {
  if (margin < 0) return ['no quorum, the chain cannot move', 'bad'];
  if (margin === 0) return ['one failure from halt', 'notice'];
  return [margin === 1 ? 'one more may fail' : `${margin} more may fail`, 'good'];
}

const CONDITION_WIDTH = 9;

/** Columns before the ribbon. */
function rowHead(names: readonly string[]): number {
  return 4 + Math.max(9, ...names.map((name) => name.length)) + 2 + 2 * CONDITION_WIDTH;
}

function ribbon({ rows, selected, view }: ScreenState, canvas: Canvas): Line[] {
  const names = rows.map(({ name }) => name);
  const width = ribbonWidth(canvas.columns, names);
  const head = rowHead(names);
  const label = '    validator'.padEnd(head - 2 * CONDITION_WIDTH);
  const columns = `${label}${'sidecar'.padEnd(CONDITION_WIDTH)}${'truth'.padEnd(CONDITION_WIDTH)}`;
  const header: Line = [styled(`${columns}views up to ${view}, newest right`, 'dim')];
  const lines = rows.map((row, i): Line => {
    const name = `${i === selected ? '>' : ' '} ${i} ${row.name}`.padEnd(head - 2 * CONDITION_WIDTH);
    const agrees = row.truth === said(row.sidecar);
    return [
      styled(name, i === selected ? 'strong' : undefined),
      styled(row.sidecar.padEnd(CONDITION_WIDTH), conditionStyle(row.sidecar)),
      styled(row.truth.padEnd(CONDITION_WIDTH), agrees ? undefined : 'strong'),
      ...row.cells.slice(-width).map((cell) => glyphOf(cell, canvas.unicode)),
    ];
  });
  return [header, ...lines];
}

/** The truth that a condition amounts to. */
function said(condition: Condition): string {
  return condition === 'silent' ? 'crashed' : condition === 'late' ? 'slow' : condition;
}

function conditionStyle(condition: Condition): Style | undefined {
  if (condition === 'up') return 'good';
  if (condition === 'late') return 'notice';
  return condition === 'silent' ? 'bad' : undefined;
}

function glyphOf(cell: Cell, unicode: boolean): Span {
  const [fine, plain, style] = glyphs[cell];
  return styled(unicode ? fine : plain, style);
}

function legendLine({ unicode }: Canvas): Line {
  return ['    ', ...legend.flatMap(([cell, text]): Span[] => [glyphOf(cell, unicode), ` ${text}  `])];
}

function happeningLine({ atSeconds, who, text }: Happening): Line {
  const style: Style | undefined = who === 'truth' ? 'strong' : who === 'sidecar' ? 'accent' : 'dim';
  return [`${atSeconds.toFixed(1).padStart(8)} s  `, styled(who.padEnd(8), style), text];
}

function footer({ rows, selected, onlyNode }: ScreenState): Line {
  const target = selected === undefined ? 'the next validator' : (rows[selected]?.name ?? '');
  const eyes = onlyNode === undefined ? 'o one node' : 'o all nodes';
  const keys = `  0-${rows.length - 1} select  c crash  s slow  h heal  ${eyes}  q quit`;
  return [styled(keys, 'strong'), styled(`  (acts on ${target})`, 'dim')];
}
