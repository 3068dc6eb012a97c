/**
 * The receivers of an Alertmanager configuration. What a channel of ours cannot do is a problem that says so.
 */
import type { Secret } from '../../base/secret.js';
import type { ChannelConfig, EmailConfig, HttpAccess } from '../channels/channel-config.js';
import type { TemplateSet } from '../template/template-set.js';
import { ReceiverTexts } from './receiver-texts.js';
import type { Receiver } from './routing.js';
import type { Fields } from './yaml-tree.js';

/** What receivers inherit. */
export interface GlobalSettings {
  readonly templates: TemplateSet;
  readonly http: HttpAccess;
  readonly slackUrl: Secret | undefined;
  readonly pagerdutyUrl: Secret;
  readonly telegramUrl: string;
  readonly smtp: {
    readonly smarthost: string | undefined;
    readonly from: string | undefined;
    readonly hello: string;
    readonly username: string | undefined;
    readonly password: Secret | undefined;
    readonly requireTls: boolean;
  };
}

const UNSUPPORTED_CHANNEL =
  'is not supported by quorumscope; there are webhook, slack, pagerduty, email, discord and telegram';
const V1 = 'is of the Events API v1, which quorumscope does not speak: use routing_key';
const refused: Readonly<Record<string, string>> = { service_key: V1, service_key_file: V1 };

const PARSE_MODES = ['HTML', 'Markdown', 'MarkdownV2', ''] as const;
const SLACK = [
  ...['title', 'title_link', 'pretext', 'text', 'fallback', 'color', 'callback_id', 'footer'],
  ...['icon_url', 'image_url', 'thumb_url'],
];

type Read = (fields: Fields, globals: GlobalSettings) => ChannelConfig | undefined;

const channels: Readonly<Record<string, Read>> = {
  webhook_configs: webhook,
  slack_configs: slack,
  pagerduty_configs: pagerduty,
  email_configs: email,
  discord_configs: discord,
  telegram_configs: telegram,
};

/** One receiver. */
export function readReceiver(fields: Fields, globals: GlobalSettings): Receiver {
  const name = fields.text('name') ?? '';
  if (name === '') fields.problem('a receiver needs a name');
  const configs = Object.entries(channels).flatMap(([key, read]) =>
    fields.list(key).flatMap((one) => {
      const config = read(one, globals);
      one.finish(refused);
      return config ?? [];
    }),
  );
  fields.finish(
    Object.fromEntries(
      fields.names.filter((key) => key.endsWith('_configs')).map((key) => [key, UNSUPPORTED_CHANNEL]),
    ),
  );
  return { name, channels: configs };
}

function webhook(fields: Fields, globals: GlobalSettings): ChannelConfig | undefined {
  const url = need(fields, 'url', urlSecret(fields, 'url'));
  const sendResolved = fields.toggle('send_resolved', true);
  const maxAlerts = fields.whole('max_alerts', 0);
  const http = httpOf(fields, globals.http);
  return url && { kind: 'webhook', url, sendResolved, maxAlerts, http };
}

function slack(fields: Fields, globals: GlobalSettings): ChannelConfig | undefined {
  const url = need(fields, 'api_url', urlSecret(fields, 'api_url') ?? globals.slackUrl);
  const words = new ReceiverTexts(globals.templates);
  const usual = fields.toggle('short_fields', false);
  words.take(fields, SLACK);
  const rest = {
    sendResolved: fields.toggle('send_resolved', false),
    channel: words.plain(fields, 'channel'),
    username: words.plain(fields, 'username'),
    iconEmoji: words.plain(fields, 'icon_emoji'),
    shortFields: words.list(fields, 'fields', ['title', 'value']).map((one) => one.toggle('short', usual)),
    linkNames: fields.toggle('link_names', false),
    ...(fields.has('mrkdwn_in') ? { markdownIn: fields.texts('mrkdwn_in') } : {}),
    http: httpOf(fields, globals.http),
  };
  words.list(fields, 'actions', ['type', 'text', 'url', 'style', 'name', 'value']);
  words.close();
  return url && { kind: 'slack', url, ...rest, texts: words.texts };
}

function pagerduty(fields: Fields, globals: GlobalSettings): ChannelConfig | undefined {
  const routingKey = need(fields, 'routing_key', fields.secret('routing_key'));
  const words = new ReceiverTexts(globals.templates);
  words.take(fields, ['description', 'severity', 'source', 'client_url']);
  words.takeMap(fields, 'details');
  words.list(fields, 'links', ['href', 'text']);
  words.list(fields, 'images', ['src', 'alt', 'href']);
  const client = words.plain(fields, 'client');
  const rest = {
    sendResolved: fields.toggle('send_resolved', true),
    url: urlSecret(fields, 'url') ?? globals.pagerdutyUrl,
    client: client === '' ? 'quorumscope' : client,
    component: words.plain(fields, 'component'),
    class: words.plain(fields, 'class'),
    group: words.plain(fields, 'group'),
    http: httpOf(fields, globals.http),
  };
  words.close();
  return routingKey && { kind: 'pagerduty', routingKey, ...rest, texts: words.texts };
}

