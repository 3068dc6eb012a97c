/**
 * The face of this room: compiles queries and answers them at one time or over a range, within limits.
 * `compile` throws on text that is no query; the answers are values, never throws: whoever serves a
 * request has a kind of error and a message in Prometheus's form.
 *
 * A compiled query remembers what depends on labels alone, so a rule is compiled once and kept. It may be
 * asked while an earlier question is still being answered.
 */
import type { Clock } from '../base/clock.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { Annotations } from './annotations.js';
import { typeOf, unwrap, type Expr } from './ast.js';
import { Budget, defaultLimits, type QueryLimits } from './budget.js';
import { Evaluation, type Compiled } from './evaluate.js';
import { frameOfScalar, timeAt, type Frame, type Grid } from './frame.js';
import { findInvariants } from './invariants.js';
import { compareLabels, type Labels } from './labels.js';
import { NameDropper } from './naming.js';
import { parse } from './parse.js';
import { errorTypeOf, executionProblem, type ErrorType } from './problem.js';
import type { NodeMemory, Run, Semantics } from './run.js';
import { rangeSeriesOf } from './selectors.js';
import { requestsOf, selectAll, type Requests } from './selections.js';
import type { SeriesSource } from './series.js';
import type { ValueType } from './value-type.js';

/** One series of an instant answer. */
export interface VectorSample {
  readonly labels: Labels;
  readonly value: number;
}

/** One series of a range answer: only steps with a sample. */
export interface MatrixSeries {
  readonly labels: Labels;
  /** Milliseconds since the epoch. */
  readonly times: Float64Array;
  readonly values: Float64Array;
}

/** An answer, in Prometheus's four result types. `timeMs` is the evaluation time. */
export type QueryValue =
  | { readonly type: 'vector'; readonly timeMs: number; readonly samples: readonly VectorSample[] }
  | { readonly type: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly type: 'string'; readonly timeMs: number; readonly value: string }
  | { readonly type: 'matrix'; readonly series: readonly MatrixSeries[] };

/** What became of a question. */
export type QueryOutcome =
  | {
      readonly status: 'success';
      readonly value: QueryValue;
      readonly warnings: readonly string[];
      readonly infos: readonly string[];
      /** The most samples held at once. */
      readonly peakSamples: number;
    }
  | { readonly status: 'error'; readonly errorType: ErrorType; readonly error: string };

/** How one question is asked. */
export interface AskOptions {
  readonly signal?: AbortSignal;
  /** Limits that differ from the engine's; never more than those of the engine. */
  readonly limits?: Partial<QueryLimits>;
  /** Where a part of a range is asked for: the range, whose first step is a whole number of steps away. */
  readonly whole?: EvaluationSpan;
  /** How long the question may keep the process to itself at a time. Default 5 ms. */
  readonly sliceUs?: number | undefined;
}

/** From when to when is evaluated, milliseconds since the epoch. */
export interface EvaluationSpan {
  readonly startMs: number;
  readonly endMs: number;
}

/** What an engine is made of. */
export interface EngineOptions {
  readonly source: SeriesSource;
  /** The machine's clock: deadlines and slices are wall time, whatever clock the data follows. */
  readonly clock: Pick<Clock, 'monoUs'>;
  readonly limits?: Partial<QueryLimits>;
  readonly semantics?: Partial<Semantics>;
}

export const defaultSemantics: Semantics = {
  lookbackMs: 300_000,
  subqueryStepMs: 60_000,
  delayedNameRemoval: false,
};

/** A query ready to be asked. */
export interface CompiledQuery {
  readonly text: string;
  readonly expr: Expr;
  readonly type: ValueType;
  readonly compiled: Compiled;
}

/**
 * Reads a query.
 * @throws QuorumscopeError `promql.bad_data` with position and expectation
 */
export function compile(text: string): CompiledQuery {
  const expr = parse(text);
  const memories = new Map<Expr, NodeMemory>();
  return { text, expr, type: typeOf(expr), compiled: { invariants: findInvariants(expr), memories } };
}

