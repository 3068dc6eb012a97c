/**
 * Every field of the specification's MetricsConfig: the one that has its room has a setting, found by its old name
 * too, and the setting changes what the code gets. The effects on running rooms are shown where the rooms are tested.
 */
import { describe, expect, it } from 'vitest';
import type { QuorumscopeError } from '../../../src/base/errors.js';
import { BYTES_PER_SERIES } from '../../../src/config/metrics.js';
import { parseConfig } from '../../../src/config/parse.js';
import type { Config } from '../../../src/config/sections.js';

interface Row {
  readonly field: string;
  readonly path: string;
  readonly text: string;
  readonly effect: (config: Config) => unknown;
  readonly becomes: unknown;
}

const rows: readonly Row[] = [
  {
    field: 'collection_enabled',
    path: 'metrics.enabled',
    text: 'false',
    effect: (config) => config.metrics.enabled,
    becomes: false,
  },
  {
    field: 'collection_interval',
    path: 'metrics.collection_interval',
    text: '250ms',
    effect: (config) => config.metrics.collectionIntervalUs,
    becomes: 250_000,
  },
  {
    field: 'max_metrics_memory',
    path: 'metrics.max_memory',
    text: '1MiB',
    effect: (config) => config.metrics.seriesLimit,
    becomes: 1_048_576 / BYTES_PER_SERIES,
  },
  {
    field: 'prometheus_enabled',
    path: 'prometheus.enabled',
    text: 'false',
    effect: (config) => config.prometheus.enabled,
    becomes: false,
  },
  {
    field: 'prometheus_port',
    path: 'server.listen',
    text: '127.0.0.1:9464',
    effect: (config) => config.server.listen.port,
    becomes: 9464,
  },
  {
    field: 'metrics_sampling_rate',
    path: 'hooks.sampling_rate',
    text: '0.1',
    effect: (config) => config.hooks.samplingRate,
    becomes: 0.1,
  },
  {
    field: 'batch_size',
    path: 'hooks.batch_size',
    text: '7',
    effect: (config) => config.hooks.batchSize,
    becomes: 7,
  },
  {
    field: 'async_export',
    path: 'hooks.thread',
    text: 'same',
    effect: (config) => config.hooks.thread,
    becomes: 'same',
  },
  {
    field: 'metrics_prefix',
    path: 'metrics.prefix',
    text: 'acme_',
    effect: (config) => config.metrics.prefix,
    becomes: 'acme_',
  },
];

describe.each(rows)('$field', ({ field, path, text, effect, becomes }) => {
  it(`is ${path}, and setting it changes what the code gets`, () => {
    const config = parseConfig({ flags: [{ flag: '--set', path, text }] });
    expect(effect(config)).toEqual(becomes);
    expect(effect(parseConfig())).not.toEqual(becomes);
  });

  it('is refused under its old name with a hint at the new one, unless the names agree', () => {
    let message = '';
    try {
      parseConfig({ file: { name: 'f.yaml', text: `${field}: 1` } });
    } catch (error) {
      message = (error as QuorumscopeError).message;
    }
    expect(message).toContain(`did you mean ${path}?`);
  });
});

describe('the budget of series', () => {
  const limitOf = (...flags: [path: string, text: string][]): number =>
    parseConfig({ flags: flags.map(([path, text]) => ({ flag: '--set', path, text })) }).metrics.seriesLimit;

  it('is the lower of the number and of what fits in the memory', () => {
    expect(limitOf(['metrics.max_series', '100'])).toBe(100);
    expect(limitOf(['metrics.max_series', '5000'], ['metrics.max_memory', '1MiB'])).toBe(1024);
    expect(limitOf(['metrics.max_series', '500'], ['metrics.max_memory', '1MiB'])).toBe(500);
  });
});
