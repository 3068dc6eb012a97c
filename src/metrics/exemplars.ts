/**
 * Exemplars: for a bucket of a histogram, or for a counter, one observation and the trace in which it can be looked at.
 * They stand beside the board, because only who traces writes them: recording knows nothing of them.
 *
 *   note -> the newest of its bucket (what a page shows) and a ring of the last ones (what can be asked)
 *
 * Invariants: an exemplar lies in a bucket that has counted something; within a bucket times ascend, at least a second apart; memory
 * is bounded by the live series and by the ring. Never opens a series, never throws.
 */
import type { Board } from './board.js';
import type { MetricDefinition } from './definition.js';
import type { Series } from './series.js';

/** One observation with its trace. */
export interface Exemplar {
  readonly value: number;
  /** When it was, microseconds since the Unix epoch. */
  readonly atUs: number;
  /** 32 hexadecimal digits. */
  readonly traceId: string;
  /** 16 hexadecimal digits. */
  readonly spanId: string;
}

/** An observation that was made elsewhere. */
export interface Observation {
  readonly definition: MetricDefinition;
  /** One value per label of the definition. */
  readonly labelValues: readonly string[];
  readonly value: number;
}

/** An exemplar and where it belongs. */
export interface HeldExemplar {
  /** From 1 on, in the order in which they were taken. */
  readonly number: number;
  readonly series: Series;
  /** Of a histogram: the bucket, the number of bounds being +Inf; of a counter 0. */
  readonly bucket: number;
  readonly exemplar: Exemplar;
}

/** Read access to exemplars. */
export interface ExemplarReader {
  /** The newest of a series by bucket; undefined where it has none. */
  of(series: Series): readonly (Exemplar | undefined)[] | undefined;
  /** The last ones of all series, in the order in which they were taken; those after a number that was seen before. */
  recent(after?: number): Iterable<HeldExemplar>;
}

/** Most that are remembered for questions. */
const MOST_RECENT = 16_384;
/** Least time between two exemplars of one bucket. */
const APART_US = 1_000_000;

/** The exemplars of a board. */
export class ExemplarBook implements ExemplarReader {
  readonly #board: Board;
  readonly #newest = new WeakMap<Series, (Exemplar | undefined)[]>();
  readonly #recent: HeldExemplar[] = [];
  #taken = 0;

  constructor(board: Board) {
    this.#board = board;
  }

  /** Takes an exemplar of an observation that the board has counted; says whether it was taken. */
  note({ definition, labelValues, value }: Observation, at: Omit<Exemplar, 'value'>): boolean {
    const series = this.#board.find(definition, labelValues);
    if (series === undefined || !Number.isFinite(value)) return false;
    const bucket = bucketOf(series.definition, value);
    if (!(this.#board.slots.values[series.slot + bucket]! > 0)) return false;
    const newest = this.#newest.get(series) ?? [];
    const before = newest[bucket];
    if (before !== undefined && at.atUs - before.atUs < APART_US) return false;
    const { atUs, traceId, spanId } = at;
    const exemplar = { value, atUs, traceId, spanId };
    newest[bucket] = exemplar;
    this.#newest.set(series, newest);
    this.#recent[this.#taken % MOST_RECENT] = { number: ++this.#taken, series, bucket, exemplar };
    return true;
  }

  of(series: Series): readonly (Exemplar | undefined)[] | undefined {
    return this.#newest.get(series);
  }

  *recent(after = 0): Iterable<HeldExemplar> {
    const oldest = Math.max(after, this.#taken - MOST_RECENT);
    for (let i = oldest; i < this.#taken; i++) yield this.#recent[i % MOST_RECENT]!;
  }
}

function bucketOf({ kind, bounds = [] }: MetricDefinition, value: number): number {
  if (kind !== 'histogram') return 0;
  const found = bounds.findIndex((bound) => value <= bound);
  return found === -1 ? bounds.length : found;
}
