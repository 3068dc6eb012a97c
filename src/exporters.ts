/**
 * Builds the exporters that the configuration asks for, and those that an embedder brings: destination,
 * encoder, spool and delivery of each, and the pushes that feed them. Code of a kind is loaded only when an
 * exporter of that kind exists. Part of the composition: it knows the configuration and the rooms.
 */
import { randomInt } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { Clock } from './base/clock.js';
import { messageOf, QuorumscopeError } from './base/errors.js';
import type { Logger } from './base/logger.js';
import { createRandom } from './base/random.js';
import { readSecret, type Secret } from './base/secret.js';
import type { ExporterConfig } from './config/exporters.js';
import { Delivery } from './delivery/delivery.js';
import type { HttpDestination } from './delivery/http-transport.js';
import type { Spool } from './delivery/spool.js';
import type { BodyParcel, Receipt, Transport } from './delivery/transport.js';
import type { Destination } from './export/destination.js';
import { documentEncoder } from './export/document-encoder.js';
import { encodeHere, encodersOf } from './export/encoders.js';
import type { Encoders } from './export/encoding-thread.js';
import type { EventSink } from './export/event-record.js';
import { exporterOf } from './export/formats.js';
import { Pushes } from './export/pushes.js';
import type { Selection } from './export/selection.js';
import type { MetricsExporter } from './export/snapshot.js';
import { boardMeter } from './journal-meter.js';
import type { Board } from './metrics/board.js';
import type { Handlers } from './server/handlers.js';
import { VERSION } from './version.js';

/** What exporters are built from besides their configuration. */
export interface ExporterDeps {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  /** When counting began, microseconds since the Unix epoch. */
  readonly startedAtUs: number;
  /** Where exporters of events join in. */
  readonly events?: { add(sink: EventSink): void };
}

/** An embedder's own exporter. Its format is served by the API; with `push` it is also pushed. */
export interface CustomExporter {
  /** Unique among all exporters. */
  readonly name: string;
  readonly exporter: MetricsExporter;
  readonly push?: {
    readonly intervalUs: number;
    readonly selection?: Selection;
    /** Sends one body once. May reject or hang: both count as a failed attempt, which is repeated. */
    readonly send: (body: Uint8Array, signal: AbortSignal) => Promise<Receipt>;
  };
}

type Of<K extends ExporterConfig['kind']> = Extract<ExporterConfig, { readonly kind: K }>;

/**
 * Opens all of them; nothing is pushed before one interval has passed.
 * @throws QuorumscopeError `config.unreadable` for a secret, `config.invalid`, `journal.locked`, `journal.unusable`
 */
export async function openExporters(
  configs: readonly ExporterConfig[],
  custom: readonly CustomExporter[],
  deps: ExporterDeps,
): Promise<Pushes> {
  const encoders = encodersOf(deps.logger);
  const pushes = new Pushes({ ...deps, encoders });
  try {
    for (const config of configs) await addConfigured(pushes, config, encoders, deps);
    for (const one of custom) addCustom(pushes, one, deps);
  } catch (error) {
    await pushes.close(0);
    throw error;
  }
  return pushes;
}

/** An exporter of metrics. */
type MetricsConfig = Exclude<ExporterConfig, Of<'nats'>>;

async function addConfigured(
  pushes: Pushes,
  config: ExporterConfig,
  encoders: Encoders,
  deps: ExporterDeps,
): Promise<void> {
  if (config.kind === 'nats') return addNats(pushes, config, deps);
  const { name, kind, intervalUs, selection } = config;
  const destination = await destinationOf(config, deps);
  const delivery = await deliveryTo(config, destination.transport, deps);
  const encode = encoders.open(destination.encoder, selection);
  pushes.add({ name, kind, intervalUs, encode, delivery });
}

