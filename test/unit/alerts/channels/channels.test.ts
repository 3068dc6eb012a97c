import { createServer } from 'node:net';
import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { SMTPServer } from 'smtp-server';
import { WallClock } from '../../../../src/base/clock.js';
import { silentLogger, type Logger } from '../../../../src/base/logger.js';
import { openAccess, type ChannelConfig } from '../../../../src/alerts/channels/channel-config.js';
import type { Notification, NotifiedAlert } from '../../../../src/alerts/channels/notification.js';
import { openChannel } from '../../../../src/alerts/channels/open-channel.js';
import { sendOnce } from '../../../../src/alerts/routing/send.js';
import type { Receipt } from '../../../../src/delivery/transport.js';
import { makeCertificate, Sink, type Certificate } from '../../../support/alert-sink.js';

const alert = (name: string, more: Partial<NotifiedAlert> = {}): NotifiedAlert => ({
  id: '0123456789abcdef',
  isFiring: true,
  labels: { alertname: name, severity: 'critical', scope: 'self', chain_id: 'main', node_id: 'v0' },
  annotations: {
    summary: `${name} <@everyone> & "more"`,
    description: 'The *reason* of it.',
    runbook_url: 'https://runbooks.example.org/x',
  },
  startsAtUs: 1_700_000_000_000_000,
  endsAtUs: undefined,
  generatorUrl: 'http://127.0.0.1:10920/graph',
  ...more,
});

const notification = (alerts: readonly NotifiedAlert[], more: Partial<Notification> = {}): Notification => ({
  receiver: 'page',
  groupKey: '{}/{severity="critical"}:{alertname="Halted"}',
  reason: 'first',
  isFiring: alerts.some(({ isFiring }) => isFiring),
  groupLabels: { alertname: 'Halted' },
  commonLabels: alerts[0]?.labels ?? {},
  commonAnnotations: {},
  alerts,
  externalUrl: 'http://127.0.0.1:10920',
  ...more,
});

const firing = notification([alert('Halted')]);
const over = notification([alert('Halted', { isFiring: false, endsAtUs: 1_700_000_060_000_000 })], {
  reason: 'all_resolved',
});

let sink: Sink;
const all = { sendResolved: true, http: openAccess };
const words = { client: 'quorumscope', component: '', class: '', group: '' };
/** Every channel over HTTP, by the address that it posts to. */
const overHttp: Readonly<Record<string, (url: string) => ChannelConfig>> = {
  webhook: (url) => ({ kind: 'webhook', url: { text: `${url}/hook` }, maxAlerts: 0, ...all }),
  slack: (url) => ({
    kind: 'slack',
    url: { text: `${url}/slack` },
    channel: '#ops',
    username: '',
    iconEmoji: '',
    ...all,
  }),
  pagerduty: (url) => ({
    kind: 'pagerduty',
    url: { text: `${url}/v2/enqueue` },
    routingKey: { text: 'key-of-the-service' },
    ...words,
    ...all,
  }),
  discord: (url) => ({ kind: 'discord', url: { text: `${url}/discord` }, ...all }),
  telegram: (url) => ({
    kind: 'telegram',
    apiUrl: url,
    token: { text: '123:token-of-the-bot' },
    chatId: '-42',
    silent: false,
    ...all,
  }),
};

async function send(
  config: ChannelConfig,
  what: Notification,
  timeoutMs = 5_000,
  logger: Logger = silentLogger,
): Promise<Receipt> {
  const channel = openChannel(config, { clock: new WallClock(), logger, userAgent: 'quorumscope/test' });
  try {
    return await sendOnce(channel, what, timeoutMs * 1000, new AbortController());
  } finally {
    await channel.close?.();
  }
}

beforeEach(async () => void (sink = await Sink.open()));
afterEach(() => sink.close());

