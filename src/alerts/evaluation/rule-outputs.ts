/**
 * What rules give, as series: recordings, ALERTS and ALERTS_FOR_STATE. They are seen by later rules of the same cycle,
 * by queries, by the archive and by whoever renders the newest values. Kept for as long as the window is; a series that a
 * rule no longer gives ends with a stale marker, and is forgotten when its last sample is too old.
 *
 * Invariant: never more than `maxSeries` series; what is beyond is refused and counted.
 */
import { METRIC_NAME, type Labels } from '../../promql/labels.js';
import { matchesAll } from '../../promql/matches-all.js';
import {
  firstAfter,
  isStale,
  writeStale,
  type SelectRequest,
  type Series,
  type SeriesSource,
} from '../../promql/series.js';

/** The newest value of a series. */
export interface CurrentValue {
  readonly labels: Labels;
  readonly value: number;
}

/** Samples of one series in memory that grows by doubling. */
class Column {
  readonly labels: Labels;
  #times = new Float64Array(16);
  #values = new Float64Array(16);
  #from = 0;
  #to = 0;

  constructor(labels: Labels) {
    this.labels = labels;
  }

  get lastMs(): number {
    return this.#to === this.#from ? -Infinity : this.#times[this.#to - 1]!;
  }

  /** The newest value; undefined after a stale marker. */
  get current(): number | undefined {
    const last = this.#to - 1;
    return last < this.#from || isStale(this.#values, last) ? undefined : this.#values[last];
  }

  append(atMs: number, value: number | 'stale', oldestMs: number): void {
    // An end is never left out: a rule may be removed in the millisecond in which it was evaluated.
    const timeMs = value === 'stale' ? Math.max(atMs, this.lastMs + 1) : atMs;
    if (timeMs <= this.lastMs) return;
    if (this.#to === this.#times.length) this.#makeRoom(oldestMs);
    this.#times[this.#to] = timeMs;
    if (value === 'stale') writeStale(this.#values, this.#to);
    else this.#values[this.#to] = value;
    this.#to++;
  }

  /** The samples within, or undefined when there are none. */
  within(fromMs: number, toMs: number): Series | undefined {
    const start = firstAfter(this.#times, fromMs - 1, this.#from, this.#to);
    const end = firstAfter(this.#times, toMs, start, this.#to);
    if (start === end) return undefined;
    // Memory is never written again below `to`, so that a query may go on reading while samples are added.
    return {
      labels: this.labels,
      times: this.#times.subarray(start, end),
      values: this.#values.subarray(start, end),
    };
  }

  #makeRoom(oldestMs: number): void {
    const keepFrom = firstAfter(this.#times, oldestMs, this.#from, this.#to);
    const kept = this.#to - keepFrom;
    const times = new Float64Array(Math.max(16, kept * 2));
    const values = new Float64Array(times.length);
    times.set(this.#times.subarray(keepFrom, this.#to));
    values.set(this.#values.subarray(keepFrom, this.#to));
    this.#times = times;
    this.#values = values;
    this.#from = 0;
    this.#to = kept;
  }
}

/** Series of all rules together: labels made of values may be new in each evaluation. */
const MOST_SERIES = 10_000;

/** The outputs of all rules. */
export class RuleOutputs implements SeriesSource {
  readonly #windowMs: number;
  readonly #maxSeries: number;
  #size = 0;
  #refused = 0;
  readonly #byName = new Map<string, Map<string, Column>>();

  /** @param windowMs how far back they are kept */
  constructor(windowMs: number, maxSeries = MOST_SERIES) {
    this.#windowMs = windowMs;
    this.#maxSeries = maxSeries;
  }

  /** Samples refused so far because their series would have been one too many. */
  get refused(): number {
    return this.#refused;
  }

  /** Adds a sample; one that is not after the last of its series is left out. */
  append(labels: Labels, timeMs: number, value: number | 'stale'): void {
    const name = labels.get(METRIC_NAME);
    let column = this.#byName.get(name)?.get(labels.key);
    if (column === undefined) {
      if (value === 'stale') return;
      if (this.#size >= this.#maxSeries) {
        this.#refused++;
        return;
      }
      column = new Column(labels);
      const named = this.#byName.get(name);
      if (named === undefined) this.#byName.set(name, new Map([[labels.key, column]]));
      else named.set(labels.key, column);
      this.#size++;
    }
    column.append(timeMs, value, timeMs - this.#windowMs);
  }

  /** Forgets series whose last sample is older than the window. */
  forget(nowMs: number): void {
    for (const [name, named] of this.#byName) {
      for (const [key, column] of named)
        if (column.lastMs < nowMs - this.#windowMs && named.delete(key)) this.#size--;
      if (named.size === 0) this.#byName.delete(name);
    }
  }

  /** Every series that has not ended, with its newest value. */
  *current(): Generator<CurrentValue> {
    for (const named of this.#byName.values())
      for (const { labels, current } of named.values())
        if (current !== undefined) yield { labels, value: current };
  }

  select({ matchers, fromMs, toMs }: SelectRequest): readonly Series[] {
    return this.#matching(matchers).flatMap((column) => column.within(fromMs, toMs) ?? []);
  }

  labelSets(request: SelectRequest): readonly Labels[] {
    return this.select(request).map(({ labels }) => labels);
  }

  #matching(matchers: SelectRequest['matchers']): readonly Column[] {
    const exact = matchers.find(({ name, type }) => name === METRIC_NAME && type === '=');
    const named = exact === undefined ? [...this.#byName.values()] : [this.#byName.get(exact.value)];
    return named.flatMap((columns) =>
      columns === undefined ? [] : [...columns.values()].filter(({ labels }) => matchesAll(labels, matchers)),
    );
  }
}
