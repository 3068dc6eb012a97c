/**
 * Where exemplars are asked for: the port of whoever keeps them, beside the source of samples. Labels are those that a scrape gives the
 * series: name, target, `le` of a bucket.
 */
import type { Labels } from './labels.js';
import type { LabelMatcher } from './matchers.js';

/** One exemplar. */
export interface SeenExemplar {
  /** `trace_id`, `span_id`. */
  readonly labels: Labels;
  readonly value: number;
  /** Milliseconds since the Unix epoch, whole ones. */
  readonly timeMs: number;
}

/** The exemplars of a series, oldest first. */
export interface ExemplarSeries {
  readonly labels: Labels;
  readonly exemplars: readonly SeenExemplar[];
}

/** What is wanted: series that pass one of the selectors, times from and to included. */
export interface ExemplarRequest {
  readonly selectors: readonly (readonly LabelMatcher[])[];
  readonly fromMs: number;
  readonly toMs: number;
}

/** Keeps exemplars. Series without any in that time are left out; the order is free. */
export interface ExemplarSource {
  exemplars(request: ExemplarRequest): readonly ExemplarSeries[] | Promise<readonly ExemplarSeries[]>;
}
