/** Functions that change each sample of an instant vector by itself. */
import type { CallExpr } from './ast.js';
import type { Frame, Grid } from './frame.js';
import { greater, smaller } from './operators.js';
import { heldFrame, type Run } from './run.js';

const DEGREES = 180 / Math.PI;

/** Number to number. */
export const sampleFunctions: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  acos: Math.acos,
  acosh: Math.acosh,
  asin: Math.asin,
  asinh: Math.asinh,
  atan: Math.atan,
  atanh: Math.atanh,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  deg: (value) => value * DEGREES,
  exp: Math.exp,
  floor: Math.floor,
  ln: Math.log,
  log10: Math.log10,
  log2: Math.log2,
  rad: (value) => (value * Math.PI) / 180,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
};

/** Parts of a time in seconds since the epoch, in UTC. */
export const dateFunctions: Readonly<Record<string, (date: Date) => number>> = {
  days_in_month: (date) => new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate(),
  day_of_month: (date) => date.getUTCDate(),
  day_of_week: (date) => date.getUTCDay(),
  day_of_year: (date) =>
    1 + Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / 86_400_000),
  hour: (date) => date.getUTCHours(),
  minute: (date) => date.getUTCMinutes(),
  month: (date) => date.getUTCMonth() + 1,
  year: (date) => date.getUTCFullYear(),
};

/** A date function of seconds; NaN where there is no such date. */
export function datePart(part: (date: Date) => number): (seconds: number) => number {
  return (seconds) => part(new Date(Math.trunc(seconds) * 1000));
}

/** What a function of one sample and scalars does at a step; undefined removes the sample. */
export type StepFunction = (value: number, step: number) => number | undefined;

/** The functions with scalar arguments. */
export function stepFunction(name: string, args: readonly Float64Array[]): StepFunction {
  if (name === 'round') {
    return (value, step) => {
      // Times the inverse, as Prometheus does: it rounds differently from a division.
      const inverse = 1 / (args[0]?.[step] ?? 1);
      return Math.floor(value * inverse + 0.5) / inverse;
    };
  }
  const lowest = (step: number): number => (name === 'clamp_max' ? -Infinity : args[0]![step]!);
  const highest = (step: number): number =>
    name === 'clamp_min' ? Infinity : args[name === 'clamp' ? 1 : 0]![step]!;
  return (value, step) => {
    const low = lowest(step);
    const high = highest(step);
    return high < low ? undefined : greater(low, smaller(high, value));
  };
}

/** Every sample changed; the metric loses its name. */
export function mapSamples(run: Run, call: CallExpr, input: Frame, change: StepFunction): Frame {
  const { steps, values, present } = input;
  const result = heldFrame(run, input.labels, steps);
  for (let cell = 0; cell < values.length; cell++) {
    if (present[cell] === 0) continue;
    const value = change(values[cell]!, cell % steps);
    if (value === undefined) continue;
    result.values[cell] = value;
    result.present[cell] = 1;
  }
  return run.memoryOf(call).names.drop(result, run.semantics.delayedNameRemoval);
}

/** The only sample at each step; NaN where there are none or several. */
export function scalarOf(input: Frame, grid: Grid): Float64Array {
  const result = new Float64Array(grid.steps).fill(Number.NaN);
  for (let step = 0; step < grid.steps; step++) {
    let count = 0;
    for (let row = 0; row < input.labels.length; row++) {
      const cell = row * input.steps + step;
      if (input.present[cell] === 0) continue;
      result[step] = ++count === 1 ? input.values[cell]! : Number.NaN;
    }
  }
  return result;
}
