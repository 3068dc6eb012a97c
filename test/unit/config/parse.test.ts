/** Where values come from, which source wins, and that what comes back cannot be changed. */
import { describe, expect, it } from 'vitest';
import { protocolVariants } from '../../../src/events/envelope.js';
import { protocols } from '../../../src/config/chain.js';
import { parseConfig } from '../../../src/config/parse.js';
import { settingByPath, variableOf } from '../../../src/config/sections.js';

const file = (text: string) => ({ name: 'quorumscope.yaml', text });

describe('parseConfig', () => {
  it('is complete without any source', () => {
    expect(parseConfig()).toMatchObject({
      profile: 'standalone',
      attach: { socket: 'unix:///run/quorumscope/events.sock', socketMode: 0o660, tcp: null, record: null },
      metrics: { enabled: true, collectionIntervalUs: 1_000_000, windowUs: 60_000_000, prefix: 'hotstuff_' },
      server: { listen: { host: '127.0.0.1', port: 10920 }, insecure: false, telemetryListen: null },
    });
  });

  it('lets the machine, the file, the environment and the flags win in this order', () => {
    const sources = {
      machine: { 'log.level': 'error', 'metrics.window': '2m' },
      file: file('metrics: {window: 3m, collection_interval: 3s, max_series: 300}\nlog: {level: warn}'),
      environment: { QUORUMSCOPE_METRICS_WINDOW: '4m', QUORUMSCOPE_METRICS_COLLECTION_INTERVAL: '4s' },
      flags: [{ flag: '--set', path: 'metrics.window', text: '5m' }],
    };
    const { metrics, log } = parseConfig(sources);
    expect(metrics).toMatchObject({
      windowUs: 300_000_000,
      collectionIntervalUs: 4_000_000,
      seriesLimit: 300,
    });
    expect(log.level).toBe('warn');
    expect(parseConfig({ machine: sources.machine }).metrics.windowUs).toBe(120_000_000);
  });

  it('takes ids, numbers and modes in the file as they are written', () => {
    const { chain, attach } = parseConfig({
      file: file('chain: {validators: {0x8f31: alice, 002: 0123}}\nattach: {socket_mode: 0640}'),
    });
    expect(chain.validators).toEqual({ '0x8f31': 'alice', '002': '0123' });
    expect(attach.socketMode).toBe(0o640);
  });

  it('reads every kind of setting from the environment', () => {
    const config = parseConfig({
      environment: {
        QUORUMSCOPE_CHAIN_VALIDATORS: '{0x8f31: alice}',
        QUORUMSCOPE_ATTACH_SOCKET: '',
        QUORUMSCOPE_ATTACH_RECORD_FILE: '/tmp/r.ndjson',
        QUORUMSCOPE_ATTACH_RECORD_MAX_SIZE: '2MiB',
        QUORUMSCOPE_HOOKS_SAMPLING_RATE: '0.5',
        QUORUMSCOPE_SERVER_TELEMETRY_LISTEN: '127.0.0.1:0',
        QUORUMSCOPE_PROMETHEUS_ENABLED: 'false',
        QUORUMSCOPE_EVENTS: 'unix:///somewhere/else.sock',
        UNRELATED: 'x',
      },
    });
    expect(config.chain.validators).toEqual({ '0x8f31': 'alice' });
    expect(config.attach).toMatchObject({
      socket: null,
      record: { file: '/tmp/r.ndjson', maxSizeBytes: 2_097_152, keep: 3 },
    });
    expect(config.hooks.samplingRate).toBe(0.5);
    expect(config.server.telemetryListen).toEqual({ host: '127.0.0.1', port: 0 });
    expect(config.prometheus.enabled).toBe(false);
  });

  it('gives the configured hello when chain and node are named', () => {
    const { chain } = parseConfig({ file: file('chain: {id: main, node: n1, view_timeout: 2s}') });
    expect(chain.hello).toEqual({ chain: 'main', node: 'n1', protocol: 'other', viewTimeoutUs: 2_000_000 });
    expect(parseConfig().chain.hello).toBeNull();
  });

  it('is frozen to its leaves', () => {
    const config = parseConfig();
    expect(() => Object.assign(config.server.listen, { host: '0.0.0.0' })).toThrow(TypeError);
    expect(() => Object.assign(config, { profile: 'exporter' })).toThrow(TypeError);
  });

  it('an empty file and an empty section change nothing', () => {
    expect(parseConfig({ file: file('') })).toEqual(parseConfig());
    expect(parseConfig({ file: file('metrics:\nserver: {}\n') })).toEqual(parseConfig());
  });
});

describe('the table of settings', () => {
  it('gives every setting a variable of its own', () => {
    const variables = [...settingByPath.keys()].map(variableOf);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('has no default that it would refuse', () => {
    for (const [path, { schema, fallback }] of settingByPath)
      expect(schema.safeParse(fallback).success, path).toBe(true);
  });

  it('knows the protocol variants that a hello knows', () => {
    expect(protocols).toEqual(protocolVariants);
  });
});
