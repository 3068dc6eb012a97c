/** Telegram's bot API: `sendMessage` with HTML, in which every text of an alert is escaped. The renderer is pure. */
import type { TelegramConfig } from './channel-config.js';
import { HttpSender, reveal, wordsFor, type SenderOptions } from './http-sender.js';
import type { Channel, Notification } from './notification.js';
import { builtIn, sendWorded, type Wording } from './wording.js';
import { joinFitting, short, titleOf, wordsOf } from './words.js';

/** The limit is 4096 after the entities are read; escaped text is longer than that, so this is on the safe side. */
const TEXT = 4000;
const LIMIT = 4096;

/** The body. */
export function renderTelegram(
  notification: Notification,
  { chatId, silent, parseMode = 'HTML' }: Pick<TelegramConfig, 'chatId' | 'silent' | 'parseMode'>,
  wording: Wording = builtIn,
): Record<string, unknown> {
  const own = ownMessage(wording, parseMode);
  const title = `<b>${escaped(short(titleOf(notification), 400))}</b>`;
  const parts = notification.alerts.map((alert) => {
    const { headline, description, labels, runbook } = wordsOf(alert);
    const lines = [
      `<b>${escaped(short(headline, 250))}</b>`,
      escaped(short(description, 500)),
      escaped(short(labels, 300)),
      runbook === undefined || runbook.length > 300 ? '' : `<a href="${escaped(runbook)}">runbook</a>`,
    ];
    return lines.filter((line) => line !== '').join('\n');
  });
  return {
    chat_id: chatId,
    ...(own ?? {
      text: `${title}\n\n${joinFitting(parts.map(whole), '\n\n', TEXT - [...title].length - 2)}`,
      parse_mode: 'HTML',
    }),
    disable_web_page_preview: true,
    ...(silent ? { disable_notification: true } : {}),
  };
}

/** What a template says. Markup cannot be cut, so that what is too long is not sent. */
function ownMessage(
  wording: Wording,
  parseMode: NonNullable<TelegramConfig['parseMode']>,
): { readonly text: string; readonly parse_mode?: string } | undefined {
  const text = wording.sayAnything('message', parseMode === 'HTML' ? 'html' : 'text');
  if (text === undefined) return undefined;
  if (parseMode === '') return { text: short(text, LIMIT) };
  if ([...text].length <= LIMIT) return { text, parse_mode: parseMode };
  wording.reject('message', `longer than ${LIMIT} characters`);
  return undefined;
}

/** A part that could not be sent alone is sent without its markup: cut markup would be refused. */
function whole(part: string): string {
  return [...part].length <= TEXT / 2
    ? part
    : short(part.replaceAll(/<[^>]*>/g, ''), TEXT / 4).replaceAll(/&[a-z]*…$/g, '…');
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The way there. The bot's token is part of the address, which is therefore never told. */
export function telegramChannel(config: TelegramConfig, options: SenderOptions): Channel {
  const sender = new HttpSender(config.http, options);
  return {
    kind: config.kind,
    sendResolved: config.sendResolved,
    takesAcknowledgement: false,
    send: (notification, signal) => {
      const token = reveal(config.token);
      const url = `${config.apiUrl.replace(/\/$/, '')}/bot${token}/sendMessage`;
      return sendWorded(config.texts, notification, wordsFor(options), (wording) =>
        sender.post(url, renderTelegram(notification, config, wording), signal, [token]),
      );
    },
    close: () => sender.close(),
  };
}
