/** Channels with templates of their own: what goes wrong with words costs no page, and is counted. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { notificationMetrics as m } from '../../../../src/alerts/catalogue.js';
import type { ChannelConfig } from '../../../../src/alerts/channels/channel-config.js';
import type { Notification } from '../../../../src/alerts/channels/notification.js';
import { renderEmail } from '../../../../src/alerts/channels/email.js';
import { wordingOf } from '../../../../src/alerts/channels/wording.js';
import { parseRouting } from '../../../../src/alerts/routing/parse-routing.js';
import { sendOnce } from '../../../../src/alerts/routing/send.js';
import { WallClock } from '../../../../src/base/clock.js';
import { silentLogger } from '../../../../src/base/logger.js';
import type { Receipt } from '../../../../src/delivery/transport.js';
import { Board } from '../../../../src/metrics/board.js';
import { channelsOf } from '../../../../src/notifications.js';
import { Sink } from '../../../support/alert-sink.js';

const labels = { alertname: 'Halted', severity: 'critical' };
const notification: Notification = {
  receiver: 'a',
  groupKey: '{}:{alertname="Halted"}',
  reason: 'first',
  isFiring: true,
  groupLabels: { alertname: 'Halted' },
  commonLabels: labels,
  commonAnnotations: {},
  alerts: [
    {
      ...{ id: '0123456789abcdef', isFiring: true, labels, generatorUrl: '' },
      annotations: { summary: 'no block for a minute\r\nBcc: all@example.org' },
      ...{ startsAtUs: 1_700_000_000_000_000, endsAtUs: undefined },
    },
  ],
  externalUrl: 'http://127.0.0.1:10920',
};

let sink: Sink;
let board: Board;
beforeEach(async () => {
  sink = await Sink.open();
  board = new Board();
});
afterEach(() => sink.close());

/** The one receiver of a file. */
function configOf(receiver: string): ChannelConfig {
  const read = parseRouting(`route: {receiver: a}\nreceivers:\n  - name: a\n    ${receiver}\n`);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  return read.routing.receivers.get('a')!.channels[0]!;
}

async function send(receiver: string): Promise<Receipt> {
  const read = parseRouting(`route: {receiver: a}\nreceivers:\n  - name: a\n    ${receiver}\n`);
  if ('problems' in read) throw new Error(JSON.stringify(read.problems));
  const deps = { clock: new WallClock(), logger: silentLogger, board };
  const [channel] = channelsOf(read.routing, deps)('a');
  try {
    return await sendOnce(channel!, notification, 5e6, new AbortController());
  } finally {
    await channel!.close?.();
  }
}

const receivers: Readonly<Record<string, (text: string) => string>> = {
  slack: (text) => `slack_configs: [{api_url: '${sink.url}/s', title: '${text}'}]`,
  pagerduty: (text) => `pagerduty_configs: [{url: '${sink.url}/p', routing_key: k, description: '${text}'}]`,
  discord: (text) => `discord_configs: [{webhook_url: '${sink.url}/d', message: '${text}'}]`,
  telegram: (text) =>
    `telegram_configs: [{api_url: '${sink.url}', bot_token: t, chat_id: 1, message: '${text}'}]`,
};

describe.each(Object.entries(receivers))('%s', (kind, receiver) => {
  const broken = (): number => board.counter(m.brokenTexts).at('a', kind).value;

  it('says what its template says', async () => {
    expect(await send(receiver('own words: {{ .CommonLabels.alertname }}'))).toMatchObject({
      outcome: 'delivered',
    });
    expect(JSON.stringify(sink.asked)).toContain('own words: Halted');
    expect(broken()).toBe(0);
  });

  it('is told in built-in words when its template fails, and that is counted', async () => {
    expect(await send(receiver('own words {{ index .Alerts 7 }}'))).toMatchObject({ outcome: 'delivered' });
    expect(sink.asked).toHaveLength(1);
    expect(JSON.stringify(sink.asked)).not.toContain('own words');
    expect(JSON.stringify(sink.asked)).toContain('Halted');
    expect(broken()).toBe(1);
  });

  it('is told in built-in words when it refuses what its template says', async () => {
    sink.answer = (response, { body }) =>
      response.writeHead(JSON.stringify(body).includes('own words') ? 400 : 200).end('cannot parse entities');
    expect(await send(receiver('own words'))).toMatchObject({ outcome: 'delivered' });
    expect(sink.asked).toHaveLength(2);
    expect(JSON.stringify(sink.asked[1])).toContain('Halted');
    expect(broken()).toBe(1);
  });
});

describe('what could not be sent', () => {
  it('is not sent: a page of nothing, a severity that nobody knows, markup that is too long', async () => {
    await send(
      `pagerduty_configs: [{url: '${sink.url}/p', routing_key: k, description: '{{ .CommonLabels.no }}', severity: '{{ .Status }}'}]`,
    );
    expect(sink.asked[0]!.body['payload']).toMatchObject({
      severity: 'error',
      summary: expect.stringContaining('Halted') as string,
    });
    await send(
      `telegram_configs: [{api_url: '${sink.url}', bot_token: t, chat_id: 1, message: '{{ printf "%900s%900s%900s%900s%900s" "" "" "" "" "x" }}'}]`,
    );
    expect(sink.asked[1]!.body['text']).toContain('Halted');
    expect(board.counter(m.brokenTexts).at('a', 'pagerduty').value).toBe(1);
    expect(board.counter(m.brokenTexts).at('a', 'telegram').value).toBe(1);
  });

  it('keeps the headers of a mail to one line each', () => {
    const { texts = {} } = configOf(
      `email_configs: [{to: a@b.c, from: d@e.f, smarthost: 'h:25', headers: {subject: '{{ (index .Alerts 0).Annotations.summary }}', x-own: '{{ range .Alerts }}{{ .Annotations.summary }}{{ end }}'}}]`,
    );
    const mail = renderEmail(
      notification,
      wordingOf(texts, notification, 0, () => undefined),
    );
    expect(mail.subject).toBe('no block for a minute Bcc: all@example.org');
    expect(mail.headers).toEqual({ 'X-Own': 'no block for a minute Bcc: all@example.org' });
  });
});
