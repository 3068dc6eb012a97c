/**
 * Compares two boards: what an embedded pipeline made of a node's events and what a replay made of them, say.
 * By default only what the events alone decide is compared.
 */
import { expectationFailed } from './failure.js';
import { showSeries, type Reading, type Readings } from './readings.js';

/** What to compare, and how closely. */
export interface CompareOptions {
  /** Metrics that are left out; by default `clockDependent`. */
  readonly ignore?: RegExp;
  /** Labels that are left out, such as a node's name; series that then agree are added up. */
  readonly ignoreLabels?: readonly string[];
  /** How far two values may be apart, relative to the larger; 0 by default. */
  readonly tolerance?: number;
}

/** One series that differs. */
export interface BoardDifference {
  /** `name{label="value"}`, with `_sum` or a bucket or quantile where it is one number of several. */
  readonly series: string;
  /** Undefined: absent there. */
  readonly left: number | undefined;
  readonly right: number | undefined;
}

/**
 * What depends on when a sidecar looks at its clock, not on the events alone: its own metrics (`quorumscope_`,
 * `process_`, `nodejs_`), rates and ratios over a window, the groups connected within one.
 */
export const clockDependent =
  /^(quorumscope|process|nodejs)_|_per_second$|_ratio$|_connected_groups$|_network_partitions_total$/;

/** Every difference, in the order of the left board; empty where they agree. */
export function compareBoards(
  left: Readings,
  right: Readings,
  options: CompareOptions = {},
): readonly BoardDifference[] {
  const { tolerance = 0 } = options;
  const a = numbersOf(left, options);
  const b = numbersOf(right, options);
  const differences: BoardDifference[] = [];
  for (const series of new Set([...a.keys(), ...b.keys()])) {
    const found = { series, left: a.get(series), right: b.get(series) };
    if (!agree(found.left, found.right, tolerance)) differences.push(found);
  }
  return differences;
}

const LISTED = 20;

/**
 * That two boards show the same.
 * @throws QuorumscopeError `testing.expectation` with the first twenty differences, or when there is nothing to compare
 */
export function assertSameBoard(found: Readings, expected: Readings, options: CompareOptions = {}): void {
  if (numbersOf(expected, options).size === 0)
    throw expectationFailed({
      what: 'two boards cannot be compared',
      found: 'no series on the expected board beside those that are ignored',
      expected: 'at least one',
    });
  const differences = compareBoards(found, expected, options);
  if (differences.length === 0) return;
  // Where a histogram differs, its count and sum say so in two lines, its buckets in twenty.
  const isBucket = ({ series }: BoardDifference): number =>
    /_bucket\{.*\ble="[^"]*"\}$/.test(series) ? 1 : 0;
  const shown = [...differences].sort((a, b) => isBucket(a) - isBucket(b)).slice(0, LISTED);
  const list = (side: 'left' | 'right'): string =>
    shown.map((one) => `${one.series} ${one[side] ?? 'absent'}`).join('\n');
  throw expectationFailed({
    what: `two boards differ in ${differences.length} series`,
    found: list('left'),
    expected: list('right'),
  });
}

function numbersOf(
  readings: Readings,
  { ignore = clockDependent, ignoreLabels = [] }: CompareOptions,
): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const reading of readings.all()) {
    if (ignore.test(reading.name)) continue;
    const kept = Object.entries(reading.labels).filter(([label]) => !ignoreLabels.includes(label));
    for (const [series, value] of partsOf(reading, Object.fromEntries(kept)))
      numbers.set(series, (numbers.get(series) ?? 0) + value);
  }
  return numbers;
}

function partsOf(reading: Reading, labels: Reading['labels']): [string, number][] {
  const { name, value, sum, buckets = [], quantiles = [] } = reading;
  return [
    [showSeries(name, labels), value],
    ...(sum === undefined ? [] : [[showSeries(`${name}_sum`, labels), sum] as [string, number]]),
    ...buckets.map(({ le, count }): [string, number] => [
      showSeries(`${name}_bucket`, { ...labels, le: String(le) }),
      count,
    ]),
    ...quantiles.map(({ quantile, value: at }): [string, number] => [
      showSeries(name, { ...labels, quantile: String(quantile) }),
      at,
    ]),
  ];
}

function agree(left: number | undefined, right: number | undefined, tolerance: number): boolean {
  if (left === undefined || right === undefined) return false;
  if (Object.is(left, right) || left === right) return true;
  return Math.abs(left - right) <= tolerance * Math.max(Math.abs(left), Math.abs(right));
}
