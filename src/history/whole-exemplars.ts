/**
 * Exemplars of the whole history: those on disk, and those in memory that are newer than its last row. And the way from
 * memory to disk: with each row what was taken since the one before.
 */
import type { ExemplarReader } from '../metrics/exemplars.js';
import type { ExemplarRequest, ExemplarSeries, ExemplarSource, SeenExemplar } from '../promql/exemplars.js';
import type { Labels } from '../promql/labels.js';
import { matchesAll } from '../promql/matches-all.js';
import type { ArchiveReader } from './archive/archive-reader.js';
import type { ArchivedExemplar, ExemplarSource as Unarchived } from './archive/exemplar.js';
import { listExemplars } from './archive/view-list.js';
import { exemplarLabels, millisOf, seen } from './recent/recent-exemplars.js';
import type { Target } from './target.js';

/** Hands the archive what was taken since it asked last. */
export function unarchivedExemplars(exemplars: Pick<ExemplarReader, 'recent'>, target: Target): Unarchived {
  let last = 0;
  return {
    take: () => {
      const taken: ArchivedExemplar[] = [];
      for (const held of exemplars.recent(last)) {
        last = Math.max(last, held.number);
        const { value, traceId, spanId } = held.exemplar;
        taken.push({
          labels: exemplarLabels(held, target),
          value,
          traceId,
          spanId,
          timeMs: millisOf(held.exemplar),
        });
      }
      return taken;
    },
  };
}

/** Memory and disk as one. */
export class WholeExemplars implements ExemplarSource {
  readonly #recent: ExemplarSource;
  readonly #archive: () => ArchiveReader | undefined;

  constructor(recent: ExemplarSource, archive: () => ArchiveReader | undefined) {
    this.#recent = recent;
    this.#archive = archive;
  }

  async exemplars(request: ExemplarRequest): Promise<readonly ExemplarSeries[]> {
    const reader = this.#archive();
    const inMemory = await this.#recent.exemplars(request);
    if (reader === undefined) return inMemory;
    const { selectors, fromMs, toMs } = request;
    const found = new Map<
      string,
      { readonly labels: Labels; readonly exemplars: Map<string, SeenExemplar> }
    >();
    const take = (labels: Labels, exemplar: SeenExemplar): void => {
      let series = found.get(labels.key);
      if (series === undefined) found.set(labels.key, (series = { labels, exemplars: new Map() }));
      // What is in both counts once.
      series.exemplars.set(`${exemplar.timeMs} ${exemplar.labels.key}`, exemplar);
    };
    for (const { labels, timeMs, ...about } of await listExemplars(reader, { fromMs, toMs }))
      if (selectors.some((matchers) => matchesAll(labels, matchers))) take(labels, seen(about, timeMs));
    for (const { labels, exemplars } of inMemory) for (const one of exemplars) take(labels, one);
    return [...found.values()].map(({ labels, exemplars }) => ({
      labels,
      exemplars: [...exemplars.values()].sort((a, b) => a.timeMs - b.timeMs),
    }));
  }
}
