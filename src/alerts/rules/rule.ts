/**
 * Rules as they are evaluated: read, checked and compiled. Immutable; another version of a rule is another object
 * with the same key, by which its alerts go on after a reload.
 */
import type { CompiledQuery } from '../../promql/engine.js';
import type { Labels } from '../../promql/labels.js';
import type { AlertTexts } from '../alert.js';
import type { Pattern } from '../patterns/pattern.js';
import type { Template } from '../template/template.js';

interface Common {
  /** Equal for the same rule of another reading: group, name, labels and, where there are several, which of them. */
  readonly key: string;
  /** The alert, or the metric that is recorded. */
  readonly name: string;
  /** What is asked, as a person reads it; PromQL where there is a `query`. */
  readonly expr: string;
}

/** An alert that a function found. */
export interface FoundAlert {
  /** May have `alertname`, which then counts instead of the rule's name. */
  readonly labels: Labels;
  readonly value: number;
  /** Besides those of the rule. */
  readonly annotations?: AlertTexts;
}

/** Finds alerts where there is neither expression nor pattern. May throw and reject: the evaluation has failed then. */
export type Finder = (
  query: (
    promql: string,
  ) => Promise<readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[]>,
  tsUs: number,
) => readonly FoundAlert[] | Promise<readonly FoundAlert[]>;

/** A rule that raises alerts. */
export interface AlertRule extends Common {
  readonly kind: 'alert';
  /** Undefined where a pattern is watched for, or a function asked, instead. */
  readonly query: CompiledQuery | undefined;
  readonly pattern?: Pattern;
  readonly finder?: Finder;
  readonly forUs: number;
  readonly keepFiringForUs: number;
  readonly labels: readonly (readonly [string, Template])[];
  readonly annotations: readonly (readonly [string, Template])[];
}

/** A rule that records what its expression gives. */
export interface RecordingRule extends Common {
  readonly kind: 'record';
  readonly query: CompiledQuery;
  readonly labels: readonly (readonly [string, string])[];
}

export type Rule = AlertRule | RecordingRule;

/** Rules that are evaluated one after the other at the same time. */
export interface RuleGroup {
  readonly file: string;
  readonly name: string;
  /** Undefined: the usual one. */
  readonly intervalUs: number | undefined;
  /** Expressions are asked for a time this much earlier. */
  readonly queryOffsetUs: number;
  /** Most series or alerts of one rule; 0 for no limit. */
  readonly limit: number;
  readonly rules: readonly Rule[];
}

/** Groups in order. */
export type RuleSet = readonly RuleGroup[];
