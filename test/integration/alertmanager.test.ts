/**
 * The sidecar beside a real Alertmanager: amtool works on it, the same file routes the same alerts to the same receivers in
 * the same groups, and alerts are handed over. Killed, it pages nobody again and still tells the end.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Sink } from '../support/alert-sink.js';
import { Child, eventually } from '../support/child.js';

const hasAlertmanager = ((): boolean => {
  try {
    execFileSync('amtool', ['--version'], { stdio: 'ignore' });
    execFileSync('prometheus-alertmanager', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const title = 'a real Alertmanager (skipped without the Debian package `prometheus-alertmanager`)';

interface Hook {
  readonly receiver: string;
  readonly status: string;
  readonly groupKey: string;
  readonly alerts: readonly { readonly labels: Readonly<Record<string, string>>; readonly status: string }[];
}

describe.skipIf(!hasAlertmanager)(title, () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-alertmanager-'));
  const file = join(folder, 'alertmanager.yml');
  const data = join(folder, 'data');
  let ourSink: Sink;
  let theirSink: Sink;
  let sidecar: Child;
  let ours: string;
  let alertmanager: Child;
  let theirs: string;

  const amtool = (...words: string[]): string =>
    execFileSync('amtool', [`--alertmanager.url=${ours}`, ...words], { encoding: 'utf8' });

  const routing = (sink: string): string => `
global: {resolve_timeout: 1h}
route:
  receiver: rest
  group_by: [alertname, chain_id]
  group_wait: 1s
  group_interval: 2s
  routes:
    - {matchers: ['severity="critical"', 'scope!="peer"'], receiver: page, group_wait: 0s, continue: true}
    - {match: {severity: critical}, receiver: team, group_by: ['...']}
    - {match_re: {alertname: 'Sync.*|Rest{2}'}, receiver: sync, group_by: [validator]}
receivers:
${['rest', 'page', 'team', 'sync'].map((name) => `  - {name: ${name}, webhook_configs: [{url: '${sink}/${name}'}]}`).join('\n')}
inhibit_rules:
  - {source_matchers: [alertname="Halted"], target_matchers: ['severity=~"warning|info"'], equal: [chain_id]}
`;

  const startSidecar = async (): Promise<void> => {
    // Alerts of its own would mix with those that are posted.
    const settings = ['--set', `notify.config_file=${file}`, '--set', 'rules.enabled=false', '--data', data];
    const socket = `unix://${join(folder, 'events.sock')}`;
    sidecar = Child.cli(['run', '--listen', '127.0.0.1:0', '--socket', socket, ...settings]);
    ours = `http://${(await sidecar.printed(/http:\/\/(127\.0\.0\.1:\d+)/))[1]!}`;
    const isReady = async (): Promise<true | undefined> =>
      (await fetch(`${ours}/readyz`).catch(() => undefined))?.ok === true ? true : undefined;
    await eventually(isReady, 10_000, 'the sidecar is ready');
  };

  const post = async (base: string, alerts: readonly Record<string, unknown>[]): Promise<void> => {
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify(alerts);
    const response = await fetch(`${base}/api/v2/alerts`, { method: 'POST', headers, body });
    expect(response.status, await response.text()).toBe(200);
  };

  /** What a sink heard of alerts that fire: receiver, group and alert names, sorted. */
  const told = (sink: Sink): string[] => {
    const found = (sink.asked.map(({ body }) => body) as unknown as Hook[]).flatMap(
      ({ receiver, groupKey, alerts }) =>
        alerts
          .filter(({ status }) => status === 'firing')
          .map(({ labels }) => `${receiver} ${groupKey} ${JSON.stringify(sorted(labels))}`),
    );
    return [...new Set(found)].sort();
  };

  beforeAll(async () => {
    ourSink = await Sink.open();
    theirSink = await Sink.open();
    writeFileSync(file, routing(ourSink.url));
    await startSidecar();
    const theirFile = join(folder, 'theirs.yml');
    writeFileSync(theirFile, routing(theirSink.url));
    alertmanager = new Child('prometheus-alertmanager', [
      `--config.file=${theirFile}`,
      `--storage.path=${join(folder, 'theirs')}`,
      '--web.listen-address=127.0.0.1:0',
      '--cluster.listen-address=',
    ]);
    const [, address] = await alertmanager.printed(/msg="Listening on" address=(\S+)/);
    theirs = `http://${address}`;
  });

  afterAll(async () => {
    for (const child of [sidecar, alertmanager]) await child?.stop();
    await ourSink?.close();
    await theirSink?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('tells the same receivers of the same groups', async () => {
    const labels = [
      { alertname: 'Halted', severity: 'critical', chain_id: 'main', scope: 'self' },
      { alertname: 'Slow', severity: 'warning', chain_id: 'main' },
      { alertname: 'Slow', severity: 'warning', chain_id: 'other' },
      { alertname: 'Slow', severity: 'warning', chain_id: 'other', node_id: 'v1' },
      { alertname: 'SyncSlow', severity: 'page', validator: 'v1' },
      { alertname: 'SyncLost', severity: 'page', validator: 'v1' },
      { alertname: 'Restt', severity: 'page', validator: 'v2' },
      { alertname: 'Rest', severity: 'page', validator: 'v2' },
      { alertname: 'Peer', severity: 'critical', chain_id: 'main', scope: 'peer', quote: 'a "b" \\c' },
    ];
    const alerts = labels.map((one) => ({ labels: one, annotations: { summary: one.alertname } }));
    await Promise.all([post(ours, alerts), post(theirs, alerts)]);
    const expected = await eventually(
      () => Promise.resolve(told(theirSink).length >= 9 ? told(theirSink) : undefined),
      20_000,
      'Alertmanager has told all',
    );
    await eventually(
      () => Promise.resolve(told(ourSink).length >= 9 || undefined),
      20_000,
      'we have told all',
    );
    expect(told(ourSink)).toEqual(expected);
    // Inhibited by the halt of its chain.
    expect(expected.some((one) => one.includes('"Slow"') && one.includes('"main"'))).toBe(false);
  });

  it('is asked and silenced by amtool', () => {
    expect(amtool('alert', 'query', 'alertname=Halted')).toContain('Halted');
    expect(amtool('alert', 'query', '--inhibited', '-o', 'json')).toContain('suppressed');
    const id = amtool(
      'silence',
      'add',
      '--author=me',
      '--comment=at work',
      '--duration=1h',
      'alertname=Restt',
    ).trim();
    expect(id).toMatch(/^[0-9a-f-]{36}$/);
    expect(amtool('silence', 'query')).toContain(id);
    const silenced = JSON.parse(amtool('alert', 'query', '--silenced', '-o', 'json')) as {
      labels: { alertname: string };
    }[];
    expect(silenced.map(({ labels }) => labels.alertname)).toEqual(['Restt']);
    amtool('silence', 'expire', id);
    expect(amtool('silence', 'query')).not.toContain(id);
    expect(amtool('silence', 'query', '--expired')).toContain(id);
    expect(amtool('config', 'show')).toContain('secret.invalid');
    expect(amtool('config', 'show')).not.toContain(ourSink.url);
    expect(amtool('config', 'routes', 'test', 'severity=critical', 'scope=self')).toContain('page');
  });

  it('is silenced by our own commands, which also work on a real Alertmanager', async () => {
    const say = async (...words: readonly string[]): Promise<{ code: number | null; output: string }> => {
      const child = Child.cli(words);
      const code = await child.exited;
      return { code, output: child.output };
    };
    for (const url of [ours, theirs]) {
      const added = await say('silence', 'add', 'alertname=~"A|B"', '--for', '15m', '--url', url, '--json');
      expect(added.code, added.output).toBe(0);
      const { id } = JSON.parse(added.output) as { id: string };
      expect((await say('silence', 'list', '--url', url)).output).toContain(`alertname=~"A|B"`);
      expect(await say('silence', 'expire', id, '--url', url)).toMatchObject({ code: 0 });
      expect((await say('silence', 'list', '--url', url)).output).toContain('nothing is silenced');
    }
    const begun = await say('maintenance', '--for', '15m', '--url', ours, '--json');
    const silenced = JSON.parse(amtool('alert', 'query', '--silenced', '-o', 'json')) as unknown[];
    expect(silenced.length).toBeGreaterThan(5);
    await say('silence', 'expire', (JSON.parse(begun.output) as { id: string }).id, '--url', ours);
    expect((await say('silence', 'add', 'nonsense', '--for', '15m', '--url', ours)).code).toBe(2);
  });

  it('is told on the command line what fires, and that somebody looks after it', async () => {
    const run = async (...words: readonly string[]): Promise<{ code: number | null; output: string }> => {
      const child = Child.cli(['alert', ...words, '--url', ours]);
      return { code: await child.exited, output: child.output };
    };
    const listed = await run('list', '--json');
    const { alerts } = JSON.parse(listed.output) as {
      alerts: { fingerprint: string; labels: { alertname: string }; acknowledgedBy: string | null }[];
    };
    const halted = alerts.find(({ labels }) => labels.alertname === 'Halted')!;
    expect(halted.acknowledgedBy).toBe(null);
    expect((await run('list')).output).toMatch(/Slow +warning +- .*inhibited by [0-9a-f]{16}/);
    expect(await run('ack', halted.fingerprint.slice(0, 10), '--author', 'ann')).toMatchObject({
      code: 0,
      output: expect.stringContaining(`Halted (${halted.fingerprint}) is acknowledged by ann`) as string,
    });
    expect((await run('list')).output).toContain('acknowledged by ann');
    expect(await run('ack', 'zzzz')).toMatchObject({ code: 1 });
  });

  it('tests routes and receivers on the real way', async () => {
    const test = async (
      ...words: readonly string[]
    ): Promise<{ code: number | null; output: string; heard: string[] }> => {
      const before = ourSink.asked.length;
      const child = Child.cli(['test', 'notify', ...words, '--set', `notify.config_file=${file}`]);
      const code = await child.exited;
      const heard = ourSink.asked.slice(before).map(({ path, body }) => `${path} ${String(body['status'])}`);
      return { code, output: child.output, heard: heard.sort() };
    };
    const named = await test('team');
    expect(named.code, named.output).toBe(0);
    expect(named.output).toContain('team/webhook firing: delivered (200 OK: ok)');
    expect(named.heard).toEqual(['/team firing', '/team resolved']);
    expect((await test('nobody')).code).toBe(2);

    const routed = await test();
    expect(routed.code, routed.output).toBe(0);
    expect(routed.output).toContain('page: by the route {}/{scope!="peer",severity="critical"}, group');
    expect(routed.output).toContain('team: by the route {}/{severity="critical"}, group');
    expect(routed.output).toContain('not told of it: rest, sync');
    expect(routed.heard).toEqual(['/page firing', '/page resolved', '/team firing', '/team resolved']);
    // As amtool says.
    const theirs = amtool('config', 'routes', 'test', 'severity=warning', 'alertname=SyncLost').trim();
    const other = await test('--label', 'severity=warning', '--label', 'alertname=SyncLost');
    expect(other.heard).toEqual([`/${theirs} firing`, `/${theirs} resolved`]);
  });

  it('is handed what others posted to us, and its end', async () => {
    const folderOfOther = join(folder, 'other');
    const child = Child.cli([
      ...['run', '--listen', '127.0.0.1:0', '--socket', `unix://${join(folder, 'other.sock')}`],
      ...['--data', folderOfOther, '--set', `notify.alertmanagers=${theirs}`],
      ...['--set', 'rules.enabled=false'],
    ]);
    try {
      const url = (await child.printed(/(http:\/\/127\.0\.0\.1:\d+)\/metrics/))[1]!;
      const known = async (): Promise<boolean> => {
        const answer = await fetch(`${theirs}/api/v2/alerts?filter=alertname%3DPassedOn`);
        return ((await answer.json()) as unknown[]).length === 1;
      };
      const labels = { alertname: 'PassedOn', severity: 'page' };
      await eventually(
        async () => ((await fetch(`${url}/readyz`).catch(() => undefined))?.ok === true ? true : undefined),
        30_000,
        'the other sidecar is ready',
      );
      await post(url, [{ labels, annotations: { summary: 'from another' } }]);
      await eventually(async () => ((await known()) ? true : undefined), 10_000, 'theirs knows it');
      await post(url, [{ labels, endsAt: new Date().toISOString() }]);
      await eventually(async () => ((await known()) ? undefined : true), 10_000, 'theirs knows of its end');
    } finally {
      await child.stop();
    }
  });

  it('is killed: nobody is told again, and of the end everybody', async () => {
    const before = ourSink.asked.length;
    process.kill(sidecar.process.pid!, 'SIGKILL');
    await sidecar.exited;
    await startSidecar();
    const kept = JSON.parse(amtool('alert', 'query', '-o', 'json')) as unknown[];
    expect(kept.length).toBeGreaterThan(5);
    await post(ours, [
      { labels: { alertname: 'Restt', severity: 'page', validator: 'v2' }, endsAt: new Date().toISOString() },
    ]);
    const ended = (): Hook[] =>
      (ourSink.asked.slice(before).map(({ body }) => body) as unknown as Hook[]).filter(
        ({ status, alerts }) =>
          status === 'resolved' && alerts.some(({ labels }) => labels['alertname'] === 'Restt'),
      );
    await eventually(() => Promise.resolve(ended().length > 0 || undefined), 10_000, 'the end was told');
    expect(
      ourSink.asked.slice(before).filter(({ body }) => (body as unknown as Hook).status === 'firing'),
    ).toEqual([]);
    expect(ended()).toHaveLength(1);
  });

  it('reads our example, as amtool does', () => {
    const example = join(import.meta.dirname, '../../alerts/alertmanager.yml');
    expect(execFileSync('amtool', ['check-config', example], { encoding: 'utf8' })).toContain('SUCCESS');
  });
});

function sorted(labels: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
