/** Discord's webhooks. The renderer is pure; nobody is mentioned, whatever a label says. */
import type { DiscordConfig } from './channel-config.js';
import { HttpSender, reveal, wordsFor, type SenderOptions } from './http-sender.js';
import type { Channel, Notification } from './notification.js';
import { builtIn, sendWorded, type Wording } from './wording.js';
import { joinFitting, short, titleOf, wordsOf } from './words.js';

const TITLE = 256;
const TEXT = 4096;
const RED = 0xd9_2d_20;
const GREEN = 0x12_8a_4a;

/** The body. */
export function renderDiscord(
  notification: Notification,
  wording: Wording = builtIn,
): Record<string, unknown> {
  const title = short(wording.sayAnything('title') ?? titleOf(notification), TITLE);
  const message = wording.sayAnything('message');
  const usual = joinFitting(
    notification.alerts.map((alert) => {
      const { headline, description, labels, runbook } = wordsOf(alert);
      const lines = [
        `**${escaped(short(headline, 300))}**`,
        escaped(short(description, 600)),
        escaped(short(labels, 400)),
        runbook ?? '',
      ];
      return lines.filter((line) => line !== '').join('\n');
    }),
    '\n\n',
    TEXT,
  );
  return {
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title,
        description: message === undefined ? usual : short(message, TEXT),
        color: notification.isFiring ? RED : GREEN,
      },
    ],
  };
}

function escaped(text: string): string {
  return text.replaceAll(/[\\*_~`|>[\]]/g, String.raw`\$&`);
}

/** The way there. */
export function discordChannel(config: DiscordConfig, options: SenderOptions): Channel {
  const sender = new HttpSender(config.http, options);
  return {
    kind: config.kind,
    sendResolved: config.sendResolved,
    takesAcknowledgement: false,
    send: (notification, signal) =>
      sendWorded(config.texts, notification, wordsFor(options), (wording) =>
        sender.post(reveal(config.url), renderDiscord(notification, wording), signal, []),
      ),
    close: () => sender.close(),
  };
}
