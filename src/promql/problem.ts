/**
 * What can go wrong with a query, in Prometheus's four kinds: `bad_data` (the text), `execution` (the
 * data does not fit the query, or a limit is reached), `timeout`, `canceled`. Carried by
 * `QuorumscopeError` with the codes `promql.<kind>`; whoever asks the engine gets a value, not a throw.
 */
import { QuorumscopeError, type ErrorCode } from '../base/errors.js';

/** Prometheus's `errorType`. */
export type ErrorType = 'bad_data' | 'execution' | 'timeout' | 'canceled';

/** A stretch of the query text, in UTF-16 units, end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const CODES: Readonly<Record<ErrorType, ErrorCode>> = {
  bad_data: 'promql.bad_data',
  execution: 'promql.execution',
  timeout: 'promql.timeout',
  canceled: 'promql.canceled',
};

/** The text cannot be a query. The message starts with line and column. */
export function parseProblem(query: string, span: Span, what: string): QuorumscopeError {
  const position = positionOf(query, span.start);
  return new QuorumscopeError(CODES.bad_data, 'input', `${position}: parse error: ${what}`, {
    details: { position, start: span.start, end: span.end, what },
  });
}

/** The query cannot be answered. */
export function executionProblem(what: string): QuorumscopeError {
  return new QuorumscopeError(CODES.execution, 'input', what);
}

/** The query was given up. */
export function interruption(type: 'timeout' | 'canceled', what: string): QuorumscopeError {
  return new QuorumscopeError(CODES[type], 'input', what);
}

/** The kind of a problem thrown by this room; anything else is ours to explain: `execution`. */
export function errorTypeOf(thrown: unknown): ErrorType {
  if (!(thrown instanceof QuorumscopeError)) return 'execution';
  const found = (Object.keys(CODES) as ErrorType[]).find((type) => CODES[type] === thrown.code);
  return found ?? 'execution';
}

/** `line:column`, both from 1. */
export function positionOf(query: string, offset: number): string {
  if (query === '') return 'unknown position';
  if (offset < 0 || offset > query.length) return 'invalid position';
  const before = query.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  return `${before.split('\n').length}:${offset - lastBreak}`;
}
