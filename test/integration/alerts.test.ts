/**
 * The shipped rules in Prometheus's own hands: its linter and its unit tests, and a real server that scrapes sidecars
 * beside simulated networks of which one is well, one has lost a validator, one is split and one has a slow disk.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Child, cli, eventually } from '../support/child.js';
import { PrometheusServer, type Sample } from '../support/prometheus.js';

const alerts = join(import.meta.dirname, '../../alerts');
const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

const has = (program: string): boolean => spawnSync(program, ['--version']).error === undefined;

describe.skipIf(!has('promtool'))('promtool (skipped without the Debian package `prometheus`)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-rules-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('finds nothing wrong with the rules', () => {
    execFileSync('promtool', ['check', 'rules', ...filesIn(alerts, '.rules.yml')], { encoding: 'utf8' });
  });

  it('passes their tests', () => {
    const { status, stdout, stderr } = spawnSync(
      'promtool',
      ['test', 'rules', ...filesIn(alerts, '.test.yml')],
      {
        encoding: 'utf8',
      },
    );
    expect(`${stdout}${stderr}`).not.toContain('FAILED');
    expect(status).toBe(0);
  });

  it('passes them for another prefix too, and finds what a rendered rule lacks', () => {
    const out = join(folder, 'rendered');
    execFileSync(process.execPath, [
      cli,
      'alerts',
      'render',
      '--out',
      out,
      '--prefix',
      'mychain_',
      '--runbook',
      'https://wiki.example/runbook',
    ]);
    const tests = filesIn(out, '.test.yml');
    execFileSync('promtool', ['test', 'rules', ...tests], { encoding: 'utf8' });
    writeFileSync(join(out, 'mempool.rules.yml'), 'groups: []\n');
    const emptied = spawnSync('promtool', ['test', 'rules', join(out, 'mempool.test.yml')]);
    expect(emptied.status).not.toBe(0);
  });
});

/** Scenarios by what is wrong in them; each lasts longer than the test. */
const networks = {
  well: [],
  crashed: ['- { kind: crash, validator: 0, at: 5s }'],
  split: ['- { kind: partition, groups: [[0, 1]], at: 5s, for: 9m }'],
  stalled: ['- { kind: stall, validator: 1, delay: 400ms, at: 5s, for: 9m }'],
} as const;
type Network = keyof typeof networks;

describe.skipIf(!has('prometheus'))(
  'a real Prometheus (skipped without the Debian package `prometheus`)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-alerts-'));
    const children: Child[] = [];
    const networkOf = new Map<string, Network>();
    let prometheus: PrometheusServer;

    beforeAll(async () => {
      mkdirSync(folder, { recursive: true });
      const sockets = new Map<Network, string>();
      for (const network of Object.keys(networks) as Network[]) {
        const socket = `unix://${join(folder, `${network}.sock`)}`;
        sockets.set(network, socket);
        // This Prometheus evaluates the rules itself.
        const sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket], {
          QUORUMSCOPE_PROMETHEUS_RULE_SERIES: 'none',
        });
        children.push(sidecar);
        const [, target] = await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)\/metrics/);
        networkOf.set(target!, network);
      }
      prometheus = await PrometheusServer.evaluating(networkOf, filesIn(alerts, '.rules.yml'));
      for (const [network, socket] of sockets) {
        const scenario = join(folder, `99-${network}.yaml`);
        const faults = networks[network].length === 0 ? '' : `faults:\n  ${networks[network].join('\n  ')}\n`;
        // Few views a second: four networks share the machine.
        writeFileSync(
          scenario,
          `name: 99-${network}\ntitle: An alert is due\ndescription: For one test.\nduration: 10m\nnetwork: { delay: 100ms }\ntimers: { view: 2s }\n${faults}expect: { forbidden: [{ finding: safety/* }] }\n`,
        );
        children.push(Child.cli(['simulate', scenario, '--speed', 'realtime', '--attach', socket]));
      }
    }, 60_000);

    afterAll(async () => {
      await Promise.all([prometheus?.stop(), ...children.map((child) => child.stop())]);
      rmSync(folder, { recursive: true, force: true });
    });

    /** What fires now, or fired at any time so far, but for the one that always does. */
    async function fired(network: Network): Promise<Map<string, Sample['metric']>> {
      const samples = await prometheus.query('max_over_time(ALERTS{alertstate="firing"}[10m])');
      return new Map(
        samples
          .filter(({ metric }) => networkOf.get(metric['instance'] ?? '') === network)
          .map(({ metric }) => [metric['alertname']!, metric]),
      );
    }

    const due = async (network: Network, alert: string): Promise<Sample['metric']> =>
      eventually(
        async () => (await fired(network)).get(alert),
        170_000,
        `${alert} beside the network that is ${network}`,
      );

    it('fires what is right, about whom it is right, and nothing else', { timeout: 240_000 }, async () => {
      const halted = await due('split', 'HotStuffChainHalted');
      expect(halted).toMatchObject({ scope: 'network', severity: 'critical' });
      const down = await due('crashed', 'HotStuffNodeDown');
      expect(down).toMatchObject({ scope: 'self', severity: 'critical', node_id: 'node-0' });
      const slow = await due('stalled', 'HotStuffFsyncSlow');
      expect(slow).toMatchObject({ scope: 'self', node_id: 'node-1' });

      expect([...(await fired('well')).keys()]).toEqual([]);
      expect([...(await fired('split')).keys()]).not.toContain('HotStuffNodeDown');
      expect([...(await fired('crashed')).keys()]).not.toContain('HotStuffChainHalted');
      const [watchdog] = await prometheus.query('ALERTS{alertname="HotStuffWatchdog", alertstate="firing"}');
      expect(watchdog?.value).toBe(1);
      const [watched] = await prometheus.query('min(count_over_time(up[10m]))');
      expect(watched!.value).toBeGreaterThan(60);
    });
  },
);
