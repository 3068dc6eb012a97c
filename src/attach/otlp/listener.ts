/**
 * The address of OTLP/HTTP: POST /v1/traces, /v1/metrics and /v1/logs, protobuf or JSON, gzipped or not. It checks who asks
 * and what comes, takes one request after the other, and answers as the protocol says. Nothing that comes throws or holds
 * the sidecar: sizes, times, connections and waiting requests are bounded, and every request is counted.
 *
 * States: built -> open -> closed.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Clock } from '../../base/clock.js';
import { messageOf, QuorumscopeError } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import { refusal, takenAnswer, type OtlpAnswer } from './answers.js';
import type { Encoding } from './decode.js';
import type { OtlpMeter, RequestOutcome } from './meter.js';
import { readBody } from './read-body.js';
import { signals, type Signal } from './requests.js';
import type { RecordKind, Tally } from './tally.js';

/** A request as it came, for whoever passes it on. */
export interface ReceivedRequest {
  readonly signal: Signal;
  readonly contentType: string;
  /** `gzip`, or empty. */
  readonly contentEncoding: string;
  readonly body: Buffer;
  /** How many records it holds. */
  readonly records: number;
}

/** What the listener needs. */
export interface OtlpListenerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  /** Of a body, also unpacked. */
  readonly maxBytes: number;
  /** The bearer token that is asked for; read for every request. */
  readonly token: (() => string) | undefined;
  /** Whether new requests must come later. */
  readonly isBehind: () => boolean;
  /** Takes one request. */
  readonly take: (
    body: Buffer,
    signal: Signal,
    encoding: Encoding,
  ) => Promise<Tally | { readonly problem: string }>;
  readonly forward: ((request: ReceivedRequest) => void) | undefined;
  readonly meter: OtlpMeter;
  readonly clock: Clock;
  readonly logger: Logger;
}

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  keepAliveTimeout: 65_000,
  maxHeaderSize: 16_384,
};
const MOST_CONNECTIONS = 256;
/** Bodies in memory at a time. */
const MOST_WAITING = 16;
const RETRY_AFTER_SECONDS = 1;
const CLOSE_DEADLINE_MS = 2_000;

/** What counts as a record for the answer, by signal. */
const answeredKinds: Readonly<Record<Signal, RecordKind>> = {
  traces: 'spans',
  metrics: 'metrics',
  logs: 'logs',
};

/** What became of a request before or after it was taken. */
interface Outcome {
  readonly outcome: RequestOutcome;
  readonly answer: OtlpAnswer;
  readonly headers?: Readonly<Record<string, string>>;
}

/** One address. */
export class OtlpListener {
  readonly #options: OtlpListenerOptions;
  readonly #server: Server;
  #waiting = 0;
  #lastTaken: Promise<unknown> = Promise.resolve();

  constructor(options: OtlpListenerOptions) {
    this.#options = options;
    this.#server = createServer(limits, (request, response) => void this.#serve(request, response));
    this.#server.maxConnections = MOST_CONNECTIONS;
  }

