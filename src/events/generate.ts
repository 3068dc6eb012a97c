/**
 * Turns generated source into functions. The only place that generates code, and only from the
 * schemas: nothing that a stream says ever becomes part of the source.
 *
 * Where the process forbids code generation there is no function, and the caller interprets.
 */

/** What `new Function` is; tests pass one that refuses. */
export type FunctionMaker = FunctionConstructor;

/**
 * The function that `source` (one function expression) denotes, with `scope` as its free names, or
 * undefined where code generation is not allowed.
 */
export function generate<F>(
  source: string,
  scope: Readonly<Record<string, unknown>> = {},
  make: FunctionMaker = Function,
): F | undefined {
  try {
    const outer = new make(...Object.keys(scope), `'use strict';\nreturn ${source};`) as (
      ...values: unknown[]
    ) => unknown;
    return outer(...Object.values(scope)) as F;
  } catch (error) {
    // By name: the error of another realm is not an instance of ours.
    if ((error as Error).name === 'EvalError') return undefined;
    throw error;
  }
}

/** Source lines, each `depth` steps further in. */
export function indent(source: string, depth = 1): string {
  return source.replaceAll(/^(?=.)/gm, '  '.repeat(depth));
}
