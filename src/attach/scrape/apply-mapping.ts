/**
 * A page seen through a mapping: series under our names, and what became of every name of the page. Pure:
 * counters are totals here, what they grew by is the scraper's to know.
 */
import type { Mapping, MappingRule } from './mapping.js';
import type { Page, Sample } from './parse-page.js';

/** One metric as it is declared. */
export interface MappedMetric {
  readonly metric: string;
  readonly kind: 'counter' | 'gauge';
  readonly help: string;
  readonly labels: readonly string[];
}

/** One series. */
export interface MappedSeries {
  readonly metric: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What a page became. */
export interface MappedPage {
  readonly metrics: readonly MappedMetric[];
  readonly series: readonly MappedSeries[];
  /** By name on the page: what it became; null where the mapping has no line for it. */
  readonly names: ReadonlyMap<string, string | null>;
  /** Lines of the mapping of which the page had nothing. */
  readonly absent: readonly MappingRule[];
}

/** Never throws. */
export function applyMapping(page: Page, mapping: Mapping): MappedPage {
  const byName = new Map<string, Sample[]>();
  for (const sample of page.samples) {
    const known = byName.get(sample.name);
    if (known === undefined) byName.set(sample.name, [sample]);
    else known.push(sample);
  }
  const names = new Map<string, string | null>([...byName.keys()].map((name) => [name, null]));
  const metrics = new Map<string, MappedMetric>();
  const series = new Map<string, MappedSeries>();
  const absent: MappingRule[] = [];
  for (const rule of mapping.metrics) {
    const from = rule.from.find((name) => byName.has(name));
    const samples = from === undefined ? [] : byName.get(from)!.filter((sample) => holds(sample, rule));
    if (from === undefined || samples.length === 0) {
      absent.push(rule);
      continue;
    }
    names.set(from, rule.to);
    if (!metrics.has(rule.to)) metrics.set(rule.to, declared(rule, from, page));
    for (const [key, one] of merged(samples, rule)) if (!series.has(key)) series.set(key, one);
  }
  return { metrics: [...metrics.values()], series: [...series.values()], names, absent };
}

function holds({ labels }: Sample, { where = {} }: MappingRule): boolean {
  return Object.entries(where).every(([label, value]) => labels[label] === value);
}

function declared({ to, kind, help, labels }: MappingRule, from: string, { types }: Page): MappedMetric {
  const said = types.get(from) ?? types.get(from.replace(/_total$/, ''));
  // The parts of histograms and summaries only grow.
  const grows = said === 'counter' || (said === undefined && /_(?:total|count|sum|bucket)$/.test(from));
  return { metric: to, kind: kind ?? (grows ? 'counter' : 'gauge'), help, labels };
}

function merged(samples: readonly Sample[], rule: MappingRule): Map<string, MappedSeries> {
  const { to, labels, scale = 1, merge } = rule;
  const found = new Map<string, MappedSeries>();
  for (const sample of samples) {
    const kept = Object.fromEntries(labels.map((label) => [label, sample.labels[label] ?? '']));
    const key = `${to}\0${Object.values(kept).join('\0')}`;
    const value = sample.value * scale;
    const before = found.get(key)?.value;
    const now = before === undefined ? value : combine[merge](before, value);
    found.set(key, { metric: to, labels: kept, value: now });
  }
  return found;
}

const combine = {
  sum: (a: number, b: number) => a + b,
  max: (a: number, b: number) => Math.max(a, b),
  min: (a: number, b: number) => Math.min(a, b),
} as const;
