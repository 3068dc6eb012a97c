/**
 * What a running sidecar does differently for each setting of the specification's MetricsConfig that concerns it. The
 * settings of embedded mode (`hooks.*`) show where the embedded face is tested.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import { BYTES_PER_SERIES } from '../../../src/config/metrics.js';
import { parseConfig } from '../../../src/config/parse.js';
import { createSidecar } from '../../../src/sidecar.js';

const START_US = 1_700_000_000_000_000;

/** A started sidecar with these settings, that has heard one node. */
async function start(...settings: readonly (readonly [path: string, text: string])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-settings-'));
  const fixed = [
    ['attach.socket', `unix://${folder}/events.sock`],
    ['server.listen', '127.0.0.1:0'],
  ] as const;
  const flags = [...fixed, ...settings].map(([path, text]) => ({ flag: '--set', path, text }));
  const clock = new ManualClock(START_US);
  const sidecar = createSidecar(parseConfig({ flags }), { clock, logger: silentLogger });
  await sidecar.start();
  onTestFinished(async () => {
    await sidecar.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const feed = sidecar.openFeed({ door: 'unix', peer: 'test' });
  const say = async (...lines: readonly Record<string, unknown>[]) => {
    for (const line of lines) feed.write(Buffer.from(`${JSON.stringify({ ts_us: START_US, ...line })}\n`));
    await sidecar.drained();
  };
  await say(
    { v: 1, type: 'hello', node: 'n1', chain: 'c', run: 'r' },
    { type: 'consensus.view_entered', seq: 0, view: 7, trigger: 'qc', leader: 'n1' },
    { type: 'consensus.block_committed', seq: 1, view: 7, height: 5, block: 'b5' },
  );
  const page = async () => Buffer.from((await sidecar.page()).body).toString();
  return { sidecar, clock, say, page };
}

describe('metrics.enabled', () => {
  it('false keeps receiving and counting, and makes no metrics about nodes', async () => {
    const { page } = await start(['metrics.enabled', 'false']);
    const text = await page();
    expect(text).not.toContain('hotstuff_consensus');
    expect(text).toMatch(/^quorumscope_events_processed_total\{source="unix",node_id="n1"\} 3$/m);
  });

  it('true makes them', async () => {
    const { page } = await start();
    expect(await page()).toMatch(/^hotstuff_consensus_current_view\{chain_id="c",node_id="n1"\} 7$/m);
  });
});

describe('metrics.prefix', () => {
  it('begins the names of metrics about nodes', async () => {
    const { page } = await start(['metrics.prefix', 'acme_']);
    expect(await page()).toMatch(/^acme_consensus_current_view\{/m);
  });
});

describe('metrics.collection_interval and metrics.window', () => {
  it('say when derived gauges are brought up to date, and how far back they look', async () => {
    const { clock, page } = await start(['metrics.collection_interval', '10s'], ['metrics.window', '20s']);
    const rate = async () => {
      const match = /^hotstuff_consensus_committed_blocks_per_second\{[^}]*\} (\S+)$/m.exec(await page());
      return match ? Number(match[1]) : undefined;
    };
    clock.advance(9_000_000);
    expect(await rate()).toBeUndefined();
    clock.advance(1_000_000);
    expect(await rate()).toBe(0.1);
    clock.advance(10_000_000);
    expect(await rate()).toBe(0.05);
    clock.advance(20_000_000);
    expect(await rate()).toBe(0);
  });
});

describe('metrics.max_memory', () => {
  it('bounds the series, and says that label sets were folded or refused', async () => {
    const { sidecar, say, page } = await start(['metrics.max_memory', '1MiB']);
    const limit = 1_048_576 / BYTES_PER_SERIES;
    for (let i = 0; i < 40; i++) {
      await say(
        { v: 1, type: 'hello', node: `node-${i}`, chain: 'c', run: 'r' },
        { type: 'consensus.view_entered', seq: 0, view: 7, trigger: 'qc', leader: 'n1' },
      );
    }
    sidecar.collect();
    const text = await page();
    const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, 'm').exec(text)?.[1]);
    expect(value('quorumscope_series_limit')).toBe(limit);
    expect(value('quorumscope_series')).toBeGreaterThan(limit / 2);
    expect(text).toMatch(/^quorumscope_series_(refused|folded)_total\{metric="[^"]+"\} [1-9]/m);
  });
});

describe('prometheus.enabled', () => {
  it.each([
    ['true', 200],
    ['false', 404],
  ])('%s answers /metrics with %i', async (text, status) => {
    const { sidecar } = await start(['prometheus.enabled', text]);
    expect((await fetch(`${sidecar.addresses.http}/metrics`)).status).toBe(status);
    expect((await fetch(`${sidecar.addresses.http}/livez`)).status).toBe(200);
  });
});

describe('prometheus.process_metrics', () => {
  it('decides whether the page has metrics of the process', async () => {
    expect(await (await start()).page()).toContain('process_resident_memory_bytes');
    expect(await (await start(['prometheus.process_metrics', 'false'])).page()).not.toMatch(/^process_/m);
  });
});

describe('server.listen', () => {
  it('is where the page is', async () => {
    const { sidecar } = await start(['server.listen', '[::1]:0'], ['server.telemetry_listen', '127.0.0.1:0']);
    expect(sidecar.addresses.http).toMatch(/^http:\/\/\[::1\]:\d+$/);
    expect((await fetch(`${sidecar.addresses.http}/metrics`)).status).toBe(200);
    expect((await fetch(`${sidecar.addresses.telemetry}/metrics`)).status).toBe(200);
  });
});

describe('history and query settings', () => {
  const query = async (sidecar: Awaited<ReturnType<typeof start>>['sidecar'], text: string) => {
    const response = await fetch(`${sidecar.addresses.http}/api/v1/query?query=${encodeURIComponent(text)}`);
    const body = (await response.json()) as { data: { result: { metric: unknown; value: unknown[] }[] } };
    return { status: response.status, result: body.data?.result };
  };

  it.each([
    ['history.enabled', 'false', 404],
    ['profile', 'exporter', 404],
    ['profile', 'standalone', 200],
  ])('%s=%s answers queries with %i', async (path, text, status) => {
    const { sidecar } = await start([path, text]);
    const response = await fetch(`${sidecar.addresses.http}/api/v1/query?query=1`);
    expect(response.status).toBe(status);
  });

  it('history.recent_interval, job and instance show in the samples', async () => {
    const { sidecar, clock } = await start(
      ['history.recent_interval', '2s'],
      ['history.job', 'validators'],
      ['history.instance', 'here'],
      // Rules sample for themselves.
      ['rules.enabled', 'false'],
    );
    clock.advance(10_000_000);
    const { result } = await query(sidecar, 'count_over_time(hotstuff_consensus_current_view[1m])');
    expect(result).toEqual([
      {
        metric: { chain_id: 'c', node_id: 'n1', job: 'validators', instance: 'here' },
        value: [START_US / 1e6 + 10, '5'],
      },
    ]);
  });

  it('history.instance is the address listened on unless it is set', async () => {
    const { sidecar, clock } = await start();
    clock.advance(1_000_000);
    const { result } = await query(sidecar, 'up');
    expect(result[0]!.metric).toMatchObject({
      job: 'quorumscope',
      instance: new URL(sidecar.addresses.http!).host,
    });
  });

  it('history.recent_window bounds how far back samples reach', async () => {
    const { sidecar, clock } = await start(['history.recent_window', '1m']);
    clock.advance(600_000_000);
    const { result } = await query(sidecar, 'count_over_time(up[10m])');
    const samples = Number(result[0]!.value[1]);
    expect(samples).toBeGreaterThanOrEqual(60);
    expect(samples).toBeLessThan(60 + 2 * 64);
  });

  it('history.recent_max_memory bounds what the samples take', async () => {
    const { sidecar, clock } = await start(['history.recent_max_memory', '1MiB']);
    clock.advance(600_000_000);
    const [bytes] = (await query(sidecar, 'max_over_time(quorumscope_history_recent_bytes[10m])')).result;
    expect(Number(bytes!.value[1])).toBeLessThanOrEqual(1_048_576);
  });

  it('query.lookback and query.max_samples bound what a query sees', async () => {
    const { sidecar, clock } = await start(['query.lookback', '5s'], ['query.max_samples', '1000']);
    clock.advance(60_000_000);
    const at = async (s: number) => (await query(sidecar, `up @ ${START_US / 1e6 + s}`)).result.length;
    expect([await at(64), await at(66)]).toEqual([1, 0]);
    expect((await query(sidecar, 'sum(count_over_time({job="quorumscope"}[1m]))')).status).toBe(422);
  });

  it('query.timeout ends a query', async () => {
    const { sidecar, clock } = await start(['query.timeout', '100ms']);
    clock.advance(600_000_000);
    const heavy = 'max_over_time(quantile_over_time(0.5, up[10m])[10m:10ms])';
    expect((await query(sidecar, heavy)).status).toBe(503);
  });
});
