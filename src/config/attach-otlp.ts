/**
 * The OTLP door: where it listens, who speaks there, and where what comes is passed on to. Off unless an address is given:
 * no port that others expect is ever taken by default.
 */
import { isLoopback } from './address.js';
import { authOf, twice } from './exporter-settings.js';
import { isHeader } from './header.js';
import type { Contradiction, Values } from './section.js';
import {
  duration,
  listen,
  names,
  nullable,
  secret,
  secretFile,
  secretOf,
  size,
  text,
  toggle,
  url,
} from './setting.js';

const path = { pattern: /^[^\0]+$/, expected: 'a name or a path' };
const name = { pattern: /^[^\s\p{Cc}]{1,256}$/u, expected: 'a name without spaces, at most 256 characters' };

export const otlpSettings = {
  'otlp.listen': nullable(
    listen({
      doc: 'Where spans, metrics and log records of nodes that have OpenTelemetry are taken, by OTLP/HTTP; null takes none. Senders expect port 4318.',
      fallback: null,
    }),
  ),
  'otlp.insecure': toggle({
    doc: 'Says that everybody who reaches the address may state events. Needed for any address but loopback, unless a token is asked for.',
    fallback: false,
  }),
  'otlp.bearer_token': secret({ doc: 'Senders must send it as `Authorization: Bearer`.' }),
  'otlp.bearer_token_file': secretFile({ doc: 'File of that token, read for every request.' }),
  'otlp.mapping': text(path, {
    doc: 'What it means: `hotstuff`, or the path of a file (docs/DOORS.md).',
    fallback: 'hotstuff',
  }),
  'otlp.node': nullable(
    text(name, {
      doc: 'Whose it is, all of it: the label `node_id`; null takes what the resource says, as the mapping has it.',
      fallback: null,
    }),
  ),
  'otlp.nodes': names({
    doc: 'Other names for nodes, by what the resource says, such as `{5f2c0e: validator-7}`.',
    fallback: {},
  }),
  'otlp.chain': nullable(
    text(name, {
      doc: 'The label `chain_id` where the resource says none; null takes `chain.id`.',
      fallback: null,
    }),
  ),
  'otlp.max_size': size(
    { min: '1KiB' },
    { doc: 'A larger request is refused; it counts before and after unpacking.', fallback: '4MiB' },
  ),
  'otlp.stale_after': duration(
    { min: '1s', max: '1d' },
    {
      doc: 'A gauge that was not sent for so long is shown no longer, and a node of which nothing came is not connected. Longer than the interval at which metrics are sent, which is a minute where nobody set it.',
      fallback: '5m',
    },
  ),
  'otlp.forward': nullable(
    url({
      doc: 'Passes on what came to another receiver of OTLP/HTTP, as it came: the address before `/v1/...`; null passes on nothing.',
      fallback: null,
    }),
  ),
  'otlp.forward_headers': {
    ...names({ doc: 'Headers sent along. Their values are treated as secrets.', fallback: {} }),
    isSecret: true,
  },
  'otlp.forward_headers_file': names({
    doc: 'Headers whose values are in files, such as `{authorization: /run/secrets/otlp}`; read before every attempt.',
    fallback: {},
  }),
  'otlp.forward_ca_file': nullable(
    text(path, { doc: "PEM certificates to trust instead of the system's.", fallback: null }),
  ),
  'otlp.forward_timeout': duration(
    { min: '10ms', max: '5m' },
    { doc: 'How long an attempt may take.', fallback: '10s' },
  ),
  'otlp.forward_queue': size(
    { min: '64KiB' },
    { doc: 'Most that waits in memory; beyond it the oldest is given up and counted.', fallback: '16MiB' },
  ),
} as const;

type Otlp = Values<typeof otlpSettings>;

/** What must hold between them. */
export function otlpRules(values: Partial<Otlp>): Contradiction<keyof Otlp>[] {
  const address = values['otlp.listen'];
  const token = values['otlp.bearer_token'];
  const tokenFile = values['otlp.bearer_token_file'];
  const found: Contradiction<keyof Otlp>[] = [
    ...twice('otlp.bearer_token' as const, token, tokenFile).map(({ key }) => ({
      key,
      message: 'bearer_token and bearer_token_file exclude each other: set one.',
    })),
  ];
  const isGuarded = typeof token === 'string' || typeof tokenFile === 'string';
  if (address && !isLoopback(address.host) && values['otlp.insecure'] === false && !isGuarded)
    found.push({
      key: 'otlp.listen',
      message: `${address.host} can be reached from other machines, and whoever reaches it could state false events. Listen on 127.0.0.1 or [::1], ask for a token with attach.otlp.bearer_token_file, or set attach.otlp.insecure: true if you trust that network.`,
    });
  for (const key of ['otlp.forward_headers', 'otlp.forward_headers_file'] as const)
    for (const [header, value] of Object.entries(values[key] ?? {}))
      if (!isHeader(header, value))
        found.push({ key, message: `${header} is no header that can be set here.` });
  const forward = values['otlp.forward'];
  if (typeof forward === 'string' && /\/v1\/(traces|metrics|logs)\/?$/.test(new URL(forward).pathname))
    found.push({
      key: 'otlp.forward',
      message: 'Give the address before /v1/traces: each signal has its own behind it.',
    });
  return found;
}

/** The code's form of them; null where the door stays shut. */
export function otlpOf(values: Otlp) {
  const address = values['otlp.listen'];
  if (address === null) return null;
  const forward = values['otlp.forward'];
  return {
    listen: address,
    token: secretOf(values['otlp.bearer_token'], values['otlp.bearer_token_file']),
    mapping: values['otlp.mapping'],
    node: values['otlp.node'],
    nodes: values['otlp.nodes'],
    chain: values['otlp.chain'],
    maxBytes: values['otlp.max_size'],
    staleUs: values['otlp.stale_after'],
    forward:
      forward === null
        ? null
        : {
            url: forward,
            timeoutUs: values['otlp.forward_timeout'],
            queueBytes: values['otlp.forward_queue'],
            ...authOf({
              bearer_token: null,
              bearer_token_file: null,
              username: null,
              password: null,
              password_file: null,
              headers: values['otlp.forward_headers'],
              headers_file: values['otlp.forward_headers_file'],
              ca_file: values['otlp.forward_ca_file'],
            }),
          },
  };
}
