/**
 * What a check may read of one subject (a node, a chain, or the sidecar): gauges as they are, counters and histograms
 * over the window. Names are those of the catalogues, whatever prefix is configured. Undefined always means that it is
 * not known.
 */
import type { Series } from '../metrics/series.js';
import type { BoardIndex, Where } from './board-index.js';
import type { NodePhase } from './health-report.js';
import type { ThresholdValues } from './threshold-values.js';
import { Trail } from './trail.js';

const MINUTE_US = 60_000_000;

/** One series and its value. */
export interface Valued {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What the last troubled view of a chain was, in words. */
export type LatestTrouble = (chain: string, cause?: string) => string | undefined;

/** A node of a chain, as a chain's checks see it. */
export interface KnownNode {
  readonly node: string;
  readonly phase: NodePhase;
  readonly read: Reading;
}

/** What readings share. */
export interface ReadingRoom {
  readonly index: BoardIndex;
  readonly windowUs: number;
  readonly thresholds: ThresholdValues;
  readonly latestTrouble: LatestTrouble;
}

/** Reads one subject. Kept as long as the subject is: it remembers the window. */
export class Reading {
  readonly chain: string | null;
  readonly node: string | null;
  /** The nodes of the chain; of a node, itself alone. */
  nodes: readonly KnownNode[] = [];
  phase: NodePhase = 'running';
  nowUs = 0;
  readonly #room: ReadingRoom;
  readonly #leading: readonly string[];
  readonly #trails = new Map<string, Trail>();

  /** @param subject nothing, a chain, or a chain and a node */
  constructor(room: ReadingRoom, subject: readonly [] | readonly [string] | readonly [string, string]) {
    this.#room = room;
    this.#leading = subject;
    this.chain = subject[0] ?? null;
    this.node = subject[1] ?? null;
  }

  /** A threshold in base units; null when switched off. */
  threshold(name: string): number | null {
    return this.#room.thresholds[name] ?? null;
  }

  /** What the newest failed or lagged view of this chain was, in words. */
  latestTrouble(cause?: string): string | undefined {
    return this.chain === null ? undefined : this.#room.latestTrouble(this.chain, cause);
  }

  /** Every series of a gauge or counter with these labels. */
  each(name: string, where?: Where, leading = this.#leading): Valued[] {
    return this.#series(name, where, leading).map((series) => ({
      labels: labelsOf(series),
      value: this.#room.index.values[series.slot]!,
    }));
  }

  /** The one series with these labels. */
  gauge(name: string, where?: Where): number | undefined {
    const [series] = this.#series(name, where);
    return series && this.#room.index.values[series.slot];
  }

  /** Seconds since a gauge that is a Unix time; as old as the wall clock of this machine says. */
  age(name: string): number | undefined {
    const atSeconds = this.gauge(name);
    return atSeconds === undefined ? undefined : this.nowUs / 1e6 - atSeconds;
  }

  /** Growth of the sum of counters within the window. */
  growth(name: string, where?: Where, windowUs = this.#room.windowUs): number | undefined {
    return this.#growth(name, where, windowUs)?.by;
  }

  /** Events heard of this node within the last minute; undefined until it has been listened to for most of one. */
  heard(): number | undefined {
    if (this.node === null) return undefined;
    const where = { node_id: this.node };
    const grown = this.#growth('quorumscope_events_received_total', where, MINUTE_US, []);
    return grown === undefined || grown.spanUs < (MINUTE_US * 3) / 4 ? undefined : grown.by;
  }

  /** Growth per second. */
  rate(name: string, where?: Where): number | undefined {
    const grown = this.#growth(name, where, this.#room.windowUs);
    return grown && grown.by / (grown.spanUs / 1e6);
  }

  /** Growth of one set of counters over that of another; undefined while the latter did not grow. */
  share(name: string, of: string, where?: Where, ofWhere?: Where): number | undefined {
    const whole = this.growth(of, ofWhere);
    if (whole === undefined || whole <= 0) return undefined;
    return (this.growth(name, where) ?? 0) / whole;
  }

  /** A quantile of what a histogram took within the window, interpolated within its bucket as PromQL does. */
  quantile(name: string, q: number, where?: Where): number | undefined {
    const series = this.#series(name, where);
    const bounds = series[0]?.definition.bounds;
    if (bounds === undefined) return undefined;
    const buckets = new Float64Array(bounds.length + 1);
    for (const { slot } of series)
      for (let i = 0; i < buckets.length; i++) buckets[i]! += this.#room.index.values[slot + i]!;
    const grown = this.#track(name, where, this.#room.windowUs, buckets);
    return grown && quantileOf(grown.by, bounds, q);
  }

  #growth(
    name: string,
    where: Where | undefined,
    windowUs: number,
    leading = this.#leading,
  ): { readonly by: number; readonly spanUs: number } | undefined {
    const series = this.#series(name, where, leading);
    if (series.length === 0) return undefined;
    let total = 0;
    for (const { slot } of series) total += this.#room.index.values[slot]!;
    const grown = this.#track(name, where, windowUs, Float64Array.of(total));
    return grown && { by: grown.by[0]!, spanUs: grown.spanUs };
  }

  #track(
    name: string,
    where: Where | undefined,
    windowUs: number,
    row: Float64Array,
  ): { readonly by: Float64Array; readonly spanUs: number } | undefined {
    const key = `${name} ${windowUs} ${where === undefined ? '' : JSON.stringify(where)}`;
    let trail = this.#trails.get(key);
    if (trail === undefined) this.#trails.set(key, (trail = new Trail(windowUs)));
    trail.take(row, this.nowUs);
    return trail.growth(row, this.nowUs);
  }

  #series(name: string, where?: Where, leading = this.#leading): readonly Series[] {
    return this.#room.index.series(name, leading, where);
  }
}

function labelsOf({ definition, labelValues }: Series): Record<string, string> {
  return Object.fromEntries(definition.labels.map((label, i) => [label, labelValues[i]!]));
}

/** Values beyond the last bound count as the last bound. */
function quantileOf(buckets: Float64Array, bounds: readonly number[], q: number): number | undefined {
  const count = buckets.reduce((sum, one) => sum + one, 0);
  if (count <= 0) return undefined;
  const rank = q * count;
  let below = 0;
  for (let i = 0; i < bounds.length; i++) {
    const inBucket = buckets[i]!;
    if (inBucket > 0 && below + inBucket >= rank) {
      const from = i === 0 ? 0 : bounds[i - 1]!;
      return from + (bounds[i]! - from) * ((rank - below) / inBucket);
    }
    below += inBucket;
  }
  return bounds.at(-1);
}
