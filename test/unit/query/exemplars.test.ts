/** `query_exemplars` over a book of exemplars, without a server: what is selected, from when to when, under which labels. */
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { RecentExemplars } from '../../../src/history/recent/recent-exemplars.js';
import { RecentWindow } from '../../../src/history/recent/recent-window.js';
import { Board } from '../../../src/metrics/board.js';
import { counter, histogram } from '../../../src/metrics/definition.js';
import { ExemplarBook } from '../../../src/metrics/exemplars.js';
import { defaultLimits } from '../../../src/promql/budget.js';
import { PrometheusApi } from '../../../src/query/prometheus-api.js';

const START_S = 1_700_000_000;
const took = histogram('took_seconds', 'Time.', [0.1, 1], ['node'], { unit: 'seconds' });
const failures = counter('failures_total', 'Failures.', ['node']);
const traceOf = (i: number): string => i.toString(16).padStart(32, '0');

interface Found {
  readonly seriesLabels: Record<string, string>;
  readonly exemplars: readonly { labels: Record<string, string>; value: string; timestamp: number }[];
}

/** One exemplar every 100 seconds, alternating between two nodes. */
function started() {
  const clock = new ManualClock(START_S * 1e6);
  const board = new Board();
  const exemplars = new ExemplarBook(board);
  const target = { job: 'quorumscope', instance: 'here:1' };
  const window = new RecentWindow({ board, target, windowMs: 600_000, maxBytes: 1e7 });
  for (let i = 0; i <= 10; i++) {
    const node = i % 2 === 0 ? 'a' : 'b';
    board
      .histogram(took)
      .at(node)
      .observe(0.5 + i);
    board.counter(failures).at(node).add();
    const at = { atUs: clock.nowUs() + 1_999, traceId: traceOf(i), spanId: 'f'.repeat(16) };
    exemplars.note({ definition: took, labelValues: [node], value: 0.5 + i }, at);
    exemplars.note({ definition: failures, labelValues: [node], value: 1 }, at);
    if (i < 10) clock.advance(100e6);
  }
  const nowMs = (): number => clock.nowUs() / 1000;
  const api = new PrometheusApi({
    source: window,
    metadata: () => [],
    exemplars: new RecentExemplars({ exemplars, target, windowMs: 600_000, nowMs }),
    dataClock: clock,
    wallClock: clock,
    limits: defaultLimits,
    lookbackMs: 300_000,
    concurrency: 1,
    queue: 1,
    version: '0',
  });
  return async (parameters: Record<string, string>): Promise<{ status: number; data: Found[] }> => {
    const { signal } = new AbortController();
    const asked = {
      endpoint: 'query_exemplars' as const,
      parameters: new URLSearchParams(parameters),
      signal,
    };
    const { status, body } = await api.answer(asked);
    return { status, data: body === '' ? [] : ((JSON.parse(body) as { data?: Found[] }).data ?? []) };
  };
}

describe('a question for exemplars', () => {
  it('is answered with the labels of a scrape, bucket by bucket, in order', async () => {
    const { data } = await started()({ query: 'rate(took_seconds_bucket{node="a"}[5m])' });
    const common = { __name__: 'took_seconds_bucket', instance: 'here:1', job: 'quorumscope', node: 'a' };
    expect(data.map(({ seriesLabels }) => seriesLabels)).toEqual([{ ...common, le: '+Inf' }]);
    // The window reaches back ten minutes, the first millisecond of it included.
    expect(data[0]!.exemplars).toEqual(
      [4, 6, 8, 10].map((i) => ({
        labels: { span_id: 'f'.repeat(16), trace_id: traceOf(i) },
        value: String(0.5 + i),
        timestamp: START_S + i * 100 + 0.001,
      })),
    );
  });

  it('takes every selector of the query, and the time asked for', async () => {
    const ask = started();
    const names = async (parameters: Record<string, string>): Promise<string[]> =>
      (await ask(parameters)).data.map(
        ({ seriesLabels, exemplars }) =>
          `${seriesLabels['__name__']} ${seriesLabels['node']} ${exemplars.length}`,
      );
    const query = 'failures_total{node="b"} / ignoring(le) sum(took_seconds_bucket{node!~"b|c"})';
    expect(await names({ query })).toEqual(['failures_total b 3', 'took_seconds_bucket a 4']);
    const start = String(START_S + 500);
    expect(await names({ query, start, end: String(START_S + 700) })).toEqual([
      'failures_total b 1',
      'took_seconds_bucket a 1',
    ]);
    expect(await names({ query: 'took_seconds_sum' })).toEqual([]);
  });

  it('that selects nothing has no content', async () => {
    expect(await started()({ query: '1 + 2' })).toEqual({ status: 204, data: [] });
  });
});
