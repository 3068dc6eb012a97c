/**
 * What was used in a range, by label, and what it cost by the caller's price table. Quantities are exact counts; costs are
 * computed without floating point and rounded once per line and once for each total, which is the sum of what was not rounded.
 */
import { keyOf, namedLabels, type Asking, type LabelValues } from './asking.js';
import { byOf, selectorOf, sumOf, type Where } from './expressions.js';
import { decimal, plus, quantityOf, times, written, type Fraction } from './money.js';
import { badRequest, spanOf, type Span, type TimeRange } from './span.js';

/** Something that is counted. */
export interface Meter {
  readonly name: string;
  /** A counter. */
  readonly metric: string;
  /** Labels to tell apart. */
  readonly by: readonly string[];
  readonly where?: Where;
  /**
   * `sum` adds what every node counted. `max` takes of each chain and group the node that counted most: for what every
   * node repeats, such as the execution of the same calls. Default `sum`.
   */
  readonly nodes?: 'sum' | 'max';
}

/** What usage reports count unless they are told otherwise. */
export const usageMeters: readonly Meter[] = [
  { name: 'fuel', metric: 'hotstuff_execution_fuel_used_total', by: ['contract'], nodes: 'max' },
  { name: 'fuel_by_class', metric: 'hotstuff_execution_class_fuel_total', by: ['class'], nodes: 'max' },
  { name: 'bytes_by_class', metric: 'hotstuff_execution_class_bytes_total', by: ['class'], nodes: 'max' },
  { name: 'transactions', metric: 'hotstuff_mempool_transactions_committed_total', by: ['chain_id'] },
  { name: 'bytes_sent', metric: 'hotstuff_network_sent_bytes_total', by: ['message'] },
  { name: 'bytes_written', metric: 'hotstuff_storage_written_bytes_total', by: ['node_id'] },
];

/** The price of a meter. Of several that fit a line the first counts. */
export interface Price {
  readonly meter: string;
  /** Lines with these labels; default: all. */
  readonly labels?: LabelValues;
  /** A decimal such as `0.000035`. */
  readonly price: string;
  /** For how many units; a whole number. Default 1. */
  readonly per?: number;
}

/** The caller's prices. */
export interface PriceTable {
  readonly currency: string;
  /** Digits of a cost after the point, 0 to 18. Default 2. */
  readonly digits?: number;
  readonly prices: readonly Price[];
}

/** What is asked. */
export interface UsageOptions {
  readonly range: TimeRange;
  /** Default `usageMeters`. */
  readonly meters?: readonly Meter[];
  /** For all meters. */
  readonly where?: Where;
  /** Without them nothing has a cost. */
  readonly prices?: PriceTable;
}

/** One group of a meter. */
export interface UsageLine {
  readonly labels: LabelValues;
  readonly quantity: number;
  /** A decimal; absent where no price fits. */
  readonly cost?: string;
}

/** One meter. */
export interface MeterUsage {
  readonly name: string;
  readonly total: number;
  /** Of the lines that have a price; absent where none has. */
  readonly cost?: string;
  readonly lines: readonly UsageLine[];
  /** The PromQL of `lines`, to be asked at `range.toMs`. */
  readonly query: string;
}

/** The answer. */
export interface UsageReport {
  /** In whole steps. */
  readonly range: Span;
  readonly meters: readonly MeterUsage[];
  /** Meters of which nothing is known in the range. */
  readonly absent: readonly string[];
  readonly currency?: string;
  /** Of all lines that have a price. */
  readonly cost?: string;
  /** Meters with lines that no price fits; empty without a price table. */
  readonly unpriced: readonly string[];
}

/** The PromQL of a meter, to be asked at the end of the range. @throws QuorumscopeError `analytics.request` */
export function usageQuery(meter: Meter, range: TimeRange, where: Where = {}): string {
  const { metric, by, nodes = 'sum' } = meter;
  const selector = selectorOf(metric, { ...meter.where, ...where });
  const span = spanOf(range);
  if (nodes === 'sum') return sumOf(selector, span, by);
  const chain = [...new Set([...by, 'chain_id'])];
  const node = [...new Set([...chain, 'node_id'])];
  return `sum${byOf(by)}(max${byOf(chain)}(${sumOf(selector, span, node)}))`;
}

