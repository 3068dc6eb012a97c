/** What a configuration does not ask for is not loaded: clients of other systems, history, rules, notifications. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { Child, cli } from '../support/child.js';

const folder = mkdtempSync(join(tmpdir(), 'quorumscope-loading-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hooks = `
import { writeSync } from 'node:fs';
export async function resolve(specifier, context, next) {
  const resolved = await next(specifier, context);
  if (/node_modules|dist/.test(resolved.url)) writeSync(2, 'loads ' + specifier + '\\n');
  return resolved;
}`;
const watching = `import { register } from 'node:module'; register(${JSON.stringify(dataUrl(hooks))});`;

function dataUrl(code: string): string {
  return `data:text/javascript,${encodeURIComponent(code)}`;
}

/** The packages and files, as they are imported, that a sidecar with these settings has loaded when it runs. */
async function loaded(name: string, settings: Readonly<Record<string, unknown>>): Promise<string[]> {
  const config = join(folder, `${name}.yaml`);
  writeFileSync(config, JSON.stringify(settings));
  const args = ['--listen', '127.0.0.1:0', '--socket', `unix://${folder}/${name}.sock`, '--config', config];
  const child = new Child(process.execPath, ['--import', dataUrl(watching), cli, 'run', ...args]);
  await child.printed(/http:\/\/127\.0\.0\.1:\d+\/metrics/);
  await child.stop();
  return [...child.output.matchAll(/^loads (\S+)$/gm)].map(([, specifier = '']) => specifier);
}

const clients = /^(@opentelemetry|@influxdata|protobufjs|snappyjs|nats)/;

describe('a sidecar', () => {
  it('loads no client without an exporter', async () => {
    const packages = await loaded('none', {});
    expect(packages).toContain('zod');
    expect(packages.filter((name) => clients.test(name))).toEqual([]);
  });

  it.each([
    ['otlp', { kind: 'otlp', url: 'http://127.0.0.1:9/' }, ['@opentelemetry']],
    ['influx', { kind: 'influxdb', url: 'http://127.0.0.1:9', org: 'o', bucket: 'b' }, ['@influxdata']],
    ['remote', { kind: 'remote_write', url: 'http://127.0.0.1:9/' }, ['protobufjs', 'snappyjs']],
    ['nats', { kind: 'nats', servers: 'nats://127.0.0.1:9', interval: undefined }, ['nats']],
    ['file', { kind: 'file', path: join(folder, 'metrics.jsonl') }, []],
  ])('loads those of %s alone', async (name, settings, expected) => {
    const packages = (await loaded(name, { exporters: { one: { interval: '1h', ...settings } } })).filter(
      (one) => clients.test(one),
    );
    expect([...new Set(packages.map((one) => one.split('/')[0]))].sort()).toEqual(expected);
  });

  it('loads history, rules and notifications where they are wanted, and not for the page alone', async () => {
    const rooms = /^(hyparquet|\.\/(history-and-queries|evaluated-rules|notifications)\.js)$/;
    const roomsOf = async (name: string, settings: Readonly<Record<string, unknown>>): Promise<string[]> => [
      ...new Set((await loaded(name, settings)).filter((one) => rooms.test(one))),
    ];
    const standalone = await roomsOf('standalone', { data: { dir: join(folder, 'data') } });
    expect(standalone.sort()).toEqual([
      './evaluated-rules.js',
      './history-and-queries.js',
      './notifications.js',
      'hyparquet',
    ]);
    expect(await roomsOf('exporter', { profile: 'exporter' })).toEqual([]);
  });
});
