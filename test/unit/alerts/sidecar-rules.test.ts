import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alert } from '../../../src/alerts/alert.js';
import { ManualClock } from '../../../src/base/clock.js';
import { silentLogger } from '../../../src/base/logger.js';
import { parseConfig } from '../../../src/config/parse.js';
import { createSidecar, type Sidecar } from '../../../src/sidecar.js';
import { eventually } from '../../support/child.js';

const START_US = 1_700_000_000_000_000;
const HIGH = `groups:
  - name: heights
    rules:
      - record: 'chain:height'
        expr: max by (chain_id) (hotstuff_consensus_committed_height)
      - alert: High
        expr: 'chain:height >= 5'
        labels: {severity: info}
        annotations: {summary: 'height {{ $value }}'}
`;

interface Envelope {
  readonly status: string;
  readonly data: {
    readonly groups: readonly { readonly name: string; readonly rules: readonly Record<string, unknown>[] }[];
    readonly alerts: readonly Record<string, unknown>[];
    readonly result: readonly unknown[];
  };
}

async function start(text: string, ...settings: readonly (readonly [path: string, text: string])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-rules-'));
  const file = join(folder, 'mine.rules.yml');
  writeFileSync(file, text);
  const flags = (
    [
      ['attach.socket', `unix://${folder}/events.sock`],
      ['server.listen', '127.0.0.1:0'],
      ['rules.files', file],
      ['data.dir', join(folder, 'data')],
      ...settings,
    ] as const
  ).map(([path, value]) => ({ flag: '--set', path, text: value }));
  const clock = new ManualClock(START_US);
  const told: Alert[] = [];
  const alerts = { tell: (some: readonly Alert[]) => void told.push(...some) };
  const sidecars: Sidecar[] = [];
  const restart = async (): Promise<Sidecar> => {
    const made = createSidecar(parseConfig({ flags }), { clock, logger: silentLogger, alerts });
    sidecars.push(made);
    await made.start();
    return made;
  };
  onTestFinished(async () => {
    for (const one of sidecars) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const sidecar = await restart();
  const feed = sidecar.openFeed({ door: 'unix', peer: 'test' });
  const say = async (...lines: readonly Record<string, unknown>[]): Promise<void> => {
    for (const line of lines) feed.write(Buffer.from(`${JSON.stringify({ ts_us: START_US, ...line })}\n`));
    await sidecar.drained();
  };
  await say(
    { v: 1, type: 'hello', node: 'n1', chain: 'c', run: 'r' },
    { type: 'consensus.view_entered', seq: 0, view: 7, trigger: 'qc', leader: 'n1' },
    { type: 'consensus.block_committed', seq: 1, view: 7, height: 5, block: 'b5' },
  );
  return { sidecar, clock, told, file, restart, say };
}

async function ask(sidecar: Sidecar, path: string): Promise<Envelope> {
  return (await (await fetch(`${sidecar.addresses.http}${path}`)).json()) as Envelope;
}

describe('rules in a sidecar', () => {
  it('are evaluated every rules.interval, told, and shown by the API', async () => {
    const { sidecar, clock, told } = await start(HIGH, ['rules.interval', '2s']);
    clock.advance(1_900_000);
    expect((await ask(sidecar, '/api/v1/alerts')).data.alerts).toEqual([]);
    clock.advance(100_000);
    await eventually(() => told[0], 5_000, 'an alert');
    expect(told).toMatchObject([
      {
        labels: { alertname: 'High', chain_id: 'c', severity: 'info' },
        annotations: { summary: 'height 5' },
      },
    ]);
    const alert = {
      labels: { alertname: 'High', chain_id: 'c', severity: 'info' },
      annotations: { summary: 'height 5' },
      state: 'firing',
      activeAt: new Date((START_US + 2_000_000) / 1000).toISOString(),
      value: '5e+00',
    };
    expect((await ask(sidecar, '/api/v1/alerts')).data.alerts).toEqual([alert]);
    const { groups } = (await ask(sidecar, '/api/v1/rules?type=alert')).data;
    expect(groups).toMatchObject([
      {
        name: 'heights',
        interval: 2,
        rules: [{ state: 'firing', name: 'High', health: 'ok', type: 'alerting', alerts: [alert] }],
      },
    ]);
    const { result } = (await ask(sidecar, '/api/v1/query?query=ALERTS')).data;
    expect(result).toMatchObject([{ metric: { alertname: 'High', alertstate: 'firing' } }]);
    expect((await ask(sidecar, '/api/v1/query?query=chain:height')).data.result).toHaveLength(1);
    expect((await fetch(`${sidecar.addresses.http}/api/v1/rules?type=x`)).status).toBe(400);
  });

  it('show what they give on the page and in the archive, and keep it over a restart', async () => {
    const { sidecar, clock, told, restart } = await start(
      HIGH.replace('{{ $value }}', '{{ $value }} in {{ $externalLabels.site }}'),
      ['rules.external_labels', '{site: east}'],
      ['history.recent_window', '1m'],
      ['history.instance', 'here:1'],
      ['prometheus.rule_series', 'all'],
    );
    clock.advance(2_000_000);
    await eventually(() => told[0], 5_000, 'an alert');
    expect(told[0]).toMatchObject({
      labels: { alertname: 'High', site: 'east' },
      annotations: { summary: 'height 5 in east' },
    });
    const page = await (await fetch(`${sidecar.addresses.http}/metrics`)).text();
    expect(page).toMatch(/^ALERTS\{alertname="High",alertstate="firing",chain_id="c",severity="info"\} 1$/m);
    expect(page).toMatch(/^ALERTS_FOR_STATE\{.*\} 170000000\d$/m);
    expect(page).toMatch(/^chain:height\{chain_id="c"\} 5$/m);
    for (let i = 0; i < 60; i++) {
      clock.advance(500_000);
      await new Promise(setImmediate);
    }
    await sidecar.stop();
    clock.advance(120_000_000);
    const again = await restart();
    const nowS = clock.nowUs() / 1e6;
    const asked = `query=ALERTS&start=${nowS - 200}&end=${nowS - 60}&step=15`;
    const { result } = (await ask(again, `/api/v1/query_range?${asked}`)).data;
    expect(result).toMatchObject([
      { metric: { __name__: 'ALERTS', alertname: 'High', alertstate: 'firing' } },
    ]);
  });

  it('are read anew on request: all or nothing', async () => {
    const { sidecar, file } = await start(HIGH);
    const reload = (): Promise<Response> => fetch(`${sidecar.addresses.http}/-/reload`, { method: 'POST' });
    appendFileSync(file, "      - {alert: Bad, expr: 'sum(', annotations: {a: '{{ foo }}'}}\n");
    const refused = await reload();
    expect(refused.status).toBe(500);
    const why = await refused.text();
    expect(why).toContain(`${file}:10:`);
    expect(why).toContain('function "foo" not defined');
    const names = async (): Promise<unknown[]> =>
      (await ask(sidecar, '/api/v1/rules')).data.groups.flatMap(({ rules }) => rules.map(({ name }) => name));
    expect(await names()).toEqual(['chain:height', 'High']);
    writeFileSync(file, HIGH.replace('alert: High', 'alert: Higher'));
    expect((await reload()).status).toBe(200);
    expect(await names()).toEqual(['chain:height', 'Higher']);
    expect(await sidecar.reload()).toBeUndefined();
  });

  it('that are wrong keep a sidecar from starting', async () => {
    await expect(start('groups: [{rules: []}]')).rejects.toMatchObject({ code: 'alerts.rules' });
  });

  it.each([
    ['rules.enabled', 'false'],
    ['profile', 'exporter'],
  ])('are not there with %s %s', async (path, value) => {
    const { sidecar } = await start('not even YAML: [', [path, value]);
    expect((await fetch(`${sidecar.addresses.http}/api/v1/rules`)).status).toBe(404);
  });
});

describe('patterns in a sidecar', () => {
  const MORE = `patterns:
  - alert: Restarted
    type: temporal_ordered
    events:
      - {event: process.stopped, where: {reason: error}}
      - {event: process.started}
    timespan: 1m
    resolve_after: 2m
    labels: {severity: warning}
    annotations: {summary: '{{ $labels.node_id }} came back after {{ $value }} s'}
  - alert: Breach
    type: event_count
    events: [{event: quorumscope.finding, where: {class: byzantine}}]
    group_by: [chain_id, kind, validator]
    timespan: 1m
    condition: {gte: 1}
`;

  it('raise alerts at once, and resolve them when they have not come again', async () => {
    const { sidecar, clock, told, say } = await start(MORE, ['rules.interval', '1h']);
    await say({ type: 'process.stopped', seq: 0, reason: 'error' });
    clock.advance(5_000_000);
    await say({ type: 'process.started', seq: 1 });
    await eventually(() => told[0], 5_000, 'an alert');
    expect(told[0]).toMatchObject({
      labels: { alertname: 'Restarted', chain_id: 'c', node_id: 'n1', severity: 'warning' },
      annotations: { summary: 'n1 came back after 5 s' },
      generatorUrl: `${sidecar.addresses.http}/api/v1/rules?rule_name[]=Restarted`,
    });
    const { groups } = (await ask(sidecar, '/api/v1/rules?rule_name[]=Restarted')).data;
    expect(groups[0]!.rules).toMatchObject([
      {
        state: 'firing',
        query: 'temporal_ordered(process.stopped, process.started) by (chain_id, node_id) within 1m',
      },
    ]);
    clock.advance(3_600_000_000);
    await eventually(() => told.find(({ endsAtUs }) => endsAtUs !== undefined), 5_000, 'its end');
    const page = await (await fetch(`${sidecar.addresses.http}/metrics`)).text();
    expect(page).toContain('quorumscope_pattern_matches_total{alertname="Restarted"} 1');
  });

  it('hear findings, and know validators by the names that metrics show', async () => {
    const { told, say } = await start(MORE, ['rules.interval', '1h'], ['chain.validators', '{v9: mallory}']);
    await say(
      { v: 1, type: 'hello', node: 'n1', chain: 'c', run: 'r', validators: [{ id: 'v9', power: 1 }] },
      { type: 'consensus.byzantine_detected', seq: 2, kind: 'double_vote', validator: 'v9', view: 7 },
    );
    await eventually(() => told[0], 5_000, 'an alert');
    expect(told[0]!.labels).toEqual({
      ...{ alertname: 'Breach', chain_id: 'c', kind: 'double_vote', validator: 'mallory' },
    });
  });

  it('go on with what they have seen when files are read anew', async () => {
    const { sidecar, told, say, file } = await start(MORE, ['rules.interval', '1h']);
    await say({ type: 'process.stopped', seq: 0, reason: 'error' });
    writeFileSync(file, MORE.replace('alert: Breach', 'alert: Another').replace('came back', 'is back'));
    expect(await sidecar.reload()).toBeUndefined();
    await say({ type: 'process.started', seq: 1 });
    await eventually(() => told[0], 5_000, 'an alert');
    expect(told[0]!.annotations).toEqual({ summary: 'n1 is back after 0 s' });
  });
});
