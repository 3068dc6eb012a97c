/** What an operator may write under `exporters`, and what is said when it is wrong. */
import { describe, expect, it } from 'vitest';
import { QuorumscopeError } from '../../../src/base/errors.js';
import { parseConfig } from '../../../src/config/parse.js';

const file = (text: string) => ({ name: 'quorumscope.yaml', text });
const exportersOf = (text: string) => parseConfig({ file: file(text) }).exporters;

function problemsOf(text: string): string {
  try {
    parseConfig({ file: file(text) });
  } catch (error) {
    if (error instanceof QuorumscopeError && error.code === 'config.invalid') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

describe('exporters', () => {
  it('are none by default', () => {
    expect(exportersOf('')).toEqual([]);
    expect(exportersOf('exporters:')).toEqual([]);
    expect(exportersOf('exporters: []')).toEqual([]);
  });

  it('are read from a map by name', () => {
    const [influx, daemon] = exportersOf(`
exporters:
  influx:
    kind: influxdb
    url: http://127.0.0.1:8086
    org: 0x7
    bucket: hotstuff
    token_file: /run/secrets/token
    gzip: false
    interval: 1m30s
    include: ['hotstuff_*', hotstuff_x]
    labels: {node_id: 'n*'}
    rename: {hotstuff_a: b}
    spool: {folder: /tmp/s, max_size: 1MiB}
  daemon: {kind: dogstatsd, address: '[::1]:8125', datagram_size: 8192}
`);
    expect(influx).toMatchObject({
      name: 'influx',
      kind: 'influxdb',
      intervalUs: 90_000_000,
      selection: {
        include: ['hotstuff_*', 'hotstuff_x'],
        labels: { node_id: 'n*' },
        rename: { hotstuff_a: 'b' },
      },
      bucket: { org: '0x7', bucket: 'hotstuff' },
      token: { file: '/run/secrets/token' },
      gzip: false,
      spool: { folder: '/tmp/s', maxSizeBytes: 1_048_576 },
    });
    expect(daemon).toMatchObject({
      name: 'daemon',
      address: { host: '::1', port: 8125 },
      datagramBytes: 8192,
    });
  });

  it('are read from a list as well, and from the environment as YAML', () => {
    const [one] = exportersOf('exporters: [{name: a, kind: file, path: /tmp/x, include: "hotstuff_*"}]');
    expect(one).toMatchObject({ name: 'a', format: 'jsonl', selection: { include: ['hotstuff_*'] } });
    const environment = { QUORUMSCOPE_EXPORTERS: '{b: {kind: file, path: /tmp/y, keep: 2, max_age: null}}' };
    const [other] = parseConfig({
      file: file('exporters: {a: {kind: file, path: /tmp/x}}'),
      environment,
    }).exporters;
    expect(other).toMatchObject({ name: 'b', path: '/tmp/y', keep: 2, maxAgeUs: null });
  });

  it('survive the way to a worker thread', () => {
    const config = exportersOf(
      'exporters: {a: {kind: http, url: "http://h/", bearer_token: abc, headers: {X-A: b}}}',
    );
    expect(structuredClone(config)).toEqual(config);
  });

  it('have all their problems told at once, each at its place', () => {
    const message = problemsOf(`
exporters:
  'a b': {kind: file, path: /tmp/x}
  influx:
    kind: influxdb
    url: influx.example
    bucket: x
    intervall: 5s
    timeout: 1d
    spool: {folder: /tmp/s, size: 3}
    password: hunter2
  other: {kind: influx}
  none: {}
  v1: {kind: influxdb, url: "http://h:1", version: v1, token: a, token_file: b}
  deep: {kind: remote_write, url: "http://user:pass@h/"}
`);
    expect(message).toMatchInlineSnapshot(`
      "the configuration has 12 problems:

        exporters.a b  (quorumscope.yaml:3:10)
          its name is "a b", expected letters, digits, _ . -

        exporters.influx.intervall  (quorumscope.yaml:8:16)
          unknown setting
          did you mean interval?

        exporters.influx.spool.size  (quorumscope.yaml:10:35)
          unknown setting

        exporters.influx.url  (quorumscope.yaml:6:10)
          found "influx.example", expected an http:// or https:// address without a user name or password in it

        exporters.influx.timeout  (quorumscope.yaml:9:14)
          found "1d", expected a duration from 10ms to 5m, such as 500ms, 5s or 1m30s

        exporters.influx.org  (quorumscope.yaml:5:5)
          The v2 API needs org: set it, or another version.

        exporters.influx.username  (quorumscope.yaml:5:5)
          A password needs its user: set username too.

        exporters.other.kind  (quorumscope.yaml:12:17)
          found "influx", expected one of influxdb, statsd, dogstatsd, otlp, remote_write, http, file, nats
          did you mean influxdb?

        exporters.none.kind  (quorumscope.yaml:13:9)
          is missing, expected one of influxdb, statsd, dogstatsd, otlp, remote_write, http, file, nats

        exporters.v1.database  (quorumscope.yaml:14:7)
          The v1 API needs database: set it, or another version.

        exporters.v1.token  (quorumscope.yaml:14:63)
          token and token_file exclude each other: set one.

        exporters.deep.url  (quorumscope.yaml:15:35)
          found "http://...@h/", expected an http:// or https:// address without a user name or password in it
      "
    `);
  });

  it.each([
    ['exporters: hello', 'found a single value'],
    ['exporters: [hello]', 'exporters[0]  (quorumscope.yaml:1:13)'],
    ['exporters: [{kind: file, path: x}]', 'has no name'],
    ['exporters: [{name: a, kind: file, path: x}, {name: a, kind: file, path: y}]', 'two of the name a'],
    ['exporters: {a: {kind: constructor}}', 'expected one of influxdb'],
    [
      'exporters: {a: {kind: dogstatsd, address: "unix:///run/dsd.sock"}}',
      'unixstream:/// and an absolute path',
    ],
    ['exporters: {a: {kind: statsd, address: "unixstream:///run/dsd.sock"}}', 'expected host:port'],
    ['exporters: {a: {kind: nats, servers: []}}', 'At least one server'],
    ['exporters: {a: {kind: nats, servers: "nats://u:s@h"}}', 'without credentials'],
    ['exporters: {a: {kind: nats, servers: "nats://h", prefix: "a.*"}}', 'in up to eight parts'],
    ['exporters: {a: {kind: nats, servers: "nats://h", cert_file: c}}', 'A certificate needs its key'],
    ['exporters: {a: {kind: nats, servers: "nats://h", token: t, username: u}}', 'exclude each other'],
    ['exporters: {a: {kind: http, url: "http://h", headers: {"X Y": z}}}', 'X Y is no header'],
    ['exporters: {a: {kind: http, url: "http://h", headers: {Host: z}}}', 'Host is no header'],
    ['exporters: {a: {kind: http, url: "http://h", username: u, bearer_token: t}}', 'exclude each other'],
  ])('refuse %s', (text, message) => {
    expect(problemsOf(text)).toContain(message);
  });

  it('never repeat a secret', () => {
    const text = problemsOf(
      'exporters: {a: {kind: http, url: 7, bearer_token: [s3cret], headers: {A: [s3cret]}, password: {s3cret: x}}}',
    );
    expect(text).not.toContain('s3cret');
    expect(text).toContain('exporters.a.bearer_token');
  });
});
