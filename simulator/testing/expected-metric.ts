/**
 * `assertMetricsRecorded`: what a test expects of metrics by name and labels, as data, checked with all
 * problems at once. What is looked at is settled first, so that nothing stated is overlooked.
 */
import { expectationFailed } from './failure.js';
import { showSeries, type LabelFilter, type Reading, type Readings } from './readings.js';
import type { TestCollector } from './test-collector.js';

/** What is expected of one metric. Without a bound: that there is such a series. */
export interface ExpectedMetric {
  readonly name: string;
  /** Labels that the series have; those not named may be anything. */
  readonly labels?: LabelFilter;
  /** Which number of a histogram or summary: how many observations (default) or their sum. */
  readonly of?: 'count' | 'sum';
  /**
   * Where several series match: their sum (default, but for gauges), or that it holds for each (default for
   * gauges, which one does not add), or their largest or smallest.
   */
  readonly over?: 'sum' | 'each' | 'max' | 'min';
  readonly equals?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly above?: number;
  readonly below?: number;
  /** That there is no such series at all. */
  readonly absent?: true;
}

/** Something that has metrics to look at: a collector, or a scenario that was run into one. */
export type MetricsSource = TestCollector | { readonly collector: TestCollector };

/** The collector behind a source. */
export function collectorOf(source: MetricsSource): TestCollector {
  return 'collector' in source ? source.collector : source;
}

/**
 * Settles, and holds the metrics to what is expected.
 * @throws QuorumscopeError `testing.expectation` naming every expectation that does not hold
 */
export async function assertMetricsRecorded(
  source: MetricsSource,
  expected: ExpectedMetric | readonly ExpectedMetric[],
): Promise<void> {
  const collector = collectorOf(source);
  await collector.settled();
  const metrics = collector.metrics();
  const all: readonly ExpectedMetric[] = 'name' in expected ? [expected] : expected;
  const failed = all.flatMap((one) => {
    const found = mismatch(metrics, one);
    return found === undefined ? [] : [{ found, expected: showExpected(one), what: showMetric(one) }];
  });
  const [first] = failed;
  if (first === undefined) return;
  const isOne = failed.length === 1;
  const listed = (part: 'found' | 'expected'): string =>
    isOne ? first[part] : failed.map((one) => `${one.what}: ${one[part]}`).join('\n');
  throw expectationFailed({
    what: isOne
      ? `metric ${first.what} is not as expected`
      : `${failed.length} of ${all.length} metrics are not as expected`,
    found: listed('found'),
    expected: listed('expected'),
    replay: collector.replay,
    hints: collector.warnings,
  });
}

/** What was found where the expectation does not hold; undefined where it does. */
export function mismatch(metrics: Readings, expected: ExpectedMetric): string | undefined {
  const { name, labels = {} } = expected;
  const found = metrics.find(name, labels);
  if (expected.absent) return found.length === 0 ? undefined : showFound(found, expected);
  const [first] = found;
  if (first === undefined) return nothingFound(metrics, expected);
  const values = found.map((reading) => numberOf(reading, expected));
  const over = expected.over ?? (first.kind === 'gauge' ? 'each' : 'sum');
  const judged = over === 'each' ? values : [reduced(values, over)];
  return judged.every((value) => isAsExpected(value, expected)) ? undefined : showFound(found, expected);
}

function numberOf(reading: Reading, { of = 'count' }: ExpectedMetric): number {
  return of === 'sum' ? (reading.sum ?? reading.value) : reading.value;
}

function reduced(values: readonly number[], over: 'sum' | 'max' | 'min'): number {
  if (over === 'sum') return values.reduce((sum, value) => sum + value, 0);
  return over === 'max' ? Math.max(...values) : Math.min(...values);
}

function isAsExpected(value: number, { equals, atLeast, atMost, above, below }: ExpectedMetric): boolean {
  return (
    (equals === undefined || value === equals) &&
    (atLeast === undefined || value >= atLeast) &&
    (atMost === undefined || value <= atMost) &&
    (above === undefined || value > above) &&
    (below === undefined || value < below)
  );
}

function showMetric({ name, labels = {} }: ExpectedMetric): string {
  return showSeries(name, labels);
}

function showExpected({ of, over, absent, equals, atLeast, atMost, above, below }: ExpectedMetric): string {
  if (absent) return 'no such series';
  const bounds = [
    ...(equals === undefined ? [] : [`exactly ${equals}`]),
    ...(atLeast === undefined ? [] : [`at least ${atLeast}`]),
    ...(atMost === undefined ? [] : [`at most ${atMost}`]),
    ...(above === undefined ? [] : [`above ${above}`]),
    ...(below === undefined ? [] : [`below ${below}`]),
  ];
  const which = [...(over === undefined ? [] : [over]), ...(of === undefined ? [] : [`of ${of}`])].join(' ');
  return `${which === '' ? '' : `${which}: `}${bounds.join(' and ') || 'such a series'}`;
}

/** Most series or names that a message lists. */
const LISTED = 8;

function showFound(found: readonly Reading[], expected: ExpectedMetric): string {
  const shown = found.slice(0, LISTED).map((reading) => {
    const labels = showSeries('', reading.labels);
    return `${numberOf(reading, expected)}${labels === '' ? '' : ` ${labels}`}`;
  });
  const more = found.length > LISTED ? [`and ${found.length - LISTED} series more`] : [];
  const sum =
    found.length > 1
      ? [
          `(sum ${reduced(
            found.map((one) => numberOf(one, expected)),
            'sum',
          )})`,
        ]
      : [];
  return [...shown, ...more, ...sum].join('\n');
}

function nothingFound(metrics: Readings, { name }: ExpectedMetric): string {
  const others = metrics.find(name);
  if (others.length > 0) {
    const shown = others.slice(0, LISTED).map(({ labels }) => showSeries(name, labels));
    return `no series with these labels, but:\n${shown.join('\n')}`;
  }
  const words = new Set(name.split('_').filter((word) => !['hotstuff', 'total', 'seconds'].includes(word)));
  const shared = (other: string): number => other.split('_').filter((word) => words.has(word)).length;
  const near = metrics.names
    .map((other) => ({ other, count: shared(other) }))
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count)
    .slice(0, 3)
    .map(({ other }) => other);
  return `no metric of this name${near.length === 0 ? '' : `; there are ${near.join(', ')}`}`;
}
