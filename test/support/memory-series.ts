/** A source of series held in memory as columns, found by metric name: what tests and benches ask. */
import { Labels, METRIC_NAME } from '../../src/promql/labels.js';
import { matchesAll } from '../../src/promql/matches-all.js';
import type { SelectRequest, Series, SeriesSource } from '../../src/promql/series.js';

export class MemorySeries implements SeriesSource {
  readonly #byName = new Map<string, Series[]>();
  /** How often it was asked. */
  selects = 0;

  add(labels: Readonly<Record<string, string>>, times: Iterable<number>, values: Iterable<number>): void {
    const series = {
      labels: Labels.from(Object.entries(labels)),
      times: times instanceof Float64Array ? times : Float64Array.from(times),
      values: Float64Array.from(values),
    };
    const name = series.labels.get(METRIC_NAME);
    const known = this.#byName.get(name);
    if (known === undefined) this.#byName.set(name, [series]);
    else known.push(series);
  }

  select({ matchers }: SelectRequest): readonly Series[] {
    this.selects++;
    const name = matchers.find((matcher) => matcher.name === METRIC_NAME && matcher.type === '=');
    const candidates =
      name === undefined ? [...this.#byName.values()].flat() : (this.#byName.get(name.value) ?? []);
    const others = matchers.filter((matcher) => matcher !== name);
    return others.length === 0 ? candidates : candidates.filter(({ labels }) => matchesAll(labels, others));
  }
}
