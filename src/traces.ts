/**
 * Builds what turns views into traces as the configuration asks: the traces, the exporter of the protocol, the delivery
 * between them, and the export of log lines beside them. Part of the composition: it knows the configuration and the rooms. OpenTelemetry is loaded
 * when it is opened, and only the exporter that is used.
 */
import { randomInt } from 'node:crypto';
import { hostname } from 'node:os';
import type { Clock } from './base/clock.js';
import type { Logger } from './base/logger.js';
import { createRandom } from './base/random.js';
import type { TracingConfig } from './config/tracing.js';
import { Delivery } from './delivery/delivery.js';
import type { BodyParcel, Parcel } from './delivery/transport.js';
import type { Domain } from './domains/domain.js';
import type { ConsensusListeners, ConsensusWatch } from './domains/consensus/watch.js';
import { httpOf, reader } from './exporters.js';
import type { Board } from './metrics/board.js';
import { ExemplarBook, type ExemplarReader } from './metrics/exemplars.js';
import { tracingMetrics } from './tracing/catalogue.js';
import { LineOutbox } from './tracing/line-outbox.js';
import type { SpanDestination } from './tracing/span-destination.js';
import { SpanOutbox } from './tracing/span-outbox.js';
import { ViewTraces } from './tracing/view-traces.js';
import { VERSION } from './version.js';

/** Label values of the deliveries' metrics. */
const DESTINATION = 'tracing';
const LOGS_DESTINATION = 'logs';
/** Who says the sidecar's own lines. */
const LOGGING_SERVICE = 'quorumscope';

/** What traces are built from besides their configuration. */
export interface TracesDeps {
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Traces at work. built -> open -> closed */
export interface Traces {
  /** To be put into the consensus domain's watch. */
  readonly listeners: ConsensusListeners;
  /** Watched beside the other domains. */
  readonly domain: Domain;
  /** Observations with their traces; undefined where none are wanted. */
  readonly exemplars: ExemplarReader | undefined;
  /** The logger given, whose lines also leave where they are to be exported. */
  readonly logger: Logger;
  /** Where records are read again. Called once, before any event. */
  follow(watch: ConsensusWatch): void;
  /** Loads the exporter; what is told before it is dropped and counted. @throws QuorumscopeError `config.unreadable` */
  open(): Promise<void>;
  /** Sends all that was told. Says whether it has left within `deadlineUs` of wall time. */
  flush(deadlineUs: number): Promise<boolean>;
  /** Tells every view as it stands, and sends it; what has not left by then is dropped and counted. */
  close(deadlineUs: number): Promise<void>;
}

/** The traces that the configuration asks for; undefined when it asks for none. */
export function tracesOf(config: TracingConfig, deps: TracesDeps): Traces | undefined {
  if (!config.enabled) return undefined;
  const { board, clock, logger } = deps;
  const exemplars = config.exemplars ? new ExemplarBook(board) : undefined;
  const { intervalUs, logs } = config;
  const { linesPerSecond } = logs;
  const lines = logs.enabled
    ? new LineOutbox({ logger, linesPerSecond, intervalUs, board, clock })
    : undefined;
  const loud = { ...deps, logger: lines ?? logger };
  let outbox: SpanOutbox<Parcel> | undefined;
  const traces = new ViewTraces({
    share: config.sampling,
    slowQuantile: config.slowQuantile,
    limits: config.limits,
    transactions: config.transactions,
    exemplars,
    board,
    clock,
    sink: (spans) => {
      if (outbox !== undefined) outbox.add(spans);
      else board.counter(tracingMetrics.dropped).at('not_open').add(spans.length);
    },
  });
  const { records, verdicts, findings } = traces;
  return {
    listeners: { records, verdicts, findings },
    domain: traces.domain,
    exemplars,
    logger: loud.logger,
    follow: (watch) => traces.follow(watch),
    open: async () => {
      outbox = await openOutbox(config, loud);
      if (lines !== undefined) await openLines(lines, config, deps);
    },
    flush: async (deadlineUs) => {
      const flushed = await Promise.all([outbox?.flush(deadlineUs), lines?.flush(deadlineUs)]);
      return flushed.every((one) => one !== false);
    },
    close: async (deadlineUs) => {
      traces.close();
      await outbox?.close(deadlineUs);
      await lines?.close(deadlineUs);
    },
  };
}

async function openOutbox(config: TracingConfig, deps: TracesDeps): Promise<SpanOutbox<Parcel>> {
  const destination = (await destinationOf(config, deps)) as SpanDestination<Parcel>;
  const { timeoutUs, queueBytes, intervalUs } = config;
  const delivery = new Delivery<Parcel>({
    ...deps,
    destination: DESTINATION,
    transport: destination.transport,
    random: createRandom(randomInt(2 ** 32)),
    timeoutUs,
    queueBytes,
  });
  return new SpanOutbox({ ...deps, destination, delivery, intervalUs });
}

/** @param deps with the logger that is not exported: what becomes of lines must not become a line */
async function openLines(lines: LineOutbox, config: TracingConfig, deps: TracesDeps): Promise<void> {
  const { otlpLogs } = await import('./tracing/otlp-logs.js');
  const { auth, otlp, logs, timeoutUs, queueBytes } = config;
  const identity = { serviceName: LOGGING_SERVICE, instance: hostname(), version: VERSION };
  const http = { ...httpOf({ url: logs.url, auth }, deps.clock), gzip: otlp.gzip };
  const destination = otlpLogs(http, identity);
  const delivery = new Delivery<BodyParcel>({
    ...deps,
    destination: LOGS_DESTINATION,
    transport: destination.transport,
    random: createRandom(randomInt(2 ** 32)),
    timeoutUs,
    queueBytes,
  });
  lines.open(destination, delivery);
}

async function destinationOf(config: TracingConfig, { clock }: TracesDeps) {
  const { protocol, otlp, jaeger, auth, serviceName } = config;
  const identity = { serviceName, version: VERSION };
  if (protocol === 'otlp') {
    const { otlpSpans } = await import('./tracing/otlp-spans.js');
    return otlpSpans({ ...httpOf({ url: otlp.url, auth }, clock), gzip: otlp.gzip }, identity);
  }
  const { jaegerSpans } = await import('./tracing/jaeger-spans.js');
  if (protocol === 'jaeger_agent') return jaegerSpans(jaeger.agent, identity);
  const { username } = auth;
  const password = reader(auth.password);
  const credentials = username === null ? undefined : () => ({ username, password: password() });
  return jaegerSpans({ endpoint: jaeger.collector, credentials }, identity);
}
