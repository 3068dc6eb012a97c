/**
 * The compose stack's own Prometheus and Alertmanager configuration, in Debian's binaries, beside a sidecar and a
 * simulated network: a fault that is injected arrives at Alertmanager.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'quorumscope-stack-'));
const children: Child[] = [];
const started = (child: Child): Child => {
  children.push(child);
  return child;
};

afterAll(async () => {
  await Promise.all(children.map((child) => child.stop()));
  rmSync(folder, { recursive: true, force: true });
});

/** The file of the stack, with the addresses that things have here. */
function moved(file: string, addresses: Readonly<Record<string, string>>): string {
  let text = readFileSync(join(root, 'deploy/compose', file), 'utf8');
  for (const [from, to] of Object.entries(addresses)) {
    expect(text).toContain(from);
    text = text.replaceAll(from, to);
  }
  const path = join(folder, file);
  writeFileSync(path, text);
  return path;
}

const json = async <T>(url: string): Promise<T> => (await fetch(url)).json() as Promise<T>;

it(
  'sees its targets, loads the rules, and hands an injected fault to Alertmanager',
  { timeout: 240_000 },
  async () => {
    const socket = `unix://${join(folder, 'events.sock')}`;
    const sidecar = started(
      Child.cli(['run', '--listen', '127.0.0.1:0', '--telemetry-listen', '127.0.0.1:0', '--socket', socket]),
    );
    const [, telemetry] = await sidecar.printed(/"telemetry":"http:\/\/(127\.0\.0\.1:\d+)/);
    const network = started(
      Child.cli(['simulate', '--speed', 'realtime', '--control', '--delay', '50ms', '--attach', socket]),
    );

    const manager = started(
      new Child('prometheus-alertmanager', [
        `--config.file=${moved('alertmanager.yml', {})}`,
        `--storage.path=${join(folder, 'alertmanager')}`,
        '--web.listen-address=127.0.0.1:0',
        '--cluster.listen-address=',
      ]),
    );
    const [, managerAddress] = await manager.printed(/Listening on" address=(\S+)/);
    cpSync(join(root, 'alerts'), join(folder, 'rules'), { recursive: true });
    const config = moved('prometheus.yml', {
      'quorumscope:10921': telemetry!,
      'alertmanager:9093': managerAddress!,
      'scrape_interval: 5s': 'scrape_interval: 1s',
      'evaluation_interval: 5s': 'evaluation_interval: 1s',
    });
    const prometheus = started(
      new Child('prometheus', [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'prometheus')}`,
        '--web.listen-address=127.0.0.1:0',
        '--enable-feature=exemplar-storage',
      ]),
    );
    const [, address] = await prometheus.printed(/msg="Listening on" address=(\S+)/);
    const api = `http://${address}/api/v1`;

    await eventually(
      async () => {
        const { data } = await json<{ data: { activeTargets: { health: string }[] } }>(`${api}/targets`);
        return data.activeTargets.length === 1 && data.activeTargets[0]!.health === 'up' ? true : undefined;
      },
      60_000,
      'the target is up',
    );
    const rules = await json<{ data: { groups: { rules: { health: string }[] }[] } }>(`${api}/rules`);
    expect(rules.data.groups.flatMap((group) => group.rules).length).toBeGreaterThan(60);

    // Two of four: no quorum is left.
    network.process.stdin!.write('crash v2\ncrash v3\n');
    const alert = await eventually(
      async () => {
        const alerts = await json<{ labels: Record<string, string>; status: { state: string } }[]>(
          `http://${managerAddress}/api/v2/alerts`,
        );
        return alerts.find(({ labels }) => labels['alertname'] === 'HotStuffChainHalted');
      },
      180_000,
      'the halted chain at Alertmanager',
    );
    expect(alert.labels).toMatchObject({ severity: 'critical', scope: 'network', job: 'quorumscope' });
  },
);
