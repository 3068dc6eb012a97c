/**
 * Reads Prometheus's PromQL test files: `load`, `clear` and `eval` with what they expect. Values of native
 * histograms are recognised and marked, not read.
 */
import { Labels, METRIC_NAME } from '../../src/promql/labels.js';
import { parseDuration } from '../../src/promql/durations.js';
import { parseSelector } from '../../src/promql/parse.js';

/** A value of a sequence: absent, a stale marker, or a number. */
export type SequenceValue = number | 'omitted' | 'stale';

/** A series with its values in order. */
export interface SeriesLine {
  readonly labels: Labels;
  readonly values: readonly SequenceValue[];
  /** Holds native histograms, whose values are not read. */
  readonly isNative: boolean;
}

export interface LoadCommand {
  readonly kind: 'load';
  readonly stepMs: number;
  readonly series: readonly SeriesLine[];
  /** Classic histograms are also to be loaded as native ones. */
  readonly withNative: boolean;
  /** Names of series that have start timestamps. */
  readonly startTimestamps: ReadonlySet<string>;
}

/** What an annotation or error must say. */
export type Expectation = (text: string) => boolean;

export interface EvalCommand {
  readonly kind: 'eval';
  readonly line: number;
  readonly query: string;
  readonly isRange: boolean;
  /** Times of a range evaluation, or of an expected range vector. */
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly fails: boolean;
  readonly failure: readonly Expectation[];
  readonly warns: readonly Expectation[] | 'some' | 'none' | undefined;
  readonly informs: readonly Expectation[] | 'some' | 'none' | undefined;
  readonly isOrdered: boolean;
  readonly scalar: number | undefined;
  readonly text: string | undefined;
  readonly isRangeVector: boolean;
  readonly series: readonly SeriesLine[];
  /** Expects native histograms. */
  readonly isNative: boolean;
}

export type Command = LoadCommand | EvalCommand | { readonly kind: 'clear' };

/** The commands of a file. */
export function readCommands(text: string): Command[] {
  const lines = text.split('\n').map((line) => (/^\s*#/.test(line) ? '' : line.trim()));
  const commands: Command[] = [];
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at]!;
    if (line === '') continue;
    const start = at;
    while (lines[at + 1] !== undefined && lines[at + 1] !== '') at++;
    const body = lines.slice(start + 1, at + 1);
    if (/^clear\b/i.test(line)) {
      commands.push({ kind: 'clear' });
      // Nothing may follow but the next command.
      at = start;
    } else if (/^load/i.test(line)) commands.push(readLoad(line, body));
    else if (/^eval/i.test(line)) commands.push(readEval(line, start + 1, body));
    else throw new Error(`line ${start + 1}: unknown command ${line}`);
  }
  return commands;
}

function readLoad(line: string, body: readonly string[]): LoadCommand {
  const [, native, step] = /^load(?:_(with_nhcb))?\s+(.+)$/.exec(line)!;
  const startTimestamps = new Set<string>();
  const series: SeriesLine[] = [];
  for (const text of body) {
    const [metric] = text.split(/\s/, 1) as [string];
    if (metric.endsWith('@st')) startTimestamps.add(readMetric(metric.slice(0, -3)).get(METRIC_NAME));
    else series.push(readSeries(text));
  }
  return {
    kind: 'load',
    stepMs: durationOf(step!),
    series,
    withNative: native !== undefined,
    startTimestamps,
  };
}

