/** What a person reads when the configuration is wrong: everything at once, with place and remedy. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QuorumscopeError } from '../../../src/base/errors.js';
import { readConfigFile } from '../../../src/config/file.js';
import { parseConfig, type ConfigSources } from '../../../src/config/parse.js';

function problemsOf(sources: ConfigSources): string {
  try {
    parseConfig(sources);
  } catch (error) {
    if (error instanceof QuorumscopeError && error.code === 'config.invalid') return error.message;
    throw error;
  }
  throw new Error('it was accepted');
}

const file = (text: string) => ({ name: 'quorumscope.yaml', text });

describe('a wrong configuration', () => {
  it('lists the problems of every source at once', () => {
    const message = problemsOf({
      file: file(
        [
          'profle: exporter',
          'metrics:',
          '  window: 5 parsecs',
          '  max_series: 1e9',
          'server:',
          '  listen: 0.0.0.0:10920',
          'prometheus_port: 9090',
          'attach:',
          '  record: hello',
        ].join('\n'),
      ),
      environment: { QUORUMSCOPE_METRIC_WINDOW: '5s', QUORUMSCOPE_PROMETHEUS_ENABLED: 'yes' },
      flags: [
        { flag: '--set', path: 'metrics.windo', text: '1m' },
        { flag: '--tcp', path: 'attach.tcp', text: 'tcp://10.0.0.1:5' },
      ],
    });
    expect(message).toMatchInlineSnapshot(`
      "the configuration has 10 problems:

        profle  (quorumscope.yaml:1:1)
          unknown setting, found "exporter"
          did you mean profile?

        prometheus_port  (quorumscope.yaml:7:1)
          unknown setting, found 9090
          did you mean server.listen?

        attach.record  (quorumscope.yaml:9:11)
          found "hello", expected settings, one per line

        QUORUMSCOPE_METRIC_WINDOW
          no setting belongs to this environment variable
          did you mean QUORUMSCOPE_METRICS_WINDOW?

        metrics.windo  (--set)
          unknown setting, found "1m"
          did you mean metrics.window?

        attach.tcp  (--tcp)
          10.0.0.1 can be reached from other machines, and whoever reaches it could state false events. Use 127.0.0.1 or [::1].

        metrics.window  (quorumscope.yaml:3:11)
          found "5 parsecs", expected a duration from 1s to 1d, such as 500ms, 5s or 1m30s

        metrics.max_series  (quorumscope.yaml:4:15)
          found 1000000000, expected a whole number from 100 to 10000000

        prometheus.enabled  (QUORUMSCOPE_PROMETHEUS_ENABLED)
          found "yes", expected true or false

        server.listen  (quorumscope.yaml:6:11)
          0.0.0.0 can be reached from other machines, and nothing here asks who is there. Listen on 127.0.0.1 or [::1], or set server.insecure: true if you trust that network.
      "
    `);
  });

  it('names the line of a file that is not YAML', () => {
    expect(problemsOf({ file: file('a: [1\nb: "x') })).toMatchInlineSnapshot(`
      "the configuration has 2 problems:

        quorumscope.yaml:2:1
          not valid YAML: Flow sequence in block collection must be sufficiently indented and end with a ]

        quorumscope.yaml:2:6
          not valid YAML: Missing closing "quote
      "
    `);
  });

  it('refuses a repeated key', () => {
    expect(problemsOf({ file: file('log: {level: info}\nlog: {level: warn}') })).toContain(
      'quorumscope.yaml:2:1\n    not valid YAML: Map keys must be unique',
    );
  });

  it.each([
    'custom_exporters',
    'grafana_integration',
    'dashboard_auto_generation',
    'custom_dashboards',
    'alerting_enabled',
    'alert_config',
    'alert_destinations',
  ])('refuses %s, which is not built, instead of ignoring it', (name) => {
    expect(problemsOf({ file: file(`${name}: true`) })).toContain(`${name}  (quorumscope.yaml:1:1)`);
    expect(problemsOf({ file: file(`metrics: {${name}: true}`) })).toContain(`metrics.${name}  (`);
  });

  it('suggests the section of a setting that stands in the wrong place', () => {
    expect(problemsOf({ file: file('listen: 127.0.0.1:1') })).toContain('did you mean server.listen?');
    expect(problemsOf({ file: file('metrics: {level: debug}') })).toContain('did you mean log.level?');
  });

  it('suggests nothing when nothing is near', () => {
    expect(problemsOf({ file: file('zebra: 1') })).not.toContain('did you mean');
  });

  it('does not blame a file for what the environment overrides', () => {
    const environment = { QUORUMSCOPE_METRICS_WINDOW: '10s' };
    const { metrics } = parseConfig({ file: file('metrics: {window: never}'), environment });
    expect(metrics.windowUs).toBe(10_000_000);
  });

  it('refuses half a configured hello, whichever half is missing', () => {
    expect(problemsOf({ file: file('chain: {id: main}') })).toContain('chain.id  (quorumscope.yaml:1:13)');
    expect(problemsOf({ file: file('chain: {node: n1}') })).toContain('chain.node  (quorumscope.yaml:1:15)');
  });
});

describe('listening to other machines', () => {
  const open = 'server: {listen: 0.0.0.0:10920, telemetry_listen: "[::]:9"}';

  it('is refused for both listeners unless the operator says so', () => {
    const message = problemsOf({ file: file(open) });
    expect(message).toContain('server.listen  (quorumscope.yaml:1:18)');
    expect(message).toContain('server.telemetry_listen  (');
    expect(message).toContain('set server.insecure: true if you trust that network');
  });

  it('is told even when other settings of the section are wrong', () => {
    expect(problemsOf({ file: file('server: {listen: 0.0.0.0:1, telemetry_listen: x}') })).toContain(
      '2 problems',
    );
  });

  it('is possible with server.insecure', () => {
    const flags = [{ flag: '--insecure', path: 'server.insecure', text: 'true' }];
    expect(parseConfig({ file: file(open), flags }).server.listen.host).toBe('0.0.0.0');
  });
});

describe('the configuration file', () => {
  it('must be readable when it was named', () => {
    const missing = join(mkdtempSync(join(tmpdir(), 'quorumscope-config-')), 'none.yaml');
    expect(() => readConfigFile(missing)).toThrow(expect.objectContaining({ code: 'config.unreadable' }));
    writeFileSync(missing, 'profile: exporter');
    expect(parseConfig({ file: readConfigFile(missing) }).profile).toBe('exporter');
  });
});
