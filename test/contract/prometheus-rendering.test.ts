/**
 * Our page against prom-client's: the same values recorded into both, rendered in both formats, read by
 * one parser, must be the same series. prom-client is asked through one registry per format, because
 * it renames its counters, and only with label sets that its key (values joined by `,` and `:`)
 * tells apart.
 */
import fc from 'fast-check';
import {
  Counter,
  Gauge,
  Histogram,
  Registry,
  type OpenMetricsContentType,
  type RegistryContentType,
} from 'prom-client';
import { describe, expect, it } from 'vitest';
import { createExposition, type Exposition } from '../../src/export/prometheus/exposition.js';
import type { Format } from '../../src/export/prometheus/format.js';
import { Board } from '../../src/metrics/board.js';
import { counter, gauge, histogram } from '../../src/metrics/definition.js';
import { parsePage, type ParsedPage } from './parse-page.js';

const formats = ['text', 'openmetrics'] as const;
const labels = ['chain_id', 'peer'] as const;
// No bound of -1: prom-client takes it for its own mark of "beyond the last bound".
const definitions = {
  counter: counter('hotstuff_messages_total', 'Messages.', labels),
  gauge: gauge('hotstuff_height', 'Height, with a \\ and\na second line.', labels),
  histogram: histogram(
    'hotstuff_wait_seconds',
    'Time waited.',
    [-2, 0, 0.005, 0.1, 1, 2.5, 1e6, 1e21],
    labels,
  ),
};

interface Recording {
  readonly kind: keyof typeof definitions;
  readonly labels: readonly [string, string];
  readonly value: number;
}

/** prom-client with the same recordings, in the one format that this registry may ever answer. */
function reference(recordings: readonly Recording[], format: Format): Registry<RegistryContentType> {
  const registry = new Registry<OpenMetricsContentType>();
  if (format === 'openmetrics') registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const configOf = ({ name, help }: { name: string; help: string }) => ({
    name,
    help,
    labelNames: labels,
    registers: [registry],
  });
  const counters = new Counter(configOf(definitions.counter));
  const gauges = new Gauge(configOf(definitions.gauge));
  const histograms = new Histogram({
    ...configOf(definitions.histogram),
    buckets: [...definitions.histogram.bounds!],
  });
  for (const {
    kind,
    labels: [chain, peer],
    value,
  } of recordings) {
    const set = { chain_id: chain, peer };
    if (kind === 'counter') counters.inc(set, value);
    else if (kind === 'gauge') gauges.set(set, value);
    else histograms.observe(set, value);
  }
  return registry;
}

function ours(recordings: readonly Recording[]): Exposition {
  const board = new Board();
  for (const { kind, labels: set, value } of recordings) {
    if (kind === 'counter')
      board
        .counter(definitions.counter)
        .at(...set)
        .add(value);
    else if (kind === 'gauge')
      board
        .gauge(definitions.gauge)
        .at(...set)
        .set(value);
    else
      board
        .histogram(definitions.histogram)
        .at(...set)
        .observe(value);
  }
  return createExposition({ board });
}

async function parsed(exposition: Exposition, format: Format): Promise<ParsedPage> {
  return parsePage(Buffer.from(await exposition.render(format)).toString('utf8'), format);
}

const isCompared = (name: string): boolean => name.startsWith('hotstuff_');

function comparable({ series, types }: ParsedPage): unknown {
  // A metric without series has a type in prom-client's page and is absent from ours.
  const used = [...types].filter(
    ([name]) => isCompared(name) && [...series.keys()].some((key) => key.startsWith(name)),
  );
  const sorted = [...series].filter(([key]) => isCompared(key)).sort(([a], [b]) => (a < b ? -1 : 1));
  return { series: sorted.map(([key, value]) => [key, value === 0 ? 0 : value]), types: used.sort() };
}

async function expectSame(recordings: readonly Recording[]): Promise<void> {
  const exposition = ours(recordings);
  for (const format of formats) {
    const theirs = parsePage(await reference(recordings, format).metrics(), format);
    expect(comparable(await parsed(exposition, format)), format).toEqual(comparable(theirs));
  }
}

