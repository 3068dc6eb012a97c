/**
 * From the fault to the page, as an operator without a monitoring stack meets it: one `run` with a webhook, a network that
 * halts and recovers.
 */
import { createServer, type Server } from 'node:http';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { Child, eventually } from '../support/child.js';

interface Payload {
  readonly status: 'firing' | 'resolved';
  readonly alerts: readonly {
    readonly status: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  }[];
}

const alerts = join(import.meta.dirname, '../../alerts');
const folder = mkdtempSync(join(tmpdir(), 'quorumscope-paging-'));
const children: Child[] = [];
const heard: { readonly path: string; readonly payload: Payload }[] = [];
let hook: Server;
let hookUrl: string;

beforeAll(async () => {
  hook = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
    request.on('end', () => {
      heard.push({ path: request.url ?? '', payload: JSON.parse(text) as Payload });
      response.end('{}');
    });
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  hookUrl = `http://127.0.0.1:${(hook.address() as AddressInfo).port}`;
});

afterAll(async () => {
  await Promise.all(children.map((child) => child.stop()));
  hook.close();
  rmSync(folder, { recursive: true, force: true });
});

const told = (path: string, name: string, status: string): Promise<Payload['alerts'][number]> =>
  eventually(
    () => {
      const alerts = heard.filter((one) => one.path === path).flatMap(({ payload }) => payload.alerts);
      return alerts.find((one) => one.labels['alertname'] === name && one.status === status);
    },
    120_000,
    `${name} ${status} at ${path}`,
  );

const hasCommitted = async (url: string): Promise<boolean> =>
  (await (await fetch(`${url}/metrics`)).text()).includes(
    '\nhotstuff_consensus_last_commit_timestamp_seconds{',
  );

/** A file of routes to one webhook. */
function routes(path: string): string {
  const receiver = { name: 'all', webhook_configs: [{ url: `${hookUrl}${path}` }] };
  return JSON.stringify({
    route: { receiver: 'all', group_by: ['alertname'], group_wait: '0s', group_interval: '1s' },
    receivers: [receiver],
  });
}

it(
  'pages when the chain halts, once, and says when it is over; new routes are taken up, bad ones refused',
  { timeout: 240_000 },
  async () => {
    const socket = `unix://${join(folder, 'events.sock')}`;
    const routing = join(folder, 'alertmanager.yml');
    const config = join(folder, 'quorumscope.yaml');
    writeFileSync(routing, routes('/first'));
    const rules = join(folder, 'rules');
    cpSync(alerts, rules, { recursive: true });
    // As shipped, but nobody waits minutes for the end here: the scoreboard does, on virtual time.
    const hurried = join(rules, 'consensus.rules.yml');
    writeFileSync(
      hurried,
      readFileSync(hurried, 'utf8').replaceAll(/keep_firing_for: \w+/g, 'keep_firing_for: 10s'),
    );
    writeFileSync(
      config,
      JSON.stringify({
        server: { listen: '127.0.0.1:0' },
        attach: { socket },
        data: { dir: join(folder, 'data') },
        rules: { files: [join(rules, '*.rules.yml')] },
        notify: { config_file: routing },
      }),
    );
    const sidecar = Child.cli(['run', '--config', config]);
    children.push(sidecar);
    const [, url] = await sidecar.printed(/"http":"(http:[^"]+)"/);
    const network = Child.cli([
      'simulate',
      '--speed',
      'realtime',
      '--control',
      '--delay',
      '50ms',
      '--attach',
      socket,
    ]);
    children.push(network);
    await told('/first', 'HotStuffWatchdog', 'firing');
    // A chain that never committed has not halted: another alert says so.
    await eventually(
      async () => (await hasCommitted(url!)) || undefined,
      120_000,
      'the first committed block',
    );

    network.process.stdin!.write('crash v2\ncrash v3\n');
    const page = await told('/first', 'HotStuffChainHalted', 'firing');
    expect(page.labels).toMatchObject({ severity: 'critical', scope: 'network' });
    expect(page.annotations['summary']).toBeTruthy();
    expect(page.annotations['runbook_url']).toContain('#');

    writeFileSync(routing, '{"route": {"receiver": "nobody"}}');
    expect((await fetch(`${url}/-/reload`, { method: 'POST' })).status).toBe(500);
    writeFileSync(routing, routes('/second'));
    // As `systemctl reload` does.
    process.kill(sidecar.process.pid!, 'SIGHUP');
    await sidecar.printed(/the routes of alerts have been read/);

    network.process.stdin!.write('heal v2\nheal v3\n');
    await told('/second', 'HotStuffChainHalted', 'resolved');
    const pages = heard.filter(
      ({ path, payload }) =>
        path === '/first' &&
        payload.alerts.some(
          ({ labels, status }) => labels['alertname'] === 'HotStuffChainHalted' && status === 'firing',
        ),
    );
    expect(pages).toHaveLength(1);
  },
);
