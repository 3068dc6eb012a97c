/**
 * Metrics of prom-client registries that are not ours: read, never changed, and rendered by our own
 * writer. (A registry asked for both formats renames its own counters, and one collector that throws
 * fails its whole page.) What fails, hangs, clashes or is not valid is left out and said so.
 */
import type { Registry, RegistryContentType } from 'prom-client';
import { messageOf } from '../../base/errors.js';
import { labelSet } from '../../metrics/label-text.js';
import { numberText } from '../../metrics/number-text.js';
import { boundLabel } from '../../metrics/bound-label.js';
import { sampleNames } from '../../metrics/definition.js';
import type { Format } from './format.js';
import { isShortenedCounter, metadataLines, type Metadata } from './lines.js';

/** Why a foreign metric is not on the page. */
export type LeftOutReason = 'failed' | 'timeout' | 'clash' | 'invalid';

/** A metric that is not on the page. */
export interface LeftOut {
  readonly metric: string;
  readonly reason: LeftOutReason;
  readonly problem: string;
}

/** One metric as prom-client hands it out; fields are checked, since anybody may register anything. */
export interface ForeignMetric {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  readonly values: readonly ForeignSample[];
}

interface ForeignSample {
  readonly value: number;
  readonly labels?: Readonly<Record<string, unknown>>;
  readonly metricName?: string;
  readonly exemplar?: {
    readonly labelSet: Readonly<Record<string, unknown>>;
    readonly value: number;
    readonly timestamp: number;
  } | null;
}

interface Collectable {
  readonly name?: unknown;
  get(): Promise<ForeignMetric>;
}

const NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const KINDS = ['counter', 'gauge', 'histogram', 'summary'] as const;

/**
 * What `registry` holds now, its default labels applied; metrics without series apart. A metric whose collection throws, or is not
 * done after `deadlineMs`, is reported to `leaveOut`.
 */
export async function readRegistry(
  registry: Registry<RegistryContentType>,
  deadlineMs: number,
  leaveOut: (leftOut: LeftOut) => void,
): Promise<readonly ForeignMetric[]> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, deadlineMs, undefined).unref();
  });
  const collect = async (metric: Collectable): Promise<ForeignMetric> => {
    const name = String(metric.name);
    const none: ForeignMetric = { name, type: '', help: '', values: [] };
    try {
      const read = await Promise.race([metric.get(), deadline]);
      // Copies, because the registry writes its default labels into what it hands out.
      if (read) return { ...read, values: read.values.map((sample) => ({ ...sample })) };
      leaveOut({ metric: name, reason: 'timeout', problem: `not collected within ${deadlineMs} ms` });
    } catch (error) {
      leaveOut({ metric: name, reason: 'failed', problem: messageOf(error) });
    }
    return none;
  };
  try {
    const metrics = registry.getMetricsAsArray() as unknown as Collectable[];
    const guarded = metrics.map((metric) => ({ get: () => collect(metric) }));
    // The registry's own reading (it knows its default labels), over collectors that cannot fail.
    const view = Object.create(registry, {
      getMetricsAsArray: { value: () => guarded },
    }) as Registry<RegistryContentType>;
    const read = (await view.getMetricsAsJSON()) as unknown as ForeignMetric[];
    // A registry that speaks OpenMetrics prints `_total` whether its counters are named so or not.
    const addsTotal = registry.contentType.startsWith('application/openmetrics-text');
    const filled = read.filter(({ values }) => values.length > 0);
    return addsTotal ? filled.map(withTotal) : filled;
  } catch (error) {
    leaveOut({ metric: 'every metric of a registry', reason: 'failed', problem: messageOf(error) });
    return [];
  } finally {
    clearTimeout(timer);
  }
}

/** Every name that a page would use for `metric`, so that clashes can be seen. */
export function foreignNames(metric: ForeignMetric): string[] {
  const { name } = metric;
  const kind = kindOf(metric);
  return kind === 'unknown' ? [name] : sampleNames({ name, kind });
}

/** What is wrong with `metric`, or undefined when it can stand on a page. */
export function foreignProblem(metric: ForeignMetric): string | undefined {
  if (typeof metric.name !== 'string' || !NAME.test(metric.name)) return 'its name is not a metric name';
  const names = new Set(foreignNames(metric));
  for (const { value, labels, metricName } of metric.values) {
    if (typeof value !== 'number') return `a value is a ${typeof value}`;
    if (metricName !== undefined && !names.has(metricName))
      return `it holds series of the name ${metricName}`;
    const bad = Object.keys(labels ?? {}).find((label) => !LABEL.test(label));
    if (bad !== undefined) return `${bad} is not a label name`;
  }
  return undefined;
}

/** The lines of `metric` on a page that uses `names`; exemplars in OpenMetrics only. */
export function foreignLines(metric: ForeignMetric, format: Format, names: ReadonlySet<string>): string {
  const kind = kindOf(metric);
  const help =
    typeof metric.help === 'string' && metric.help.trim() !== '' ? metric.help : 'Registered without help.';
  const metadata: Metadata = { name: metric.name, kind, help };
  let lines = metadataLines(metadata, format, names);
  for (const sample of metric.values) {
    const name = sample.metricName ?? metric.name;
    lines += `${name}${foreignLabelSet(sample.labels ?? {})} ${numberText(sample.value)}`;
    const mayHaveExemplar =
      kind === 'histogram' ? name.endsWith('_bucket') : isShortenedCounter(metadata, names);
    if (format === 'openmetrics' && mayHaveExemplar && sample.exemplar)
      lines += exemplarText(sample.exemplar);
    lines += '\n';
  }
  return lines;
}

function exemplarText({
  labelSet: labels,
  value,
  timestamp,
}: NonNullable<ForeignSample['exemplar']>): string {
  return ` # ${foreignLabelSet(labels) || '{}'} ${numberText(value)} ${numberText(timestamp)}`;
}

function foreignLabelSet(labels: Readonly<Record<string, unknown>>): string {
  const names = Object.keys(labels).filter((name) => labels[name] !== undefined && labels[name] !== null);
  const values = names.map((name) => {
    const value = labels[name];
    const isBound = name === 'le' || name === 'quantile';
    return isBound && Number.isFinite(Number(value)) ? boundLabel(Number(value)) : String(value);
  });
  return labelSet(names, values);
}

function withTotal(metric: ForeignMetric): ForeignMetric {
  if (metric.type !== 'counter' || metric.name.endsWith('_total')) return metric;
  return { ...metric, name: `${metric.name}_total` };
}

function kindOf(metric: ForeignMetric): Metadata['kind'] {
  return KINDS.find((kind) => kind === metric.type) ?? 'unknown';
}
