/**
 * From a number to its trace: a real Prometheus scrapes exemplars, and its `query_exemplars` and ours say the same, of traces that an
 * OTLP receiver really got.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';
import { OtlpReceiver } from '../support/otlp-traces.js';
import { PrometheusServer } from '../support/prometheus.js';

const hasPrometheus = ((): boolean => {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Exemplar {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: string;
  readonly timestamp: number;
}
interface Series {
  readonly seriesLabels: Readonly<Record<string, string>>;
  readonly exemplars: readonly Exemplar[];
}
interface Answer {
  readonly code: number;
  readonly status?: string;
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: readonly Series[];
}

const DURATION = 'hotstuff_consensus_view_duration_seconds_bucket';
const TIMEOUTS = 'hotstuff_consensus_view_timeouts_total';

describe.skipIf(!hasPrometheus)('a real Prometheus (skipped without the Debian package `prometheus`)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-exemplars-'));
  const socket = `unix://${join(folder, 'events.sock')}`;
  let receiver: OtlpReceiver;
  let sidecar: Child;
  let prometheus: PrometheusServer;
  let ours: string;

  const ask = async (base: string, parameters: Record<string, string>, post = false): Promise<Answer> => {
    const body = new URLSearchParams(parameters);
    const url = `${base}/api/v1/query_exemplars`;
    const response = post
      ? await fetch(url, { method: 'POST', body })
      : await fetch(`${url}?${body.toString()}`);
    const answer = await response.text();
    return { code: response.status, ...(JSON.parse(answer || '{}') as Omit<Answer, 'code'>) };
  };
  const both = async (parameters: Record<string, string>, post = false): Promise<[Answer, Answer]> => {
    const now = Date.now() / 1000;
    const all = { start: String(now - 300), end: String(now + 1), ...parameters };
    return [await ask(ours, all, post), await ask(prometheus.url, all, post)];
  };

  beforeAll(async () => {
    receiver = await OtlpReceiver.start();
    sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket], {
      QUORUMSCOPE_TRACING_ENABLED: 'true',
      QUORUMSCOPE_TRACING_SAMPLING: '0.5',
      QUORUMSCOPE_TRACING_INTERVAL: '100ms',
      QUORUMSCOPE_TRACING_OTLP_URL: receiver.url,
    });
    const target = (await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)\/metrics/))[1]!;
    ours = `http://${target}`;
    prometheus = await PrometheusServer.start(target, '--enable-feature=exemplar-storage');
    const options = ['--speed', 'realtime', '--duration', '6s', '--transactions', '50'];
    const faults = ['--crash', 'v1@2s', '--heal', 'v1@4s'];
    const simulator = Child.cli(['simulate', ...options, ...faults, '--attach', socket]);
    expect(await simulator.exited, simulator.output).toBe(0);
    // Until the newest exemplars, which come with the last traces, have been scraped.
    let before = '';
    await eventually(
      async () => {
        const answers = await both({ query: `{__name__=~"${DURATION}|${TIMEOUTS}"}` });
        const newest = answers.map(({ data = [] }) =>
          JSON.stringify(data.map(({ seriesLabels, exemplars }) => [seriesLabels, exemplars.at(-1)])),
        );
        const isSettled = newest[0] === newest[1] && newest[0] === before && newest[0].length > 2;
        before = newest[0]!;
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        return isSettled ? true : undefined;
      },
      60_000,
      'the same newest exemplars here and there',
    );
  });

  afterAll(async () => {
    await Promise.all([prometheus?.stop(), sidecar?.stop()]);
    receiver?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    `histogram_quantile(0.9, sum by (le) (rate(${DURATION}[5m])))`,
    `${DURATION}{node_id="node-0",outcome="decided"}`,
    TIMEOUTS,
    'hotstuff_consensus_stage_duration_seconds_bucket{stage=~"propose|commit"} / on(node_id) up',
    'hotstuff_execution_block_duration_seconds_bucket',
  ])('has scraped of %s what we answer, of traces that were sent', async (query) => {
    const [here, there] = await both({ query }, true);
    expect(there.code).toBe(200);
    expect(there.data!.length).toBeGreaterThan(0);
    const labelsOf = ({ data = [] }: Answer): string[] =>
      data.map(({ seriesLabels }) => JSON.stringify(Object.entries(seriesLabels).sort()));
    expect(labelsOf(here).sort()).toEqual(labelsOf(there).sort());
    const own = new Set(
      here.data!.flatMap(({ exemplars }) => exemplars.map((one) => JSON.stringify(sorted(one)))),
    );
    const sent = new Map(receiver.spans.map((span) => [span.traceId + span.spanId, span]));
    for (const { seriesLabels, exemplars } of there.data!)
      for (const exemplar of exemplars) {
        expect(own).toContain(JSON.stringify(sorted(exemplar)));
        const span = sent.get(`${exemplar.labels['trace_id']}${exemplar.labels['span_id']}`);
        expect(span?.tags['service.instance.id']).toBe(seriesLabels['node_id']);
      }
  });

  it('finds the trace of a failed view behind a timeout', async () => {
    const [, there] = await both({ query: TIMEOUTS });
    const failed = receiver.spans.filter(({ name, error }) => name === 'view_change' && error !== undefined);
    const traces = new Set(failed.map(({ traceId }) => traceId));
    for (const { exemplars } of there.data!)
      for (const { labels } of exemplars) expect(traces).toContain(labels['trace_id']);
  });

  it.each([
    { query: '1 + 1' },
    { query: 'nothing_of_the_kind' },
    { query: TIMEOUTS, start: '10', end: '20' },
    { query: TIMEOUTS, start: '2', end: '1' },
    { query: TIMEOUTS, start: 'yesterday' },
    { query: 'sum(' },
    { query: '' },
  ])('answers %j with the same code, kind and data', async (parameters) => {
    const [here, there] = await both(parameters);
    expect([here.code, here.status, here.errorType]).toEqual([there.code, there.status, there.errorType]);
    expect(here.data).toEqual(there.data);
    if (there.error !== undefined && !/parse error/.test(there.error)) expect(here.error).toBe(there.error);
  });

  it('is given no exemplars in the text format', async () => {
    const page = async (accept: string): Promise<string> =>
      (await fetch(`${ours}/metrics`, { headers: { accept } })).text();
    expect(await page('text/plain')).not.toContain(' # {');
    expect(await page('application/openmetrics-text; version=1.0.0')).toContain(' # {trace_id="');
  });
});

function sorted({ labels, value, timestamp }: Exemplar): unknown {
  return [Object.entries(labels).sort(), value, timestamp];
}