async function deliveryTo(
  { name, spool: settings, timeoutUs, queueBytes, maxAgeUs }: ExporterConfig,
  transport: Transport<BodyParcel>,
  deps: ExporterDeps,
): Promise<Delivery<BodyParcel>> {
  const spool = settings === null ? undefined : await spoolOf(name, settings, deps);
  return new Delivery<BodyParcel>({
    ...deps,
    destination: name,
    transport,
    random: createRandom(randomInt(2 ** 32)),
    queueBytes,
    timeoutUs,
    ...(maxAgeUs === null ? {} : { maxAgeUs }),
    ...(spool === undefined ? {} : { spool }),
  });
}

async function addNats(pushes: Pushes, config: Of<'nats'>, deps: ExporterDeps): Promise<void> {
  const { NatsTransport } = await import('./export/nats/nats-transport.js');
  const { NatsSink } = await import('./export/nats/nats-sink.js');
  const { name, kind, servers, prefix, types, timeoutUs, username, tls } = config;
  const [password, token, credentials] = [config.password, config.token, config.credentials].map(reader);
  const transport = new NatsTransport({
    servers,
    timeoutUs,
    tls,
    auth: () => ({
      ...(config.credentials === null ? {} : { credentials: credentials!() }),
      ...(config.token === null ? {} : { token: token!() }),
      ...(username === null ? {} : { username, password: password!() }),
    }),
  });
  const delivery = await deliveryTo(config, transport, deps);
  const sink = new NatsSink({ ...deps, name, delivery, prefix, types });
  pushes.addFed({ name, kind, delivery, handOver: () => sink.handOver(), sample: () => sink.sample() });
  deps.events?.add(sink);
}

function addCustom(pushes: Pushes, { name, exporter, push }: CustomExporter, deps: ExporterDeps): void {
  if (push === undefined) return;
  if (pushes.list().some((one) => one.name === name))
    throw new QuorumscopeError('config.invalid', 'configuration', `there are two exporters named ${name}`, {
      details: { name },
    });
  const transport = { send: ({ body }: BodyParcel, signal: AbortSignal) => push.send(body, signal) };
  const delivery = new Delivery<BodyParcel>({
    ...deps,
    destination: name,
    transport,
    random: createRandom(randomInt(2 ** 32)),
  });
  const { intervalUs, selection = {} } = push;
  // The embedder's code is called where the embedder is.
  const encode = encodeHere(documentEncoder(exporter), selection);
  pushes.add({ name, kind: exporter.format, intervalUs, encode, delivery });
}

async function spoolOf(
  name: string,
  { folder, maxSizeBytes }: NonNullable<ExporterConfig['spool']>,
  { board, clock, logger }: ExporterDeps,
): Promise<Spool<BodyParcel>> {
  const { JournalSpool } = await import('./delivery/journal-spool.js');
  const meter = boardMeter(board, `spool of ${name}`);
  return JournalSpool.open({ folder, limitBytes: maxSizeBytes, clock, logger, meter });
}

function destinationOf(config: MetricsConfig, deps: ExporterDeps): Promise<Destination> {
  switch (config.kind) {
    case 'influxdb':
      return influxdb(config);
    case 'statsd':
    case 'dogstatsd':
      return statsd(config);
    case 'otlp':
      return otlp(config, deps);
    case 'remote_write':
      return remoteWrite(config, deps);
    case 'http':
      return http(config, deps);
    case 'file':
      return file(config);
  }
}

async function influxdb(config: Of<'influxdb'>): Promise<Destination> {
  const { influxDestination } = await import('./export/influxdb/influx-destination.js');
  const { url, precision, gzip, timeoutUs, bucket, database, retentionPolicy } = config;
  const token = reader(config.token);
  const password = reader(config.password);
  const { username } = config;
  return influxDestination({
    url,
    precision,
    gzip,
    timeoutUs,
    api:
      bucket === null
        ? {
            version: 1,
            database: database ?? '',
            ...(retentionPolicy === null ? {} : { retentionPolicy }),
            ...(username === null ? {} : { credentials: () => ({ username, password: password() }) }),
          }
        : { version: 2, ...bucket, token },
  });
}

