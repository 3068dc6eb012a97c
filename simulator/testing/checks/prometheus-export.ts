/**
 * The check of a page for Prometheus, in both formats: that it can be read strictly, that every metric has type and
 * help, a name that fits its type and no series twice, and that histograms add up. Where `promtool` is
 * installed, Prometheus's own linter judges the page too.
 */
import { spawnSync } from 'node:child_process';
import { collectorOf, type MetricsSource } from '../expected-metric.js';
import { numberOf, readMetricsPage, type PageFamily, type PageSample } from '../page-reader.js';
import { reportOf, type CheckReport } from './report.js';

/** What to check: a page as text, of any exporter, or a collector. */
export type ExportedPage = string | MetricsSource;

/** How. */
export interface PrometheusExportOptions {
  /** Format of a page given as text; `text` by default. A collector is asked for both. */
  readonly format?: 'text' | 'openmetrics';
  /** `promtool check metrics` on the text format: `where_present` (default), `never`, or `required`. */
  readonly promtool?: 'where_present' | 'never' | 'required';
}

/** Checks a page. Figures: families, samples, bytes (of the text format), promtool (1 when it judged). */
export async function checkPrometheusExport(
  exported: ExportedPage,
  options: PrometheusExportOptions = {},
): Promise<CheckReport> {
  const { format = 'text', promtool = 'where_present' } = options;
  const pages = await pagesOf(exported, format);
  const problems: string[] = [];
  let families = 0;
  let samples = 0;
  for (const [kind, page] of pages) {
    const read = readMetricsPage(page, kind);
    families = read.families.length;
    samples = read.families.reduce((sum, family) => sum + family.samples.length, 0);
    const found = [...read.problems, ...read.families.flatMap((family) => familyProblems(family, kind))];
    if (samples === 0) found.push('found no sample, expected at least one');
    problems.push(...found.map((problem) => (pages.length > 1 ? `${kind}: ${problem}` : problem)));
  }
  const text = pages.find(([kind]) => kind === 'text')?.[1];
  const verdict = text === undefined || promtool === 'never' ? undefined : promtoolSays(text);
  if (promtool === 'required' && verdict === undefined)
    problems.push(
      'promtool judged nothing, expected it to be installed and the page to be in the text format',
    );
  problems.push(...(verdict ?? []));
  const figures = {
    families,
    samples,
    bytes: Buffer.byteLength(text ?? pages[0]?.[1] ?? ''),
    promtool: verdict === undefined ? 0 : 1,
  };
  const replay = typeof exported === 'string' ? undefined : collectorOf(exported).replay;
  return reportOf('the Prometheus page', figures, problems, replay);
}

type Format = 'text' | 'openmetrics';

async function pagesOf(exported: ExportedPage, format: Format): Promise<(readonly [Format, string])[]> {
  if (typeof exported === 'string') return [[format, exported]];
  const collector = collectorOf(exported);
  await collector.settled();
  const openMetrics = await collector.page('openmetrics');
  return [
    ['openmetrics', openMetrics],
    ['text', await collector.page('text')],
  ];
}

function familyProblems(family: PageFamily, format: Format): string[] {
  const { name, type, help } = family;
  const problems: string[] = [];
  if (type === '') problems.push(`${name}: found no type, expected a # TYPE line`);
  if (help === undefined || help.trim() === '')
    problems.push(`${name}: found no help, expected a # HELP line with a sentence`);
  if (type === 'counter' && format === 'text' && !name.endsWith('_total'))
    problems.push(`${name}: a counter, expected a name that ends with _total`);
  if (type !== 'counter' && name.endsWith('_total') && format === 'text')
    problems.push(`${name}: a ${type}, expected only counters to end with _total`);
  if (type === 'counter')
    for (const { value, line } of family.samples)
      if (!(value >= 0))
        problems.push(`line ${line}: ${name} found ${value}, expected a counter of at least 0`);
  if (type === 'histogram') problems.push(...histogramProblems(family));
  if (type === 'summary') problems.push(...summaryProblems(family));
  return problems;
}

/** The samples of one histogram or summary series, whatever bound or quantile they are for. */
function seriesOf(family: PageFamily, own: string): PageSample[][] {
  const bySeries = new Map<string, PageSample[]>();
  for (const sample of family.samples) {
    const others = Object.entries(sample.labels).filter(([label]) => label !== own);
    const key = JSON.stringify(others.sort());
    const series = bySeries.get(key);
    if (series) series.push(sample);
    else bySeries.set(key, [sample]);
  }
  return [...bySeries.values()];
}

function histogramProblems(family: PageFamily): string[] {
  const { name } = family;
  return seriesOf(family, 'le').flatMap((series) => {
    const problems: string[] = [];
    const buckets = series.filter((sample) => sample.name === `${name}_bucket`);
    const count = series.find((sample) => sample.name === `${name}_count`);
    const where = `line ${series[0]?.line ?? 0}: ${name}`;
    let before = { le: Number.NEGATIVE_INFINITY, value: 0 };
    for (const { labels, value, line } of buckets) {
      const le = numberOf(labels['le'] ?? '') ?? Number.NaN;
      if (!(le > before.le))
        problems.push(`line ${line}: ${name} found the bound ${labels['le']}, expected it to ascend`);
      if (!(value >= before.value))
        problems.push(
          `line ${line}: ${name} found ${value}, expected at least the ${before.value} of the bucket before`,
        );
      before = { le, value };
    }
    if (before.le !== Number.POSITIVE_INFINITY)
      problems.push(`${where} found no bucket +Inf at the end, expected one`);
    if (count === undefined || !series.some((sample) => sample.name === `${name}_sum`))
      problems.push(`${where} found no _sum and _count, expected both`);
    else if (count.value !== before.value)
      problems.push(
        `${where} found a count of ${count.value}, expected the ${before.value} of its last bucket`,
      );
    return problems;
  });
}

function summaryProblems(family: PageFamily): string[] {
  const { name } = family;
  return seriesOf(family, 'quantile').flatMap((series) => {
    const where = `line ${series[0]?.line ?? 0}: ${name}`;
    const hasBoth = ['_sum', '_count'].every((suffix) => series.some((one) => one.name === name + suffix));
    const wrong = series.filter((one) => {
      const quantile = numberOf(one.labels['quantile'] ?? '') ?? Number.NaN;
      return one.name === name && !(quantile >= 0 && quantile <= 1);
    });
    return [
      ...(hasBoth ? [] : [`${where} found no _sum and _count, expected both`]),
      ...wrong.map(({ line, labels }) => {
        return `line ${line}: ${name} found the quantile ${labels['quantile']}, expected 0 to 1`;
      }),
    ];
  });
}

/** What Prometheus's own linter says; undefined where it is not installed. */
function promtoolSays(page: string): string[] | undefined {
  const { error, status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: page,
    encoding: 'utf8',
  });
  if (error !== undefined) return undefined;
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => line.trim() !== '');
  if (status === 0 && lines.length === 0) return [];
  return lines.length === 0 ? [`promtool: exit ${status}`] : lines.map((line) => `promtool: ${line}`);
}