/** Drops label sets that prom-client would take for an earlier one. */
function toldApart(recordings: readonly Recording[]): Recording[] {
  const owners = new Map<string, string>();
  return recordings.filter(({ labels: [chain, peer] }) => {
    const key = `chain_id:${chain},peer:${peer},`;
    const own = JSON.stringify([chain, peer]);
    if (!owners.has(key)) owners.set(key, own);
    return owners.get(key) === own;
  });
}

const nasty = fc.string({
  unit: fc.constantFrom(
    ',',
    ':',
    '"',
    '\\',
    '\n',
    '{',
    '}',
    '=',
    ' ',
    '#',
    'a',
    'é',
    '日',
    '🦀',
    '\u0000',
    '\r',
    '\u2028',
  ),
  maxLength: 6,
});
const labelSet = fc.tuple(fc.constantFrom('main', 'test,chain'), nasty);
const finite = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.constantFrom(0, -0, 5e-324, -5e-324, 1.7976931348623157e308, 1e21, 1e-7, 0.1, 1 / 3, -1, 2.5, 1e6),
);
const recording: fc.Arbitrary<Recording> = fc.oneof(
  fc.record({ kind: fc.constant('counter' as const), labels: labelSet, value: finite.map(Math.abs) }),
  fc.record({
    kind: fc.constant('gauge' as const),
    labels: labelSet,
    value: fc.oneof(finite, fc.constantFrom(NaN, Infinity, -Infinity)),
  }),
  // Sums of histograms stay finite: what an overflowing one shows is not a matter of rendering.
  fc.record({
    kind: fc.constant('histogram' as const),
    labels: labelSet,
    value: fc.oneof(
      fc.double({ min: -1e22, max: 1e22, noNaN: true }),
      fc.constantFrom(-2, 0, 0.005, 1, 1e6, 1e21),
    ),
  }),
);

describe('a page and prom-client', () => {
  it('agree on label values with every character that needs care', async () => {
    const values = [
      'plain',
      'a,b',
      'a:b',
      'say "hi"',
      'back\\slash',
      'two\nlines',
      '\\n',
      'héé 日本 🦀',
      '',
      '}',
      ' # {x="y"} 1',
    ];
    const kinds = Object.keys(definitions) as (keyof typeof definitions)[];
    const recordings = kinds.flatMap((kind) =>
      values.map((value, i): Recording => ({ kind, labels: ['main', value], value: i + 0.5 })),
    );
    await expectSame(recordings);
    const page = await parsed(ours(recordings), 'text');
    expect([...page.series.keys()].filter((key) => key.startsWith('hotstuff_height'))).toHaveLength(
      values.length,
    );
  });

  it('agree on any values', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(recording, { maxLength: 40 }), (recordings) =>
        expectSame(toldApart(recordings)),
      ),
      { numRuns: 200 },
    );
  });
});

describe('a page asked for in both formats by turns', () => {
  it('never changes a series, merged registries included', async () => {
    const recordings: Recording[] = [
      { kind: 'counter', labels: ['main', 'a'], value: 3 },
      { kind: 'gauge', labels: ['main', 'a'], value: 0.25 },
      { kind: 'histogram', labels: ['main', 'a'], value: 1 },
    ];
    const board = new Board();
    board.counter(definitions.counter).at('main', 'a').add(3);
    board.histogram(definitions.histogram).at('main', 'a').observe(1);
    const operators = new Registry();
    new Counter({ name: 'app_jobs_total', help: 'Jobs.', registers: [operators] }).inc(2);
    new Counter({ name: 'app_errors', help: 'Named without its suffix.', registers: [operators] }).inc(1);
    const exposition = createExposition({ board, registries: [operators, reference(recordings, 'text')] });
    const keysOf = async (format: Format): Promise<string[]> => [
      ...(await parsed(exposition, format)).series.keys(),
    ];
    for (const format of formats) await keysOf(format);
    const first = await keysOf('text');
    expect(first).toContain('app_jobs_total []');
    expect(first).toContain('app_errors []');
    for (const format of ['openmetrics', 'text', 'openmetrics', 'openmetrics', 'text'] as const) {
      expect(await keysOf(format), format).toEqual(first);
    }
    expect(await operators.metrics()).toContain('app_jobs_total 2');
  });
});
