/**
 * Runs one evaluation of a test file the way Prometheus's own harness does: each instant evaluation again
 * with `@` on every selector at five times, and again as the middle step of a range query whose series
 * must come in the order of their labels.
 */
import { unwrap, type Expr } from '../../src/promql/ast.js';
import { PromqlEngine, type QueryOutcome, type QueryValue } from '../../src/promql/engine.js';
import { formatQuery } from '../../src/promql/format.js';
import { compareLabels } from '../../src/promql/labels.js';
import { parse } from '../../src/promql/parse.js';
import { timeDependentFunctions } from '../../src/promql/signatures.js';
import { WallClock } from '../../src/base/clock.js';
import type { EvalCommand, Expectation, SeriesLine } from './promqltest-language.js';
import type { LoadedSeries } from './promqltest-storage.js';

/** How it went: `undefined` when as expected. */
export type Verdict = { readonly unsupported: string } | { readonly wrong: string } | undefined;

const EPSILON = 1e-6;
const MINUTE_MS = 60_000;

/** Runs an evaluation against what is loaded. */
export async function runEval(command: EvalCommand, loaded: LoadedSeries): Promise<Verdict> {
  loaded.touched = undefined;
  if (command.isNative) return { unsupported: 'native histograms' };
  const engine = new PromqlEngine({
    source: loaded,
    clock: new WallClock(),
    semantics: { delayedNameRemoval: true },
  });
  const wrong = command.isRange ? await runRange(command, engine) : await runInstant(command, engine);
  if (loaded.touched !== undefined) return { unsupported: loaded.touched };
  if (wrong === undefined) return undefined;
  const refused = /parse error: (.*(?:experimental|native histograms).*)$/.exec(wrong);
  return refused === null ? { wrong } : { unsupported: refused[1]! };
}

async function runRange(command: EvalCommand, engine: PromqlEngine): Promise<string | undefined> {
  const { query, startMs, endMs, stepMs } = command;
  const outcome = await engine.range(query, startMs, endMs, stepMs);
  return checkOutcome(command, outcome) ?? checkValue(command, outcome);
}

async function runInstant(command: EvalCommand, engine: PromqlEngine): Promise<string | undefined> {
  const timeMs = command.isRangeVector ? command.endMs : command.startMs;
  for (const variant of [{ query: command.query, timeMs }, ...variants(command.query, timeMs)]) {
    const wrong = await runVariant(command, engine, variant.query, variant.timeMs);
    if (wrong !== undefined) return `${variant.query} at ${variant.timeMs} ms: ${wrong}`;
  }
  return undefined;
}

async function runVariant(
  command: EvalCommand,
  engine: PromqlEngine,
  query: string,
  timeMs: number,
): Promise<string | undefined> {
  const outcome = await engine.instant(query, timeMs);
  const wrong = checkOutcome(command, outcome) ?? checkValue(command, outcome);
  if (wrong !== undefined || outcome.status === 'error') return wrong;
  if (command.isRangeVector || command.text !== undefined) return undefined;
  const ranged = await engine.range(query, timeMs - MINUTE_MS, timeMs + MINUTE_MS, MINUTE_MS);
  if (ranged.status === 'error') return `in range mode: ${ranged.error}`;
  if (command.isOrdered) return undefined;
  const inRange = checkMiddle(command, ranged.value, timeMs, outcome.value.type === 'scalar');
  return inRange === undefined ? undefined : `in range mode: ${inRange}`;
}

/** The query with every selector fixed at `timeMs`, to be asked at other times. */
function variants(query: string, timeMs: number): { query: string; timeMs: number }[] {
  let expr: Expr;
  try {
    expr = parse(query);
  } catch {
    return [];
  }
  if (usesClock(expr, false)) return [];
  const fixed = formatQuery(fixAt(expr, timeMs));
  const times =
    timeMs === 0 ? [-1000, 0, 1000] : [-10 * timeMs, 0, Math.trunc(timeMs / 5), timeMs, 10 * timeMs];
  return times.map((time) => ({ query: fixed, timeMs: time }));
}

// Below a subquery, which is fixed itself, nothing is looked at.
function usesClock(expr: Expr, isBelowSubquery: boolean): boolean {
  if (isBelowSubquery) return false;
  switch (expr.kind) {
    case 'call':
      return timeDependentFunctions.has(expr.func.name) || expr.args.some((arg) => usesClock(arg, false));
    case 'binary':
      return usesClock(expr.left, false) || usesClock(expr.right, false);
    case 'aggregate':
      return usesClock(expr.expr, false) || (expr.param !== undefined && usesClock(expr.param, false));
    case 'paren':
    case 'unary':
      return usesClock(expr.expr, false);
    case 'subquery':
      return usesClock(expr.expr, true);
    default:
      return false;
  }
}

function fixAt(expr: Expr, timeMs: number): Expr {
  const at = (known: 'start' | 'end' | number | undefined): number =>
    typeof known === 'number' ? known : timeMs;
  switch (expr.kind) {
    case 'selector':
      return { ...expr, at: at(expr.at) };
    case 'matrix':
      return { ...expr, selector: { ...expr.selector, at: at(expr.selector.at) } };
    case 'subquery':
      return { ...expr, at: at(expr.at) };
    case 'call':
      return { ...expr, args: expr.args.map((arg) => fixAt(arg, timeMs)) };
    case 'binary':
      return { ...expr, left: fixAt(expr.left, timeMs), right: fixAt(expr.right, timeMs) };
    case 'aggregate': {
      const param = expr.param === undefined ? undefined : fixAt(expr.param, timeMs);
      return { ...expr, expr: fixAt(expr.expr, timeMs), param };
    }
    case 'paren':
    case 'unary':
      return { ...expr, expr: fixAt(expr.expr, timeMs) };
    case 'number':
    case 'string':
      return unwrap(expr);
  }
}