  /** @returns the address with its real port @throws QuorumscopeError `attach.listen` */
  async open(): Promise<string> {
    const { host, port, logger } = this.#options;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(cannotListen(host, port, error)));
      this.#server.listen(port, host, resolve);
    });
    this.#server.on('error', (error) =>
      logger.warn('the OTLP door reports an error', { error: messageOf(error) }),
    );
    return shown(host, (this.#server.address() as AddressInfo).port);
  }

  /** Takes no more requests, and resolves when those under way are taken and answered, or cut off. */
  async close(): Promise<void> {
    if (this.#server.listening) {
      const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
      this.#server.closeIdleConnections();
      const cut = setTimeout(() => this.#server.closeAllConnections(), CLOSE_DEADLINE_MS);
      await closed;
      clearTimeout(cut);
    }
    await this.#lastTaken;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { meter, clock, logger } = this.#options;
    const startUs = clock.monoUs();
    const signal = signals.find((one) => pathOf(request) === `/v1/${one}`);
    let done: Outcome;
    try {
      done = await this.#outcome(request, signal);
    } catch (error) {
      const isGone = !request.complete && request.destroyed;
      if (!isGone) logger.error('a request of OTLP failed inside the sidecar', { error: messageOf(error) });
      meter.request(signal, isGone ? 'broken_off' : 'failed', clock.monoUs() - startUs);
      if (isGone || response.headersSent) return void response.destroy();
      return send(
        request,
        response,
        refusal('json', 500, 'failed inside the sidecar; its log says more'),
        {},
      );
    }
    meter.request(signal, done.outcome, clock.monoUs() - startUs);
    send(request, response, done.answer, done.headers ?? {});
  }

  async #outcome(request: IncomingMessage, signal: Signal | undefined): Promise<Outcome> {
    const { maxBytes, meter } = this.#options;
    const contentType = request.headers['content-type'] ?? '';
    const known = encodingOf(contentType);
    const encoding = known ?? 'json';
    const refused = (outcome: RequestOutcome, status: number, problem: string, headers = {}): Outcome => ({
      outcome,
      answer: refusal(encoding, status, problem),
      headers,
    });
    if (isForeign(request)) return refused('foreign', 403, 'pages of browsers send nothing here');
    if (signal === undefined) return refused('path', 404, 'there are /v1/traces, /v1/metrics and /v1/logs');
    if (request.method !== 'POST') return refused('method', 405, 'expected POST', { allow: 'POST' });
    if (!this.#isAllowed(request))
      return refused('unauthorized', 401, 'expected the bearer token of this door', {
        'www-authenticate': 'Bearer',
      });
    if (known === undefined)
      return refused('media_type', 415, 'expected content-type application/x-protobuf or application/json');
    const packing = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
    if (packing !== 'gzip' && packing !== 'identity')
      return refused('encoding', 415, 'expected content-encoding gzip or none');
    if (this.#options.isBehind() || this.#waiting >= MOST_WAITING)
      return refused('busy', 503, 'the sidecar is behind; send it again', {
        'retry-after': String(RETRY_AFTER_SECONDS),
      });
    this.#waiting++;
    try {
      const read = await readBody(request, packing === 'gzip', maxBytes);
      if ('problem' in read)
        return refused(read.status === 413 ? 'too_large' : 'malformed', read.status, read.problem);
      meter.bytes(signal, read.raw.length);
      const taken = await this.#inTurn(read.body, signal, encoding);
      if ('problem' in taken) return refused('malformed', 400, taken.problem);
      const contentEncoding = packing === 'gzip' ? packing : '';
      this.#forward({ signal, contentType, contentEncoding, body: read.raw }, taken);
      return settled(taken, signal, encoding, meter);
    } finally {
      this.#waiting--;
    }
  }

  /** Takes a request when those before it have been. */
  #inTurn(body: Buffer, signal: Signal, encoding: Encoding): ReturnType<OtlpListenerOptions['take']> {
    const taken = this.#lastTaken.then(() => this.#options.take(body, signal, encoding));
    // Whoever waits for this one hears of its failure; the next one does not.
    this.#lastTaken = taken.catch(() => undefined);
    return taken;
  }

  #forward(request: Omit<ReceivedRequest, 'records'>, tally: Tally): void {
    const records = tally.kinds.get(answeredKinds[request.signal])!.received;
    if (records > 0) this.#options.forward?.({ ...request, records });
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const { token } = this.#options;
    if (token === undefined) return true;
    const given = /^bearer +(.+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
    return timingSafeEqual(digest(given), digest(token()));
  }
}

function settled(tally: Tally, signal: Signal, encoding: Encoding, meter: OtlpMeter): Outcome {
  meter.records(tally);
  const rejected = tally.rejectedOf(answeredKinds[signal]);
  const answer = takenAnswer(encoding, signal, rejected, tally.firstProblem ?? '');
  return { outcome: tally.firstProblem === undefined ? 'accepted' : 'partial', answer };
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function pathOf({ url = '/' }: IncomingMessage): string {
  return url.split('?', 1)[0]!;
}

function encodingOf(contentType: string): Encoding | undefined {
  const type = contentType.split(';', 1)[0]!.trim().toLowerCase();
  if (type === 'application/x-protobuf') return 'protobuf';
  return type === 'application/json' ? 'json' : undefined;
}

/** Only browsers say where a request comes from: a page could state false events of a node on its user's machine. */
function isForeign({ headers }: IncomingMessage): boolean {
  return headers.origin !== undefined || headers['sec-fetch-site'] !== undefined;
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, body }: OtlpAnswer,
  headers: Readonly<Record<string, string>>,
): void {
  // What is left of a body is not read: the connection ends with the answer.
  const isCut = !request.readableEnded && request.method !== 'GET';
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': body.length,
    ...(isCut ? { connection: 'close' } : {}),
    ...headers,
  });
  response.end(request.method === 'HEAD' ? undefined : body);
}

function shown(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

function cannotListen(host: string, port: number, error: NodeJS.ErrnoException): QuorumscopeError {
  const address = shown(host, port);
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another process already listens there',
    EACCES: 'this user may not open that port; ports from 1024 on need no rights',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this name has no address',
  };
  const reason = reasons[error.code ?? ''] ?? messageOf(error);
  return new QuorumscopeError('attach.listen', 'configuration', `cannot take OTLP on ${address}: ${reason}`, {
    details: { address, reason: error.code ?? 'other' },
    cause: error,
  });
}
