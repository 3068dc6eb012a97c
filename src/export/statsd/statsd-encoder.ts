/**
 * Snapshots as StatsD or DogStatsD lines, packed into datagrams. StatsD adds up what it receives, so the
 * encoder remembers what it has sent: counters go out as what they grew by, and only if they did.
 *
 *   counter    name:delta|c          gauge   name:value|g      (absolute; a negative one is set to 0 first)
 *   histogram  per bucket that grew: name:middle|ms|@1/growth, seconds as milliseconds; the receiver's
 *              timer gets as many observations as there were, each placed in the middle of its bucket
 *   summary    quantiles as gauges, sum and count as counters
 *
 * DogStatsD carries labels as tags; plain StatsD has none, and appends their values to the name. The
 * deltas of a snapshot are taken as sent: UDP does not say what arrived, and repeating could double.
 */
import type { MetricReading, MetricsSnapshot, SeriesReading } from '../snapshot.js';

/** Which daemon listens. */
export interface StatsdDialect {
  readonly tags: boolean;
  /** Most bytes of a datagram: 1,432 fits an Ethernet frame, 8,192 a local socket. */
  readonly datagramBytes: number;
}

/** Encoded datagrams. */
export interface EncodedDatagrams {
  readonly datagrams: readonly Buffer[];
  /** Values left out because the protocol cannot say them. */
  readonly omitted: number;
}

/** Encodes one snapshot after the other. */
export class StatsdEncoder {
  readonly #dialect: StatsdDialect;
  /** What was sent of the cumulative numbers of each series; those of series that went are forgotten. */
  #sent = new Map<string, readonly number[]>();

  constructor(dialect: StatsdDialect) {
    this.#dialect = dialect;
  }

  encode({ metrics }: MetricsSnapshot): EncodedDatagrams {
    const before = this.#sent;
    this.#sent = new Map();
    const packer = new Packer(this.#dialect.datagramBytes);
    for (const metric of metrics)
      for (const series of metric.series) {
        const totals = totalsOf(metric, series);
        if (totals.length === 0) {
          this.#encodeSeries(metric, series, packer, []);
          continue;
        }
        const key = `${metric.name}\0${series.labelValues.join('\0')}`;
        const sent = before.get(key) ?? [];
        this.#sent.set(key, totals);
        this.#encodeSeries(
          metric,
          series,
          packer,
          totals.map((total, i) => growth(total, sent[i] ?? 0)),
        );
      }
    return { datagrams: packer.finish(), omitted: packer.omitted };
  }

  /** @param growth of each of `totalsOf`, since the last snapshot */
  #encodeSeries(
    metric: MetricReading,
    series: SeriesReading,
    packer: Packer,
    growth: readonly number[],
  ): void {
    const { value, histogram, summary } = series;
    const isIdle = summary === undefined && growth.length > 0 && growth.every((grown) => grown === 0);
    if (isIdle) return;
    const line = this.#lineOf(metric, series);
    const count = (suffix: string, grown: number): void => {
      if (grown !== 0) packer.add(grown, (text) => line(suffix, text, 'c'));
    };
    if (value !== undefined && metric.kind === 'counter') return count('', growth[0]!);
    if (value !== undefined) return addGauge(packer, '', value, line);
    if (histogram !== undefined) {
      const scale = metric.unit === 'seconds' ? 1000 : 1;
      growth.forEach((grown, i) => {
        if (grown <= 0) return;
        const middle = scale * middleOf(histogram.bounds, i);
        packer.add(middle, (text) => line('', text, grown === 1 ? 'ms' : `ms|@${1 / grown}`));
      });
    }
    for (const [quantile, at] of summary?.quantiles ?? [])
      addGauge(packer, `_p${String(quantile * 100).replace('.', '_')}`, at, line);
    if (summary === undefined) return;
    count('_sum', growth[0]!);
    count('_count', growth[1]!);
  }

  #lineOf(metric: MetricReading, { labelValues }: SeriesReading): Line {
    const { name, labelNames } = metric;
    if (this.#dialect.tags) {
      const tags = labelNames
        .map((label, i) => [label, labelValues[i] ?? ''] as const)
        .filter(([, value]) => value !== '')
        .map(([label, value]) => `${label}:${value.replace(/[\n\r|,#]/g, '_')}`);
      const tail = tags.length === 0 ? '' : `|#${tags.join(',')}`;
      return (suffix, value, type) => `${name}${suffix}:${value}|${type}${tail}`;
    }
    const path = labelValues.filter((value) => value !== '').map((value) => `.${pathWord(value)}`);
    return (suffix, value, type) => `${name}${suffix}${path.join('')}:${value}|${type}`;
  }
}

/** The cumulative numbers of a series: of a gauge none. */
function totalsOf({ kind }: MetricReading, { value, histogram, summary }: SeriesReading): readonly number[] {
  if (histogram !== undefined) return histogram.buckets;
  if (summary !== undefined) return [summary.sum, summary.count];
  return kind === 'counter' && value !== undefined ? [value] : [];
}

/** A lower total than before is that of a series begun anew. */
function growth(total: number, before: number): number {
  return total >= before ? total - before : total;
}

type Line = (suffix: string, value: string, type: string) => string;

/** A signed gauge is a change to StatsD: one below zero is reached from 0. */
function addGauge(packer: Packer, suffix: string, value: number, line: Line): void {
  if (value < 0 && Number.isFinite(value)) packer.add(0, (text) => line(suffix, text, 'g'));
  packer.add(value, (text) => line(suffix, text, 'g'));
}

/** Where an observation of bucket `i` is taken to lie; beyond the last bound, at it. */
function middleOf(bounds: readonly number[], i: number): number {
  const upper = bounds[i];
  const lower = i === 0 ? Math.min(0, bounds[0] ?? 0) : bounds[i - 1]!;
  return upper === undefined ? lower : (lower + upper) / 2;
}

/** A label value as one word of a dotted name. */
function pathWord(value: string): string {
  return value.replace(/[^A-Za-z0-9_-]/g, '_');
}

/** Packs lines into datagrams of a bounded size. */
class Packer {
  readonly #limit: number;
  readonly #datagrams: Buffer[] = [];
  #lines: string[] = [];
  #bytes = 0;
  omitted = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds the line of `value`; numbers are written without an exponent, which daemons do not read. */
  add(value: number, line: (text: string) => string): void {
    if (!Number.isFinite(value)) return void this.omitted++;
    const text = line(plainDecimal(value));
    const bytes = Buffer.byteLength(text) + 1;
    if (bytes > this.#limit) return void this.omitted++;
    if (this.#bytes + bytes > this.#limit) this.#cut();
    this.#lines.push(text);
    this.#bytes += bytes;
  }

  finish(): readonly Buffer[] {
    this.#cut();
    return this.#datagrams;
  }

  #cut(): void {
    if (this.#lines.length === 0) return;
    this.#datagrams.push(Buffer.from(this.#lines.join('\n')));
    this.#lines = [];
    this.#bytes = 0;
  }
}

/** The number without an exponent; below 1e-20 it is 0. */
function plainDecimal(value: number): string {
  const text = String(value);
  if (!text.includes('e')) return text;
  const plain = value.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 20 });
  return plain === '-0' ? '0' : plain;
}
