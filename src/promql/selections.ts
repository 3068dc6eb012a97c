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
import { firstAfter, type SelectRequest, type Series, type SeriesSource } from './series.js';

/** From when to when something is evaluated or needed, in milliseconds. */
interface Span {
  readonly fromMs: number;
  readonly toMs: number;
}

/** What each selector of a query needs. */
export function requestsOf(
  expr: Expr,
  span: Span,
  lookbackMs: number,
): ReadonlyMap<VectorSelector, SelectRequest> {
  const requests = new Map<VectorSelector, SelectRequest>();
  const ends = { startMs: span.fromMs, endMs: span.toMs };
  const visit = (node: Expr, { fromMs, toMs }: Span): void => {
    if (node.kind === 'selector' || node.kind === 'matrix') {
      const selector = node.kind === 'matrix' ? node.selector : node;
      const backMs = node.kind === 'matrix' ? node.rangeMs : lookbackMs;
      const at = atTime(ends, selector);
      requests.set(selector, {
        matchers: selector.matchers,
        fromMs: (at ?? fromMs) - selector.offsetMs - backMs,
        toMs: (at ?? toMs) - selector.offsetMs,
      });
      return;
    }
    let inner: Span = { fromMs, toMs };
    if (node.kind === 'subquery') {
      const at = atTime(ends, node);
      inner = { fromMs: (at ?? fromMs) - node.offsetMs - node.rangeMs, toMs: (at ?? toMs) - node.offsetMs };
    }
    for (const child of childrenOf(node)) visit(child, inner);
  };
  visit(expr, span);
  return requests;
}

/**
 * The series of every selector.
 * @throws QuorumscopeError when a limit is passed; `promql.execution` when the source fails
 */
export async function selectAll(
  source: SeriesSource,
  requests: ReadonlyMap<VectorSelector, SelectRequest>,
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
