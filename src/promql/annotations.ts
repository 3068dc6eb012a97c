/**
 * What a query says beside its answer: warnings (the result may not be what was meant) and infos. Each
 * text once, however many series gave rise to it, with the position in the query it is about.
 */
import { formatShort } from './numbers.js';
import { positionOf, type Span } from './problem.js';
import { quote } from './quoting.js';

type Level = 'warning' | 'info';

interface Monotonicity {
  firstMs: number;
  lastMs: number;
  lowest: number;
  highest: number;
  greatestDrop: number;
  samples: number;
}

interface Annotation {
  readonly level: Level;
  readonly text: string;
  span: Span;
  readonly monotonicity?: Monotonicity;
}

/** A correction that a classic histogram needed. */
export interface ForcedMonotonicity {
  readonly lowest: number;
  readonly highest: number;
  readonly greatestDrop: number;
}

const MONOTONICITY_HELP =
  'https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile';

/** The annotations of one query. */
export class Annotations {
  readonly #found = new Map<string, Annotation>();

  quantileOutOfRange(quantile: number, span: Span): void {
    const what = `quantile value should be between 0 and 1, got ${formatShort(quantile)}`;
    this.#add('warning', what, span);
  }

  badBucketLabel(metric: string, value: string, span: Span): void {
    const what = `bucket label "le" is missing or has a malformed value of ${quote(value)}`;
    this.#add('warning', `${what}${ofMetric(metric)}`, span);
  }

  sortInRangeQuery(span: Span): void {
    const why = 'sort is ineffective for range queries since results are always ordered by labels';
    this.#add('warning', why, span);
  }

  possibleNonCounter(metric: string, span: Span): void {
    const what = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:';
    this.#add('info', `${what} ${quote(metric)}`, span);
  }

  forcedMonotonicity(metric: string, span: Span, timeMs: number, forced: ForcedMonotonicity): void {
    const what = `input to histogram_quantile needed to be fixed for monotonicity (see ${MONOTONICITY_HELP})`;
    const text = `${what}${ofMetric(metric)}`;
    const known = this.#found.get(text)?.monotonicity;
    if (known === undefined) {
      const monotonicity = { ...forced, firstMs: timeMs, lastMs: timeMs, samples: 1 };
      this.#found.set(text, { level: 'info', text, span, monotonicity });
      return;
    }
    known.firstMs = Math.min(known.firstMs, timeMs);
    known.lastMs = Math.max(known.lastMs, timeMs);
    known.lowest = Math.min(known.lowest, forced.lowest);
    known.highest = Math.max(known.highest, forced.highest);
    known.greatestDrop = Math.max(known.greatestDrop, forced.greatestDrop);
    known.samples++;
  }

  /** The texts of one level with their positions, in the order found. */
  texts(level: Level, query: string): readonly string[] {
    return [...this.#found.values()]
      .filter((annotation) => annotation.level === level)
      .map((annotation) => {
        const position = positionOf(query, annotation.span.start);
        return `PromQL ${level}: ${annotation.text}${monotonicityText(annotation.monotonicity)} (${position})`;
      });
  }

  #add(level: Level, text: string, span: Span): void {
    const known = this.#found.get(text);
    if (known === undefined) this.#found.set(text, { level, text, span });
    else known.span = span;
  }
}

function ofMetric(name: string): string {
  return name === '' ? '' : ` for metric name ${quote(name)}`;
}

function monotonicityText(found: Monotonicity | undefined): string {
  if (found === undefined) return '';
  const buckets = `from buckets ${formatShort(found.lowest)} to ${formatShort(found.highest)}`;
  const drop = `with a max diff of ${formatShort(found.greatestDrop, 2)}`;
  const when = `from ${isoSeconds(found.firstMs)} to ${isoSeconds(found.lastMs)}`;
  return `, ${buckets}, ${drop}, over ${found.samples} samples ${when}`;
}

function isoSeconds(timeMs: number): string {
  return new Date(Math.floor(timeMs / 1000) * 1000).toISOString().replace('.000Z', 'Z');
}
