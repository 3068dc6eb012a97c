/**
 * What a function of range vectors is made of: a kernel reads the windows of one series over a run of
 * steps in place and hands out a result for each step that has one. It keeps nothing between two calls.
 */
import type { Windows } from './windows.js';

/** Where the results of one series go. */
export interface RowSink {
  set(step: number, value: number): void;
}

/** @param args the scalar arguments, each by step */
export type RangeKernel = (
  windows: Windows,
  args: readonly Float64Array[],
  from: number,
  to: number,
  out: RowSink,
) => void;
