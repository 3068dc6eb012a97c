/**
 * What a check is, as data: what it measures, from when on the value is a warning, critical or failing, how long it
 * must last, and what to tell the operator. The checker runs tables of these; nothing else decides on health.
 */
import type { Component, HealthScope, Trouble } from './health-report.js';
import type { Reading } from './reading.js';
import type { ThresholdValues } from './threshold-values.js';

/** Beyond this for so long it is an issue. */
export interface Level {
  readonly enter: number;
  /** Microseconds that it must last. Default 0. */
  readonly forUs?: number;
}

/** Which values are wrong, by how wrong they are. */
export type Levels = Readonly<Partial<Record<Trouble, Level>>>;

/** One measured value. */
export interface Measurement {
  readonly value: number;
  /** What it is about besides the subject: a validator, a queue. */
  readonly about?: string;
  /** Where it is not the rule's own. */
  readonly scope?: HealthScope;
}

/** Of what a rule is asked: of each node, of each chain, or once. */
export type Per = 'node' | 'chain' | 'sidecar';

/** One check. */
export interface HealthRule {
  /** `component.what`; unique. */
  readonly check: string;
  readonly component: Component;
  readonly per: Per;
  readonly scope: HealthScope;
  /** The alert of the same meaning: the heading of the runbook. */
  readonly alert: string;
  /** Whether larger or smaller values are worse. */
  readonly worse: 'above' | 'below';
  /**
   * How far back within the bound a value must come before the issue ends, as a share of the bound. Default 0.1; 0 for
   * quantiles, which are interpolated up to the bound of their bucket when all is well below it.
   */
  readonly slack?: number;
  /** It speaks of the progress of a node, which one that starts or catches up does not have yet. */
  readonly judgesProgress?: boolean;
  /** It is asked of nodes that are gone too. */
  readonly ofGone?: boolean;
  /** What it measures in one line, for the docs. */
  readonly measures: string;
  /** Undefined: switched off. */
  readonly levels: (thresholds: ThresholdValues) => Levels | undefined;
  /** Nothing: no data. */
  readonly measure: (read: Reading) => Iterable<Measurement> | number | undefined;
  /** One sentence. */
  readonly reason: (measured: Measurement, read: Reading) => string;
  /** One sentence. */
  readonly remedy: string;
}

/** The usual case: one level that is one threshold. */
export function at(
  trouble: Trouble,
  name: string,
  forUs = 0,
): (thresholds: ThresholdValues) => Levels | undefined {
  return (thresholds) => {
    const enter = thresholds[name] ?? null;
    return enter === null ? undefined : { [trouble]: { enter, forUs } };
  };
}

/** A threshold for the first level, and a fixed value for a worse one. */
export function escalating(
  first: Trouble,
  name: string,
  then: Trouble,
  limit: number,
  forUs = 0,
): (thresholds: ThresholdValues) => Levels | undefined {
  return (thresholds) => {
    const enter = thresholds[name] ?? null;
    if (enter === null) return undefined;
    return { [first]: { enter, forUs }, [then]: { enter: Math.max(enter, limit), forUs } };
  };
}

/** Levels that no threshold moves. */
export function fixed(levels: Levels): () => Levels {
  return () => levels;
}

/** Seconds as microseconds. */
export const seconds = (count: number): number => count * 1_000_000;
