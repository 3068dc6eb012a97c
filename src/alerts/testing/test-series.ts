/** The input series of a test as a source, found by metric name. */
import { METRIC_NAME, type Labels } from '../../promql/labels.js';
import { matchesAll } from '../../promql/matches-all.js';
import { writeStale, type SelectRequest, type Series } from '../../promql/series.js';
import type { IndexedSource } from '../evaluation/joined-series.js';
import type { RuleTest } from './test-file.js';

/** Series that begin at time zero and go on in steps of the test's interval. */
export function testSeries({ series, intervalUs }: RuleTest): IndexedSource {
  const byName = new Map<string, Series[]>();
  for (const { labels, values } of series) {
    const times: number[] = [];
    const column = new Float64Array(values.length);
    values.forEach((value, i) => {
      if (value === 'omitted') return;
      if (value === 'stale') writeStale(column, times.length);
      else column[times.length] = value;
      times.push((i * intervalUs) / 1000);
    });
    const name = labels.get(METRIC_NAME);
    const one = { labels, times: Float64Array.from(times), values: column.subarray(0, times.length) };
    byName.set(name, [...(byName.get(name) ?? []), one]);
  }
  const select = ({ matchers }: SelectRequest): readonly Series[] => {
    const exact = matchers.find(({ name, type }) => name === METRIC_NAME && type === '=');
    const candidates = exact === undefined ? [...byName.values()].flat() : (byName.get(exact.value) ?? []);
    return candidates.filter(({ labels }) => matchesAll(labels, matchers));
  };
  return { select, labelSets: (request): readonly Labels[] => select(request).map(({ labels }) => labels) };
}
