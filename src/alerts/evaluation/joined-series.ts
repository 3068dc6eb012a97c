/** Two sources of series as one. Where both have a series of the same labels, the first one's counts. */
import type { Labels } from '../../promql/labels.js';
import type { SelectRequest, Series, SeriesSource } from '../../promql/series.js';

/** A source whose label sets can be asked for, too. */
export interface IndexedSource extends SeriesSource {
  labelSets(request: SelectRequest): readonly Labels[] | Promise<readonly Labels[]>;
}

/** `first` and `second` together. */
export function joinedSeries(first: IndexedSource, second: IndexedSource): IndexedSource {
  return {
    select: (request, signal) => {
      const others = second.select(request, signal);
      const own = first.select(request, signal);
      if (isReady(own) && isReady(others)) return join(own, others);
      return Promise.all([own, others]).then(([a, b]) => join(a, b));
    },
    labelSets: (request) => {
      const others = second.labelSets(request);
      const own = first.labelSets(request);
      if (isReady(own) && isReady(others)) return joinSets(own, others);
      return Promise.all([own, others]).then(([a, b]) => joinSets(a, b));
    },
  };
}

function isReady<T>(answer: readonly T[] | Promise<readonly T[]>): answer is readonly T[] {
  return Array.isArray(answer);
}

function join(own: readonly Series[], others: readonly Series[]): readonly Series[] {
  if (others.length === 0) return own;
  if (own.length === 0) return others;
  const known = new Set(own.map(({ labels }) => labels.key));
  return [...own, ...others.filter(({ labels }) => !known.has(labels.key))];
}

function joinSets(own: readonly Labels[], others: readonly Labels[]): readonly Labels[] {
  if (others.length === 0) return own;
  const known = new Set(own.map(({ key }) => key));
  return [...own, ...others.filter(({ key }) => !known.has(key))];
}
