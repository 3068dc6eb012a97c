/**
 * An instant vector at every step of an evaluation: rows are series, columns are steps, flat in two
 * arrays. A sample is absent where `present` is 0; NaN is an ordinary value. Label arrays are shared
 * between frames and never changed, so that what was derived from one can be kept by its identity.
 */
import { invariant } from '../base/errors.js';
import { Labels } from './labels.js';

/** The times of an evaluation: `startMs`, `startMs + stepMs`, ... */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly steps: number;
}

/** The time of a step. */
export function timeAt(grid: Grid, step: number): number {
  return grid.startMs + step * grid.stepMs;
}

/** Rows by steps of samples. */
export interface Frame {
  readonly labels: readonly Labels[];
  readonly steps: number;
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

export const NO_LABELS: readonly Labels[] = [];

/** A frame with no sample yet. */
export function emptyFrame(labels: readonly Labels[], steps: number): Frame {
  const cells = labels.length * steps;
  return { labels, steps, values: new Float64Array(cells), present: new Uint8Array(cells) };
}

/** The same samples under other labels. */
export function relabelled(frame: Frame, labels: readonly Labels[]): Frame {
  invariant(labels.length === frame.labels.length, 'one label set for each row');
  return { ...frame, labels };
}

/** Rows in another order, or some of them. */
export function pickRows(frame: Frame, rows: readonly number[]): Frame {
  const { steps } = frame;
  const picked = emptyFrame(
    rows.map((row) => frame.labels[row]!),
    steps,
  );
  rows.forEach((row, i) => {
    picked.values.set(frame.values.subarray(row * steps, (row + 1) * steps), i * steps);
    picked.present.set(frame.present.subarray(row * steps, (row + 1) * steps), i * steps);
  });
  return picked;
}

/** A frame of one unlabelled row with a sample at every step. */
export function frameOfScalar(values: Float64Array): Frame {
  const present = new Uint8Array(values.length).fill(1);
  return { labels: [Labels.empty], steps: values.length, values, present };
}

/** One step, repeated over `steps`. */
export function broadcast(frame: Frame, steps: number): Frame {
  if (steps === frame.steps) return frame;
  const wide = emptyFrame(frame.labels, steps);
  for (let row = 0; row < frame.labels.length; row++) {
    wide.values.fill(frame.values[row]!, row * steps, (row + 1) * steps);
    wide.present.fill(frame.present[row]!, row * steps, (row + 1) * steps);
  }
  return wide;
}

/** A frame whose rows are found while it is filled. */
export class FrameBuilder {
  readonly #steps: number;
  readonly #labels: Labels[] = [];
  readonly #rowOf = new Map<string, number>();
  #values: Float64Array;
  #present: Uint8Array;

  constructor(steps: number, expectedRows: number) {
    this.#steps = steps;
    this.#values = new Float64Array(Math.max(1, expectedRows) * steps);
    this.#present = new Uint8Array(this.#values.length);
  }

  get rows(): number {
    return this.#labels.length;
  }

  /** The row of a label set, made when it is new. */
  row(labels: Labels): number {
    const { key } = labels;
    const known = this.#rowOf.get(key);
    if (known !== undefined) return known;
    const row = this.#labels.push(labels) - 1;
    this.#rowOf.set(key, row);
    if (this.#labels.length * this.#steps > this.#values.length) this.#grow();
    return row;
  }

  has(row: number, step: number): boolean {
    return this.#present[row * this.#steps + step] === 1;
  }

  set(row: number, step: number, value: number): void {
    this.#values[row * this.#steps + step] = value;
    this.#present[row * this.#steps + step] = 1;
  }

  add(row: number, step: number, amount: number): void {
    this.#values[row * this.#steps + step]! += amount;
    this.#present[row * this.#steps + step] = 1;
  }

  build(): Frame {
    const cells = this.#labels.length * this.#steps;
    return {
      labels: this.#labels,
      steps: this.#steps,
      values: this.#values.subarray(0, cells),
      present: this.#present.subarray(0, cells),
    };
  }

  #grow(): void {
    const values = new Float64Array(this.#values.length * 2);
    const present = new Uint8Array(values.length);
    values.set(this.#values);
    present.set(this.#present);
    this.#values = values;
    this.#present = present;
  }
}
