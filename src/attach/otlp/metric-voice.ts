/**
 * The metrics of one resource, told as `metric.*` events: declared once, then counters by what they grew, gauges by where they
 * stand, histograms by what came into their buckets. What is cumulative and what is delta ends up the same.
 *
 * A counter that stands lower, or says another start, began anew. A gauge without a recorded value, or not heard of for as
 * long as nothing may be stale, is withdrawn. Memory: MOST_STREAMS streams; those beyond are rejected. Never throws.
 */
import { attributeOf } from './record.js';
import { bucketsOf, exponentialStandingOf, growthOf, standingOf, type Standing } from './buckets.js';
import type { OtlpMapping } from './mapping.js';
import { plansOf, type MetricPlan } from './metric-plan.js';
import type { KeyValue, NumberPoint, OtlpMetric, Point, SummaryPoint } from './requests.js';
import { spread } from './spread.js';
import type { Rejection, Tally } from './tally.js';

/** States an event of ours. */
export type StateMetric = (
  type: 'metric.declared' | 'metric.changed' | 'metric.observed' | 'metric.sampled' | 'metric.withdrawn',
  body: Readonly<Record<string, unknown>>,
  tsUs: number,
  weight?: number,
) => void;

/** What is needed of the house. */
export interface MetricRoom {
  readonly mapping: OtlpMapping;
  readonly state: StateMetric;
  /** A counter began anew. */
  readonly onReset: () => void;
}

const MOST_STREAMS = 5_000;
const MOST_METRICS = 1_000;
const DELTA = 1;
const CUMULATIVE = 2;
const NO_RECORDED_VALUE = 1;

type Labels = Readonly<Record<string, string>>;

interface Stream {
  startUs: number;
  timeUs: number;
  value: number;
  standing: Standing | undefined;
}

interface ShownGauge {
  readonly metric: string;
  readonly labels: Labels;
  heardUs: number;
}

/** What became of a point. */
type Verdict = 'mapped' | 'ignored' | readonly [Rejection, string];

/** Tells the metrics of one resource. */
export class MetricVoice {
  readonly #room: MetricRoom;
  readonly #plans = new Map<string, readonly MetricPlan[]>();
  readonly #declared = new Set<string>();
  readonly #streams = new Map<string, Stream>();
  readonly #gauges = new Map<string, ShownGauge>();

  constructor(room: MetricRoom) {
    this.#room = room;
  }

  /** Takes all points of a metric. @param scope the library that measures it: two may use one name */
  take(metric: OtlpMetric, scope: string, nowUs: number, tally: Tally): void {
    const plans = this.#plansOf(metric, scope);
    const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
    const points: readonly Point[] =
      (gauge ?? sum ?? histogram ?? exponentialHistogram ?? summary)?.dataPoints ?? [];
    const merged = new Map<string, Merged>();
    const temporality = (sum ?? histogram ?? exponentialHistogram)?.aggregationTemporality ?? 0;
    for (const point of points) {
      const fitting = plans.filter(({ where }) => holds(point.attributes, where));
      let verdict: Verdict = 'ignored';
      for (const plan of fitting) {
        const one = this.#point(plan, metric, point, { scope, temporality, nowUs, merged });
        if (verdict === 'ignored' || one === 'mapped') verdict = one;
      }
      if (verdict === 'mapped') tally.mapped('metrics');
      else if (verdict === 'ignored') tally.ignored('metrics');
      else tally.rejected('metrics', verdict[0], `${metric.name ?? ''}: ${verdict[1]}`);
    }
    for (const { plan, labels, value, tsUs } of merged.values())
      this.#show(plan.metric, labels, value, tsUs, nowUs);
  }

  /** Withdraws gauges that were not heard of since. */
  sweep(beforeUs: number, nowUs: number): void {
    for (const [key, { metric, labels, heardUs }] of this.#gauges) {
      if (heardUs >= beforeUs) continue;
      this.#gauges.delete(key);
      this.#room.state('metric.withdrawn', { metric, labels }, nowUs);
    }
  }

