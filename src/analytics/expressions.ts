/**
 * The PromQL that all questions are made of, as text that can be pasted into any PromQL client. Pure: options in, text
 * out; names and values are checked and quoted, so that no option can become anything else than what it is.
 */
import { formatDuration } from '../promql/durations.js';
import { formatPlain } from '../promql/numbers.js';
import { quote } from '../promql/quoting.js';
import { badRequest, lengthOf, type Span } from './span.js';

/** Which series: by label, one value or any of several. */
export type Where = Readonly<Record<string, string | readonly string[]>>;

const METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

/** `name{label="value"}`. @throws QuorumscopeError `analytics.request` for what is no name */
export function selectorOf(metric: string, where: Where = {}, more: Where = {}): string {
  if (!METRIC.test(metric)) throw badRequest(`${JSON.stringify(metric)} is no metric name`);
  const conditions = [...Object.entries(where), ...Object.entries(more)].map(([label, wanted]) => {
    checkLabels([label]);
    return anyOf(label, typeof wanted === 'string' ? [wanted] : wanted);
  });
  return conditions.length === 0 ? metric : `${metric}{${conditions.join(', ')}}`;
}

function anyOf(label: string, values: readonly string[]): string {
  if (values.length === 0) throw badRequest(`no value is wanted of label ${label}: name at least one`);
  if (values.length === 1) return `${label}=${quote(values[0]!)}`;
  const literal = values.map((value) => value.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  return `${label}=~${quote(literal.join('|'))}`;
}

/** ` by (a, b) `; ` ` for one group of all. */
export function byOf(labels: readonly string[]): string {
  checkLabels(labels);
  return labels.length === 0 ? '' : ` by (${labels.join(', ')}) `;
}

function checkLabels(labels: readonly string[]): void {
  for (const label of labels)
    if (!LABEL.test(label) || label === '__name__')
      throw badRequest(`${JSON.stringify(label)} is no label to select or group by`);
}

/**
 * How much a counter grew in one step. Where it fell, or was not there a step before, it began at zero. Unlike
 * `increase` it guesses nothing beyond the samples: over neighbouring steps it adds up to the last value less the first.
 */
export function growthOf(selector: string, stepMs: number): string {
  return `(${selector} - ${selector} offset ${formatDuration(stepMs)}) >= 0 or ${selector} - 0`;
}

/** How much a counter grew over a span, per series. */
export function countOf(selector: string, span: Span): string {
  const growth = growthOf(selector, span.stepMs);
  if (span.toMs - span.fromMs === span.stepMs) return `(${growth})`;
  return `sum_over_time((${growth})[${lengthOf(span)}:${formatDuration(span.stepMs)}])`;
}

/** The same, added up by labels. */
export function sumOf(selector: string, span: Span, by: readonly string[] = []): string {
  return `sum${byOf(by)}(${countOf(selector, span)})`;
}

/** A quantile of what a histogram observed in a span: linear within the bucket that it falls in. */
export function quantileOf(
  quantile: number,
  metric: string,
  where: Where,
  span: Span,
  by: readonly string[],
): string {
  const buckets = selectorOf(`${metric}_bucket`, where);
  return `histogram_quantile(${formatPlain(quantile)}, ${sumOf(buckets, span, ['le', ...by])})`;
}
