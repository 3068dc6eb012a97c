/** Settings that exporters share: when and what is pushed, bounds, spool, and who one is to the receiver. */
import { parseDuration } from '../base/duration.js';
import { isHeader } from './header.js';
import type { Contradiction, Values } from './section.js';
import { duration, names, nullable, secret, secretFile, secretOf, size, text, texts } from './setting.js';

const glob = {
  pattern: /^[^\p{Cc}]{1,256}$/u,
  expected: 'a list of names, in which * is any text and ? one character',
};
const path = { pattern: /^[^\0]+$/, expected: 'a path' };

/** What every exporter has, whatever it sends. */
export const deliverySettings = {
  timeout: duration({ min: '10ms', max: '5m' }, { doc: 'How long an attempt may take.', fallback: '10s' }),
  queue_size: size({ min: '64KiB' }, { doc: 'Most that waits in memory.', fallback: '8MiB' }),
  max_age: nullable(
    duration(
      { min: '1s', max: '1y' },
      { doc: 'What has waited longer is given up and counted; null gives up nothing.', fallback: null },
    ),
  ),
  'spool.folder': nullable(
    text(path, {
      doc: 'A folder of its own in which waits what the receiver cannot take, over restarts too; null keeps it in memory only.',
      fallback: null,
    }),
  ),
  'spool.max_size': size(
    { min: '128KiB' },
    { doc: 'Most that waits there; beyond it the oldest is given up and counted.', fallback: '256MiB' },
  ),
} as const;

/** The code's form of them. */
export function deliveryOf(values: Values<typeof deliverySettings>) {
  return {
    timeoutUs: values.timeout,
    queueBytes: values.queue_size,
    maxAgeUs: values.max_age,
    spool:
      values['spool.folder'] === null
        ? null
        : { folder: values['spool.folder'], maxSizeBytes: values['spool.max_size'] },
  };
}

/** What every exporter of metrics has. */
export const commonSettings = {
  interval: duration(
    { min: '100ms', max: '1d' },
    { doc: 'How often a snapshot is pushed.', fallback: '10s' },
  ),
  include: texts(glob, { doc: 'Metrics that are pushed, by name; `*` is any text.', fallback: ['*'] }),
  exclude: texts(glob, { doc: 'Metrics that are not, even if included.', fallback: [] }),
  labels: names({
    doc: 'Only series whose labels match, such as `{chain_id: main, node_id: "validator-*"}`.',
    fallback: {},
  }),
  rename: names({ doc: 'Metrics that are pushed under another name.', fallback: {} }),
  ...deliverySettings,
} as const;

type Common = Values<typeof commonSettings>;

/** An attempt may not outlast the interval so far that snapshots only ever queue. */
export function commonRules({ interval, timeout }: Partial<Common>): Contradiction<'timeout'>[] {
  const longest = parseDuration('1m')!;
  if (interval === undefined || timeout === undefined || timeout <= Math.max(longest, 10 * interval))
    return [];
  return [
    {
      key: 'timeout',
      message: 'An attempt may take at most a minute, or ten intervals where those are longer.',
    },
  ];
}

/** The code's form of them. */
export function commonOf(values: Common) {
  const all = values.include.length === 1 && values.include[0] === '*';
  return {
    intervalUs: values.interval,
    selection: {
      ...(all ? {} : { include: values.include }),
      ...(values.exclude.length === 0 ? {} : { exclude: values.exclude }),
      labels: values.labels,
      rename: values.rename,
    },
    ...deliveryOf(values),
  };
}

/** User name and password. */
export const basicSettings = {
  username: nullable(
    text({ pattern: /^[^:\p{Cc}]+$/u, expected: 'a user name' }, { doc: 'User name.', fallback: null }),
  ),
  password: secret({ doc: 'Password of the user.' }),
  password_file: secretFile({ doc: 'File of the password, read before every attempt.' }),
} as const;

type Basic = Values<typeof basicSettings>;

/** A secret is given once, and with its user. */
export function basicRules(values: Partial<Basic>): Contradiction<'password' | 'username'>[] {
  const { username, password, password_file } = values;
  const found: Contradiction<'password' | 'username'>[] = twice('password', password, password_file);
  const hasPassword = typeof password === 'string' || typeof password_file === 'string';
  if (username === null && hasPassword)
    found.push({ key: 'username', message: 'A password needs its user: set username too.' });
  return found;
}

/** The code's form of them. */
export function basicOf(values: Basic) {
  return { username: values.username, password: secretOf(values.password, values.password_file) };
}

/** What HTTP receivers may ask for. */
export const authSettings = {
  bearer_token: secret({ doc: 'Sent as `Authorization: Bearer`.' }),
  bearer_token_file: secretFile({ doc: 'File of the bearer token, read before every attempt.' }),
  ...basicSettings,
  headers: {
    ...names({ doc: 'Headers sent along. Their values are treated as secrets.', fallback: {} }),
    isSecret: true,
  },
  headers_file: names({
    doc: 'Headers whose values are in files, such as `{x-api-key: /run/secrets/key}`; read before every attempt.',
    fallback: {},
  }),
  ca_file: nullable(
    text(path, { doc: "PEM certificates to trust instead of the system's.", fallback: null }),
  ),
} as const;

type Auth = Values<typeof authSettings>;
type AuthKey = keyof Auth;

/** One way to say who one is. */
export function authRules(values: Partial<Auth>): Contradiction<AuthKey>[] {
  const { bearer_token, bearer_token_file, username, headers = {}, headers_file = {} } = values;
  const found: Contradiction<AuthKey>[] = [
    ...basicRules(values),
    ...twice('bearer_token', bearer_token, bearer_token_file),
  ];
  if (
    typeof username === 'string' &&
    (typeof bearer_token === 'string' || typeof bearer_token_file === 'string')
  )
    found.push({ key: 'username', message: 'A user and a bearer token exclude each other: set one.' });
  for (const [key, given] of [
    ['headers', headers],
    ['headers_file', headers_file],
  ] as const)
    for (const [name, value] of Object.entries(given))
      if (!isHeader(name, value)) found.push({ key, message: `${name} is no header that can be set here.` });
  return found;
}

/** The code's form of them. */
export function authOf(values: Auth) {
  return {
    auth: {
      ...basicOf(values),
      bearer: secretOf(values.bearer_token, values.bearer_token_file),
      headers: {
        ...Object.fromEntries(Object.entries(values.headers).map(([name, text]) => [name, { text }])),
        ...Object.fromEntries(Object.entries(values.headers_file).map(([name, file]) => [name, { file }])),
      },
      caFile: values.ca_file,
    },
  };
}

/** A secret that is both written out and in a file. */
export function twice<K extends string>(key: K, inline: unknown, file: unknown): Contradiction<K>[] {
  if (typeof inline !== 'string' || typeof file !== 'string') return [];
  return [{ key, message: `${key} and ${key}_file exclude each other: set one.` }];
}