  /** What was declared must be declared again: the other side may have forgotten. Gauges are shown no more. */
  forget(nowUs: number): void {
    this.sweep(Number.POSITIVE_INFINITY, nowUs);
    this.#declared.clear();
  }

  #plansOf(metric: OtlpMetric, scope: string): readonly MetricPlan[] {
    const key = JSON.stringify([scope, metric.name, metric.unit, kindKey(metric)]);
    const known = this.#plans.get(key);
    if (known) return known;
    const plans = plansOf(metric, this.#room.mapping);
    if (this.#plans.size < MOST_METRICS) this.#plans.set(key, plans);
    return plans;
  }

  #point(plan: MetricPlan, metric: OtlpMetric, point: Point, around: Around): Verdict {
    const labels = labelsOf(plan, point.attributes);
    if (metric.summary) return this.#summary(plan, point, labels, around);
    const tsUs = point.timeUnixNano || around.nowUs;
    if (((point.flags ?? 0) & NO_RECORDED_VALUE) !== 0) return this.#withdraw(plan, labels, tsUs);
    if (metric.histogram || metric.exponentialHistogram)
      return this.#buckets(plan, metric, point, labels, around);
    const number = numberOf(point);
    if (number === undefined || !Number.isFinite(number))
      return ['value', 'found no finite value, expected a number'];
    const value = number * plan.scale;
    const isDelta = metric.sum !== undefined && around.temporality === DELTA;
    if (metric.sum && !isDelta && around.temporality !== CUMULATIVE) return noTemporality;
    if (plan.kind === 'counter') {
      const grown = this.#grown(plan.metric, point, value, isDelta, around);
      if (typeof grown !== 'number') return grown;
      if (grown < 0) return ['value', `found ${grown}, expected what only grows`];
      this.#declare(plan, plan.metric, tsUs);
      this.#room.state('metric.changed', { metric: plan.metric, delta: grown, labels }, tsUs);
      return 'mapped';
    }
    return this.#gauge(plan, { point, labels, value, isDelta, tsUs }, around);
  }

  #gauge(plan: MetricPlan, of: GaugePoint, around: Around): Verdict {
    const { point, labels, value, isDelta, tsUs } = of;
    const key = keyOf(plan.metric, labels);
    if (!this.#gauges.has(key) && this.#gauges.size + around.merged.size >= MOST_STREAMS) return tooMany;
    const stands = isDelta ? this.#added(plan.metric, point, value, around) : value;
    if (typeof stands !== 'number') return stands;
    this.#declare(plan, plan.metric, tsUs);
    const before = around.merged.get(key);
    const now = before === undefined ? stands : combine[plan.merge](before.value, stands);
    around.merged.set(key, { plan, labels, value: now, tsUs });
    return 'mapped';
  }