describe.each(Object.entries(overHttp))('%s', (kind, config) => {
  it('is delivered when the receiver takes it', async () => {
    expect(await send(config(sink.url), firing)).toMatchObject({ outcome: 'delivered' });
    expect(sink.asked).toHaveLength(1);
    expect(sink.asked[0]).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
  });

  it('waits as long as a receiver that is busy asks', async () => {
    sink.answer = (response) => response.writeHead(429, { 'retry-after': '7' }).end('slow down');
    expect(await send(config(sink.url), firing)).toMatchObject({
      outcome: 'retry',
      reason: 'busy',
      afterUs: 7e6,
    });
    sink.answer = (response) => response.writeHead(429).end('{"retry_after": 1.5}');
    expect(await send(config(sink.url), firing)).toMatchObject({
      outcome: 'retry',
      reason: 'busy',
      afterUs: 1.5e6,
    });
  });

  it('is tried again after 5xx, a timeout, and when nobody answers', async () => {
    sink.answer = (response) => response.writeHead(502).end('bad gateway');
    expect(await send(config(sink.url), firing)).toMatchObject({ outcome: 'retry', reason: 'failed' });
    sink.answer = () => undefined;
    expect(await send(config(sink.url), firing, 100)).toMatchObject({ outcome: 'retry', reason: 'timeout' });
    const gone = await Sink.open();
    const { url } = gone;
    await gone.close();
    expect(await send(config(url), firing)).toMatchObject({ outcome: 'retry', reason: 'unreachable' });
  });

  it('is refused for good by 4xx, follows no redirect, and tells no secret', async () => {
    const { asked } = sink;
    sink.answer = (response, { path }) =>
      response
        .writeHead(400)
        .end(`bad: ${sink.url}${path} ${JSON.stringify(asked.at(-1)?.body)}`.slice(0, 200));
    const refused = await send(config(sink.url), firing);
    expect(refused).toMatchObject({ outcome: 'refused' });
    expect(JSON.stringify(refused)).not.toMatch(
      /token-of-the-bot|key-of-the-service|\/slack|\/discord|\/hook/,
    );
    sink.answer = (response) => response.writeHead(302, { location: `${sink.url}/elsewhere` }).end();
    expect(await send(config(sink.url), firing)).toMatchObject({ outcome: 'refused' });
    expect(asked.every(({ path }) => path !== '/elsewhere')).toBe(true);
  });

  it('cuts what is too long and says how much is missing', async () => {
    const many = Array.from({ length: 500 }, (_, i) =>
      alert(`Alert${i}`, { annotations: { summary: 'x'.repeat(900) } }),
    );
    expect(await send(config(sink.url), notification(many))).toMatchObject({ outcome: 'delivered' });
    const text = JSON.stringify(sink.asked[0]?.body);
    if (kind !== 'webhook') expect(text).toMatch(/and \d+ more|not_shown/);
    expect(text.length).toBeLessThan(kind === 'webhook' ? Infinity : 512_000);
  });
});

describe('what arrives', () => {
  const posted = async (
    name: keyof typeof overHttp,
    what: Notification,
  ): Promise<Record<string, unknown>> => {
    await send(overHttp[name]!(sink.url), what);
    return sink.asked.at(-1)!.body;
  };

  it("is Alertmanager's payload, version 4, at a webhook", async () => {
    expect(await posted('webhook', over)).toEqual({
      version: '4',
      status: 'resolved',
      receiver: 'page',
      groupKey: over.groupKey,
      groupLabels: over.groupLabels,
      commonLabels: over.commonLabels,
      commonAnnotations: {},
      externalURL: over.externalUrl,
      truncatedAlerts: 0,
      alerts: [
        {
          status: 'resolved',
          labels: over.alerts[0]!.labels,
          annotations: over.alerts[0]!.annotations,
          startsAt: '2023-11-14T22:13:20.000Z',
          endsAt: '2023-11-14T22:14:20.000Z',
          generatorURL: over.alerts[0]!.generatorUrl,
          fingerprint: over.alerts[0]!.id,
        },
      ],
    });
  });

  it('is one incident of PagerDuty: triggered, acknowledged, resolved under one key', async () => {
    const trigger = await posted('pagerduty', firing);
    const acknowledge = await posted('pagerduty', { ...firing, reason: 'acknowledged' });
    const resolve = await posted('pagerduty', over);
    expect([trigger, acknowledge, resolve].map(({ event_action }) => event_action)).toEqual([
      'trigger',
      'acknowledge',
      'resolve',
    ]);
    expect(new Set([trigger, acknowledge, resolve].map(({ dedup_key }) => dedup_key)).size).toBe(1);
    expect(trigger).toMatchObject({
      routing_key: 'key-of-the-service',
      payload: { severity: 'critical', source: 'v0', timestamp: '2023-11-14T22:13:20.000Z' },
    });
    expect(String(trigger['dedup_key']).length).toBeLessThanOrEqual(255);
  });

  it('mentions nobody, whatever an alert says', async () => {
    expect(JSON.stringify(await posted('slack', firing))).not.toContain('<@everyone>');
    expect(JSON.stringify(await posted('telegram', firing))).not.toContain('<@everyone>');
    expect(await posted('discord', firing)).toMatchObject({ allowed_mentions: { parse: [] } });
    expect(sink.asked.map(({ path }) => path)).toContain('/bot123:token-of-the-bot/sendMessage');
  });

  it('is at most as long as Telegram and Discord allow', async () => {
    const long = notification(
      Array.from({ length: 60 }, () =>
        alert('A', { annotations: { summary: '<&>'.repeat(300), description: '"'.repeat(900) } }),
      ),
    );
    expect([...String((await posted('telegram', long))['text'])].length).toBeLessThanOrEqual(4096);
    const [embed] = (await posted('discord', long))['embeds'] as { description: string }[];
    expect([...embed!.description].length).toBeLessThanOrEqual(4096);
  });

  it('is a line of the log', async () => {
    const lines: string[] = [];
    const log = (message: string): void => void lines.push(message);
    const logger = { debug: log, info: log, warn: log, error: log };
    await send({ kind: 'log', sendResolved: true }, firing, 1_000, logger);
    await send({ kind: 'log', sendResolved: true }, over, 1_000, logger);
    expect(lines).toEqual(['an alert fires', 'an alert is over']);
  });
});

