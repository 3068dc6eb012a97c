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
