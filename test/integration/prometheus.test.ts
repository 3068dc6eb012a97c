/**
 * The main job end to end, as an operator runs it: a simulated network in its own process, attached
 * over the socket to a sidecar in its own process, scraped by a real Prometheus.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';
import { PrometheusServer } from '../support/prometheus.js';

const COMMITTED = 'hotstuff_consensus_blocks_committed_total';
const SCRAPED_SECONDS = 20;

const hasPrometheus = ((): boolean => {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** One line of the simulator's truth about itself. */
interface SimulatorStatus {
  readonly nodes: readonly { readonly id: string; readonly committed: number }[];
}

describe.skipIf(!hasPrometheus)('a real Prometheus (skipped without the Debian package `prometheus`)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-e2e-'));
  const socket = `unix://${join(folder, 'events.sock')}`;
  let sidecar: Child;
  let simulator: Child;
  let prometheus: PrometheusServer;
  let target: string;

  beforeAll(async () => {
    sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket]);
    target = (await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)\/metrics/))[1]!;
    simulator = Child.cli(['simulate', '--speed', 'realtime', '--attach', socket, '--control']);
    prometheus = await PrometheusServer.start(target);
  });

  afterAll(async () => {
    await Promise.all([prometheus?.stop(), simulator?.stop(), sidecar?.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  it('scrapes for 20 s without a failure and counts the blocks that the simulator counts', async () => {
    await eventually(
      async () => ((await prometheus.query(`${COMMITTED} > 0`)).length === 4 ? true : undefined),
      20_000,
      'four nodes in Prometheus',
    );

    const over = `[${SCRAPED_SECONDS}s:1s]`;
    await eventually(
      async () => {
        const [seen] = await prometheus.query(`count_over_time(up${over})`);
        return seen && seen.value >= SCRAPED_SECONDS ? true : undefined;
      },
      60_000,
      `${SCRAPED_SECONDS} s of scrapes`,
    );
    const [failed] = await prometheus.query(`count_over_time((up == 0)${over})`);
    expect(failed).toBeUndefined();

    const before = await truth();
    const scraped = await prometheus.query(COMMITTED);
    const after = await truth();
    expect(scraped).toHaveLength(4);
    for (const { metric, value } of scraped) {
      // Prometheus holds a count that was true at most one scrape interval before it was asked.
      const perInterval = blocksPerSecond(before, after, metric['node_id']!);
      expect(value).toBeGreaterThanOrEqual(before.counts.get(metric['node_id']!)! - perInterval);
      expect(value).toBeLessThanOrEqual(after.counts.get(metric['node_id']!)!);
    }
  });

  it('serves a page without complaint from promtool', async () => {
    const page = await (await fetch(`http://${target}/metrics`)).text();
    const complaints = execFileSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
    expect(complaints).toBe('');
  });

  interface Truth {
    readonly atMs: number;
    readonly counts: ReadonlyMap<string, number>;
  }
  let asked = 0;
  const start = Date.now();

  /** What the simulator itself has committed, by node. */
  async function truth(): Promise<Truth> {
    asked++;
    simulator.process.stdin!.write('status\n');
    const pattern = new RegExp(`(?:"status"[^\\n]*\\n[^]*?){${asked - 1}}^(\\{.*"status".*\\})$`, 'm');
    const [, line] = await simulator.printed(pattern);
    const status = JSON.parse(line!) as SimulatorStatus;
    return { atMs: Date.now(), counts: new Map(status.nodes.map(({ id, committed }) => [id, committed])) };
  }

  /** Blocks that a node can have committed within one scrape interval and a scrape's own duration. */
  function blocksPerSecond(before: Truth, after: Truth, node: string): number {
    const seconds = (after.atMs - start) / 1000;
    return (
      Math.ceil((2 * (after.counts.get(node)! + 1)) / seconds) +
      (after.counts.get(node)! - before.counts.get(node)!)
    );
  }
});
