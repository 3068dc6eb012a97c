/**
 * What is pushed to other systems: any number of exporters by name, each of a kind. Nothing of a kind is
 * loaded unless one is here.
 */
import { kindOf, named } from './kinds.js';
import { section } from './section.js';
import { choice, names, nullable, required, size, text, toggle, url, whole } from './setting.js';
import {
  authRules,
  authSettings,
  authOf,
  commonOf,
  commonRules,
  commonSettings,
} from './exporter-settings.js';
import { influxdb } from './exporter-influxdb.js';
import { nats } from './exporter-nats.js';
import { dogstatsd, statsd } from './exporter-statsd.js';

const path = { pattern: /^[^\0]+$/, expected: 'a path' };
const word = { pattern: /^[^\p{Cc}]{1,256}$/u, expected: 'text of at most 256 characters' };

const otlp = kindOf({
  doc: 'OpenTelemetry, over http/protobuf.',
  settings: {
    url: required(
      url({ doc: 'The whole address, such as `http://127.0.0.1:4318/v1/metrics`.', fallback: null }),
    ),
    ...authSettings,
    ...commonSettings,
    temporality: choice(['cumulative', 'delta'], {
      doc: 'Whether counters and histograms say what they stand at or what they grew by. Summaries are always cumulative.',
      fallback: 'cumulative',
    }),
    service_name: text(word, { doc: 'The resource attribute `service.name`.', fallback: 'quorumscope' }),
    service_instance_id: nullable(
      text(word, {
        doc: 'The resource attribute `service.instance.id`; null takes the name of the machine.',
        fallback: null,
      }),
    ),
    gzip: toggle({ doc: 'Whether bodies are compressed.', fallback: true }),
  },
  rules: (values) => [...authRules(values), ...commonRules(values)],
  build: (values) => ({
    ...commonOf(values),
    ...authOf(values),
    url: values.url,
    temporality: values.temporality,
    serviceName: values.service_name,
    serviceInstanceId: values.service_instance_id,
    gzip: values.gzip,
  }),
});

const remote_write = kindOf({
  doc: 'Prometheus remote write 1.0, for Prometheus, VictoriaMetrics, Mimir, Thanos and others.',
  settings: {
    url: required(
      url({ doc: 'The whole address, such as `http://127.0.0.1:9090/api/v1/write`.', fallback: null }),
    ),
    ...authSettings,
    ...commonSettings,
    external_labels: names({
      doc: 'Labels that every series gets unless it has them, such as `{job: quorumscope, instance: validator-7}`.',
      fallback: {},
    }),
  },
  rules: (values) => [...authRules(values), ...commonRules(values)],
  build: (values) => ({
    ...commonOf(values),
    ...authOf(values),
    url: values.url,
    externalLabels: values.external_labels,
  }),
});

const http = kindOf({
  doc: 'A document sent to any address.',
  settings: {
    url: required(url({ doc: 'Where to send it.', fallback: null })),
    format: choice(['json', 'jsonl', 'csv', 'influx', 'prometheus'], {
      doc: 'What is sent; docs/EXPORTS.md has the schemas.',
      fallback: 'json',
    }),
    method: choice(['POST', 'PUT'], { doc: 'How.', fallback: 'POST' }),
    ...authSettings,
    ...commonSettings,
    gzip: toggle({ doc: 'Whether bodies are compressed.', fallback: false }),
  },
  rules: (values) => [...authRules(values), ...commonRules(values)],
  build: (values) => ({
    ...commonOf(values),
    ...authOf(values),
    url: values.url,
    format: values.format,
    method: values.method,
    gzip: values.gzip,
  }),
});

const file = kindOf({
  doc: 'A file: `jsonl` and `csv` grow, and are begun anew when they are large; `json` is replaced as a whole.',
  settings: {
    path: required(text(path, { doc: 'The file; its folder is made.', fallback: null })),
    format: choice(['jsonl', 'csv', 'json'], { doc: 'What is written.', fallback: 'jsonl' }),
    max_size: size(
      { min: '64KiB' },
      {
        doc: 'When the file would grow beyond this it becomes `FILE.1` and a new one is begun.',
        fallback: '64MiB',
      },
    ),
    keep: whole({ min: 0, max: 1000 }, { doc: 'How many full files are kept.', fallback: 5 }),
    ...commonSettings,
  },
  rules: (values) => commonRules(values),
  build: (values) => ({
    ...commonOf(values),
    path: values.path,
    format: values.format,
    maxBytes: values.max_size,
    keep: values.keep,
  }),
});

export const exporters = section({
  name: 'exporters',
  doc: 'What is pushed to other systems, by name. docs/EXPORTS.md says what arrives there.',
  settings: {
    '': named(
      { influxdb, statsd, dogstatsd, otlp, remote_write, http, file, nats },
      {
        doc: 'A map by name, or a list whose items have a `name`; each has a `kind` and the settings of that kind.',
        formerly: ['custom_exporters', 'influxdb', 'statsd', 'datadog', 'otlp', 'remote_write'],
      },
    ),
  },
  build: (values) => values[''],
});

/** One exporter as it was configured. */
export type ExporterConfig = ReturnType<typeof exporters.build>[number];
