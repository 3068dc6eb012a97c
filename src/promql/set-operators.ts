/** `and`, `unless`, `or`: which rows of two vectors remain, by their join keys, at each step. */
import type { BinaryExpr } from './ast.js';
import type { Frame } from './frame.js';
import type { Join } from './join.js';
import { heldFrame, type Run } from './run.js';

export function evaluateSet(run: Run, expr: BinaryExpr, left: Frame, right: Frame, join: Join): Frame {
  if (expr.operator === 'or') return union(run, expr, left, right, join);
  const { steps } = left;
  const wanted = expr.operator === 'and' ? 1 : 0;
  const present = new Uint8Array(left.present.length);
  run.budget.hold(present.length);
  const others = new Uint8Array(join.keys);
  for (let step = 0; step < steps; step++) {
    markKeys(right, join.right, step, others);
    for (let row = 0; row < left.labels.length; row++) {
      const cell = row * steps + step;
      present[cell] = left.present[cell] === 1 && others[join.left[row]!] === wanted ? 1 : 0;
    }
  }
  return { ...left, present };
}

function union(run: Run, expr: BinaryExpr, left: Frame, right: Frame, join: Join): Frame {
  const memory = run.memoryOf(expr);
  const labels = memory.union.of(left.labels, right.labels, () => [...left.labels, ...right.labels]);
  const { steps } = left;
  const both = heldFrame(run, labels, steps);
  both.values.set(left.values);
  both.present.set(left.present);
  both.values.set(right.values, left.values.length);
  const taken = new Uint8Array(join.keys);
  for (let step = 0; step < steps; step++) {
    markKeys(left, join.left, step, taken);
    for (let row = 0; row < right.labels.length; row++) {
      const isNew = right.present[row * steps + step] === 1 && taken[join.right[row]!] === 0;
      both.present[(left.labels.length + row) * steps + step] = isNew ? 1 : 0;
    }
  }
  return memory.names.merge(both);
}

function markKeys(frame: Frame, keys: Int32Array, step: number, marks: Uint8Array): void {
  marks.fill(0);
  for (let row = 0; row < frame.labels.length; row++)
    if (frame.present[row * frame.steps + step] === 1) marks[keys[row]!] = 1;
}
