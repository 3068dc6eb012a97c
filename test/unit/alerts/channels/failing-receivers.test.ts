/**
 * Every way to tell somebody, over a real server of its protocol, where something is wrong with the server: its
 * certificate, its temper, its answers. The heartbeat and the hand-over to an Alertmanager are ways like the others.
 */
import { SMTPServer } from 'smtp-server';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { notificationMetrics as m } from '../../../../src/alerts/catalogue.js';
import {
  openAccess,
  type ChannelConfig,
  type HttpAccess,
} from '../../../../src/alerts/channels/channel-config.js';
import { HandOver } from '../../../../src/alerts/channels/hand-over.js';
import { startHeartbeat } from '../../../../src/alerts/channels/heartbeat.js';
import type { Notification } from '../../../../src/alerts/channels/notification.js';
import { openChannel } from '../../../../src/alerts/channels/open-channel.js';
import { sendOnce } from '../../../../src/alerts/routing/send.js';
import { WallClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import type { Receipt } from '../../../../src/delivery/transport.js';
import { Board } from '../../../../src/metrics/board.js';
import { makeCertificate, Sink, type Certificate } from '../../../support/alert-sink.js';

const labels = { alertname: 'Halted', severity: 'critical' };
const notification: Notification = {
  receiver: 'page',
  groupKey: '{}:{alertname="Halted"}',
  reason: 'first',
  isFiring: true,
  groupLabels: { alertname: 'Halted' },
  commonLabels: labels,
  commonAnnotations: {},
  alerts: [
    {
      ...{ id: '0123456789abcdef', isFiring: true, labels, annotations: {}, generatorUrl: '' },
      ...{ startsAtUs: 1_700_000_000_000_000, endsAtUs: undefined },
    },
  ],
  externalUrl: 'http://127.0.0.1:10920',
};

/** How an attempt ended: an outcome, or why it is made again. */
type Attempt = (url: string, caFile: string | null, timeoutMs?: number) => Promise<string>;

const clock = new WallClock();
const sender = { clock, userAgent: 'quorumscope/test' };
const outcomeOf = (receipt: Receipt): string =>
  receipt.outcome === 'retry' ? receipt.reason : receipt.outcome;

const channel =
  (make: (url: string, http: HttpAccess) => ChannelConfig): Attempt =>
  async (url, caFile, timeoutMs = 5_000) => {
    const opened = openChannel(make(url, { ...openAccess, caFile }), { ...sender, logger: silentLogger });
    try {
      return outcomeOf(await sendOnce(opened, notification, timeoutMs * 1000, new AbortController()));
    } finally {
      await opened.close?.();
    }
  };

/** The one outcome that a counter has. */
function counted(board: Board, metric: typeof m.handedOver): string {
  const outcomes = ['delivered', 'refused', 'busy', 'failed', 'unreachable', 'timeout', 'skipped'];
  return outcomes.filter((one) => board.counter(metric).at(one).value > 0).join();
}

const handOver: Attempt = async (url, caFile, timeoutMs = 5_000) => {
  const board = new Board();
  const passing = new HandOver({ ...sender, urls: [url], board, logger: silentLogger, caFile, timeoutMs });
  passing.tell([
    { labels, annotations: {}, startsAtUs: clock.nowUs(), endsAtUs: undefined, generatorUrl: '' },
  ]);
  await passing.settled();
  await passing.close();
  return counted(board, m.handedOver);
};

const heartbeat: Attempt = async (url, caFile, timeoutMs = 5_000) => {
  const board = new Board();
  const secret = { text: `${url}/beat` };
  const beating = startHeartbeat({
    ...sender,
    url: secret,
    intervalUs: 60e6,
    isWell: () => true,
    board,
    caFile,
    timeoutMs,
  });
  await beating.close();
  return counted(board, m.heartbeats);
};

const all = { sendResolved: true };
const ways: Readonly<Record<string, Attempt>> = {
  webhook: channel((url, http) => ({ kind: 'webhook', url: { text: url }, maxAlerts: 0, http, ...all })),
  slack: channel((url, http) => ({
    ...{ kind: 'slack', url: { text: url }, channel: '', username: '', iconEmoji: '', http, ...all },
  })),
  pagerduty: channel((url, http) => ({
    ...{ kind: 'pagerduty', url: { text: url }, routingKey: { text: 'some-key' }, http, ...all },
    ...{ client: '', component: '', class: '', group: '' },
  })),
  discord: channel((url, http) => ({ kind: 'discord', url: { text: url }, http, ...all })),
  telegram: channel((apiUrl, http) => ({
    ...{ kind: 'telegram', apiUrl, token: { text: '1:token' }, chatId: '1', silent: false, http, ...all },
  })),
  'the hand-over': handOver,
  'the heartbeat': heartbeat,
};

let good: Certificate;
let expired: Certificate;
let other: Certificate;
beforeAll(() => {
  good = makeCertificate();
  expired = makeCertificate({ isExpired: true });
  other = makeCertificate({ names: 'DNS:other.example.org' });
});
afterAll(() => [good, expired, other].forEach((one) => one.remove()));

const sinks: Sink[] = [];
const open = async (certificate?: Certificate): Promise<Sink> => {
  const sink = await Sink.open(certificate);
  sinks.push(sink);
  return sink;
};
afterEach(async () => {
  for (const sink of sinks.splice(0)) await sink.close();
});

describe.each(Object.entries(ways))('%s', (_, attempt) => {
  it('tells nothing to whoever has no good certificate, and tries again', async () => {
    const cases: readonly (readonly [Certificate, string | null])[] = [
      [good, null],
      [good, other.certFile],
      [expired, expired.certFile],
      [other, other.certFile],
    ];
    for (const [certificate, caFile] of cases) {
      const sink = await open(certificate);
      expect(await attempt(sink.url, caFile)).toBe('unreachable');
      expect(sink.asked).toEqual([]);
    }
    const trusted = await open(good);
    expect(await attempt(trusted.url, good.certFile)).toBe('delivered');
    expect(trusted.asked).toHaveLength(1);
  });

  it('takes a busy receiver, one that fails, one that refuses and one that is gone for what it is', async () => {
    const sink = await open();
    const answers = [
      [429, 'busy'],
      [500, 'failed'],
      [503, 'busy'],
      [403, 'refused'],
    ] as const;
    for (const [status, outcome] of answers) {
      sink.answer = (response) => response.writeHead(status, { 'retry-after': '3' }).end('no');
      expect([status, await attempt(sink.url, null)]).toEqual([status, outcome]);
    }
    sink.answer = () => undefined;
    expect(await attempt(sink.url, null, 100)).toMatch(/^(?:timeout|unreachable)$/);
    const { url } = sink;
    await sink.close();
    sinks.splice(0);
    expect(await attempt(url, null)).toBe('unreachable');
  });
});

describe('e-mail', () => {
  const mail = async (certificate: Certificate, caFile: string | null): Promise<[string, number]> => {
    let count = 0;
    const server = new SMTPServer({
      key: certificate.key,
      cert: certificate.cert,
      logger: false,
      authOptional: true,
      onData: (stream, _session, done) => {
        count++;
        stream.resume();
        stream.on('end', () => done());
      },
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.server.address() as { port: number };
    const attempt = channel(() => ({
      ...{ kind: 'email', to: 'a@example.org', from: 'b@example.org', hello: 'localhost', ...all },
      ...{ host: '127.0.0.1', port, username: null, password: null, requireTls: true, caFile },
    }));
    const outcome = await attempt('', null);
    await new Promise<void>((resolve) => server.close(resolve));
    return [outcome, count];
  };

  it('tells nothing to whoever has no good certificate, and tries again', async () => {
    for (const [certificate, caFile] of [
      [good, null],
      [good, other.certFile],
      [expired, expired.certFile],
      [other, other.certFile],
    ] as const) {
      const [outcome, count] = await mail(certificate, caFile);
      expect(outcome).toMatch(/^(?:failed|unreachable)$/);
      expect(count).toBe(0);
    }
    expect(await mail(good, good.certFile)).toEqual(['delivered', 1]);
  });
});
