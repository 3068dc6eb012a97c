/** Who is told of alerts, in the short form, by an Alertmanager file, or through a real Alertmanager; and when nobody is. */
import { twice } from './exporter-settings.js';
import { section, type Contradiction } from './section.js';
import {
  duration,
  nullable,
  secret,
  secretFile,
  secretOf,
  text,
  texts,
  toggle,
  url,
  whole,
} from './setting.js';

const path = { pattern: /^[^\0]+$/, expected: 'a path' };
const name = { pattern: /^[^\p{Cc}]{1,200}$/u, expected: 'a name' };
const optional = (form: { pattern: RegExp; expected: string }, doc: string) =>
  nullable(text(form, { doc, fallback: null }));
const address = 'It may be a secret: whoever knows it can post there.';
const SECRETS = [
  'webhook.url',
  'slack.url',
  'pagerduty.routing_key',
  'telegram.bot_token',
  'discord.url',
  'email.password',
  'heartbeat.url',
] as const;
const WINDOW =
  /^(?:(?<days>[a-z]+(?::[a-z]+)?) )?(?<from>\d\d:\d\d)-(?<to>\d\d:\d\d)(?: (?<zone>[A-Za-z_+\-/0-9]+))?$/;

export const notify = section({
  name: 'notify',
  doc: 'Who is told of alerts. Name a channel here (`notify: {telegram: {bot_token_file: ..., chat_id: ...}}`), or an Alertmanager file, or a real Alertmanager. docs/NOTIFICATIONS.md says what arrives there.',
  settings: {
    enabled: toggle({
      doc: "Whether alerts are routed here, and Alertmanager's API is served. The profile `exporter` never does.",
      fallback: true,
    }),
    config_file: optional(
      path,
      'An Alertmanager configuration file, used as it is instead of the short form.',
    ),
    external_url: nullable(
      url({
        doc: 'Where this sidecar can be looked at, for links; null is the address it listens on.',
        fallback: null,
      }),
    ),
    'webhook.url': secret({ doc: `Posts Alertmanager's webhook payload there. ${address}` }),
    'webhook.url_file': secretFile({ doc: 'File of that address, read before every attempt.' }),
    'slack.url': secret({ doc: `An incoming webhook of Slack. ${address}` }),
    'slack.url_file': secretFile({ doc: 'File of that address, read before every attempt.' }),
    'slack.channel': optional(name, 'A channel of Slack; null is the one of the webhook.'),
    'pagerduty.routing_key': secret({
      doc: 'Integration key of a service of PagerDuty (Events API v2). It is only paged, not told of lesser alerts.',
    }),
    'pagerduty.routing_key_file': secretFile({ doc: 'File of that key, read before every attempt.' }),
    'telegram.bot_token': secret({ doc: 'Token of a Telegram bot.' }),
    'telegram.bot_token_file': secretFile({ doc: 'File of that token, read before every attempt.' }),
    'telegram.chat_id': optional(
      { pattern: /^-?\d+$/, expected: 'a number' },
      'The chat that the bot writes to.',
    ),
    'discord.url': secret({ doc: `A webhook of Discord. ${address}` }),
    'discord.url_file': secretFile({ doc: 'File of that address, read before every attempt.' }),
    'email.to': optional(name, 'Addresses, separated by commas.'),
    'email.from': optional(name, 'The address of the sender.'),
    'email.smarthost': optional(
      { pattern: /^[^\s:]+:\d{1,5}$|^\[[0-9a-fA-F:]+\]:\d{1,5}$/, expected: 'host:port' },
      'The mail server, such as smtp.example.org:587.',
    ),
    'email.username': optional(name, 'User name at the mail server.'),
    'email.password': secret({ doc: 'Its password.' }),
    'email.password_file': secretFile({ doc: 'File of the password, read before every attempt.' }),
    'email.require_tls': toggle({ doc: 'Whether mail is only sent encrypted.', fallback: true }),
    log: toggle({ doc: 'Whether alerts are also written to the log.', fallback: false }),
    ca_file: optional(
      path,
      "PEM certificates that channels of the short form trust instead of the system's.",
    ),
    alertmanagers: texts(
      {
        pattern: /^https?:\/\/[^\s@]+$/,
        expected: 'a list of http:// or https:// addresses without a user in them',
      },
      {
        doc: 'Real Alertmanagers that alerts are handed over to, each by its address without `/api/v2`.',
        fallback: [],
      },
    ),
    'escalation.after': duration(
      { min: '1s', max: '7d' },
      {
        doc: 'How long after somebody was told and nobody has acknowledged the next one is told.',
        fallback: '15m',
      },
    ),
    'escalation.receiver': optional(
      name,
      'Who is told then: a receiver of the file, or `page` of the short form. Null escalates nothing.',
    ),
    cooldown: duration(
      { min: '0', max: '7d' },
      { doc: 'An alert that comes back within so long after its end was told is no news.', fallback: '0' },
    ),
    'rate_limit.count': nullable(
      whole(
        { min: 1, max: 100_000 },
        {
          doc: 'Most notifications of firing alerts to one channel within the window; more of them wait, ends never do. Null limits nothing.',
          fallback: null,
        },
      ),
    ),
    'rate_limit.window': duration({ min: '1s', max: '7d' }, { doc: 'The window.', fallback: '1h' }),
    maintenance: texts(
      {
        pattern: WINDOW,
        expected:
          'a list of windows such as "sunday 02:00-04:00" or "monday:friday 01:00-02:00 Europe/Berlin"',
      },
      { doc: 'Times at which nobody is told of new alerts; ends are told.', fallback: [] },
    ),
    'heartbeat.url': secret({
      doc: `A dead-man's switch: called while the sidecar is well, so that somebody hears when it is not. ${address}`,
    }),
    'heartbeat.url_file': secretFile({ doc: 'File of that address, read before every call.' }),
    'heartbeat.interval': duration({ min: '1s', max: '1d' }, { doc: 'How often.', fallback: '1m' }),
  },
  rules: (values) => {
    const found: Contradiction<keyof typeof values>[] = SECRETS.flatMap((key) =>
      twice(key, values[key], values[`${key}_file`]),
    );
    const has = (key: (typeof SECRETS)[number]): boolean =>
      typeof values[key] === 'string' || typeof values[`${key}_file`] === 'string';
    const isShort =
      SECRETS.some((key) => key !== 'heartbeat.url' && has(key)) || typeof values['email.to'] === 'string';
    if (typeof values.config_file === 'string' && isShort)
      found.push({
        key: 'config_file',
        message: 'The file and channels named here exclude each other: put the channels into the file.',
      });
    if (has('telegram.bot_token') && values['telegram.chat_id'] === null)
      found.push({ key: 'telegram.chat_id', message: 'Telegram needs the chat to write to.' });
    if (typeof values['email.to'] === 'string')
      for (const key of ['email.from', 'email.smarthost'] as const)
        if (values[key] === null) found.push({ key, message: `E-mail needs ${key} too.` });
    for (const key of ['webhook.url', 'slack.url', 'discord.url', 'heartbeat.url'] as const) {
      const given = values[key];
      if (typeof given === 'string' && !/^https?:\/\//.test(given))
        found.push({ key, message: 'It is no http:// or https:// address.' });
    }
    for (const window of values.maintenance ?? [])
      if (windowOf(window) === undefined)
        found.push({ key: 'maintenance', message: `${window} names no days, times or zone that there are.` });
    return found;
  },
  build: (values) => ({
    enabled: values.enabled,
    configFile: values.config_file,
    externalUrl: values.external_url,
    webhook: secretOf(values['webhook.url'], values['webhook.url_file']),
    slack: secretOf(values['slack.url'], values['slack.url_file']),
    slackChannel: values['slack.channel'],
    pagerduty: secretOf(values['pagerduty.routing_key'], values['pagerduty.routing_key_file']),
    telegram: secretOf(values['telegram.bot_token'], values['telegram.bot_token_file']),
    telegramChat: values['telegram.chat_id'],
    discord: secretOf(values['discord.url'], values['discord.url_file']),
    email: {
      to: values['email.to'],
      from: values['email.from'],
      smarthost: values['email.smarthost'],
      username: values['email.username'],
      password: secretOf(values['email.password'], values['email.password_file']),
      requireTls: values['email.require_tls'],
    },
    log: values.log,
    caFile: values.ca_file,
    alertmanagers: values.alertmanagers,
    escalation:
      values['escalation.receiver'] === null
        ? null
        : { receiver: values['escalation.receiver'], afterUs: values['escalation.after'] },
    cooldownUs: values.cooldown,
    rateLimit:
      values['rate_limit.count'] === null
        ? null
        : { count: values['rate_limit.count'], windowUs: values['rate_limit.window'] },
    maintenance: values.maintenance.flatMap((window) => windowOf(window) ?? []),
    heartbeat: secretOf(values['heartbeat.url'], values['heartbeat.url_file']),
    heartbeatUs: values['heartbeat.interval'],
  }),
});

/** What the code gets of this section. */
export type NotifyConfig = ReturnType<typeof notify.build>;

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

/** A window in numbers: minutes since midnight, 0 is Sunday. */
function windowOf(text: string) {
  const { days, from = '', to = '', zone = 'UTC' } = WINDOW.exec(text)?.groups ?? {};
  const [first, last = first] = (days ?? 'sunday:saturday').split(':').map((day) => DAYS.indexOf(day));
  const minute = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3));
  const isKnown = first !== undefined && last !== undefined && first >= 0 && last >= first;
  if (!isKnown || minute(from) >= minute(to) || minute(to) > 24 * 60 || !isZone(zone)) return undefined;
  return {
    times: [{ from: minute(from), to: minute(to) }],
    weekdays: [{ from: first, to: last }],
    daysOfMonth: [],
    months: [],
    years: [],
    location: zone,
  };
}

function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}
