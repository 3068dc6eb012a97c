import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { Alert } from '../../src/alerts/alert.js';
import type { Notification } from '../../src/alerts/channels/notification.js';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import type { EmbeddedAlerting } from '../../src/embedded-alerts.js';
import { gauge } from '../../src/metrics/definition.js';
import { createSidecar, type Sidecar } from '../../src/sidecar.js';
import { eventually } from '../support/child.js';

const level = gauge('app_level', 'A level.', ['tank']);

const holds = (): boolean => true;

async function start(alerting: EmbeddedAlerting, ...settings: readonly (readonly [string, string])[]) {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-embedder-'));
  writeFileSync(join(folder, 'none.rules.yml'), 'groups: []\n');
  const flags = (
    [
      ['attach.socket', 'null'],
      ['server.listen', '127.0.0.1:0'],
      ['data.dir', join(folder, 'data')],
      ['rules.restart_grace', '30s'],
      ['rules.files', join(folder, 'none.rules.yml')],
      ...settings,
    ] as const
  ).map(([path, value]) => ({ flag: '--set', path, text: value }));
  const clock = new ManualClock();
  const told: Alert[] = [];
  const alerts = { tell: (some: readonly Alert[]) => void told.push(...some) };
  const sidecars: Sidecar[] = [];
  const restart = async (): Promise<Sidecar> => {
    const made = createSidecar(parseConfig({ flags }), { clock, logger: silentLogger, alerts, alerting });
    sidecars.push(made);
    await made.start();
    return made;
  };
  onTestFinished(async () => {
    for (const one of sidecars) await one.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const named = (name: string): Alert[] => told.filter(({ labels }) => labels['alertname'] === name);
  return { sidecar: await restart(), restart, clock, named };
}

/** Lets cycles of rules pass until something is there. */
async function after<T>(clock: ManualClock, find: () => T | undefined, what: string): Promise<T> {
  return eventually(
    () => {
      clock.advance(500_000);
      return find();
    },
    10_000,
    what,
  );
}

describe('conditions of an embedder', () => {
  it('raise alerts from what they read of board and history, with templates', async () => {
    const { sidecar, clock, named } = await start({
      conditions: [
        {
          name: 'TankLow',
          labels: { severity: 'warning' },
          annotations: { summary: '{{ $labels.tank }} is at {{ $value }}' },
          holds: async ({ query }) => query('app_level < 10'),
        },
        { name: 'NoTank', holds: ({ board }) => board.find(level, ['north']) === undefined },
      ],
    });
    await after(clock, () => named('NoTank')[0], 'an alert');
    sidecar.board.gauge(level).at('north').set(7);
    const low = await after(clock, () => named('TankLow')[0], 'an alert');
    expect(low.labels).toMatchObject({ alertname: 'TankLow', tank: 'north', severity: 'warning' });
    expect(low.annotations).toEqual({ summary: 'north is at 7' });
    await after(clock, () => named('NoTank').find(({ endsAtUs }) => endsAtUs !== undefined), 'its end');
  });

  it('that fail or take too long are counted, and their alerts stay as they were', async () => {
    let mood: 'fires' | 'throws' | 'hangs' = 'fires';
    const { sidecar, clock, named } = await start({
      conditions: [
        {
          name: 'Moody',
          timeoutUs: 10_000,
          holds: () => {
            if (mood === 'throws') throw new Error('no idea');
            return mood === 'hangs' ? new Promise(() => undefined) : true;
          },
        },
      ],
    });
    await after(clock, () => named('Moody')[0], 'an alert');
    const why = async (): Promise<string> => {
      const answer = await fetch(`${sidecar.addresses.http}/api/v1/rules?rule_name[]=Moody`);
      const body = (await answer.json()) as {
        data: { groups: { rules: { state: string; lastError?: string }[] }[] };
      };
      const rule = body.data.groups[0]!.rules[0]!;
      return `${rule.state} ${rule.lastError ?? ''}`;
    };
    for (const [next, expected] of [
      ['throws', 'firing the condition failed: no idea'],
      ['hangs', 'firing the condition failed: the condition has not answered within 10 ms'],
    ] as const) {
      mood = next;
      let said = '';
      await eventually(
        async () => {
          clock.advance(500_000);
          said = await why();
          return said === expected ? true : undefined;
        },
        10_000,
        expected,
      );
    }
    const page = Buffer.from((await sidecar.page()).body).toString('utf8');
    expect(page).toMatch(/^quorumscope_rule_evaluation_failures_total\{rule_group="embedded"\} [1-9]/m);
    expect(named('Moody').filter(({ endsAtUs }) => endsAtUs !== undefined)).toEqual([]);
  });

  it.each([
    [{ conditions: [{ name: '', holds }] }, 'needs a name'],
    [{ conditions: [{ name: 'A', annotations: { a: '{{ nope }}' }, holds }] }, 'template'],
    [{ conditions: [{ name: 'A', labels: { 'a-b': '' }, holds }] }, 'name of a label'],
    [
      {
        conditions: [
          { name: 'A', holds },
          { name: 'A', holds },
        ],
      },
      'two conditions',
    ],
    [{ handlers: [{ receiver: 'nowhere', notify: () => undefined }] }, 'no receiver nowhere'],
  ])('and handlers that cannot be taken keep a sidecar from starting: %j', async (alerting, why) => {
    await expect(start(alerting)).rejects.toMatchObject({
      code: 'alerts.embedded',
      message: expect.stringContaining(why) as string,
    });
  });
});

describe('alerts that an embedder raises', () => {
  it('are told at once, once for equal labels, and end when they are resolved', async () => {
    const { sidecar, named } = await start({});
    const desk = sidecar.alerts!;
    const labels = { alertname: 'KeyExpires', severity: 'warning', key: 'k1' };
    const id = desk.send({ labels, annotations: { summary: 'in {{ 3 }} days' }, value: 3 });
    expect(desk.send({ labels: { ...labels } })).toBe(id);
    const fired = await eventually(() => named('KeyExpires')[0], 5_000, 'an alert');
    expect(fired.labels).toEqual(labels);
    expect(desk.resolve(labels)).toBe(true);
    expect(desk.resolve(id)).toBe(false);
    await eventually(
      () => named('KeyExpires').find(({ endsAtUs }) => endsAtUs !== undefined),
      5_000,
      'its end',
    );
    expect(() => desk.send({ labels: { severity: 'info' } })).toThrow('alertname');
    for (let i = 0; i < 1_000; i++) desk.send({ labels: { alertname: 'Many', i: String(i) } });
    expect(() => desk.send({ labels: { alertname: 'Many', i: 'one more' } })).toThrow('1000 alerts');
  });

  it('go on over a restart when they are raised again, and end when they are not', async () => {
    const { sidecar, restart, clock, named } = await start({});
    for (const alertname of ['Again', 'Never']) sidecar.alerts!.send({ labels: { alertname } });
    await eventually(() => (named('Never')[0] && named('Again')[0] ? true : undefined), 5_000, 'both');
    const before = named('Again')[0]!.startsAtUs;
    await sidecar.stop();
    clock.advance(5_000_000);
    const next = await restart();
    next.alerts!.send({ labels: { alertname: 'Again' } });
    await after(clock, () => named('Never').find(({ endsAtUs }) => endsAtUs !== undefined), 'its end');
    expect(named('Again').every(({ startsAtUs, endsAtUs }) => startsAtUs === before && !endsAtUs)).toBe(true);
  });

  it('are not there without `alerting`, or where no rules are evaluated', async () => {
    const { sidecar } = await start({}, ['rules.enabled', 'false']);
    expect(sidecar.alerts).toBeUndefined();
  });
});

describe('handlers of an embedder', () => {
  it('are told like a receiver, again after a failure, and of the end', async () => {
    const got: Notification[] = [];
    let failures = 0;
    const { sidecar, clock } = await start({
      handlers: [
        {
          notify: async (notification) => {
            await Promise.resolve();
            if (failures++ === 0) throw new Error('not now');
            got.push(notification);
          },
        },
      ],
    });
    const labels = { alertname: 'Mine', severity: 'critical', scope: 'self' };
    sidecar.alerts!.send({ labels });
    const first = await after(clock, () => got[0], 'a notification');
    expect(first).toMatchObject({ receiver: 'page', isFiring: true, alerts: [{ labels }] });
    sidecar.alerts!.resolve(labels);
    await after(clock, () => got.find(({ isFiring }) => !isFiring), 'its end');
    expect(failures).toBe(3);
  });
});

describe('check', () => {
  it('says how one component is', async () => {
    const { sidecar } = await start({});
    expect(sidecar.check('process')).toEqual(sidecar.health()!.components.process);
  });
});
