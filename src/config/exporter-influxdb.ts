/** Settings of exporters to InfluxDB: the v2 API, or v1's `/write`. */
import {
  basicOf,
  basicRules,
  basicSettings,
  commonOf,
  commonRules,
  commonSettings,
  twice,
} from './exporter-settings.js';
import { kindOf } from './kinds.js';
import { choice, nullable, required, secret, secretFile, secretOf, text, toggle, url } from './setting.js';

const word = { pattern: /^[^\p{Cc}]{1,256}$/u, expected: 'text of at most 256 characters' };

/** InfluxDB. */
export const influxdb = kindOf({
  doc: 'InfluxDB 1.x and 2.x, and whatever speaks their write API, such as VictoriaMetrics.',
  settings: {
    url: required(url({ doc: 'The base address, such as `http://127.0.0.1:8086`.', fallback: null })),
    version: choice(['v2', 'v1'], { doc: 'Which write API.', fallback: 'v2' }),
    org: nullable(text(word, { doc: 'v2: the organization.', fallback: null })),
    bucket: nullable(text(word, { doc: 'v2: the bucket.', fallback: null })),
    token: secret({ doc: 'v2: the token.' }),
    token_file: secretFile({ doc: 'v2: file of the token, read before every attempt.' }),
    database: nullable(text(word, { doc: 'v1: the database.', fallback: null })),
    retention_policy: nullable(
      text(word, { doc: 'v1: the retention policy; null takes the default one.', fallback: null }),
    ),
    ...basicSettings,
    precision: choice(['ms', 's', 'us', 'ns'], { doc: 'Resolution of timestamps.', fallback: 'ms' }),
    gzip: toggle({ doc: 'Whether bodies are compressed.', fallback: true }),
    ...commonSettings,
  },
  rules: (values) => {
    const { version, org, bucket, database } = values;
    const missing = (key: 'org' | 'bucket' | 'database', value: unknown, of: 'v1' | 'v2') =>
      version === of && value === null
        ? [{ key, message: `The ${of} API needs ${key}: set it, or another version.` }]
        : [];
    return [
      ...missing('org', org, 'v2'),
      ...missing('bucket', bucket, 'v2'),
      ...missing('database', database, 'v1'),
      ...twice('token', values.token, values.token_file),
      ...basicRules(values),
      ...commonRules(values),
    ];
  },
  build: (values) => ({
    ...commonOf(values),
    ...basicOf(values),
    url: values.url,
    precision: values.precision,
    gzip: values.gzip,
    token: secretOf(values.token, values.token_file),
    /** Of v2; null of v1. */
    bucket: values.version === 'v2' ? { org: values.org ?? '', bucket: values.bucket ?? '' } : null,
    database: values.database,
    retentionPolicy: values.retention_policy,
  }),
});
