/**
 * Functions that libp2p asks to have traced: peer and content routing and whatever a module wraps. Each call
 * is timed, to the end of its promise or of what it iterates over; what it returns or throws is the
 * function's own.
 */
import type { Clock } from '../../base/clock.js';
import type { Shelved } from './metric-shelf.js';

type AnyFunction = (...args: never[]) => unknown;
type Outcome = 'ok' | 'error' | 'ended';
type Settle = (outcome: Outcome) => void;

interface Steps {
  next: (...args: unknown[]) => unknown;
  return?: (value?: unknown) => unknown;
  throw?: (error?: unknown) => unknown;
}

/** The histogram's labels. An iteration that its reader left early is `ended`. */
export const tracedLabels = ['function', 'outcome'] as const;

/** @param durations a histogram in seconds with `tracedLabels` */
export function traced<F extends AnyFunction>(
  name: string,
  fn: F,
  durations: Shelved,
  clock: Pick<Clock, 'monoUs'>,
): F {
  const wrapper = function (this: unknown, ...args: Parameters<F>): unknown {
    const startUs = clock.monoUs();
    let isOpen = true;
    const settle: Settle = (outcome) => {
      if (isOpen) durations.observe((clock.monoUs() - startUs) / 1e6, name, outcome);
      isOpen = false;
    };
    try {
      return follow(fn.apply(this, args), settle);
    } catch (error) {
      settle('error');
      throw error;
    }
  };
  return wrapper as unknown as F;
}

function follow(result: unknown, settle: Settle): unknown {
  if (result instanceof Promise) return result.then(...settling(settle));
  if (isIteration(result)) return followSteps(result, settle);
  settle('ok');
  return result;
}

function settling(settle: Settle): [(value: unknown) => unknown, (error: unknown) => never] {
  return [
    (value) => {
      settle('ok');
      return value;
    },
    (error) => {
      settle('error');
      throw error;
    },
  ];
}

/** The iterator itself, its steps heard: what its reader does with it stays as it was. */
function followSteps(iterator: Steps, settle: Settle): Steps {
  const { next, return: leave, throw: fail } = iterator;
  const heard =
    (step: (...args: unknown[]) => unknown, atEnd: Outcome) =>
    (...args: unknown[]): unknown => {
      const onStep = (value: unknown): unknown => {
        if ((value as IteratorResult<unknown> | undefined)?.done === true) settle(atEnd);
        return value;
      };
      try {
        const value = step.apply(iterator, args);
        return value instanceof Promise ? value.then(onStep, settling(settle)[1]) : onStep(value);
      } catch (error) {
        settle('error');
        throw error;
      }
    };
  iterator.next = heard(next, 'ok');
  if (leave !== undefined) iterator.return = heard(leave, 'ended');
  if (fail !== undefined) iterator.throw = heard(fail, 'error');
  return iterator;
}

function isIteration(result: unknown): result is Steps {
  if (typeof result !== 'object' || result === null) return false;
  const { next } = result as Partial<Steps>;
  return typeof next === 'function' && (Symbol.asyncIterator in result || Symbol.iterator in result);
}
