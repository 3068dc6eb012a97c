/**
 * The exemplars of the last minutes as a source for questions: the book's ring, under the labels that a scrape would give the
 * series and with times as a scrape would read them. Keeps nothing itself.
 */
import { boundLabel } from '../../metrics/bound-label.js';
import type { Exemplar, ExemplarReader, HeldExemplar } from '../../metrics/exemplars.js';
import type {
  ExemplarRequest,
  ExemplarSeries,
  ExemplarSource,
  SeenExemplar,
} from '../../promql/exemplars.js';
import { Labels } from '../../promql/labels.js';
import { matchesAll } from '../../promql/matches-all.js';
import { scrapedLabels, type Target } from '../target.js';

/** What it is made of. */
export interface RecentExemplarsOptions {
  readonly exemplars: Pick<ExemplarReader, 'recent'>;
  readonly target: Target;
  /** How far back it reaches, milliseconds, and from when. */
  readonly windowMs: number;
  readonly nowMs: () => number;
}

/** Answers from the ring. */
export class RecentExemplars implements ExemplarSource {
  readonly #options: RecentExemplarsOptions;

  constructor(options: RecentExemplarsOptions) {
    this.#options = options;
  }

  exemplars({ selectors, fromMs, toMs }: ExemplarRequest): readonly ExemplarSeries[] {
    const { exemplars, target, windowMs, nowMs } = this.#options;
    const earliestMs = Math.max(fromMs, nowMs() - windowMs);
    const found = new Map<string, { readonly labels: Labels; readonly exemplars: SeenExemplar[] }>();
    for (const held of exemplars.recent()) {
      const timeMs = millisOf(held.exemplar);
      if (timeMs < earliestMs || timeMs > toMs) continue;
      const labels = exemplarLabels(held, target);
      const known = found.get(labels.key);
      if (known !== undefined) known.exemplars.push(seen(held.exemplar, timeMs));
      else if (selectors.some((matchers) => matchesAll(labels, matchers)))
        found.set(labels.key, { labels, exemplars: [seen(held.exemplar, timeMs)] });
    }
    return [...found.values()];
  }
}

/** The labels that a scrape would give the sample. */
export function exemplarLabels({ series, bucket }: HeldExemplar, target: Target): Labels {
  const { definition, labelValues } = series;
  const { name, kind, labels, bounds = [] } = definition;
  const own = labels.map((label, i): [string, string] => [label, labelValues[i]!]);
  if (kind !== 'histogram') return scrapedLabels(target, name, own);
  return scrapedLabels(target, `${name}_bucket`, [...own, ['le', boundLabel(bounds[bucket] ?? Infinity)]]);
}

/** As a question is answered. */
export function seen({ traceId, spanId, value }: Omit<Exemplar, 'atUs'>, timeMs: number): SeenExemplar {
  const labels = Labels.from([
    ['trace_id', traceId],
    ['span_id', spanId],
  ]);
  return { labels, value, timeMs };
}

/** As Prometheus reads the seconds of a page: what is below a millisecond is cut off. */
export function millisOf({ atUs }: Exemplar): number {
  return Math.trunc((atUs / 1e6) * 1000);
}