describe('over TLS', () => {
  let certificate: Certificate;
  beforeAll(() => void (certificate = makeCertificate()));
  afterAll(() => certificate.remove());

  it('refuses a certificate that it does not know, and takes one that was named', async () => {
    const tls = await Sink.open(certificate);
    const config = overHttp['webhook']!(tls.url) as Extract<ChannelConfig, { kind: 'webhook' }>;
    const unknown = await send(config, firing);
    expect(unknown).toMatchObject({ outcome: 'retry', reason: 'unreachable' });
    expect(JSON.stringify(unknown)).toMatch(/self-signed/);
    const http = { ...openAccess, caFile: certificate.certFile, username: 'u', password: { text: 'p' } };
    expect(await send({ ...config, http }, firing)).toMatchObject({ outcome: 'delivered' });
    expect(tls.asked[0]?.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
    await tls.close();
  });

  const mail = (
    port: number,
    more: Partial<Extract<ChannelConfig, { kind: 'email' }>> = {},
  ): ChannelConfig => ({
    kind: 'email',
    sendResolved: true,
    to: 'ops@example.org',
    from: 'quorumscope@example.org',
    hello: 'localhost',
    host: '127.0.0.1',
    port,
    username: 'user',
    password: { text: 'secret-of-mail' },
    requireTls: true,
    caFile: certificate.certFile,
    ...more,
  });

  const withServer = async (
    options: ConstructorParameters<typeof SMTPServer>[0],
    use: (port: number, mails: string[]) => Promise<void>,
  ): Promise<void> => {
    const mails: string[] = [];
    const server = new SMTPServer({
      key: certificate.key,
      cert: certificate.cert,
      logger: false,
      onAuth: ({ username, password }, _session, done) =>
        username === 'user' && password === 'secret-of-mail'
          ? done(null, { user: 'user' })
          : done(new Error('no')),
      onData: (stream, _session, done) => {
        let text = '';
        stream.on('data', (chunk: Buffer) => (text += chunk.toString('utf8')));
        stream.on('end', () => {
          mails.push(text);
          done();
        });
      },
      ...options,
    });
    server.on('error', () => undefined);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    await use((server.server.address() as { port: number }).port, mails);
    await new Promise<void>((resolve) => server.close(resolve));
  };

  it('mails with STARTTLS and a password', async () => {
    await withServer({}, async (port, mails) => {
      expect(await send(mail(port), firing)).toMatchObject({ outcome: 'delivered' });
      expect(mails[0]).toMatch(/^Subject: \[FIRING:1\] Halted \(main v0 self critical\)/m);
      expect(mails[0]).toContain('runbooks.example.org');
      expect(mails[0]).not.toMatch(/<h3>[^<]*<@everyone>/);
    });
  });

  it('does not mail over a connection that is not encrypted, nor to a certificate it does not know', async () => {
    await withServer({ hideSTARTTLS: true, disabledCommands: ['STARTTLS'] }, async (port, mails) => {
      expect(await send(mail(port), firing)).toMatchObject({ outcome: 'retry' });
      expect(mails).toHaveLength(0);
    });
    await withServer({}, async (port, mails) => {
      expect(await send(mail(port, { caFile: null }), firing)).toMatchObject({ outcome: 'retry' });
      expect(mails).toHaveLength(0);
    });
  });

  it('tries again after 4xx and a bad password, and gives up after 5xx', async () => {
    const refuse = (responseCode: number) => ({
      onRcptTo: (_address: unknown, _session: unknown, done: (error?: Error | null) => void) =>
        done(Object.assign(new Error('mailbox says no'), { responseCode })),
    });
    await withServer(refuse(450), async (port) => {
      expect(await send(mail(port), firing)).toMatchObject({ outcome: 'retry', reason: 'busy' });
    });
    await withServer(refuse(550), async (port) => {
      expect(await send(mail(port), firing)).toMatchObject({ outcome: 'refused' });
    });
    await withServer({}, async (port) => {
      const receipt = await send(mail(port, { password: { text: 'wrong-secret' } }), firing);
      expect(receipt).toMatchObject({ outcome: 'retry', reason: 'failed' });
      expect(JSON.stringify(receipt)).not.toContain('wrong-secret');
    });
  });

  it('gives up on a mail server that hangs', async () => {
    const hanging = createServer((socket) => socket.on('error', () => undefined));
    await new Promise<void>((resolve) => hanging.listen(0, '127.0.0.1', resolve));
    const { port } = hanging.address() as { port: number };
    expect(await send(mail(port), firing, 200)).toMatchObject({ outcome: 'retry', reason: 'timeout' });
    hanging.close();
  });
});
