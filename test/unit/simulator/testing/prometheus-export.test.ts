/** The check of a metrics page: a good one passes, and each way to be wrong is named. */
import { describe, expect, it } from 'vitest';
import { checkPrometheusExport } from '../../../../simulator/testing/checks/prometheus-export.js';
import { readMetricsPage } from '../../../../simulator/testing/page-reader.js';
import { runScenario } from '../../../../simulator/testing/scenario.js';
import { createTestCollector } from '../../../../simulator/testing/test-collector.js';

const good = `# HELP a_total How many.
# TYPE a_total counter
a_total{x="one \\"two\\" \\\\ \\n"} 1
a_total{x="2"} 2.5e3 1700000000000
# HELP h_seconds How long.
# TYPE h_seconds histogram
h_seconds_bucket{le="0.1"} 1
h_seconds_bucket{le="+Inf"} 2
h_seconds_sum 1.5
h_seconds_count 2
# HELP s_bytes How large.
# TYPE s_bytes summary
s_bytes{quantile="0.5"} NaN
s_bytes_sum 0
s_bytes_count 0
`;

const problemsOf = async (page: string, format?: 'text' | 'openmetrics'): Promise<string> =>
  (await checkPrometheusExport(page, { promtool: 'never', ...(format ? { format } : {}) })).problems.join(
    '\n',
  );

describe('the Prometheus check', () => {
  it('passes a collector, in both formats, and says so in figures', async () => {
    const run = await runScenario({ durationUs: 1_000_000, workload: { transactionsPerSecond: 50 } });
    const report = await checkPrometheusExport(run, { promtool: 'never' });
    expect(report.problems).toEqual([]);
    expect(report.figures['families']).toBeGreaterThan(100);
    expect(report.figures['samples']).toBeGreaterThan(1_000);
    expect(report.replay).toBe(run.replay);
  });

  it('passes a page that is right', async () => {
    expect(await problemsOf(good)).toBe('');
    const { families } = readMetricsPage(good);
    expect(families.map(({ name, samples }) => [name, samples.length])).toEqual([
      ['a_total', 2],
      ['h_seconds', 4],
      ['s_bytes', 3],
    ]);
    expect(families[0]!.samples[0]).toMatchObject({ labels: { x: 'one "two" \\ \n' }, value: 1, line: 3 });
    expect(families[0]!.samples[1]!.value).toBe(2_500);
  });

  const breaks: [string, (page: string) => string, RegExp][] = [
    ['the last line does not end', (page) => page.slice(0, -1), /line 15: .*expected a line that ends/],
    ['a line is none', (page) => `${page}what is this\n`, /line 16: found "what is this", expected name/],
    ['a value is no number', (page) => page.replace('} 1\n', '} one\n'), /line 3: found the value "one"/],
    [
      'a label is not quoted',
      (page) => page.replace('x="2"', 'x=2'),
      /line 4: found "x=2", expected label="value"/,
    ],
    ['a label comes twice', (page) => page.replace('x="2"', 'x="2",x="3"'), /the label x comes twice/],
    [
      'a series comes twice',
      (page) => page.replace('x="2"', 'x="one \\"two\\" \\\\ \\n"'),
      /line 4: a_total has a second sample/,
    ],
    [
      'a type is missing',
      (page) => page.replace('# TYPE a_total counter\n', ''),
      /a_total has no # TYPE before it[^]*a_total: found no type/,
    ],
    [
      'a type is unknown',
      (page) => page.replace('a_total counter', 'a_total meter'),
      /found the type "meter"/,
    ],
    [
      'a type comes twice',
      (page) => page.replace('# TYPE a', '# TYPE a_total counter\n# TYPE a'),
      /a second # TYPE of a_total/,
    ],
    [
      'the help is missing',
      (page) => page.replace('# HELP a_total How many.\n', ''),
      /a_total: found no help/,
    ],
    [
      'metadata comes late',
      (page) =>
        page
          .replace('# HELP a_total How many.\n', '')
          .replace('# HELP h', '# HELP a_total How many.\n# HELP h'),
      /# HELP of a_total comes after its samples/,
    ],
    ['lines of a metric are apart', (page) => `${page}a_total{x="3"} 1\n`, /line 16: a_total comes again/],
    [
      'a counter is not named so',
      (page) => page.replaceAll('a_total', 'a'),
      /a: a counter, expected a name that ends with _total/,
    ],
    [
      'a gauge is named like a counter',
      (page) => page.replace('a_total counter', 'a_total gauge'),
      /a_total: a gauge, expected only counters/,
    ],
    [
      'a counter is negative',
      (page) => page.replace('} 1\n', '} -1\n'),
      /found -1, expected a counter of at least 0/,
    ],
    [
      'buckets do not add up',
      (page) => page.replace('"0.1"} 1', '"0.1"} 3'),
      /found 2, expected at least the 3 of the bucket before/,
    ],
    [
      'bounds do not ascend',
      (page) =>
        page.replace(
          'h_seconds_bucket{le="0.1"} 1\n',
          'h_seconds_bucket{le="0.1"} 1\nh_seconds_bucket{le="0.05"} 1\n',
        ),
      /found the bound 0.05, expected it to ascend/,
    ],
    [
      'there is no last bucket',
      (page) => page.replace('h_seconds_bucket{le="+Inf"} 2\n', ''),
      /found no bucket \+Inf/,
    ],
    [
      'a count is another',
      (page) => page.replace('h_seconds_count 2', 'h_seconds_count 3'),
      /found a count of 3, expected the 2/,
    ],
    [
      'a sum is missing',
      (page) => page.replace('h_seconds_sum 1.5\n', ''),
      /h_seconds found no _sum and _count/,
    ],
    ['a quantile is none', (page) => page.replace('"0.5"', '"5"'), /found the quantile 5, expected 0 to 1/],
    [
      'a summary has no count',
      (page) => page.replace('s_bytes_count 0\n', ''),
      /s_bytes found no _sum and _count/,
    ],
    ['the page is empty', () => '', /found no sample/],
  ];

  it.each(breaks)('fails when %s', async (_what, breaking, problem) => {
    const broken = breaking(good);
    expect(broken).not.toBe(good);
    expect(await problemsOf(broken)).toMatch(problem);
  });

  it('knows what OpenMetrics wants otherwise', async () => {
    const open = `# HELP a How many.\n# TYPE a counter\na_total 1\n# EOF\n`;
    expect(await problemsOf(open, 'openmetrics')).toBe('');
    expect(await problemsOf(open.replace('# EOF\n', ''), 'openmetrics')).toMatch(
      /expected `# EOF` as the last line/,
    );
    expect(await problemsOf(`\n${open}`, 'openmetrics')).toMatch(/expected no comments and no empty lines/);
    expect(await problemsOf(open.replace('a_total 1', 'a 1'), 'openmetrics')).toMatch(
      /a has no # TYPE before it/,
    );
    expect(await problemsOf(open.replace('# TYPE', '# UNIT a seconds\n# TYPE'), 'openmetrics')).toMatch(
      /found the unit "seconds"/,
    );
    expect(await problemsOf(open)).not.toBe('');
  });

  it('says so when promtool is required and has nothing to judge', async () => {
    const page = '# HELP a How many.\n# TYPE a counter\na_total 1\n# EOF\n';
    const report = await checkPrometheusExport(page, { format: 'openmetrics', promtool: 'required' });
    expect(report.problems.join('\n')).toMatch(/promtool judged nothing/);
  });

  it('looks at a collector that has heard nothing yet', async () => {
    expect((await checkPrometheusExport(createTestCollector(), { promtool: 'never' })).problems).toEqual([]);
  });
});