  /** Where a gauge stands that is sent as what it changed by. */
  #added(metric: string, point: Point, delta: number, { scope }: Around): number | Verdict {
    const stream = this.#stream(metric, point, scope);
    if (!stream) return tooMany;
    if (isOld(stream, point, true)) return outOfOrder;
    stream.timeUs = Math.max(point.timeUnixNano ?? 0, 1);
    stream.value += delta;
    return stream.value;
  }

  #buckets(plan: MetricPlan, metric: OtlpMetric, point: Point, labels: Labels, around: Around): Verdict {
    const { scope, temporality, nowUs } = around;
    if (temporality !== DELTA && temporality !== CUMULATIVE) return noTemporality;
    const now = metric.histogram ? standingOf(point) : exponentialStandingOf(point);
    if (!now)
      return ['value', 'found bounds and counts that do not fit, expected one count more than bounds'];
    const tsUs = point.timeUnixNano || nowUs;
    const stream = this.#stream(plan.metric, point, scope);
    if (!stream) return tooMany;
    if (isOld(stream, point, temporality === DELTA)) return outOfOrder;
    const growth = this.#growth(stream, now, point, temporality === DELTA);
    const bounds = 'bounds' in now.edges ? now.edges.bounds.map((bound) => bound * plan.scale) : undefined;
    this.#declare(plan, plan.metric, tsUs, bounds);
    for (const { value, weight } of spread(bucketsOf(growth), growth.sum))
      this.#room.state(
        'metric.observed',
        { metric: plan.metric, value: value * plan.scale, labels },
        tsUs,
        weight,
      );
    return 'mapped';
  }

  #growth(stream: Stream, now: Standing, point: Point, isDelta: boolean): Standing {
    const { startTimeUnixNano: startUs = 0, timeUnixNano: timeUs = 0 } = point;
    const before = stream.standing;
    const isSameStart = stream.startUs === startUs;
    const growth = isDelta || !before ? now : isSameStart ? growthOf(now, before) : undefined;
    if (growth === undefined) this.#room.onReset();
    stream.startUs = startUs;
    stream.timeUs = timeUs;
    if (!isDelta) stream.standing = now;
    return growth ?? now;
  }

  /** Quantiles as they are, and sum and count. */
  #summary(plan: MetricPlan, point: SummaryPoint, labels: Labels, around: Around): Verdict {
    const tsUs = point.timeUnixNano || around.nowUs;
    const shown = `${plan.metric}_quantile`;
    const ofQuantile = {
      ...plan,
      kind: 'gauge',
      labels: [...plan.labels, { attribute: '', label: 'q' }],
    } as const;
    if (((point.flags ?? 0) & NO_RECORDED_VALUE) !== 0) {
      for (const { quantile = 0 } of point.quantileValues ?? [])
        this.#withdraw({ ...ofQuantile, metric: shown }, { ...labels, q: String(quantile) }, tsUs);
      return 'mapped';
    }
    const parts = { sum: (point.sum ?? 0) * plan.scale, count: Number(point.count ?? 0) };
    for (const [part, value] of Object.entries(parts)) {
      const metric = `${plan.metric}_${part}_total`;
      const grown = this.#grown(metric, point, value, false, around);
      if (typeof grown !== 'number') return grown;
      this.#declare({ ...plan, kind: 'counter' }, metric, tsUs);
      // A sum of negative values goes down, which no counter shows.
      if (grown >= 0) this.#room.state('metric.changed', { metric, delta: grown, labels }, tsUs);
    }
    this.#declare(ofQuantile, shown, tsUs);
    for (const { quantile = 0, value = Number.NaN } of point.quantileValues ?? [])
      if (Number.isFinite(value))
        this.#show(shown, { ...labels, q: String(quantile) }, value * plan.scale, tsUs, around.nowUs);
    return 'mapped';
  }

  /** By how much a stream has grown. */
  #grown(metric: string, point: Point, value: number, isDelta: boolean, { scope }: Around): number | Verdict {
    const stream = this.#stream(metric, point, scope);
    if (!stream) return tooMany;
    if (isOld(stream, point, isDelta)) return outOfOrder;
    const { startTimeUnixNano: startUs = 0, timeUnixNano: timeUs = 0 } = point;
    const isAnew = !isDelta && stream.timeUs > 0 && (stream.startUs !== startUs || value < stream.value);
    if (isAnew) this.#room.onReset();
    const grown = isDelta || isAnew ? value : value - stream.value;
    stream.startUs = startUs;
    stream.timeUs = Math.max(timeUs, 1);
    stream.value = isDelta ? 0 : value;
    return grown;
  }

  #stream(metric: string, { attributes = [] }: Point, scope: string): Stream | undefined {
    const parts = attributes.map(({ key = '', value = {} }) => JSON.stringify([key, value])).sort();
    const key = `${metric}\0${scope}\0${parts.join('\0')}`;
    const known = this.#streams.get(key);
    if (known) return known;
    if (this.#streams.size >= MOST_STREAMS) return undefined;
    const stream = { startUs: 0, timeUs: 0, value: 0, standing: undefined };
    this.#streams.set(key, stream);
    return stream;
  }

  #show(metric: string, labels: Labels, value: number, tsUs: number, nowUs: number): void {
    this.#room.state('metric.sampled', { metric, value, labels }, tsUs);
    this.#heard(metric, labels, nowUs);
  }

  #heard(metric: string, labels: Labels, nowUs: number): void {
    const key = keyOf(metric, labels);
    const known = this.#gauges.get(key);
    if (known) known.heardUs = nowUs;
    else this.#gauges.set(key, { metric, labels, heardUs: nowUs });
  }

  #withdraw({ metric, kind }: MetricPlan, labels: Labels, tsUs: number): Verdict {
    if (kind === 'gauge' && this.#gauges.delete(keyOf(metric, labels)))
      this.#room.state('metric.withdrawn', { metric, labels }, tsUs);
    return 'mapped';
  }

  #declare(plan: MetricPlan, metric: string, tsUs: number, bounds?: readonly number[]): void {
    if (this.#declared.has(metric) || this.#declared.size >= MOST_METRICS) return;
    this.#declared.add(metric);
    const { kind, help } = plan;
    const labels = plan.labels.map(({ label }) => label);
    const ofBuckets = kind === 'histogram' && bounds?.length ? { bounds: bounds.slice(0, 256) } : {};
    this.#room.state('metric.declared', { metric, kind, help, labels, ...ofBuckets }, tsUs);
  }
}

