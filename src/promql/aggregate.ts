/**
 * Aggregations that give one row for each group. Rows are added in order, each group's sum with its
 * compensation beside it, so that results do not depend on how many series there are.
 */
import type { AggregateOperator } from './ast.js';
import type { Frame } from './frame.js';
import type { Groups } from './grouping.js';
import { heldFrame, type Run } from './run.js';
import { quantileOf } from './statistics.js';

/** How one value joins a group; `cell` is the group at one step, `count` how many are in it now. */
interface Fold {
  readonly first: (state: State, cell: number, value: number) => void;
  readonly next: (state: State, cell: number, value: number, count: number) => void;
  readonly finish?: (state: State, cell: number, count: number) => void;
}

interface State {
  readonly values: Float64Array;
  /** Compensation of a sum, or the running mean of a deviation. */
  readonly extra: Float64Array;
  /** Which means overflowed and are now kept as means. */
  readonly incremental: Uint8Array;
}

const start = ({ values }: State, cell: number, value: number): void => {
  values[cell] = value;
};

const sum: Fold = {
  first: start,
  next: addCompensated,
  finish: ({ values, extra }, cell) => {
    values[cell]! += extra[cell]!;
  },
};

const average: Fold = {
  first: start,
  next: (state, cell, value, count) => {
    const { values, extra, incremental } = state;
    if (incremental[cell] === 0) {
      const before = values[cell]!;
      const compensation = extra[cell]!;
      addCompensated(state, cell, value);
      if (values[cell] !== Infinity && values[cell] !== -Infinity) return;
      incremental[cell] = 1;
      values[cell] = before / (count - 1);
      extra[cell] = compensation / (count - 1);
    }
    const weight = (count - 1) / count;
    values[cell]! *= weight;
    extra[cell]! *= weight;
    addCompensated(state, cell, value / count);
  },
  finish: ({ values, extra, incremental }, cell, count) => {
    const divisor = incremental[cell] === 1 ? 1 : count;
    values[cell] = values[cell]! / divisor + extra[cell]! / divisor;
  },
};

const deviation = (finish: (variance: number) => number): Fold => ({
  first: ({ values, extra }, cell, value) => {
    values[cell] = Number.isFinite(value) ? 0 : Number.NaN;
    extra[cell] = value;
  },
  next: ({ values, extra }, cell, value, count) => {
    const delta = value - extra[cell]!;
    extra[cell]! += delta / count;
    values[cell]! += delta * (value - extra[cell]!);
  },
  finish: ({ values }, cell, count) => {
    values[cell] = finish(values[cell]! / count);
  },
});

const one = ({ values }: State, cell: number): void => {
  values[cell] = 1;
};

const folds: Readonly<Partial<Record<AggregateOperator, Fold>>> = {
  sum,
  avg: average,
  count: {
    first: one,
    next: ({ values }, cell) => {
      values[cell]! += 1;
    },
  },
  group: { first: one, next: one },
  max: {
    first: start,
    next: ({ values }, cell, value) => {
      if (values[cell]! < value || Number.isNaN(values[cell]!)) values[cell] = value;
    },
  },
  min: {
    first: start,
    next: ({ values }, cell, value) => {
      if (values[cell]! > value || Number.isNaN(values[cell]!)) values[cell] = value;
    },
  },
  stdvar: deviation((variance) => variance),
  stddev: deviation(Math.sqrt),
};

/** One row for each group. */
export function aggregate(run: Run, operator: AggregateOperator, input: Frame, groups: Groups): Frame {
  const fold = folds[operator]!;
  const { steps, values, present } = input;
  const result = heldFrame(run, groups.labels, steps);
  const cells = result.values.length;
  const state: State = {
    values: result.values,
    extra: new Float64Array(cells),
    incremental: new Uint8Array(operator === 'avg' ? cells : 0),
  };
  const counts = new Uint32Array(cells);
  for (let row = 0; row < input.labels.length; row++) {
    const group = groups.of[row]! * steps;
    for (let step = 0; step < steps; step++) {
      if (present[row * steps + step] === 0) continue;
      const cell = group + step;
      const count = ++counts[cell]!;
      if (count === 1) fold.first(state, cell, values[row * steps + step]!);
      else fold.next(state, cell, values[row * steps + step]!, count);
    }
  }
  for (let cell = 0; cell < cells; cell++) {
    if (counts[cell] === 0) continue;
    result.present[cell] = 1;
    fold.finish?.(state, cell, counts[cell]!);
  }
  return result;
}

/** The quantile of each group, by step. */
export function aggregateQuantile(run: Run, input: Frame, groups: Groups, quantiles: Float64Array): Frame {
  const { steps } = input;
  const result = heldFrame(run, groups.labels, steps);
  const members = rowsByGroup(groups);
  const scratch = new Float64Array(input.labels.length);
  members.forEach((rows, group) => {
    for (let step = 0; step < steps; step++) {
      let count = 0;
      for (const row of rows)
        if (input.present[row * steps + step] === 1) scratch[count++] = input.values[row * steps + step]!;
      if (count === 0) continue;
      result.values[group * steps + step] = quantileOf(quantiles[step]!, scratch.subarray(0, count));
      result.present[group * steps + step] = 1;
    }
  });
  return result;
}

/** The rows of each group, in order. */
export function rowsByGroup(groups: Groups): readonly (readonly number[])[] {
  const rows: number[][] = groups.labels.map(() => []);
  groups.of.forEach((group, row) => rows[group]!.push(row));
  return rows;
}

function addCompensated({ values, extra }: State, cell: number, value: number): void {
  const before = values[cell]!;
  const total = before + value;
  if (total === Infinity || total === -Infinity) extra[cell] = 0;
  else if (Math.abs(before) >= Math.abs(value)) extra[cell]! += before - total + value;
  else extra[cell]! += value - total + before;
  values[cell] = total;
}
