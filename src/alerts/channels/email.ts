/**
 * E-mail over SMTP, by nodemailer, which is loaded when the first one is sent. The renderer is pure: a subject of one line,
 * plain text, and HTML in which every text of an alert is escaped. Messages of a group form a thread.
 */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf } from '../../base/errors.js';
import { readSecret } from '../../base/secret.js';
import type { Receipt } from '../../delivery/transport.js';
import type { EmailConfig } from './channel-config.js';
import type { Channel, Notification } from './notification.js';
import { wordsFor, type SenderOptions } from './http-sender.js';
import { builtIn, sendWorded, type Wording } from './wording.js';
import { rfc3339, short, titleOf, wordsOf } from './words.js';

/** More alerts are counted, not listed. */
const MOST_ALERTS = 200;

/** A message without its envelope. */
export interface Mail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly thread: string;
  /** Who is named in it, where a template says so; it goes to those all the same. */
  readonly named: { readonly to?: string; readonly from?: string };
  readonly headers: Readonly<Record<string, string>>;
}

/** The message. */
export function renderEmail(notification: Notification, wording: Wording = builtIn): Mail {
  const { alerts, groupKey, externalUrl } = notification;
  const shown = alerts.slice(0, MOST_ALERTS);
  const more = alerts.length - shown.length;
  const words = shown.map((alert) => ({ ...wordsOf(alert), since: rfc3339(alert.startsAtUs) }));
  const text = words.map(({ headline, description, labels, since, runbook }) =>
    [headline, description, labels, `since ${since}`, runbook ?? ''].filter((line) => line !== '').join('\n'),
  );
  const html = words.map(({ headline, description, labels, since, runbook }) => {
    const link = runbook === undefined ? '' : `<p><a href="${escaped(runbook)}">Runbook</a></p>`;
    return `<h3>${escaped(headline)}</h3><p>${escaped(description)}</p><p><small>${escaped(labels)}<br>since ${since}</small></p>${link}`;
  });
  const rest = more === 0 ? [] : [`... and ${more} more`];
  const { Subject, To, From, ...headers } = ownHeaders(wording);
  return {
    subject: short(Subject ?? line(titleOf(notification)), 200),
    text: wording.sayAnything('text') ?? [...text, ...rest, externalUrl].join('\n\n'),
    html:
      wording.sayAnything('html', 'html') ??
      `<!doctype html><meta charset="utf-8"><body>${[...html, ...rest].join('\n')}<p>${escaped(externalUrl)}</p></body>`,
    thread: `${createHash('sha256').update(groupKey).digest('hex').slice(0, 32)}@quorumscope`,
    named: { ...(To === undefined ? {} : { to: To }), ...(From === undefined ? {} : { from: From }) },
    headers,
  };
}

/** Headers by names as they are usually written. Each is one line. */
function ownHeaders(wording: Wording): Readonly<Record<string, string>> {
  return Object.fromEntries(
    wording.within('headers.').flatMap((name) => {
      const text = wording.sayAnything(`headers.${name}`);
      return text === undefined ? [] : [[usualName(name), line(text)] as const];
    }),
  );
}

function usualName(name: string): string {
  return name.toLowerCase().replaceAll(/(?:^|-)[a-z]/g, (found) => found.toUpperCase());
}

function line(text: string): string {
  return text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
}

function escaped(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

/** The way there. One connection per message: they are rare, and servers end idle ones. */
export function emailChannel(config: EmailConfig, options: SenderOptions): Channel {
  return {
    kind: config.kind,
    sendResolved: config.sendResolved,
    takesAcknowledgement: false,
    send: (notification, signal) =>
      sendWorded(config.texts, notification, wordsFor(options), (wording) =>
        send(
          {
            ...config,
            to: wording.sayAnything('to') ?? config.to,
            from: wording.sayAnything('from') ?? config.from,
          },
          renderEmail(notification, wording),
          signal,
        ),
      ),
  };
}

async function send(
  config: EmailConfig,
  { subject, text, html, thread, named, headers }: Mail,
  signal: AbortSignal,
): Promise<Receipt> {
  const { createTransport } = await import('nodemailer');
  const { host, port, hello, username, password, requireTls, caFile, to, from } = config;
  const isImplicit = port === 465;
  const transport = createTransport({
    host,
    port,
    name: hello,
    secure: isImplicit,
    requireTLS: requireTls && !isImplicit,
    ...(username === null
      ? {}
      : { auth: { user: username, pass: password === null ? '' : readSecret(password) } }),
    ...(caFile === null ? {} : { tls: { ca: readFileSync(caFile, 'utf8') } }),
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  const close = (): void => transport.close();
  signal.addEventListener('abort', close, { once: true });
  try {
    const sent = await transport.sendMail({
      ...{ to, from, subject, text, html, headers, references: `<${thread}>` },
      ...named,
      // Whoever it names: it goes to those who are configured.
      ...(named.to === undefined && named.from === undefined ? {} : { envelope: { from, to } }),
    });
    return { outcome: 'delivered', answer: sent.response };
  } catch (error) {
    return receiptOf(error);
  } finally {
    signal.removeEventListener('abort', close);
    transport.close();
  }
}

/** 5xx of SMTP is final, but for passwords and certificates, which may be mended meanwhile; all else may pass later. */
function receiptOf(error: unknown): Receipt {
  const { responseCode = 0, code } = error as { responseCode?: number; code?: string };
  const detail = messageOf(error).split('\n')[0]!.slice(0, 300);
  if (responseCode >= 500 && code !== 'EAUTH' && code !== 'ETLS') return { outcome: 'refused', detail };
  const isBusy = responseCode === 421 || responseCode === 450 || responseCode === 451 || responseCode === 452;
  const isAnswer = responseCode > 0 || code === 'EAUTH' || code === 'ETLS';
  return { outcome: 'retry', reason: isBusy ? 'busy' : isAnswer ? 'failed' : 'unreachable', detail };
}
