/**
 * A scenario with lost events and a sidecar that restarts, through the socket door of the built package: the gaps are
 * counted at the nodes concerned, nothing is concluded from what is missing, and the protocol does not notice.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { readMetricsPage, type MetricsPage } from '../../simulator/testing/page-reader.js';
import { Child, eventually } from '../support/child.js';

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-attached-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scenario = join(folder, 'own.yaml');
writeFileSync(
  scenario,
  `name: 28-own
title: Lost events and a gap
description: A tenth of what one validator says is lost, and for a while all of another.
timers: { view: 2s }
duration: 30s
sidecar:
  - { kind: event_loss, nodes: v1, ratio: 0.1 }
  - { kind: event_gap, nodes: v2, at: 500ms, for: 500ms }
expect: {}
`,
);

async function start(socket: string): Promise<{ sidecar: Child; page: () => Promise<MetricsPage> }> {
  const data = join(folder, 'data');
  const sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket, '--data', data]);
  const [, address] = await sidecar.printed(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/);
  const page = async (): Promise<MetricsPage> =>
    readMetricsPage(await (await fetch(`${address}/metrics`)).text());
  return { sidecar, page };
}

/** Sums by node of all series of a name. */
function byNode(page: MetricsPage, name: string): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { samples } of page.families)
    for (const { name: sample, labels, value } of samples)
      if (sample === name)
        sums.set(labels['node_id'] ?? '', (sums.get(labels['node_id'] ?? '') ?? 0) + value);
  return sums;
}

it('tells what is missing and of whom, and nothing else, over a restart too', async () => {
  const socket = `unix://${join(folder, 'events.sock')}`;
  const first = await start(socket);
  const simulator = Child.cli(['simulate', scenario, '--speed', 'realtime', '--attach', socket, '--json']);
  const missing = (page: MetricsPage): readonly string[] =>
    [...byNode(page, 'quorumscope_events_missing_total')]
      .filter(([, count]) => count > 0)
      .map(([node]) => node)
      .sort();
  const heard = (page: MetricsPage): number =>
    Math.min(
      ...['node-0', 'node-1', 'node-2', 'node-3'].map(
        (node) => byNode(page, 'hotstuff_consensus_committed_height').get(node) ?? 0,
      ),
    );
  const isClean = (page: MetricsPage): void => {
    for (const name of [
      'findings',
      'views_failed',
      'safety_violations',
      'byzantine_behaviors',
      'view_timeouts',
    ])
      expect(
        [...byNode(page, `hotstuff_consensus_${name}_total`).values()].filter((one) => one > 0),
        name,
      ).toEqual([]);
  };
  const before = await eventually(
    async () => {
      const page = await first.page();
      return missing(page).length === 2 && heard(page) > 40 ? page : undefined;
    },
    30_000,
    'gaps at two nodes',
  );
  expect(missing(before)).toEqual(['node-1', 'node-2']);
  isClean(before);

  await first.sidecar.stop('SIGKILL');
  const second = await start(socket);
  const after = await eventually(
    async () => {
      const page = await second.page();
      return heard(page) > heard(before) + 40 ? page : undefined;
    },
    30_000,
    'all nodes after the restart',
  );
  isClean(after);
  expect(await simulator.stop(), simulator.output).toBe(0);
  expect(await second.sidecar.stop(), second.sidecar.output).toBe(0);

  // The protocol did not notice: every view took its two delays.
  const json = JSON.parse(simulator.output.slice(simulator.output.indexOf('{'))) as {
    run: { virtual_us: number };
    views: { timed_out: number };
    shipped: { delivered: number };
    latency_us: { view_period: { mean: number } };
  };
  expect(json.views.timed_out).toBe(0);
  expect(json.shipped.delivered).toBeGreaterThan(1_000);
  expect(json.latency_us.view_period.mean).toBe(40_000);
});
