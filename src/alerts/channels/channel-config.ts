/**
 * How one receiver is told: one shape per channel, complete and valid. Secrets are places where secrets are, read
 * anew for every attempt; nothing here may be logged or served.
 */
import type { Secret } from '../../base/secret.js';
import type { Texts } from './wording.js';

/** Who one is to an HTTP receiver, and whose certificates are trusted. */
export interface HttpAccess {
  readonly username: string | null;
  readonly password: Secret | null;
  /** `Bearer`, with the credentials that follow it. */
  readonly authorization: { readonly type: string; readonly credentials: Secret } | null;
  readonly caFile: string | null;
}

interface Any {
  /** Whether the end of alerts is told too. */
  readonly sendResolved: boolean;
  /** Templates that say it in place of what is built in. */
  readonly texts?: Texts;
}

interface OverHttp extends Any {
  readonly http: HttpAccess;
}

export interface WebhookConfig extends OverHttp {
  readonly kind: 'webhook';
  readonly url: Secret;
  /** Most alerts in one body; 0 is all. */
  readonly maxAlerts: number;
}

export interface SlackConfig extends OverHttp {
  readonly kind: 'slack';
  readonly url: Secret;
  readonly channel: string;
  readonly username: string;
  readonly iconEmoji: string;
  /** Of each of its own fields, whether it stands beside others. */
  readonly shortFields?: readonly boolean[];
  readonly linkNames?: boolean;
  readonly markdownIn?: readonly string[];
}

export interface PagerdutyConfig extends OverHttp {
  readonly kind: 'pagerduty';
  readonly url: Secret;
  readonly routingKey: Secret;
  readonly client: string;
  readonly component: string;
  readonly class: string;
  readonly group: string;
}

export interface EmailConfig extends Any {
  readonly kind: 'email';
  readonly to: string;
  readonly from: string;
  readonly hello: string;
  readonly host: string;
  readonly port: number;
  readonly username: string | null;
  readonly password: Secret | null;
  readonly requireTls: boolean;
  readonly caFile: string | null;
}

export interface DiscordConfig extends OverHttp {
  readonly kind: 'discord';
  readonly url: Secret;
}

export interface TelegramConfig extends OverHttp {
  readonly kind: 'telegram';
  readonly apiUrl: string;
  readonly token: Secret;
  readonly chatId: string;
  readonly silent: boolean;
  /** How Telegram reads what a template says; empty is plain. What is built in is HTML. */
  readonly parseMode?: 'HTML' | 'Markdown' | 'MarkdownV2' | '';
}

/** Our own log. */
export interface LogConfig extends Any {
  readonly kind: 'log';
}

/** Any of them. */
export type ChannelConfig =
  WebhookConfig | SlackConfig | PagerdutyConfig | EmailConfig | DiscordConfig | TelegramConfig | LogConfig;

/** Nobody in particular, the system's certificates. */
export const openAccess: HttpAccess = { username: null, password: null, authorization: null, caFile: null };
