/**
 * The table that the contract suite runs: every kind of exporter with a receiver that speaks it, a reader
 * of what arrives, and what its protocol cannot say.
 */
import * as decoders from './decoders.js';
import {
  fileReceiver,
  httpReceiver,
  udpReceiver,
  unixStreamReceiver,
  type Mood,
  type Receiver,
} from './receivers.js';
import type { Sample } from './samples.js';

/** One row. */
export interface ExporterKind {
  readonly name: string;
  readonly open: () => Promise<Receiver>;
  /** The exporter's settings for a receiver at this address. */
  readonly settings: (address: string) => Readonly<Record<string, unknown>>;
  readonly read: (bodies: readonly Buffer[]) => Sample[];
  /** How the protocol says a sample of the page; undefined when it cannot. */
  readonly says: (sample: Sample) => Sample | undefined;
  /** Whether the receiver says what became of a body. */
  readonly answers: 'http' | 'file' | 'connection' | 'nothing';
}

const each =
  (decode: decoders.Decode) =>
  (bodies: readonly Buffer[]): Sample[] =>
    bodies.flatMap(decode);
const asIs = (sample: Sample): Sample => sample;
const mapLabels = (sample: Sample, map: (text: string) => string): Sample => ({
  ...sample,
  labels: Object.fromEntries(Object.entries(sample.labels).map(([name, text]) => [name, map(text)])),
});

/** Line protocol has no NaN, no infinity, and no line breaks. */
function asLines(sample: Sample): Sample | undefined {
  if (!Number.isFinite(sample.value)) return undefined;
  return mapLabels(sample, (text) =>
    text
      .replace(/\\+$/, (end) => '/'.repeat(end.length))
      .replaceAll('\n', '\\n')
      .replaceAll('\r', '\\r')
      .replaceAll('\t', '\\t'),
  );
}

/** Bounds, and the sum of what was put into buckets, are no words of StatsD. */
function asStatsd(sample: Sample): Sample | undefined {
  if (!Number.isFinite(sample.value) || /_bucket$|_seconds_sum$/.test(sample.name)) return undefined;
  const { quantile, ...labels } = sample.labels;
  const suffix = quantile === undefined ? '' : `_p${String(Number(quantile) * 100).replace('.', '_')}`;
  // Smaller than any decimal without an exponent that daemons read.
  const value = Math.abs(sample.value) < 1e-20 ? 0 : sample.value;
  return { name: sample.name + suffix, labels, value };
}

function asTags(sample: Sample): Sample | undefined {
  const said = asStatsd(sample);
  return said && mapLabels(said, (text) => text.replace(/[\n\r|,#]/g, '_'));
}

function asPath(sample: Sample): Sample | undefined {
  const said = asStatsd(sample);
  if (said === undefined) return undefined;
  const words = Object.values(said.labels).filter((text) => text !== '');
  const path = words.map((text) => `.${text.replace(/[^A-Za-z0-9_-]/g, '_')}`).join('');
  // Observations of a timer: the daemon appends what it counts to the timer's name.
  const timer = /^(.*_seconds)(_count)$/.exec(said.name);
  const name = timer === null ? said.name + path : `${timer[1]}${path}${timer[2]}`;
  return { name, labels: {}, value: said.value };
}

const http = { open: httpReceiver, answers: 'http', says: asIs } as const;
const file = { open: () => Promise.resolve(fileReceiver()), answers: 'file', says: asIs } as const;
const udp = { open: udpReceiver, answers: 'nothing', read: decoders.statsd } as const;

const stream = { open: unixStreamReceiver, answers: 'connection', read: decoders.statsd } as const;

/** Moods that a receiver can be in, and that its protocol lets the sender notice. */
export function moodsOf({ answers }: ExporterKind): readonly Mood[] {
  if (answers === 'http') return ['well', 'down', 'refusing', 'hanging'];
  return answers === 'nothing' ? ['well'] : ['well', 'down'];
}

/** Every kind. */
export const kinds: readonly ExporterKind[] = [
  {
    ...http,
    name: 'influxdb v2',
    settings: (address) => ({
      kind: 'influxdb',
      url: `http://${address}`,
      org: 'o',
      bucket: 'b',
      token: 't',
    }),
    read: each(decoders.lines),
    says: asLines,
  },
  {
    ...http,
    name: 'influxdb v1',
    settings: (address) => ({
      kind: 'influxdb',
      url: `http://${address}`,
      version: 'v1',
      database: 'd',
      precision: 'ns',
      gzip: false,
    }),
    read: each(decoders.lines),
    says: asLines,
  },
  {
    ...http,
    name: 'remote write',
    settings: (address) => ({ kind: 'remote_write', url: `http://${address}/api/v1/write` }),
    read: each(decoders.remoteWrite),
  },
  {
    ...http,
    name: 'otlp',
    settings: (address) => ({ kind: 'otlp', url: `http://${address}/v1/metrics` }),
    read: each(decoders.otlp),
    // Quantiles are computed by the receiver, from the exponential histogram that a summary becomes.
    says: (sample) => (sample.labels['quantile'] === undefined ? sample : undefined),
  },
  {
    ...http,
    name: 'http json',
    settings: (address) => ({ kind: 'http', url: `http://${address}/`, method: 'PUT' }),
    read: each(decoders.json),
  },
  {
    ...http,
    name: 'http jsonl, compressed',
    settings: (address) => ({ kind: 'http', url: `http://${address}/`, format: 'jsonl', gzip: true }),
    read: each(decoders.jsonLines),
  },
  {
    ...http,
    name: 'http csv',
    settings: (address) => ({ kind: 'http', url: `http://${address}/`, format: 'csv' }),
    read: each(decoders.csv),
  },
  {
    ...http,
    name: 'http prometheus',
    settings: (address) => ({ kind: 'http', url: `http://${address}/`, format: 'prometheus' }),
    read: each(decoders.prometheusText),
  },
  {
    ...file,
    name: 'file jsonl',
    settings: (path) => ({ kind: 'file', path }),
    read: each(decoders.jsonLines),
  },
  {
    ...file,
    name: 'file csv',
    settings: (path) => ({ kind: 'file', path, format: 'csv' }),
    read: each(decoders.csv),
  },
  {
    ...udp,
    name: 'dogstatsd',
    settings: (address) => ({ kind: 'dogstatsd', address }),
    says: asTags,
  },
  {
    ...stream,
    name: 'dogstatsd, Unix stream',
    settings: (path) => ({ kind: 'dogstatsd', address: `unixstream://${path}`, datagram_size: 8192 }),
    says: asTags,
  },
  { ...udp, name: 'statsd', settings: (address) => ({ kind: 'statsd', address }), says: asPath },
];
