/** Settings of exporters of events to NATS JetStream. */
import {
  basicOf,
  basicRules,
  basicSettings,
  deliveryOf,
  deliverySettings,
  twice,
} from './exporter-settings.js';
import { kindOf } from './kinds.js';
import { nullable, required, secret, secretFile, secretOf, text, texts, toggle } from './setting.js';

const server = {
  pattern: /^(nats|tls):\/\/(\[[0-9a-fA-F:.]+\]|[^\s:/@[\]]+)(:\d{1,5})?$/,
  expected: 'a list of nats://host:port or tls://host:port, without credentials in them',
};
const subject = {
  pattern: /^[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){0,7}$/,
  expected: 'letters, digits, _ and -, in up to eight parts with dots between them',
};
const glob = { pattern: /^[^\p{Cc}]{1,256}$/u, expected: 'a list of types, in which * is any text' };
const path = { pattern: /^[^\0]+$/, expected: 'a path' };

/** NATS JetStream. */
export const nats = kindOf({
  doc: 'Events and conclusions to NATS JetStream, as they happen; no metrics.',
  settings: {
    servers: required(
      texts(server, { doc: 'Servers of one cluster, such as `nats://127.0.0.1:4222`.', fallback: [] }),
    ),
    prefix: text(subject, {
      doc: 'Subjects are `<prefix>.<chain>.<node>.<type>`; a stream must take `<prefix>.>`.',
      fallback: 'quorumscope',
    }),
    types: texts(glob, {
      doc: 'Types that are sent, such as `consensus.*` or `quorumscope.*` for conclusions.',
      fallback: ['*'],
    }),
    credentials_file: secretFile({
      doc: 'Credentials file (`.creds`) of a user, read before every connection.',
    }),
    token: secret({ doc: 'A token, where the server asks for one.' }),
    token_file: secretFile({ doc: 'File of the token, read before every connection.' }),
    ...basicSettings,
    tls: toggle({
      doc: 'Refuse a server without TLS; implied by a `tls://` address or by `ca_file`.',
      fallback: false,
    }),
    ca_file: nullable(
      text(path, { doc: "PEM certificates to trust instead of the system's.", fallback: null }),
    ),
    cert_file: nullable(text(path, { doc: 'PEM certificate to show to the server.', fallback: null })),
    key_file: nullable(text(path, { doc: 'Its key.', fallback: null })),
    ...deliverySettings,
  },
  rules: (values) => {
    const { credentials_file, token, token_file, username, cert_file, key_file, servers } = values;
    const given = [credentials_file, token ?? token_file, username].filter((one) => typeof one === 'string');
    const isHalf = cert_file !== undefined && (cert_file === null) !== (key_file === null);
    return [
      ...(servers?.length === 0
        ? [{ key: 'servers' as const, message: 'At least one server is needed.' }]
        : []),
      ...(given.length > 1
        ? [
            {
              key: 'credentials_file' as const,
              message: 'Credentials, a token and a user exclude each other: set one.',
            },
          ]
        : []),
      ...(isHalf ? [{ key: 'cert_file' as const, message: 'A certificate needs its key: set both.' }] : []),
      ...twice('token', token, token_file),
      ...basicRules(values),
    ];
  },
  build: (values) => ({
    ...deliveryOf(values),
    ...basicOf(values),
    servers: values.servers,
    prefix: values.prefix,
    types: values.types,
    credentials: secretOf(null, values.credentials_file),
    token: secretOf(values.token, values.token_file),
    tls:
      values.tls ||
      values.servers.some((address) => address.startsWith('tls://')) ||
      values.ca_file !== null ||
      values.cert_file !== null
        ? { caFile: values.ca_file, certFile: values.cert_file, keyFile: values.key_file }
        : null,
  }),
});