function readEval(line: string, number: number, body: readonly string[]): EvalCommand {
  const instant = /^eval(?:_(fail|warn|ordered|info))?\s+instant\s+(?:at\s+(\S+)\s+)?(.+)$/.exec(line);
  const range = /^eval(?:_(fail|warn|info))?\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.+)$/.exec(
    line,
  );
  const parts = instant ?? range;
  if (parts === null) throw new Error(`line ${number}: cannot read ${line}`);
  const mode = parts[1];
  const command: Mutable<EvalCommand> = {
    kind: 'eval',
    line: number,
    query: (instant === null ? parts[5] : parts[3])!,
    isRange: instant === null,
    startMs: durationOf(parts[2] ?? '0'),
    endMs: durationOf(instant === null ? parts[3]! : (parts[2] ?? '0')),
    stepMs: instant === null ? durationOf(parts[4]!) : 1,
    fails: mode === 'fail',
    failure: [],
    warns: mode === 'warn' ? 'some' : undefined,
    informs: mode === 'info' ? 'some' : undefined,
    isOrdered: mode === 'ordered',
    scalar: undefined,
    text: undefined,
    isRangeVector: false,
    series: [],
    isNative: false,
  };
  for (const text of body) readExpected(command, text);
  return command;
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function readExpected(command: Mutable<EvalCommand>, text: string): void {
  const vector = /^expect range vector\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)$/.exec(text);
  if (vector !== null) {
    command.isRangeVector = true;
    [command.startMs, command.endMs, command.stepMs] = vector.slice(1).map(durationOf) as [
      number,
      number,
      number,
    ];
    return;
  }
  if (text.startsWith('expect string ')) {
    command.text = JSON.parse(
      text.slice('expect string '.length).replace(/^[`'](.*)[`']$/, '"$1"'),
    ) as string;
    return;
  }
  if (text.startsWith('expected_fail_')) {
    command.failure = [expectation(text.includes('_regexp') ? 'regex' : 'msg', text.replace(/^\S+\s*/, ''))];
    return;
  }
  if (/^expect\s/.test(text)) {
    readAnnotation(command, text);
    return;
  }
  const number = numberOf(text);
  if (number !== undefined) {
    command.scalar = number;
    return;
  }
  const series = readSeries(text);
  command.series = [...command.series, series];
  if (series.isNative) command.isNative = true;
}

function readAnnotation(command: Mutable<EvalCommand>, text: string): void {
  const parts = /^expect\s+(ordered|fail|warn|no_warn|info|no_info)(?:\s+(regex|msg):(.+))?$/.exec(text);
  if (parts === null) throw new Error(`line ${command.line}: cannot read ${text}`);
  const [, what, type, wanted] = parts;
  const check = expectation(type ?? 'regex', type === undefined ? '' : wanted!.trim());
  const more = (known: EvalCommand['warns']): readonly Expectation[] => [
    ...(typeof known === 'object' ? known : []),
    check,
  ];
  if (what === 'ordered') command.isOrdered = true;
  if (what === 'no_warn') command.warns = 'none';
  if (what === 'no_info') command.informs = 'none';
  if (what === 'warn') command.warns = more(command.warns);
  if (what === 'info') command.informs = more(command.informs);
  if (what === 'fail') {
    command.fails = true;
    command.failure = [check];
  }
}

function expectation(type: string, wanted: string): Expectation {
  if (type === 'msg') return (text) => text === wanted;
  const pattern = new RegExp(wanted, 's');
  return (text) => pattern.test(text);
}

function readSeries(text: string): SeriesLine {
  const metric = /^(?:[^\s{"']|\{(?:[^"'}]|"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')*\})+/.exec(text);
  if (metric === null) throw new Error(`cannot read series ${text}`);
  const rest = text.slice(metric[0].length).trim();
  const isNative = rest.includes('{{');
  return { labels: readMetric(metric[0]), values: isNative ? [] : readValues(rest), isNative };
}

function readMetric(text: string): Labels {
  if (text === '{}') return Labels.empty;
  return Labels.from(parseSelector(text).map(({ name, value }) => [name, value] as const));
}

const NUMBER = '[0-9][0-9_]*(?:\\.[0-9]*)?(?:e[+-]?[0-9]+)?|\\.[0-9]+|Inf|NaN|0x[0-9a-f]+';
const ITEM = new RegExp(`^([+-]?(?:${NUMBER}))(?:([+-](?:${NUMBER})))?(?:x([0-9]+))?$`, 'i');

function readValues(text: string): SequenceValue[] {
  return text
    .split(/\s+/)
    .filter((item) => item !== '')
    .flatMap((item): SequenceValue[] => {
      const blank = /^_(?:x([0-9]+))?$/.exec(item);
      if (blank !== null) return new Array<SequenceValue>(Number(blank[1] ?? 1)).fill('omitted');
      if (item === 'stale') return ['stale'];
      const parts = ITEM.exec(item);
      if (parts === null) throw new Error(`cannot read value ${item}`);
      const [, first, step = '0', times] = parts;
      let value = numberOf(first!)!;
      const values = [value];
      for (let i = 0; i < Number(times ?? 0); i++) values.push((value += numberOf(step)!));
      return values;
    });
}

function numberOf(text: string): number | undefined {
  const inf = /^([+-]?)inf$/i.exec(text);
  if (inf !== null) return inf[1] === '-' ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  const value = Number(text.replace(/^\+/, ''));
  return text.trim() === '' || Number.isNaN(value) ? undefined : value;
}

function durationOf(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new Error(`cannot read duration ${text}`);
  return ms;
}
