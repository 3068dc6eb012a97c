/**
 * Asks the engine and reads its answers as rows of numbers; tells an unknown metric or label from an empty answer. Never
 * gives a number that the engine did not: what is not a number (0/0) is absent.
 */
import { QuorumscopeError, type ErrorCode } from '../base/errors.js';
import type { PromqlEngine, QueryOutcome, QueryValue } from '../promql/engine.js';
import { METRIC_NAME, type Labels } from '../promql/labels.js';
import { LabelMatcher } from '../promql/matchers.js';
import type { SelectRequest } from '../promql/series.js';
import type { Where } from './expressions.js';
import { shownRange, type TimeRange } from './span.js';

/** Finds label sets without samples; each once. */
export interface LabelSetSource {
  labelSets(request: SelectRequest): readonly Labels[] | Promise<readonly Labels[]>;
}

/** Labels by name. */
export type LabelValues = Readonly<Record<string, string>>;

/** One group of an answer. */
export interface Row {
  readonly labels: LabelValues;
  readonly value: number;
}

/** What a metric is, as far as its series show. */
export type MetricForm = 'histogram' | 'summary' | 'counter' | 'gauge';

/** Questions to one source. */
export class Asking {
  readonly #engine: PromqlEngine;
  readonly #index: LabelSetSource;
  readonly #signal: AbortSignal | undefined;

  constructor(engine: PromqlEngine, index: LabelSetSource, signal?: AbortSignal) {
    this.#engine = engine;
    this.#index = index;
    this.#signal = signal;
  }

  /** The groups at one time that have a number. @throws QuorumscopeError `promql.*` */
  async at(query: string, timeMs: number): Promise<readonly Row[]> {
    const value = valueOf(query, await this.#engine.instant(query, timeMs, this.#options()));
    if (value.type !== 'vector') return [];
    return value.samples
      .filter((sample) => !Number.isNaN(sample.value))
      .map((sample) => ({ labels: labelsOf(sample.labels), value: sample.value }));
  }

  /** One number, where there is one. @throws QuorumscopeError `promql.*` */
  async one(query: string, timeMs: number): Promise<number | undefined> {
    return (await this.at(query, timeMs))[0]?.value;
  }

  /** The series of a range. @throws QuorumscopeError `promql.*` */
  async over(query: string, { fromMs, toMs }: TimeRange, stepMs: number): Promise<QueryValue> {
    return valueOf(query, await this.#engine.range(query, fromMs, toMs, stepMs, this.#options()));
  }

  /**
   * What a metric is.
   * @param labels that its series must know
   * @throws QuorumscopeError `analytics.unknown` when no series within the range has the name, or none a label
   */
  async formOf(metric: string, range: TimeRange, labels: readonly string[] = []): Promise<MetricForm> {
    const buckets = await this.#sets(`${metric}_bucket`, range);
    const sets = buckets.length > 0 ? buckets : await this.#sets(metric, range);
    if (sets.length === 0)
      throw unknown(`no series named ${metric} (or ${metric}_bucket) from ${shownRange(range)}`, { metric });
    const known = new Set(sets.flatMap(({ names }) => names));
    const missing = labels.find((label) => !known.has(label));
    if (missing !== undefined) {
      const found = [...known].filter((name) => name !== METRIC_NAME).sort();
      throw unknown(`${metric} has no label ${missing}; it has ${found.join(', ')}`, {
        metric,
        label: missing,
      });
    }
    if (buckets.length > 0) return 'histogram';
    if (known.has('quantile')) return 'summary';
    return /_(total|count|sum|bucket)$/.test(metric) ? 'counter' : 'gauge';
  }

  /** Whether a metric with these labels has a series within the range. */
  async knows(metric: string, range: TimeRange, labels: readonly string[]): Promise<boolean> {
    try {
      await this.formOf(metric, range, labels);
      return true;
    } catch (error) {
      if (error instanceof QuorumscopeError && error.code === 'analytics.unknown') return false;
      throw error;
    }
  }

  async #sets(metric: string, { fromMs, toMs }: TimeRange): Promise<readonly Labels[]> {
    const name = LabelMatcher.create(METRIC_NAME, '=', metric);
    if (!(name instanceof LabelMatcher)) return [];
    return this.#index.labelSets({ matchers: [name], fromMs, toMs });
  }

  #options(): { signal?: AbortSignal } {
    return this.#signal === undefined ? {} : { signal: this.#signal };
  }
}

/** The labels that a question names. */
export function namedLabels(by: readonly string[] = [], where: Where = {}): readonly string[] {
  return [...by, ...Object.keys(where)];
}

export function labelsOf(labels: Labels): LabelValues {
  return Object.fromEntries(labels.entries());
}

/** The same string for the same labels. */
export function keyOf(labels: LabelValues): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function unknown(what: string, details: Record<string, unknown>): QuorumscopeError {
  return new QuorumscopeError('analytics.unknown', 'input', what, { details });
}

function valueOf(query: string, outcome: QueryOutcome): QueryValue {
  if (outcome.status === 'success') return outcome.value;
  const code: ErrorCode = `promql.${outcome.errorType}`;
  throw new QuorumscopeError(code, 'input', `${outcome.error} (asked: ${query})`, { details: { query } });
}
