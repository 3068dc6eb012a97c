/**
 * `query_exemplars` of Prometheus's API: every selector of a query, whatever surrounds it, asks for the exemplars of its series.
 */
import type { Expr } from '../promql/ast.js';
import { childrenOf } from '../promql/ast.js';
import type { Budget } from '../promql/budget.js';
import type { ExemplarSource } from '../promql/exemplars.js';
import { compareLabels } from '../promql/labels.js';
import type { LabelMatcher } from '../promql/matchers.js';
import { formatSample } from '../promql/numbers.js';
import { parse } from '../promql/parse.js';
import { ApiProblem } from './api-problem.js';
import { expressionOf, timeOf } from './parameters.js';
import { renderLabels } from './render.js';

/** The `data` of the answer as JSON; undefined where the query selects nothing at all. */
export async function exemplarsOf(
  parameters: URLSearchParams,
  source: ExemplarSource | undefined,
  budget: Budget,
): Promise<string | undefined> {
  const fromMs = timeOf(parameters, 'start', -Infinity);
  const toMs = timeOf(parameters, 'end', Infinity);
  if (toMs < fromMs) throw new ApiProblem('bad_data', 'end timestamp must not be before start timestamp');
  const selectors = selectorsIn(expressionOf(parameters, parse));
  if (selectors.length === 0) return undefined;
  const guarded = selectors.map((matchers) =>
    matchers.map((matcher) => matcher.guarded((test) => budget.measureMatching(test))),
  );
  const found = [...((await source?.exemplars({ selectors: guarded, fromMs, toMs })) ?? [])];
  budget.check();
  found.sort((a, b) => compareLabels(a.labels, b.labels));
  const series = found.map(({ labels, exemplars }) => {
    const list = exemplars.map(
      (one) =>
        `{"labels":${renderLabels(one.labels)},"value":"${formatSample(one.value)}","timestamp":${one.timeMs / 1000}}`,
    );
    return `{"seriesLabels":${renderLabels(labels)},"exemplars":[${list.join(',')}]}`;
  });
  return `[${series.join(',')}]`;
}

function selectorsIn(expr: Expr): (readonly LabelMatcher[])[] {
  if (expr.kind === 'selector') return [expr.matchers];
  if (expr.kind === 'matrix') return [expr.selector.matchers];
  return childrenOf(expr).flatMap(selectorsIn);
}