interface Around {
  readonly scope: string;
  readonly temporality: number;
  readonly nowUs: number;
  readonly merged: Map<string, Merged>;
}

interface Merged {
  readonly plan: MetricPlan;
  readonly labels: Labels;
  readonly value: number;
  readonly tsUs: number;
}

interface GaugePoint {
  readonly point: Point;
  readonly labels: Labels;
  readonly value: number;
  readonly isDelta: boolean;
  readonly tsUs: number;
}

const tooMany: Verdict = ['too_many_streams', `found more than ${MOST_STREAMS} streams of one resource`];
const outOfOrder: Verdict = ['out_of_order', 'found a point that is not later than one before'];
const noTemporality: Verdict = ['temporality', 'found no temporality, expected delta or cumulative'];

/** A point of before, or one that was sent again. Of cumulative ones the same again changes nothing. */
function isOld(stream: Stream, point: Point, isDelta: boolean): boolean {
  const { startTimeUnixNano: startUs = 0, timeUnixNano: timeUs = 0 } = point;
  if (timeUs === 0 || stream.timeUs === 0) return false;
  return isDelta ? timeUs <= stream.timeUs : timeUs < stream.timeUs && startUs <= stream.startUs;
}

function holds(
  attributes: readonly KeyValue[] | undefined,
  where: Readonly<Record<string, string>>,
): boolean {
  return Object.entries(where).every(([name, value]) => String(attributeOf(attributes, name)) === value);
}

function labelsOf({ labels }: MetricPlan, attributes: readonly KeyValue[] | undefined): Labels {
  return Object.fromEntries(
    labels.map(({ attribute, label }) => [
      label,
      String(attributeOf(attributes, attribute) ?? '').slice(0, 256),
    ]),
  );
}

function numberOf({ asDouble, asInt }: NumberPoint): number | undefined {
  return asDouble ?? (asInt === undefined ? undefined : Number(asInt));
}

function keyOf(metric: string, labels: Labels): string {
  return `${metric}\0${Object.values(labels).join('\0')}`;
}

function kindKey({ gauge, sum, histogram, exponentialHistogram, summary }: OtlpMetric): string {
  if (sum) return sum.isMonotonic === true ? 'counter' : 'sum';
  return gauge
    ? 'gauge'
    : histogram
      ? 'histogram'
      : exponentialHistogram
        ? 'exponential'
        : summary
          ? 'summary'
          : '';
}

const combine = {
  sum: (a: number, b: number) => a + b,
  max: (a: number, b: number) => Math.max(a, b),
  min: (a: number, b: number) => Math.min(a, b),
} as const;