async function statsd(config: Of<'statsd' | 'dogstatsd'>): Promise<Destination> {
  const { statsdDestination } = await import('./export/statsd/statsd-destination.js');
  const { address, kind, datagramBytes } = config;
  return statsdDestination(address, { tags: kind === 'dogstatsd', datagramBytes });
}

async function otlp(config: Of<'otlp'>, { clock, startedAtUs }: ExporterDeps): Promise<Destination> {
  const { otlpDestination } = await import('./export/otlp/otlp-destination.js');
  const { serviceName, serviceInstanceId, temporality, gzip } = config;
  const resource = {
    serviceName,
    serviceInstanceId: serviceInstanceId ?? hostname(),
    serviceVersion: VERSION,
  };
  return otlpDestination({ ...httpOf(config, clock), gzip }, resource, temporality, startedAtUs);
}

async function remoteWrite(config: Of<'remote_write'>, { clock }: ExporterDeps): Promise<Destination> {
  const { remoteWriteDestination } = await import('./export/remote-write/remote-write-destination.js');
  return remoteWriteDestination(httpOf(config, clock), config.externalLabels);
}

async function http(config: Of<'http'>, { clock }: ExporterDeps): Promise<Destination> {
  const { HttpTransport } = await import('./delivery/http-transport.js');
  const { method, gzip, format } = config;
  const { contentType } = await exporterOf(format);
  return {
    transport: new HttpTransport({ ...httpOf(config, clock), method, gzip, contentType }),
    encoder: { kind: 'document', format },
  };
}

async function file(config: Of<'file'>): Promise<Destination> {
  const { FileTransport } = await import('./export/file-transport.js');
  const { path, maxBytes, keep, format } = config;
  const { head } = await exporterOf(format);
  const write = format === 'json' ? 'replace' : 'append';
  return {
    transport: new FileTransport({ path, maxBytes, keep, write, head }),
    encoder: { kind: 'document', format },
  };
}

/** Address, certificates, and headers that are made anew for every attempt. @throws QuorumscopeError `config.unreadable` */
export function httpOf(
  { url, auth }: Pick<Of<'otlp' | 'remote_write' | 'http'>, 'url' | 'auth'>,
  clock: Clock,
): Omit<HttpDestination, 'contentType'> {
  const { username, bearer, headers, caFile } = auth;
  const password = reader(auth.password);
  const token = reader(bearer);
  const others = Object.entries(headers).map(([name, secret]) => [name, reader(secret)] as const);
  return {
    url: new URL(url),
    clock,
    headers: () => ({
      'user-agent': `quorumscope/${VERSION}`,
      ...Object.fromEntries(others.map(([name, read]) => [name, read()])),
      ...(bearer === null ? {} : { authorization: `Bearer ${token()}` }),
      ...(username === null
        ? {}
        : { authorization: `Basic ${Buffer.from(`${username}:${password()}`).toString('base64')}` }),
    }),
    ...(caFile === null ? {} : { ca: readText(caFile) }),
  };
}

/** Reads a secret each time; that it cannot be read is told at start. Without one it is empty. */
export function reader(secret: Secret | null): () => string {
  if (secret === null) return () => '';
  readSecret(secret);
  return () => readSecret(secret);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new QuorumscopeError(
      'config.unreadable',
      'configuration',
      `cannot read the certificates in ${path}: ${messageOf(error)}`,
      { details: { file: path }, cause: error },
    );
  }
}

/** The exporters as the API shows them. */
export function exporterHandlers(pushes: Pushes): NonNullable<Handlers['exporters']> {
  return {
    list: () =>
      pushes.list().map(({ name, kind, intervalUs, paused, failures, points }) => ({
        name,
        kind,
        interval_seconds: intervalUs === undefined ? null : intervalUs / 1e6,
        paused,
        failures,
        points,
      })),
    pause: (name) => void pushes.pause(name),
    resume: (name) => void pushes.resume(name),
    test: (name) => pushes.test(name),
  };
}