const NO_SIGNAL = new AbortController().signal;

/** Answers queries from one source. */
export class PromqlEngine {
  readonly #source: SeriesSource;
  readonly #clock: Pick<Clock, 'monoUs'>;
  readonly #limits: QueryLimits;
  readonly #semantics: Semantics;

  constructor({ source, clock, limits, semantics }: EngineOptions) {
    this.#source = source;
    this.#clock = clock;
    this.#limits = { ...defaultLimits, ...limits };
    this.#semantics = { ...defaultSemantics, ...semantics };
  }

  /** The answer at one time, in milliseconds since the epoch. Never rejects. */
  async instant(
    query: CompiledQuery | string,
    timeMs: number,
    options: AskOptions = {},
  ): Promise<QueryOutcome> {
    const grid: Grid = { startMs: timeMs, stepMs: 1, steps: 1 };
    return this.#answer(query, grid, options, async (run, compiled) => {
      const { expr, type } = compiled;
      if (type === 'string') return { type: 'string', timeMs, value: stringOf(expr) };
      if (type === 'scalar') return { type: 'scalar', timeMs, value: (await run.scalar(expr, grid))[0]! };
      if (type === 'range vector') return rangeVector(run, expr, grid);
      const frame = this.#settled(await run.vector(expr, grid));
      return { type: 'vector', timeMs, samples: samplesOf(frame) };
    });
  }

  /** The answers from `startMs` to `endMs`, every `stepMs`, series in the order of their labels. Never rejects. */
  async range(
    query: CompiledQuery | string,
    startMs: number,
    endMs: number,
    stepMs: number,
    options: AskOptions = {},
  ): Promise<QueryOutcome> {
    const grid: Grid = { startMs, stepMs, steps: Math.floor((endMs - startMs) / stepMs) + 1 };
    return this.#answer(query, grid, options, async (run, compiled) => {
      const { expr, type } = compiled;
      if (type === 'string' || type === 'range vector')
        throw badParameter(
          `invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
        );
      if (type === 'scalar') {
        return { type: 'matrix', series: matrixOf(frameOfScalar(await run.scalar(expr, grid)), grid) };
      }
      const frame = this.#settled(await run.vector(expr, grid));
      return { type: 'matrix', series: matrixOf(frame, grid) };
    });
  }

  async #answer(
    query: CompiledQuery | string,
    grid: Grid,
    options: AskOptions,
    evaluate: (run: Run, query: CompiledQuery) => Promise<QueryValue>,
  ): Promise<QueryOutcome> {
    try {
      const compiled = typeof query === 'string' ? compile(query) : query;
      const limits = lower(this.#limits, options.limits);
      checkGrid(grid, limits);
      const budget = new Budget(limits, this.#clock, options.signal, options.sliceUs);
      const annotations = new Annotations();
      const requests = this.#requests(compiled, grid, options.whole);
      const run = await this.#prepare(
        compiled,
        grid,
        requests,
        budget,
        annotations,
        options.signal ?? NO_SIGNAL,
      );
      const value = await evaluate(run, compiled);
      const { text } = compiled;
      return {
        status: 'success',
        value,
        warnings: annotations.texts('warning', text),
        infos: annotations.texts('info', text),
        peakSamples: budget.peakSamples,
      };
    } catch (error) {
      return { status: 'error', errorType: errorTypeOf(error), error: messageOf(error) };
    }
  }

  /** What a range query asks its source for, selector by selector. */
  requests({ expr }: CompiledQuery, startMs: number, endMs: number, stepMs: number): Requests {
    return requestsOf(expr, { fromMs: startMs, toMs: endMs, stepMs }, this.#semantics.lookbackMs);
  }

  #requests(query: CompiledQuery, grid: Grid, whole: EvaluationSpan | undefined): Requests {
    const { startMs, stepMs, steps } = grid;
    const requests = this.requests(query, startMs, timeAt(grid, steps - 1), steps > 1 ? stepMs : 0);
    if (whole === undefined) return requests;
    const wholes = this.requests(query, whole.startMs, whole.endMs, stepMs);
    return new Map(
      [...requests].map(([selector, part]) => [selector, { ...part, whole: wholes.get(selector)! }]),
    );
  }

  async #prepare(
    { text, compiled }: CompiledQuery,
    grid: Grid,
    requests: Requests,
    budget: Budget,
    annotations: Annotations,
    signal: AbortSignal,
  ): Promise<Run> {
    const semantics = this.#semantics;
    const startMs = grid.startMs;
    const endMs = timeAt(grid, grid.steps - 1);
    budget.check();
    const found = await selectAll(this.#source, requests, budget, signal);
    budget.check();
    const base = { query: text, semantics, budget, annotations, startMs, endMs, found };
    return new Evaluation(base, compiled);
  }

  // With names dropped at once there is nothing left to settle.
  #settled(frame: Frame): Frame {
    return this.#semantics.delayedNameRemoval ? new NameDropper().settle(frame) : frame;
  }
}

function lower(limits: QueryLimits, asked: Partial<QueryLimits> = {}): QueryLimits {
  return {
    maxSamples: Math.min(limits.maxSamples, asked.maxSamples ?? Infinity),
    maxSeries: Math.min(limits.maxSeries, asked.maxSeries ?? Infinity),
    maxSteps: Math.min(limits.maxSteps, asked.maxSteps ?? Infinity),
    timeoutMs: Math.min(limits.timeoutMs, asked.timeoutMs ?? Infinity),
  };
}

function checkGrid(grid: Grid, { maxSteps }: QueryLimits): void {
  if (grid.stepMs <= 0 || !Number.isFinite(grid.startMs) || !Number.isFinite(grid.steps))
    throw badParameter('start and end must be times and step a positive duration');
  if (grid.steps < 1) throw badParameter('end timestamp must not be before start time');
  if (grid.steps > maxSteps)
    throw badParameter(
      `exceeded maximum resolution of ${maxSteps} points per timeseries. ` +
        'Try decreasing the query resolution (?step=XX)',
    );
}

function badParameter(what: string): QuorumscopeError {
  return new QuorumscopeError('promql.bad_data', 'input', what);
}

async function rangeVector(run: Run, expr: Expr, grid: Grid): Promise<QueryValue> {
  const inner = unwrap(expr);
  if (inner.kind !== 'matrix' && inner.kind !== 'subquery') throw executionProblem('no range vector');
  const series = (await rangeSeriesOf(run, inner, grid)).map((one) =>
    one.labels.nameDropped ? { ...one, labels: one.labels.withoutName() } : one,
  );
  return { type: 'matrix', series: series.sort(byLabels) };
}

function stringOf(expr: Expr): string {
  const inner = unwrap(expr);
  return inner.kind === 'string' ? inner.value : '';
}

function samplesOf({ labels, values, present }: Frame): readonly VectorSample[] {
  const samples: VectorSample[] = [];
  for (let row = 0; row < labels.length; row++)
    if (present[row] === 1) samples.push({ labels: labels[row]!, value: values[row]! });
  return samples;
}

function matrixOf({ labels, values, present, steps }: Frame, grid: Grid): readonly MatrixSeries[] {
  const series: MatrixSeries[] = [];
  for (let row = 0; row < labels.length; row++) {
    const kept = new Float64Array(steps);
    const times = new Float64Array(steps);
    let count = 0;
    for (let step = 0; step < steps; step++) {
      if (present[row * steps + step] === 0) continue;
      times[count] = timeAt(grid, step);
      kept[count++] = values[row * steps + step]!;
    }
    if (count === 0) continue;
    series.push({ labels: labels[row]!, times: times.subarray(0, count), values: kept.subarray(0, count) });
  }
  return series.sort(byLabels);
}

function byLabels(a: { readonly labels: Labels }, b: { readonly labels: Labels }): number {
  return compareLabels(a.labels, b.labels);
}
