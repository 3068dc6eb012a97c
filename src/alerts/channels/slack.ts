/** Slack's incoming webhooks. The renderer is pure; texts are escaped as Slack asks, so that a label cannot mention a channel. */
import type { SlackConfig } from './channel-config.js';
import { HttpSender, reveal, type SenderOptions } from './http-sender.js';
import type { Channel, Notification } from './notification.js';
import { joinFitting, short, titleOf, webAddress, wordsOf } from './words.js';

/** Slack shows at most so much of a title, and of a text before it folds it. */
const TITLE = 1024;
const TEXT = 3000;

/** The body. */
export function renderSlack(
  notification: Notification,
  { channel, username, iconEmoji }: Pick<SlackConfig, 'channel' | 'username' | 'iconEmoji'>,
): Record<string, unknown> {
  const title = escaped(short(titleOf(notification), TITLE / 2));
  const text = joinFitting(
    notification.alerts.map((alert) => {
      const { headline, description, labels, runbook } = wordsOf(alert);
      const link = runbook === undefined ? '' : `\n<${escaped(runbook).replaceAll('|', '%7C')}|runbook>`;
      const details = description === '' ? '' : `\n${escaped(short(description, 600))}`;
      return `*${escaped(short(headline, 300))}*${details}\n_${escaped(short(labels, 400))}_${link}`;
    }),
    '\n\n',
    TEXT,
  );
  const link = webAddress(notification.externalUrl);
  return {
    ...(channel === '' ? {} : { channel }),
    ...(username === '' ? {} : { username }),
    ...(iconEmoji === '' ? {} : { icon_emoji: iconEmoji }),
    attachments: [
      {
        title,
        ...(link === undefined ? {} : { title_link: link }),
        text,
        fallback: title,
        color: notification.isFiring ? 'danger' : 'good',
        mrkdwn_in: ['text'],
      },
    ],
  };
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** The way there. */
export function slackChannel(config: SlackConfig, options: SenderOptions): Channel {
  const sender = new HttpSender(config.http, options);
  return {
    kind: config.kind,
    sendResolved: config.sendResolved,
    takesAcknowledgement: false,
    send: (notification, signal) =>
      sender.post(reveal(config.url), renderSlack(notification, config), signal, []),
    close: () => sender.close(),
  };
}
