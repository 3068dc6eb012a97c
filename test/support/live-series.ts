/** Series that a test sets by hand and samples when it likes: what a board and its window are to the rules. */
import { Labels, METRIC_NAME } from '../../src/promql/labels.js';
import { matchesAll } from '../../src/promql/matches-all.js';
import { writeStale, type SelectRequest, type Series } from '../../src/promql/series.js';

interface Track {
  readonly labels: Labels;
  value: number | undefined;
  readonly times: number[];
  readonly values: (number | undefined)[];
}

export class LiveSeries {
  readonly #tracks = new Map<string, Track>();

  /** Sets the present value; undefined ends the series. */
  set(name: string, labels: Readonly<Record<string, string>>, value: number | undefined): void {
    const all = Labels.from([...Object.entries(labels), [METRIC_NAME, name]]);
    const track = this.#tracks.get(all.key) ?? { labels: all, value, times: [], values: [] };
    track.value = value;
    this.#tracks.set(all.key, track);
  }

  /** Takes a sample of everything. */
  sample(timeMs: number): void {
    for (const track of this.#tracks.values()) {
      const { times, values, value } = track;
      const hasEnded = value === undefined && (values.length === 0 || values.at(-1) === undefined);
      if (hasEnded || timeMs <= (times.at(-1) ?? -Infinity)) continue;
      times.push(timeMs);
      values.push(value);
    }
  }

  select({ matchers }: SelectRequest): readonly Series[] {
    return [...this.#tracks.values()]
      .filter(({ labels }) => matchesAll(labels, matchers))
      .map(({ labels, times, values }) => {
        const column = Float64Array.from(values.map((value) => value ?? 0));
        values.forEach((value, i) => {
          if (value === undefined) writeStale(column, i);
        });
        return { labels, times: Float64Array.from(times), values: column };
      });
  }

  labelSets(request: SelectRequest): readonly Labels[] {
    return this.select(request).map(({ labels }) => labels);
  }
}
