/**
 * The parameters of Prometheus's API: times (Unix seconds or RFC 3339), durations (seconds or `5m`), selectors, limits.
 * Messages are Prometheus's own, because people and programs search for them.
 */
import { messageOf } from '../base/errors.js';
import { parseDuration } from '../promql/durations.js';
import type { LabelMatcher } from '../promql/matchers.js';
import { parseSelector } from '../promql/parse.js';
import { ApiProblem, badExpression, badParameter } from './api-problem.js';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d+)?([Zz]|[+-]\d{2}:\d{2})$/;
const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const EMPTY = 'must contain at least one non-empty matcher';
/** What `Date` can hold, milliseconds; Prometheus's own bounds are further out. */
const LAST_MS = 8.64e15;

/** A time in milliseconds, or `fallback` when it is not given. */
export function timeOf(parameters: URLSearchParams, name: string, fallback: number): number {
  const text = parameters.get(name);
  if (text === null || text === '') return fallback;
  const ms = parseTime(text);
  if (ms === undefined)
    throw badParameter(name, `Invalid time value for '${name}': cannot parse "${text}" to a valid timestamp`);
  return ms;
}

/** The same for a time that must be given. */
export function requiredTimeOf(parameters: URLSearchParams, name: string): number {
  const text = parameters.get(name) ?? '';
  const ms = parseTime(text);
  if (ms === undefined) throw badParameter(name, `cannot parse "${text}" to a valid timestamp`);
  return ms;
}

function parseTime(text: string): number | undefined {
  const ms = NUMBER.test(text)
    ? Math.round(Number(text) * 1000)
    : RFC_3339.test(text)
      ? Date.parse(text)
      : NaN;
  return Number.isFinite(ms) && Math.abs(ms) <= LAST_MS ? ms : undefined;
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
  return texts.map(selectorOf);
}

/** The expression of `query`, as `read` reads it. */
export function expressionOf<T>(parameters: URLSearchParams, read: (text: string) => T): T {
  try {
    return read(parameters.get('query') ?? '');
  } catch (error) {
    throw badExpression('query', error);
  }
}

function selectorOf(text: string): readonly LabelMatcher[] {
  try {
    return parseSelector(text);
  } catch (error) {
    // The parser refuses what would select everything; here it has words of its own.
    if (messageOf(error).endsWith(EMPTY)) throw badParameter('match[]', `match[] ${EMPTY}`);
    throw badExpression('match[]', error);
  }
}
