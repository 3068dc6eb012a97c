/**
 * Asks the source, before anything is computed, for every series that a query will look at, each selector
 * once and for just the time it needs.
 */
import type { Expr, VectorSelector } from './ast.js';
import { childrenOf } from './ast.js';
import type { Budget } from './budget.js';
import type { Measure } from './matchers.js';
import { executionProblem } from './problem.js';
import { atTime } from './run.js';
import {
  firstAfter,
  type EvaluationGrid,
  type SelectRequest,
  type Series,
  type SeriesSource,
} from './series.js';

/** From when to when something is evaluated or needed, in milliseconds. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** From when to when a query is evaluated, and how often. */
export interface QuerySpan extends Span {
  /** 0 for one time. */
  readonly stepMs: number;
}

/** What a part of a query is evaluated for. */
interface Place extends Span {
  /** Times are `originMs` and whole steps on; undefined where they are not known. */
  readonly stepMs: number | undefined;
  readonly originMs: number;
  /** The function around it. */
  readonly func: string | undefined;
}

/** What each selector of a query asks for. */
export type Requests = ReadonlyMap<VectorSelector, SelectRequest>;

/** What each selector of a query needs. */
export function requestsOf(expr: Expr, span: QuerySpan, lookbackMs: number): Requests {
  const requests = new Map<VectorSelector, SelectRequest>();
  const ends = { startMs: span.fromMs, endMs: span.toMs };
  const visit = (node: Expr, place: Place): void => {
    const { fromMs, toMs } = place;
    if (node.kind === 'selector' || node.kind === 'matrix') {
      const selector = node.kind === 'matrix' ? node.selector : node;
      const rangeMs = node.kind === 'matrix' ? node.rangeMs : 0;
      const at = atTime(ends, selector);
      const grid = gridOf(place, at, selector.offsetMs, rangeMs);
      requests.set(selector, {
        matchers: selector.matchers,
        fromMs: (at ?? fromMs) - selector.offsetMs - (node.kind === 'matrix' ? rangeMs : lookbackMs),
        toMs: (at ?? toMs) - selector.offsetMs,
        ...(grid === undefined ? {} : { grid }),
      });
      return;
    }
    let inner = { ...place, func: node.kind === 'call' ? node.func.name : undefined };
    if (node.kind === 'paren') inner = place;
    if (node.kind === 'subquery') {
      const at = atTime(ends, node);
      inner = {
        fromMs: (at ?? fromMs) - node.offsetMs - node.rangeMs,
        toMs: (at ?? toMs) - node.offsetMs,
        // Its times are multiples of its step, whatever the query's are.
        originMs: 0,
        stepMs: node.stepMs,
        func: undefined,
      };
    }
    for (const child of childrenOf(node)) visit(child, inner);
  };
  visit(expr, { ...span, originMs: span.fromMs, func: undefined });
  return requests;
}

function gridOf(
  { stepMs, originMs, func }: Place,
  at: number | undefined,
  offsetMs: number,
  rangeMs: number,
): EvaluationGrid | undefined {
  if (at !== undefined) return { startMs: at - offsetMs, stepMs: 0, rangeMs, func };
  return stepMs === undefined ? undefined : { startMs: originMs - offsetMs, stepMs, rangeMs, func };
}

/**
 * The series of every selector.
 * @throws QuorumscopeError when a limit is passed; `promql.execution` when the source fails
 */
export async function selectAll(
  source: SeriesSource,
  requests: Requests,
  budget: Budget,
  signal: AbortSignal,
): Promise<ReadonlyMap<VectorSelector, readonly Series[]>> {
  const found = new Map<VectorSelector, readonly Series[]>();
  for (const [selector, request] of requests) {
    const answer = source.select(guarded(request, budget), signal);
    const series = Array.isArray(answer) ? (answer as readonly Series[]) : await answer;
    if (budget.isDue()) await budget.pause();
    if (series.length > budget.limits.maxSeries)
      throw executionProblem(
        `selector finds ${series.length} series, more than the limit of ${budget.limits.maxSeries}`,
      );
    budget.hold(countSamples(series, request, budget.limits.maxSamples));
    found.set(selector, series);
  }
  return found;
}

function guarded(request: SelectRequest, budget: Budget): SelectRequest {
  const measure: Measure = (test) => budget.measureMatching(test);
  return { ...request, matchers: request.matchers.map((matcher) => matcher.guarded(measure)) };
}

// A source may hand out whole columns: they are measured exactly only when they could matter.
function countSamples(series: readonly Series[], request: SelectRequest, limit: number): number {
  let whole = 0;
  let length = 0;
  let column: Float64Array | undefined;
  for (const { times } of series) {
    if (times !== column) {
      column = times;
      length = times.length;
    }
    whole += length;
  }
  if (whole <= limit / 10) return whole;
  let needed = 0;
  for (const { times } of series) {
    const from = firstAfter(times, request.fromMs, 0, times.length);
    needed += firstAfter(times, request.toMs, from, times.length) - from;
  }
  return needed;
}
