/**
 * What becomes of the metric name when an operation changes a metric's meaning, and of series that are
 * the same without it: they become one as long as they never have a sample at the same step.
 *
 * Prometheus drops names at once by default; with delayed removal, which its tests use, the mark stays on
 * the labels until the end, so that later operations still see the name.
 */
import { emptyFrame, relabelled, type Frame } from './frame.js';
import type { Labels } from './labels.js';
import { LabelsMemo } from './memo.js';
import { executionProblem } from './problem.js';

/** Which row each row becomes. */
interface MergePlan {
  readonly target: Int32Array;
  readonly labels: readonly Labels[];
}

/** Renames and merges rows for one node of a query, remembering what it worked out. */
export class NameDropper {
  readonly #dropped = new LabelsMemo<readonly Labels[]>();
  readonly #merged = new LabelsMemo<MergePlan | undefined>();

  /** Drops the names of all rows, now or later. */
  drop(frame: Frame, delayed: boolean): Frame {
    const dropped = relabelled(frame, this.names(frame.labels, delayed));
    return delayed ? dropped : this.merge(dropped);
  }

  names(labels: readonly Labels[], delayed: boolean): readonly Labels[] {
    return this.#dropped.of(labels, (input) =>
      input.map((row) => (delayed ? row.droppingName() : row.withoutName())),
    );
  }

  /** Removes what was marked for the end. */
  settle(frame: Frame): Frame {
    const labels = this.#dropped.of(frame.labels, (input) =>
      input.some((row) => row.nameDropped)
        ? input.map((row) => (row.nameDropped ? row.withoutName() : row))
        : input,
    );
    return this.merge(relabelled(frame, labels));
  }

  /**
   * Makes one row of rows with equal labels.
   * @throws QuorumscopeError `promql.execution` when two of them have a sample at the same step
   */
  merge(frame: Frame): Frame {
    const plan = this.#merged.of(frame.labels, planMerge);
    if (plan === undefined) return frame;
    const { steps } = frame;
    const merged = emptyFrame(plan.labels, steps);
    plan.target.forEach((target, row) => {
      for (let step = 0; step < steps; step++) {
        if (frame.present[row * steps + step] === 0) continue;
        if (merged.present[target * steps + step] === 1) throw sameLabels();
        merged.values[target * steps + step] = frame.values[row * steps + step]!;
        merged.present[target * steps + step] = 1;
      }
    });
    return merged;
  }

  /** Refuses rows with equal labels, also when they never meet at a step. */
  refuseEqual(frame: Frame): void {
    const plan = this.#merged.of(frame.labels, planMerge);
    if (plan === undefined) return;
    const { steps } = frame;
    const taken = new Set<number>();
    plan.target.forEach((target, row) => {
      if (!frame.present.subarray(row * steps, (row + 1) * steps).includes(1)) return;
      if (taken.has(target)) throw sameLabels();
      taken.add(target);
    });
  }
}

export function sameLabels(): Error {
  return executionProblem('vector cannot contain metrics with the same labelset');
}

function planMerge(labels: readonly Labels[]): MergePlan | undefined {
  const rows = new Map<string, number>();
  const merged: Labels[] = [];
  const target = new Int32Array(labels.length);
  labels.forEach((row, i) => {
    const known = rows.get(row.key);
    target[i] = known ?? merged.length;
    if (known !== undefined) return;
    rows.set(row.key, merged.length);
    merged.push(row);
  });
  return merged.length === labels.length ? undefined : { target, labels: merged };
}
