/** The series that a test file loaded, as a source; remembers when something unsupported was asked for. */
import { METRIC_NAME, type Labels } from '../../src/promql/labels.js';
import { matchesAll } from '../../src/promql/matches-all.js';
import { writeStale, type Series, type SelectRequest, type SeriesSource } from '../../src/promql/series.js';
import type { LoadCommand, SequenceValue } from './promqltest-language.js';

interface Stored {
  readonly labels: Labels;
  readonly samples: Map<number, SequenceValue>;
}

export class LoadedSeries implements SeriesSource {
  readonly #stored = new Map<string, Stored>();
  readonly #native: Labels[] = [];
  readonly #started = new Set<string>();
  /** Why the last evaluation cannot count, if it asked for what this engine does not have. */
  touched: 'native histograms' | 'start timestamps' | undefined;

  load(command: LoadCommand): void {
    for (const name of command.startTimestamps) this.#started.add(name);
    for (const { labels, values, isNative } of command.series) {
      if (isNative) this.#native.push(labels);
      const suffix = /_(bucket|sum|count)$/.exec(labels.get(METRIC_NAME));
      if (command.withNative && suffix !== null) {
        const name = labels.get(METRIC_NAME).slice(0, suffix.index);
        this.#native.push(labels.without(['le']).with(METRIC_NAME, name));
      }
      const known = this.#stored.get(labels.key) ?? { labels, samples: new Map<number, SequenceValue>() };
      values.forEach((value, i) => {
        if (value !== 'omitted') known.samples.set(i * command.stepMs, value);
      });
      this.#stored.set(labels.key, known);
    }
  }

  select({ matchers }: SelectRequest): readonly Series[] {
    if (this.#native.some((labels) => matchesAll(labels, matchers))) this.touched = 'native histograms';
    const found = [...this.#stored.values()].filter(({ labels }) => matchesAll(labels, matchers));
    if (found.some(({ labels }) => this.#started.has(labels.get(METRIC_NAME))))
      this.touched = 'start timestamps';
    return found.map(columns);
  }
}

function columns({ labels, samples }: Stored): Series {
  const times = Float64Array.from(samples.keys()).sort();
  const values = new Float64Array(times.length);
  times.forEach((time, i) => {
    const value = samples.get(time)!;
    if (value === 'stale') writeStale(values, i);
    else values[i] = value as number;
  });
  return { labels, times, values };
}