/**
 * Asks. A meter of `usageMeters` that nothing counts is listed as absent; one that the caller named is an error.
 * @throws QuorumscopeError `analytics.request`, `analytics.unknown`, `promql.*`
 */
export async function usageOf(options: UsageOptions, asking: Asking): Promise<UsageReport> {
  const { meters = usageMeters, where, prices } = options;
  const range = spanOf(options.range);
  const priced = prices && pricing(prices, meters);
  const answered: MeterUsage[] = [];
  const absent: string[] = [];
  const unpriced: string[] = [];
  let cost: Fraction | undefined;
  for (const meter of meters) {
    const query = usageQuery(meter, range, where);
    const labels = namedLabels(meter.by, { ...meter.where, ...where });
    if (options.meters !== undefined) await asking.formOf(meter.metric, range, labels);
    const rows = await asking.at(query, range.toMs);
    if (rows.length === 0) {
      absent.push(meter.name);
      continue;
    }
    const usage = linesOf(meter, rows, priced);
    if (priced !== undefined && usage.lines.some((line) => line.cost === undefined))
      unpriced.push(meter.name);
    if (usage.exact !== undefined) cost = cost === undefined ? usage.exact : plus(cost, usage.exact);
    const { exact, ...shown } = usage;
    answered.push({ name: meter.name, ...shown, ...costOf(exact, priced), query });
  }
  const bill = prices === undefined ? {} : { currency: prices.currency, ...costOf(cost, priced) };
  return { range, meters: answered, absent, unpriced, ...bill };
}

/** A price table that has been read. */
interface Pricing {
  readonly digits: number;
  of(meter: string, labels: LabelValues): Fraction | undefined;
}

function pricing({ digits = 2, prices }: PriceTable, meters: readonly Meter[]): Pricing {
  if (!Number.isInteger(digits) || digits < 0 || digits > 18)
    throw badRequest(`digits of a cost are 0 to 18; found ${digits}`);
  const read = prices.map(({ meter, labels = {}, price, per = 1 }) => {
    if (!meters.some(({ name }) => name === meter))
      throw badRequest(`a price names the meter ${JSON.stringify(meter)}, which the report does not have`);
    if (!Number.isSafeInteger(per) || per < 1)
      throw badRequest(`a price is per whole number of units; found ${per}`);
    const { top, bottom } = decimal(price, `the price of ${meter}`);
    return { meter, labels: Object.entries(labels), unit: { top, bottom: bottom * BigInt(per) } };
  });
  const of = (meter: string, labels: LabelValues): Fraction | undefined =>
    read.find((one) => one.meter === meter && one.labels.every(([name, value]) => labels[name] === value))
      ?.unit;
  return { digits, of };
}

function linesOf(
  { name }: Meter,
  rows: readonly { readonly labels: LabelValues; readonly value: number }[],
  priced: Pricing | undefined,
): { total: number; lines: readonly UsageLine[]; exact: Fraction | undefined } {
  let exact: Fraction | undefined;
  let total = 0;
  const sorted = [...rows].sort((a, b) => (keyOf(a.labels) < keyOf(b.labels) ? -1 : 1));
  const lines = sorted.map(({ labels, value }) => {
    total += value;
    const unit = priced?.of(name, labels);
    if (unit === undefined) return { labels, quantity: value };
    const cost = times(quantityOf(value), unit);
    exact = exact === undefined ? cost : plus(exact, cost);
    return { labels, quantity: value, ...costOf(cost, priced) };
  });
  return { total, lines, exact };
}

function costOf(cost: Fraction | undefined, priced: Pricing | undefined): { cost?: string } {
  return cost === undefined || priced === undefined ? {} : { cost: written(cost, priced.digits) };
}