function checkOutcome(command: EvalCommand, outcome: QueryOutcome): string | undefined {
  if (outcome.status === 'error') {
    if (!command.fails) return `failed: ${outcome.error}`;
    const isExpected = command.failure.every((expected) => expected(outcome.error));
    return isExpected && !outcome.error.includes('experimental')
      ? undefined
      : `failed with another error: ${outcome.error}`;
  }
  if (command.fails) return 'did not fail';
  return (
    checkTexts('warning', command.warns, outcome.warnings) ??
    checkTexts('info', command.informs, outcome.infos)
  );
}

function checkTexts(
  level: string,
  expected: readonly Expectation[] | 'some' | 'none' | undefined,
  texts: readonly string[],
): string | undefined {
  if (expected === undefined) return undefined;
  if (expected === 'none') return texts.length === 0 ? undefined : `unexpected ${level}: ${texts.join('; ')}`;
  if (texts.length === 0) return `no ${level}`;
  if (expected === 'some') return undefined;
  const isComplete = expected.every((check) => texts.some(check));
  const isExact = texts.every((text) => expected.some((check) => check(text)));
  return isComplete && isExact ? undefined : `other ${level}: ${texts.join('; ')}`;
}

function checkValue(command: EvalCommand, outcome: QueryOutcome): string | undefined {
  if (outcome.status === 'error') return undefined;
  const { value } = outcome;
  switch (value.type) {
    case 'scalar':
      return isClose(command.scalar ?? Number.POSITIVE_INFINITY, value.value)
        ? undefined
        : `got ${value.value}`;
    case 'string':
      return command.text === value.value ? undefined : `got ${value.value}`;
    case 'vector':
      return checkVector(command, value.samples);
    case 'matrix':
      return checkMatrix(command, value);
  }
}

type Samples = readonly { readonly labels: SeriesLine['labels']; readonly value: number }[];

function checkVector(command: EvalCommand, samples: Samples): string | undefined {
  if (command.scalar !== undefined) return 'got a vector';
  const expected = new Map(command.series.map((line, i) => [line.labels.key, { line, i }]));
  for (const [i, { labels, value }] of samples.entries()) {
    const wanted = expected.get(labels.key);
    if (wanted === undefined) return `unexpected ${labels.toString()} ${value}`;
    if (command.isOrdered && wanted.i !== i) return `${labels.toString()} at position ${i}`;
    if (!isClose(wanted.line.values[0] as number, value))
      return `${labels.toString()} is ${value}, expected ${String(wanted.line.values[0])}`;
    expected.delete(labels.key);
  }
  return missing(expected);
}

function checkMatrix(command: EvalCommand, { series }: QueryValue & { type: 'matrix' }): string | undefined {
  if (command.scalar !== undefined) return 'got a matrix';
  if (series.some(({ labels }, i) => i > 0 && compareLabels(series[i - 1]!.labels, labels) > 0))
    return 'not sorted';
  const expected = new Map(command.series.map((line, i) => [line.labels.key, { line, i }]));
  for (const { labels, times, values } of series) {
    const wanted = expected.get(labels.key);
    if (wanted === undefined) return `unexpected ${labels.toString()} ${values.join(' ')}`;
    expected.delete(labels.key);
    const points = wanted.line.values.flatMap((value, i) =>
      value === 'omitted' ? [] : [{ time: command.startMs + i * command.stepMs, value: value as number }],
    );
    const isSame =
      points.length === times.length &&
      points.every(({ time, value }, i) => time === times[i] && isClose(value, values[i]!));
    if (!isSame) return `${labels.toString()} is ${[...values].join(' ')} at ${[...times].join(' ')}`;
  }
  return missing(expected);
}

function checkMiddle(
  command: EvalCommand,
  value: QueryValue,
  timeMs: number,
  isScalar: boolean,
): string | undefined {
  if (value.type !== 'matrix') return `got a ${value.type}`;
  if (value.series.some(({ labels }, i) => i > 0 && compareLabels(value.series[i - 1]!.labels, labels) > 0))
    return 'not sorted';
  const samples = value.series.flatMap(({ labels, times, values }) => {
    const at = times.indexOf(timeMs);
    return at < 0 ? [] : [{ labels, value: values[at]! }];
  });
  if (!isScalar) return checkVector(command, samples);
  return isClose(command.scalar!, samples[0]?.value ?? Number.POSITIVE_INFINITY)
    ? undefined
    : 'another scalar';
}

function missing(expected: ReadonlyMap<string, { readonly line: SeriesLine }>): string | undefined {
  const [first] = expected.values();
  return first === undefined ? undefined : `missing ${first.line.labels.toString()}`;
}

/** Equal up to rounding, as Prometheus's harness compares. */
function isClose(a: number, b: number): boolean {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) && Number.isNaN(b);
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  const least = 2 ** -1022;
  if (a === 0 || b === 0 || sum < least) return difference < EPSILON * least;
  return difference / Math.min(sum, Number.MAX_VALUE) < EPSILON;
}
