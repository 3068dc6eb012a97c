/** Traces: whether views become traces, which of them, and where they go. */
import { authOf, authRules, authSettings } from './exporter-settings.js';
import { section, type Contradiction } from './section.js';
import { choice, duration, listen, nullable, share, size, text, toggle, url, whole } from './setting.js';

const word = { pattern: /^[^\p{Cc}]{1,256}$/u, expected: 'text of at most 256 characters' };

const settings = {
  enabled: toggle({
    doc: 'Whether views are traced; docs/TRACES.md says what there is to see. Nothing of it is loaded otherwise.',
    fallback: false,
    formerly: ['tracing_enabled', 'jaeger_enabled'],
  }),
  protocol: choice(['otlp', 'jaeger_agent', 'jaeger_collector'], {
    doc: 'OTLP over http/protobuf, which Jaeger, Tempo and collectors take; or Thrift for older Jaegers, to an agent over UDP or to a collector over HTTP. Over UDP nothing is acknowledged.',
    fallback: 'otlp',
  }),
  'otlp.url': url({
    doc: 'The whole address of the OTLP receiver.',
    fallback: 'http://127.0.0.1:4318/v1/traces',
  }),
  'otlp.gzip': toggle({ doc: 'Whether bodies are compressed.', fallback: true }),
  'jaeger.agent': listen({
    doc: "The agent's port for Thrift in binary form, over UDP.",
    fallback: '127.0.0.1:6832',
  }),
  'jaeger.collector': url({
    doc: "The collector's port for Thrift over HTTP. Of the settings below it takes user and password.",
    fallback: 'http://127.0.0.1:14268/api/traces',
    formerly: ['jaeger_endpoint'],
  }),
  ...authSettings,
  sampling: share({
    doc: 'Share of the healthy views that are traced. All sidecars with the same share trace the same views. Views that failed, were slow or bear evidence are always traced.',
    fallback: 0.1,
    formerly: ['sample_rate', 'sampling_ratio'],
  }),
  slow_quantile: share({
    doc: 'A view that takes longer than this quantile of the last 512 is slow; 1 calls none slow.',
    fallback: 0.99,
  }),
  spans_per_view: whole(
    { min: 1, max: 1_000_000 },
    { doc: 'Most spans of one view; the others are dropped and counted.', fallback: 2_000 },
  ),
  spans_per_second: whole(
    { min: 1, max: 1_000_000 },
    { doc: 'Most spans in a second; the others are dropped and counted.', fallback: 5_000 },
  ),
  transactions: nullable(
    share({
      doc: 'Share of the transactions that are traced, by a hash of their id: all sidecars with the same share trace the same ones. Needs nodes that state which transactions became final. Null traces none.',
      fallback: 0.001,
    }),
  ),
  exemplars: toggle({
    doc: 'Whether buckets and counters on OpenMetrics pages, and the API, lead to traced views.',
    fallback: true,
  }),
  'logs.enabled': toggle({
    doc: "Whether the sidecar's own log, from `info` on, is exported by OTLP too, with the trace of the view that a line is about.",
    fallback: false,
  }),
  'logs.url': url({
    doc: 'The whole address of the OTLP receiver of logs.',
    fallback: 'http://127.0.0.1:4318/v1/logs',
  }),
  'logs.lines_per_second': whole(
    { min: 1, max: 100_000 },
    { doc: 'Most lines exported in a second; the others are only written, and counted.', fallback: 100 },
  ),
  service_name: text(word, { doc: 'The resource attribute `service.name`.', fallback: 'hotstuff-node' }),
  interval: duration({ min: '100ms', max: '1m' }, { doc: 'How often spans are sent.', fallback: '1s' }),
  timeout: duration({ min: '10ms', max: '5m' }, { doc: 'How long an attempt may take.', fallback: '10s' }),
  queue_size: size(
    { min: '64KiB' },
    { doc: 'Most that waits in memory; beyond it the oldest is dropped and counted.', fallback: '8MiB' },
  ),
} as const;

export const tracing = section({
  name: 'tracing',
  doc: 'Views as traces, one trace across all validators.',
  settings,
  rules: (values) => [...authRules(values), ...jaegerRules(values)],
  build: (values) => ({
    ...authOf(values),
    enabled: values.enabled,
    protocol: values.protocol,
    otlp: { url: values['otlp.url'], gzip: values['otlp.gzip'] },
    jaeger: { agent: values['jaeger.agent'], collector: values['jaeger.collector'] },
    sampling: values.sampling,
    slowQuantile: values.slow_quantile,
    limits: { perView: values.spans_per_view, perSecond: values.spans_per_second },
    transactions: values.transactions ?? 0,
    exemplars: values.exemplars,
    logs: {
      enabled: values['logs.enabled'],
      url: values['logs.url'],
      linesPerSecond: values['logs.lines_per_second'],
    },
    serviceName: values.service_name,
    intervalUs: values.interval,
    timeoutUs: values.timeout,
    queueBytes: values.queue_size,
  }),
});

/** Jaeger's exporter sends a user and a password, and nothing else that says who one is. */
function jaegerRules(given: {
  readonly protocol?: string;
  readonly headers?: object;
  readonly headers_file?: object;
  readonly bearer_token?: string | null;
  readonly bearer_token_file?: string | null;
  readonly ca_file?: string | null;
}): Contradiction<'headers' | 'headers_file' | 'bearer_token' | 'bearer_token_file' | 'ca_file'>[] {
  if (given.protocol === undefined || given.protocol === 'otlp') return [];
  const { headers = {}, headers_file = {}, bearer_token, bearer_token_file, ca_file } = given;
  const isSet = {
    headers: Object.keys(headers).length > 0,
    headers_file: Object.keys(headers_file).length > 0,
    bearer_token: typeof bearer_token === 'string',
    bearer_token_file: typeof bearer_token_file === 'string',
    ca_file: typeof ca_file === 'string',
  };
  return (Object.keys(isSet) as (keyof typeof isSet)[])
    .filter((key) => isSet[key])
    .map((key) => ({ key, message: `Only the protocol otlp can send it: remove ${key}, or use otlp.` }));
}

/** The section as the code gets it. */
export type TracingConfig = ReturnType<typeof tracing.build>;
