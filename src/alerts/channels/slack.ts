/** Slack's incoming webhooks. The renderer is pure; texts are escaped as Slack asks, so that a label cannot mention a channel. */
import type { SlackConfig } from './channel-config.js';
import { HttpSender, reveal, wordsFor, type SenderOptions } from './http-sender.js';
import type { Channel, Notification } from './notification.js';
import { builtIn, sendWorded, type Wording } from './wording.js';
import { joinFitting, short, titleOf, webAddress, wordsOf } from './words.js';

/** Slack shows at most so much of a title, and of a text before it folds it. */
const TITLE = 1024;
const TEXT = 3000;

/** The body. */
export function renderSlack(
  notification: Notification,
  config: Pick<
    SlackConfig,
    'channel' | 'username' | 'iconEmoji' | 'shortFields' | 'linkNames' | 'markdownIn'
  >,
  wording: Wording = builtIn,
): Record<string, unknown> {
  const { channel, username, iconEmoji } = config;
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
        mrkdwn_in: config.markdownIn ?? ['text'],
        ...said(wording, ATTACHED),
        ...ownTitle(wording),
        ...ownLists(config, wording),
      },
    ],
    ...said(wording, AROUND),
    ...(config.linkNames === true ? { link_names: true } : {}),
  };
}

/** Fields of Slack that a template may give, around the message and of it. */
const AROUND = ['channel', 'username', 'icon_emoji', 'icon_url'];
const ATTACHED = [
  ...[
    'title_link',
    'pretext',
    'text',
    'fallback',
    'color',
    'callback_id',
    'footer',
    'image_url',
    'thumb_url',
  ],
];
const ACTION = ['type', 'text', 'url', 'style', 'name', 'value'];

function said(wording: Wording, names: readonly string[], before = ''): Record<string, string> {
  return Object.fromEntries(
    names.flatMap((name) => {
      const text = wording.say(before + name);
      return text === undefined ? [] : [[name, text] as const];
    }),
  );
}

function ownTitle(wording: Wording): Record<string, string> {
  const text = wording.say('title');
  if (text === undefined) return {};
  const title = short(text, TITLE);
  return wording.within('fallback').length > 0 ? { title } : { title, fallback: title };
}

function ownLists(
  { shortFields = [] }: Pick<SlackConfig, 'shortFields'>,
  wording: Wording,
): Record<string, unknown> {
  const fields = shortFields.map((isShort, i) => ({
    ...said(wording, ['title', 'value'], `fields[${i}].`),
    short: isShort,
  }));
  const count = new Set(wording.within('actions[').map((rest) => rest.slice(0, rest.indexOf(']')))).size;
  const actions = Array.from({ length: count }, (_, i) => said(wording, ACTION, `actions[${i}].`));
  const isOwn = wording.within('fields[').length > 0;
  return { ...(isOwn ? { fields } : {}), ...(count > 0 ? { actions } : {}) };
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
      sendWorded(config.texts, notification, wordsFor(options), (wording) =>
        sender.post(reveal(config.url), renderSlack(notification, config, wording), signal, []),
      ),
    close: () => sender.close(),
  };
}
