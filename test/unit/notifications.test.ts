import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Alert } from '../../src/alerts/alert.js';
import { notificationMetrics } from '../../src/alerts/catalogue.js';
import { JournalStore } from '../../src/alerts/routing/journal-store.js';
import { Ledger } from '../../src/alerts/routing/ledger.js';
import { WallClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { Journal } from '../../src/journal/journal.js';
import { Board } from '../../src/metrics/board.js';
import { openNotifications, type Notifications } from '../../src/notifications.js';
import { Sink } from '../support/alert-sink.js';
import { eventually } from '../support/child.js';

let sink: Sink;
let folder: string;
let board: Board;
beforeEach(async () => {
  sink = await Sink.open();
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-notify-'));
  board = new Board({ prefix: 'hotstuff', seriesLimit: 10_000, metricSeriesLimit: 1_000 });
});
afterEach(async () => {
  await sink.close();
  rmSync(folder, { recursive: true });
});

const alert = (scope: string, endsAtUs?: number): Alert => ({
  labels: { alertname: 'Halted', severity: 'critical', scope, chain_id: 'main' },
  annotations: { summary: 'no commits' },
  startsAtUs: 1_700_000_000_000_000,
  endsAtUs,
  generatorUrl: '',
});

const open = async (yaml: string, isWell = true): Promise<Notifications> => {
  const text = `data: {dir: ${JSON.stringify(join(folder, 'data'))}}\nnotify:\n${yaml}`;
  const deps = {
    board,
    clock: new WallClock(),
    logger: silentLogger,
    address: () => 'http://127.0.0.1:1',
    isWell: () => isWell,
  };
  return await openNotifications(parseConfig({ file: { name: 'quorumscope.yaml', text } }), deps);
};

const asked = (path: string): number => sink.asked.filter((one) => one.path === path).length;

describe('the short form', () => {
  it('pages every channel at once, remembers it over a restart, and tells the end after it', async () => {
    writeFileSync(join(folder, 'url'), `${sink.url}/slack\n`);
    const yaml = `  webhook: {url: '${sink.url}/hook'}\n  slack: {url_file: ${join(folder, 'url')}}\n`;
    const first = await open(yaml);
    first.listener.tell([alert('self'), alert('peer')]);
    await eventually(
      () => Promise.resolve(asked('/hook') >= 2 && asked('/slack') >= 2 ? true : undefined),
      5_000,
      'all told',
    );
    await first.notifier.settled();
    await first.close(1_000_000);
    const { length } = sink.asked;
    expect(length).toBe(4);
    const second = await open(yaml);
    second.listener.tell([alert('self'), alert('peer')]);
    await second.notifier.settled();
    expect(sink.asked).toHaveLength(length);
    expect(await second.answer({ endpoint: 'alerts', query: new URLSearchParams(), body: '' })).toMatchObject(
      {
        document: [{ status: { state: 'active' } }, { status: { state: 'active' } }],
      },
    );
    await second.close(1_000_000);
    const told = board.counter(notificationMetrics.sent).at('page', 'webhook', 'first');
    expect(told.value).toBe(1);
  });

  it('refuses what contradicts itself, all at once, and shows no secret', async () => {
    const yaml = `  config_file: x\n  slack: {url: 'ftp://secret-place/', url_file: y}\n  telegram: {bot_token: secret-token}\n  email: {to: a@example.org}\n  maintenance: [someday 01:00-02:00]\n`;
    const message = await open(yaml).then(
      () => '',
      (error: Error) => error.message,
    );
    for (const path of [
      'config_file',
      'slack.url',
      'telegram.chat_id',
      'email.from',
      'email.smarthost',
      'maintenance',
    ])
      expect(message).toContain(`notify.${path}`);
    expect(message).not.toMatch(/secret-/);
  });

  it('tells what is wrong in an Alertmanager file where it is', async () => {
    const file = join(folder, 'alertmanager.yml');
    writeFileSync(file, 'route: {receiver: a}\nreceivers:\n  - name: b\n');
    await expect(open(`  config_file: ${file}\n`)).rejects.toThrow(`${file}:1:9`);
  });
});

describe('beside the channels', () => {
  it('alerts are handed over to an Alertmanager, with an end for those that are over', async () => {
    const running = await open(`  alertmanagers: ['${sink.url}/am/']\n`);
    running.listener.tell([alert('self')]);
    running.listener.tell([alert('self', 1_700_000_060_000_000)]);
    await eventually(() => Promise.resolve(asked('/am/api/v2/alerts') >= 2 || undefined), 5_000, 'posted');
    await running.close(1_000_000);
    const posts = sink.asked.map(({ body }) => body as unknown as { endsAt: string; startsAt: string }[]);
    expect(posts.map(([one]) => one?.endsAt)).toContain('2023-11-14T22:14:20.000Z');
    expect(posts.map(([one]) => one?.startsAt)).toEqual(Array(2).fill('2023-11-14T22:13:20.000Z'));
    expect(board.counter(notificationMetrics.handedOver).at('delivered').value).toBe(2);
  });

  it('a heart beats while all is well, and only then', async () => {
    const beats = board.counter(notificationMetrics.heartbeats);
    const well = await open(`  heartbeat: {url: '${sink.url}/beat'}\n`);
    await eventually(() => Promise.resolve(beats.at('delivered').value === 1 || undefined), 5_000, 'a beat');
    await well.close(1_000_000);
    const ill = await open(`  heartbeat: {url: '${sink.url}/beat'}\n`, false);
    await eventually(() => Promise.resolve(beats.at('skipped').value === 1 || undefined), 5_000, 'none');
    await ill.close(1_000_000);
    expect(asked('/beat')).toBe(1);
  });
});

describe('the memory on disk', () => {
  it('is rewritten when it has grown, and a crash in the middle leaves what was before', async () => {
    const options = { folder: join(folder, 'journal'), clock: new WallClock() };
    const told = (atUs: number) => ({ firing: { a: 1 }, atUs, ended: {}, acknowledged: false });
    let journal = await Journal.open(options);
    let { store } = await JournalStore.open(journal);
    let ledger = new Ledger(store);
    for (let i = 0; i < 25_000; i++) ledger.put({ is: 'told', key: `k${i % 3}`, told: told(i) });
    expect(store.length).toBeLessThan(10_000);
    expect(await ledger.durable()).toBe(true);
    const before = ledger.steps();
    journal.append(Buffer.from('{"is":"begin"}'));
    journal.append(Buffer.from('{"is":"told","key":"half","told":null}'));
    journal.append(Buffer.from('no JSON'));
    await ledger.close();
    journal = await Journal.open(options);
    const again = await JournalStore.open(journal);
    ({ store } = again);
    ledger = new Ledger(store, again.steps);
    expect(ledger.steps()).toEqual(before);
    await ledger.close();
  });
});
