/**
 * A request that cannot be answered, in the terms of Prometheus's API: a kind, a message, and the status code that
 * Prometheus gives it. Thrown within this room only; at its edge it is an answer.
 */
import { errorTypeOf, type ErrorType } from '../promql/problem.js';
import { messageOf } from '../base/errors.js';

/** Prometheus's `errorType`. */
export type ApiErrorType = ErrorType | 'internal' | 'unavailable';

const STATUS: Readonly<Record<ApiErrorType, number>> = {
  bad_data: 400,
  execution: 422,
  timeout: 503,
  canceled: 499,
  internal: 500,
  unavailable: 503,
};

/** The status code of a kind of error. */
export function statusOf(type: ApiErrorType): number {
  return STATUS[type];
}

/** A problem on its way to the edge. */
export class ApiProblem extends Error {
  override readonly name = 'ApiProblem';
  readonly type: ApiErrorType;

  constructor(type: ApiErrorType, message: string) {
    super(message);
    this.type = type;
  }
}

/** A parameter that does not hold, named as Prometheus names it. */
export function badParameter(name: string, what: string): ApiProblem {
  return new ApiProblem('bad_data', `invalid parameter "${name}": ${what}`);
}

/** The same for a text that the query language refuses. */
export function badExpression(name: string, thrown: unknown): unknown {
  return errorTypeOf(thrown) === 'bad_data' ? badParameter(name, messageOf(thrown)) : thrown;
}
