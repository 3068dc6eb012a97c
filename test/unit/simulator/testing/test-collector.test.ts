/** The collector for tests: what a hook states is a metric, and what is lost is told. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { createHooks } from '../../../../src/hooks.js';
import { ManualClock, parseConfig } from '../../../../src/index.js';
import { recordingOf } from '../../../../simulator/testing/event-log.js';
import { createTestCollector } from '../../../../simulator/testing/test-collector.js';

const VIEW = 'hotstuff_consensus_current_view';
const HELLO = '{"type":"hello","node":"n","ts_us":1000000,"chain":"c","run":"r"}\n';
const entered = (view: number, seq: number): string =>
  `{"type":"consensus.view_entered","ts_us":${1_000_000 + seq},"seq":${seq},"view":${view},"trigger":"qc","leader":"v"}\n`;

describe('a test collector', () => {
  it('shows what a hook has stated, by name and labels', async () => {
    const collector = createTestCollector();
    const hooks = collector.hooks({ node: 'n', chain: 'c' });
    hooks.consensus.viewEntered({ view: 7, trigger: 'start', leader: 'v' });
    hooks.consensus.voteSent({ view: 7, vote: 'vote1', block: '0x1' });
    hooks.consensus.voteSent({ view: 7, vote: 'vote2', block: '0x1' });
    await collector.settled();

    const metrics = collector.metrics();
    expect(metrics.value(VIEW, { node_id: 'n' })).toBe(7);
    expect(metrics.sum('hotstuff_consensus_votes_sent_total')).toBe(2);
    expect(metrics.value('hotstuff_consensus_votes_sent_total', { vote: 'vote2' })).toBe(1);
    expect(metrics.value('hotstuff_consensus_votes_sent_total')).toBeUndefined();
    expect(collector.status().chains).toMatchObject([{ chain: 'c', nodes: [{ node: 'n', view: 7 }] }]);
    expect(collector.losses()).toMatchObject({ received: 4, processed: 4, invalid: 0, missing: 0 });
    expect(collector.events('consensus.vote_sent')).toMatchObject([{ vote: 'vote1' }, { vote: 'vote2' }]);
    expect(await collector.page()).toContain('hotstuff_consensus_current_view{chain_id="c",node_id="n"} 7\n');
    expect(await collector.page('openmetrics')).toMatch(/# EOF\n$/);
  });

  it('hears hooks that the node has made, until told otherwise', async () => {
    const collector = createTestCollector();
    const hooks = createHooks({ node: 'n', chain: 'c' });
    const leave = collector.attach(hooks);
    hooks.consensus.viewEntered({ view: 1, trigger: 'start', leader: 'v' });
    leave();
    hooks.consensus.viewEntered({ view: 2, trigger: 'qc', leader: 'v' });
    await collector.settled();

    expect(collector.metrics().value(VIEW)).toBe(1);
    expect(collector.status().chains[0]!.nodes).toMatchObject([{ connected: false }]);
  });

  it('keeps what is in a histogram', async () => {
    const collector = createTestCollector();
    const hooks = collector.hooks({ node: 'n', chain: 'c' });
    for (const duration_us of [100, 2_000_000])
      hooks.storage.readCompleted({ key_type: 'block', outcome: 'ok', duration_us });
    await collector.settled();

    const [reading] = collector.metrics().find('hotstuff_storage_read_duration_seconds');
    expect(reading).toMatchObject({ kind: 'histogram', value: 2 });
    expect(reading!.sum).toBeCloseTo(2.0001, 9);
    expect(reading!.buckets!.at(-1)).toEqual({ le: Number.POSITIVE_INFINITY, count: 2 });
    expect(reading!.buckets!.find(({ le }) => le >= 1)!.count).toBe(1);
  });

  it('counts and explains what it could not use', async () => {
    const collector = createTestCollector();
    await collector.feed(
      `${HELLO}${entered(1, 0)}not json\n${entered(3, 4)}${entered(3, 4)}{"type":"x.y"}\n`,
    );

    expect(collector.losses()).toMatchObject({
      ...{ received: 6, processed: 3, invalid: 1, duplicate: 1, unknown: 1, missing: 3, dropped: 0 },
    });
    expect(collector.warnings).toHaveLength(1);
    expect(collector.warnings[0]).toContain('a line was refused');
  });

  it('tells what the hooks themselves could not state', async () => {
    const collector = createTestCollector();
    const hooks = collector.hooks({ node: 'n', chain: 'c' });
    hooks.consensus.viewEntered({ view: -1, trigger: 'start', leader: 'v' });
    await collector.settled();
    expect(collector.losses()).toMatchObject({ droppedAtSource: 1 });
  });

  it('drops nothing by default, and when it may, drops and counts as a socket would', async () => {
    const config = parseConfig({ environment: { QUORUMSCOPE_INTAKE_QUEUE_EVENTS: '100' } });
    const flooded = async (lossless: boolean) => {
      const collector = createTestCollector({ config, lossless });
      const hooks = collector.hooks({ node: 'n', chain: 'c' });
      for (let i = 0; i < 1_000; i++) hooks.network.messageSent({ message: 'vote1', bytes: 1 });
      await collector.settled();
      return collector;
    };
    const patient = await flooded(true);
    expect(patient.losses().dropped).toBe(0);
    expect(patient.metrics().sum('hotstuff_network_messages_sent_total')).toBe(1_000);
    const hasty = await flooded(false);
    expect(hasty.losses().dropped).toBeGreaterThan(500);
  });

  it('takes a recorded file, compressed or not, as it takes the stream', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-testing-'));
    try {
      const lines = HELLO + entered(1, 0) + entered(2, 1);
      writeFileSync(join(folder, 'plain.ndjson'), lines);
      writeFileSync(join(folder, 'packed.ndjson.gz'), gzipSync(lines));
      for (const name of ['plain.ndjson', 'packed.ndjson.gz']) {
        const collector = createTestCollector();
        expect(await collector.feedFile(join(folder, name))).toEqual({ bytes: lines.length });
        expect(collector.metrics().value(VIEW, { node_id: 'n' })).toBe(2);
      }
      await expect(createTestCollector().feedFile(join(folder, 'none'))).rejects.toThrow(/cannot read.*none/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('records what it hears, each line with its node, so that it can be fed again', async () => {
    const collector = createTestCollector();
    const a = collector.hooks({ node: 'a', chain: 'c' });
    const b = collector.hooks({ node: 'b', chain: 'c' });
    a.consensus.viewEntered({ view: 1, trigger: 'start', leader: 'v' });
    b.consensus.viewEntered({ view: 2, trigger: 'start', leader: 'v' });
    await collector.settled();

    const again = createTestCollector();
    await again.feed(recordingOf(collector.events()));
    expect(again.losses()).toMatchObject({ processed: 4, invalid: 0 });
    expect(again.metrics().value(VIEW, { node_id: 'a' })).toBe(1);
    expect(again.metrics().value(VIEW, { node_id: 'b' })).toBe(2);
  });

  it('keeps the newest events within its bound', async () => {
    const collector = createTestCollector({ keepEvents: 10 });
    const hooks = collector.hooks({ node: 'n', chain: 'c' });
    for (let view = 1; view <= 1_000; view++)
      hooks.consensus.viewEntered({ view, trigger: 'qc', leader: 'v' });
    await collector.settled();
    const kept = collector.events();
    expect(kept.length).toBeLessThan(20);
    expect(kept.at(-1)).toMatchObject({ view: 1_000, node: 'n' });
    expect(createTestCollector({ keepEvents: 0 }).events()).toEqual([]);
  });

  it('follows the events, or the clock that the test moves', async () => {
    const clock = new ManualClock(5_000_000);
    const collector = createTestCollector({ clock });
    const hooks = collector.hooks({ node: 'n', chain: 'c', clock });
    hooks.consensus.viewEntered({ view: 1, trigger: 'start', leader: 'v' });
    clock.advance(3_000_000);
    await collector.settled();
    expect(collector.status()).toMatchObject({ started_at_us: 5_000_000, uptime_seconds: 3 });
    expect(collector.events('consensus.view_entered')).toMatchObject([{ ts_us: 5_000_000 }]);

    const stream = createTestCollector();
    await stream.feed(HELLO + entered(1, 77));
    expect(stream.clock.nowUs()).toBe(1_000_077);
  });
});

describe('waitUntil', () => {
  it('resolves when a later event makes the condition true', async () => {
    const collector = createTestCollector();
    const hooks = collector.hooks({ node: 'n', chain: 'c' });
    let view = 0;
    const node = setInterval(() => {
      hooks.consensus.viewEntered({ view: ++view, trigger: 'qc', leader: 'v' });
    }, 1);
    try {
      const metrics = await collector.waitUntil('view 5', (now) => (now.value(VIEW) ?? 0) >= 5);
      expect(metrics.value(VIEW)).toBeGreaterThanOrEqual(5);
    } finally {
      clearInterval(node);
    }
  });

  it('fails with what it waited for and what there was', async () => {
    const collector = createTestCollector();
    await collector.feed(`${HELLO}bad\n`);
    const waiting = collector.waitUntil('a commit', (now) => now.sum('x') > 0, { withinMs: 5 });
    await expect(waiting).rejects.toMatchObject({ code: 'testing.expectation' });
    await expect(waiting).rejects.toThrow(
      /waited for a commit\n.*not so after 5 ms; 1 events processed, 1 invalid/,
    );
    await expect(waiting).rejects.toThrow(/a line was refused/);
  });
});
