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
const SCRAPE_INTERVAL_US = 1_000_000;

const hasPrometheus = ((): boolean => {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

/** A line that `simulate --control` answers `status` with. */
interface Truth {
  readonly type: 'status';
  readonly at_us: number;
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

    const truths: Truth[] = [];
    for (let i = 0; i < 40; i++) truths.push(await truth());
    const scraped = await prometheus.query(COMMITTED);
    const scrapedAt = await prometheus.query(`timestamp(${COMMITTED})`);
    expect(scraped).toHaveLength(4);
    for (const { metric, value } of scraped) {
      const node = metric['node_id']!;
      const atUs = scrapedAt.find((sample) => sample.metric['node_id'] === node)!.value * 1e6;
      const counts = truths
        .filter(({ at_us }) => Math.abs(at_us - atUs) <= SCRAPE_INTERVAL_US)
        .map(({ nodes }) => nodes.find(({ id }) => id === node)!.committed);
      expect(counts.length).toBeGreaterThan(1);
      expect(value).toBeGreaterThanOrEqual(Math.min(...counts));
      expect(value).toBeLessThanOrEqual(Math.max(...counts));
    }
  });

  it('serves a page without complaint from promtool', async () => {
    const page = await (await fetch(`http://${target}/metrics`)).text();
    const complaints = execFileSync('promtool', ['check', 'metrics'], { input: page, encoding: 'utf8' });
    expect(complaints).toBe('');
  });

  let asked = 0;

  /** What the simulator itself has committed, by node, asked 100 ms after the last answer. */
  async function truth(): Promise<Truth> {
    await new Promise((resolve) => setTimeout(resolve, 100));
    asked++;
    simulator.process.stdin!.write('status\n');
    return eventually(() => truthsIn(simulator.output)[asked - 1], 5_000, 'the truth');
  }
});

function truthsIn(output: string): Truth[] {
  const whole = output.slice(0, output.lastIndexOf('\n') + 1);
  return whole
    .split('\n')
    .filter((line) => line.startsWith('{"type":"status"'))
    .map((line) => JSON.parse(line) as Truth);
}
