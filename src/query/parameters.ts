/**
 * The parameters of Prometheus's API: times (Unix seconds or RFC 3339), durations (seconds or `5m`), selectors, limits.
 * Messages are Prometheus's own, because people and programs search for them.
 */
import { parseDuration } from '../promql/durations.js';
import { matchesAll, type LabelMatcher } from '../promql/matchers.js';
import { Labels } from '../promql/labels.js';
import { parseSelector } from '../promql/parse.js';
import { ApiProblem, badExpression, badParameter } from './api-problem.js';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
/** What `Date` can hold, milliseconds; Prometheus's own bounds are further out. */
const LAST_MS = 8.64e15;

/** A time in milliseconds, or `fallback` when it is not given. */
export function timeOf(parameters: URLSearchParams, name: string, fallback: number): number {
  const text = parameters.get(name);
  if (text === null || text === '') return fallback;
  const ms = NUMBER.test(text)
    ? Math.round(Number(text) * 1000)
    : RFC_3339.test(text)
      ? Date.parse(text)
      : NaN;
  if (Number.isFinite(ms) && Math.abs(ms) <= LAST_MS) return ms;
  throw badParameter(name, `cannot parse "${text}" to a valid timestamp`);
}

/** The same for a time that must be given. */
export function requiredTimeOf(parameters: URLSearchParams, name: string): number {
  const ms = timeOf(parameters, name, NaN);
  if (Number.isNaN(ms)) throw badParameter(name, 'cannot parse "" to a valid timestamp');
  return ms;
}

/** A duration in milliseconds, or undefined when it is not given. */
export function durationOf(parameters: URLSearchParams, name: string): number | undefined {
  const text = parameters.get(name);
  if (text === null || text === '') return undefined;
  const ms = NUMBER.test(text) ? Number(text) * 1000 : parseDuration(text);
  if (ms !== undefined && Number.isFinite(ms)) return ms;
  throw badParameter(name, `cannot parse "${text}" to a valid duration`);
}

/** The most results wanted; 0 and absent mean all. */
export function limitOf(parameters: URLSearchParams): number {
  const text = parameters.get('limit');
  if (text === null || text === '') return Infinity;
  if (!/^\d{1,15}$/.test(text)) throw badParameter('limit', 'limit must be a non-negative number');
  return Number(text) || Infinity;
}

/**
 * The selectors of `match[]`; a series passes when it passes one of them.
 * @param isRequired whether none at all is refused
 */
export function selectorsOf(
  parameters: URLSearchParams,
  isRequired: boolean,
): readonly (readonly LabelMatcher[])[] {
  const texts = parameters.getAll('match[]');
  if (texts.length === 0 && isRequired) throw new ApiProblem('bad_data', 'no match[] parameter provided');
  return texts.map((text) => {
    const matchers = selectorOf(text);
    if (matchesAll(Labels.empty, matchers))
      throw badParameter('match[]', 'match[] must contain at least one non-empty matcher');
    return matchers;
  });
}

function selectorOf(text: string): readonly LabelMatcher[] {
  try {
    return parseSelector(text);
  } catch (error) {
    throw badExpression('match[]', error);
  }
}