function email(fields: Fields, { smtp, templates }: GlobalSettings): ChannelConfig | undefined {
  const words = new ReceiverTexts(templates);
  const to = words.plain(fields, 'to', true);
  const ownFrom = words.plain(fields, 'from', true);
  const from = ownFrom === '' ? (smtp.from ?? '') : ownFrom;
  words.take(fields, ['html', 'text']);
  words.takeMap(fields, 'headers');
  const smarthost = fields.text('smarthost') ?? smtp.smarthost ?? '';
  const host = readHost(smarthost);
  if (to === '') fields.problem('an e-mail needs to', 'to');
  if (from === '') fields.problem('an e-mail needs from, or global.smtp_from', 'from');
  if (host === undefined)
    fields.problem('an e-mail needs smarthost, or global.smtp_smarthost, as host:port', 'smarthost');
  const tls = fields.map('tls_config');
  const config: Omit<EmailConfig, 'host' | 'port'> = {
    kind: 'email',
    to,
    from,
    sendResolved: fields.toggle('send_resolved', false),
    hello: fields.text('hello') ?? smtp.hello,
    username: fields.text('auth_username') ?? smtp.username ?? null,
    password: fields.secret('auth_password') ?? smtp.password ?? null,
    requireTls: fields.toggle('require_tls', smtp.requireTls),
    caFile: tls.text('ca_file') ?? null,
  };
  tls.finish();
  return host === undefined ? undefined : { ...config, ...host, texts: words.texts };
}

function discord(fields: Fields, globals: GlobalSettings): ChannelConfig | undefined {
  const url = need(fields, 'webhook_url', urlSecret(fields, 'webhook_url'));
  const sendResolved = fields.toggle('send_resolved', true);
  const http = httpOf(fields, globals.http);
  const words = new ReceiverTexts(globals.templates);
  words.take(fields, ['title', 'message']);
  return url && { kind: 'discord', url, sendResolved, http, texts: words.texts };
}

function telegram(fields: Fields, globals: GlobalSettings): ChannelConfig | undefined {
  const token = need(fields, 'bot_token', fields.secret('bot_token'));
  const chatId = fields.text('chat_id') ?? '';
  if (!/^-?\d+$/.test(chatId)) fields.problem('chat_id is a number', 'chat_id');
  const mode = fields.text('parse_mode') ?? 'HTML';
  const parseMode = PARSE_MODES.find((one) => one === mode);
  if (parseMode === undefined) fields.problem('expected HTML, Markdown, MarkdownV2 or nothing', 'parse_mode');
  const words = new ReceiverTexts(globals.templates);
  words.take(fields, ['message']);
  if (mode !== 'HTML' && !fields.has('message'))
    fields.problem('without a message of its own it is HTML', 'parse_mode');
  const rest = {
    sendResolved: fields.toggle('send_resolved', true),
    apiUrl: urlText(fields, 'api_url') ?? globals.telegramUrl,
    silent: fields.toggle('disable_notifications', false),
    http: httpOf(fields, globals.http),
  };
  return (
    token && { kind: 'telegram', token, chatId, parseMode: parseMode ?? 'HTML', ...rest, texts: words.texts }
  );
}

/** `http_config` of a receiver, else the one above it. */
export function httpOf(fields: Fields, inherited: HttpAccess): HttpAccess {
  if (!fields.has('http_config')) return inherited;
  const config = fields.map('http_config');
  const basic = config.map('basic_auth');
  const tls = config.map('tls_config');
  const given = config.map('authorization');
  const credentials = given.secret('credentials');
  const type = given.text('type') ?? 'Bearer';
  const username = basic.text('username') ?? null;
  const access: HttpAccess = {
    username,
    password: basic.secret('password') ?? null,
    authorization: credentials === undefined ? null : { type, credentials },
    caFile: tls.text('ca_file') ?? null,
  };
  if (config.toggle('follow_redirects', false))
    config.problem(
      'redirects are never followed: nobody is called that is not named here',
      'follow_redirects',
    );
  if (username !== null && credentials !== undefined)
    config.problem('basic_auth and authorization exclude each other', 'authorization');
  for (const one of [basic, tls, given, config]) one.finish();
  return access;
}

/** A URL that is treated as a secret: whoever knows it may post. */
export function urlSecret(fields: Fields, name: string): Secret | undefined {
  const secret = fields.secret(name);
  if (secret !== undefined && 'text' in secret && !isHttp(secret.text))
    fields.problem('expected an http:// or https:// address', name);
  return secret;
}

/** A URL that is none. */
export function urlText(fields: Fields, name: string): string | undefined {
  const text = fields.text(name);
  if (text === undefined || isHttp(text)) return text;
  fields.problem('expected an http:// or https:// address', name);
  return undefined;
}

/** Whether a text is an address that can be called. */
export function isHttp(text: string): boolean {
  return URL.canParse(text) && /^https?:$/.test(new URL(text).protocol);
}

/** `smtp.example.org:587`; undefined when it is no host with a port. */
export function readHost(text: string): { readonly host: string; readonly port: number } | undefined {
  const found = /^(\[[0-9a-fA-F:.]+\]|[^:\s]+):(\d{1,5})$/.exec(text);
  if (found === null || Number(found[2]) > 65_535) return undefined;
  return { host: found[1]!.replaceAll(/[[\]]/g, ''), port: Number(found[2]) };
}

function need<T>(fields: Fields, name: string, value: T | undefined): T | undefined {
  if (value === undefined) fields.problem(`needs ${name} or ${name}_file`);
  return value;
}
