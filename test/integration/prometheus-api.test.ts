/**
 * The same requests to the sidecar and to a real Prometheus that scrapes it: the same shapes, codes and messages, and
 * for instant queries the same answers. The simulated network has stopped by then, so that both hold the same numbers.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';
import { PrometheusServer } from '../support/prometheus.js';

const hasPrometheus = ((): boolean => {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

interface Envelope {
  readonly code: number;
  readonly status: string;
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: unknown;
}

const COMMITTED = 'hotstuff_consensus_blocks_committed_total';

describe.skipIf(!hasPrometheus)('a real Prometheus (skipped without the Debian package `prometheus`)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-api-'));
  const socket = `unix://${join(folder, 'events.sock')}`;
  let sidecar: Child;
  let prometheus: PrometheusServer;
  let ours: string;
  /** A time at which both have sampled the stopped network. */
  let time: number;

  const ask = async (base: string, path: string, parameters: string, post = false): Promise<Envelope> => {
    const body = new URLSearchParams(parameters);
    const response = post
      ? await fetch(`${base}/api/v1/${path}`, { method: 'POST', body })
      : await fetch(`${base}/api/v1/${path}?${body.toString()}`);
    return { code: response.status, ...((await response.json()) as Omit<Envelope, 'code'>) };
  };
  const both = async (path: string, parameters = '', post = false): Promise<[Envelope, Envelope]> =>
    Promise.all([ask(ours, path, parameters, post), ask(prometheus.url, path, parameters, post)]);

  beforeAll(async () => {
    sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket]);
    const target = (await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)\/metrics/))[1]!;
    ours = `http://${target}`;
    const simulator = Child.cli(['simulate', '--speed', 'realtime', '--duration', '5s', '--attach', socket]);
    expect(await simulator.exited, simulator.output).toBe(0);
    prometheus = await PrometheusServer.start(target);
    time = await eventually(
      async () => {
        const { data } = await ask(prometheus.url, 'query', `query=count_over_time(${COMMITTED}[1m])`);
        const { result } = data as { result: { value: [number, string] }[] };
        return result.length === 4 && Number(result[0]!.value[1]) >= 6 ? result[0]!.value[0] : undefined;
      },
      60_000,
      'some scrapes',
    );
  });

  afterAll(async () => {
    await Promise.all([prometheus?.stop(), sidecar?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    COMMITTED,
    `sum by (chain_id, job) (${COMMITTED})`,
    `max by (chain_id) (${COMMITTED}) > 100`,
    '{__name__=~"hotstuff_consensus_(votes|proposals).*_total"}',
    'hotstuff_consensus_view_duration_seconds_bucket',
    'hotstuff_consensus_view_duration_seconds_count',
    'histogram_quantile(0.9, sum by (le, node_id) (hotstuff_consensus_view_duration_seconds_bucket))',
    'topk(4, hotstuff_consensus_current_view)',
    'rate(hotstuff_consensus_blocks_committed_total[5s])',
    'label_replace(up, "who", "$1", "instance", "(.*):.*")',
    'count({job="quorumscope", __name__=~"hotstuff_.+"})',
    'absent(nothing{job="x"})',
    'vector(1) / 0',
    '1 + 2 * 3',
    '"text"',
  ])('answers %s with the same series and numbers', async (query) => {
    const [here, there] = await both('query', `query=${encodeURIComponent(query)}&time=${time}`, true);
    expect(there.code).toBe(200);
    expect(sorted(here.data)).toEqual(sorted(there.data));
    expect(here).toMatchObject({ code: 200, status: 'success' });
  });

  it('has samples of the network to compare at all', async () => {
    const [here] = await both('query', `query=${COMMITTED}&time=${time}`);
    expect((here.data as { result: unknown[] }).result).toHaveLength(4);
  });

  it('answers ranges in the same shape, step by step', async () => {
    const parameters = `query=${COMMITTED}&start=${time - 2}&end=${time}&step=1`;
    for (const post of [false, true]) {
      const [here, there] = await both('query_range', parameters, post);
      expect(sorted(here.data)).toEqual(sorted(there.data));
    }
  });

  it('knows the same series, labels and values', async () => {
    const match = `match[]=${COMMITTED}&match[]=up`;
    const [series, theirs] = await both('series', match, true);
    expect(asSet(series.data)).toEqual(asSet(theirs.data));
    for (const [path, parameters] of [
      ['labels', match],
      ['label/node_id/values', ''],
      ['label/job/values', ''],
      ['label/instance/values', match],
      ['label/__name__/values', 'match[]={__name__=~"hotstuff_.+"}'],
    ] as const) {
      const [here, there] = await both(path, parameters);
      expect(here.data, path).toEqual(there.data);
    }
  });

  it('describes metrics in the same form', async () => {
    for (const metric of ['hotstuff_consensus_current_view', 'hotstuff_consensus_view_duration_seconds']) {
      const [here, there] = await both('metadata', `metric=${metric}`);
      expect(here.data).toEqual(there.data);
    }
    const [here, there] = await both('status/buildinfo');
    expect(Object.keys(here.data as object).sort()).toEqual(Object.keys(there.data as object).sort());
  });

  it('formats queries alike', async () => {
    const [here, there] = await both('format_query', 'query=sum(rate(a{b="c"}[5m]))by(d)/on(d)e');
    expect(here).toEqual(there);
  });

  it.each([
    ['query', 'query=up&time=yesterday'],
    ['query', 'query=up&timeout=soon'],
    ['query', 'query=sum('],
    ['query', ''],
    ['query', `query=up+on(job)+group_left()+{job="quorumscope"}`],
    ['query_range', 'query=up&start=2&end=1&step=1'],
    ['query_range', 'query=up&start=1&end=2&step=0'],
    ['query_range', 'query=up&start=1&end=2&step=x'],
    ['query_range', 'query=up&start=x&end=2&step=1'],
    ['query_range', 'query=up[1m]&start=1&end=2&step=1'],
    ['query_range', 'query=up&start=0&end=11001&step=1'],
    ['series', ''],
    ['series', 'match[]={a='],
    ['series', 'match[]={job=~".*"}'],
    ['labels', 'match[]=sum(up)'],
    ['label/a-b/values', ''],
    ['format_query', 'query=('],
  ])('refuses %s?%s with the same code and kind', async (path, parameters) => {
    const [here, there] = await both(path, parameters);
    expect(there.status).toBe('error');
    expect([here.code, here.status, here.errorType]).toEqual([there.code, there.status, there.errorType]);
    // The words of parse errors have changed between the versions of Prometheus.
    if (!/parse error/.test(there.error!)) expect(here.error).toBe(there.error);
  });
});

/** Series in an order of their own: an instant answer has none. */
function sorted(data: unknown): unknown {
  const { resultType, result } = data as { resultType: string; result: readonly unknown[] };
  if (resultType !== 'vector' && resultType !== 'matrix') return data;
  return { resultType, result: [...asSet(result)].sort() };
}

function asSet(items: unknown): Set<string> {
  const ordered = (item: unknown): string =>
    JSON.stringify(item, (_, value: unknown) =>
      typeof value === 'object' && value !== null && !Array.isArray(value)
        ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
        : value,
    );
  return new Set((items as readonly unknown[]).map(ordered));
}
