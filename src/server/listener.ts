/**
 * One open HTTP port: limits, the `Host` check, and the way out for answers. Slow, endless or many requests must
 * not hold the sidecar; a defect in a handler is one 500 and a log line, never more.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { gzipped } from './compression.js';
import { readForm, readJson } from './form.js';
import { isLocalHost } from './host-check.js';
import { textReply, type Reply } from './route.js';
import type { Router } from './router.js';
import { isStream, sendStream } from './streaming.js';

/** Where to listen; port 0 takes any free port. */
export interface ListenOn {
  readonly host: string;
  readonly port: number;
}

/** What a listener needs. */
export interface ListenerOptions {
  readonly listen: ListenOn;
  readonly router: Router;
  readonly logger: Logger;
  /** Answer whatever `Host` is asked for: the operator said that other machines may come. */
  readonly anyHost: boolean;
}

const limits = {
  headersTimeout: 10_000,
  requestTimeout: 15_000,
  keepAliveTimeout: 65_000, // above a usual scrape interval, so that a scraper keeps its connection
  maxHeaderSize: 16_384,
  maxConnections: 256,
} as const;

/** Opens, serves and closes one port. */
export class Listener {
  readonly #options: ListenerOptions;
  readonly #server: Server;
  /** Answers that may never end by themselves. */
  readonly #streams = new Set<AbortController>();

  constructor(options: ListenerOptions) {
    this.#options = options;
    const { maxConnections, ...settings } = limits;
    this.#server = createServer(settings, (request, response) => void this.#serve(request, response));
    this.#server.maxConnections = maxConnections;
  }

  /**
   * @returns the address with its real port
   * @throws QuorumscopeError `server.listen`
   */
  async open(): Promise<ListenOn> {
    const { host, port } = this.#options.listen;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(this.#options.listen, error)));
      this.#server.listen(port, host, resolve);
    });
    this.#server.on('error', (error) =>
      this.#options.logger.warn('the HTTP server reports an error', { error: messageOf(error) }),
    );
    return { host, port: (this.#server.address() as AddressInfo).port };
  }

  /** Takes no more requests, lets running ones end, and cuts what is left after `deadlineMs`. */
  async close(deadlineMs: number): Promise<void> {
    if (!this.#server.listening) return;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    for (const stream of this.#streams) stream.abort();
    this.#server.closeIdleConnections();
    const cut = setTimeout(() => this.#server.closeAllConnections(), deadlineMs);
    await closed;
    clearTimeout(cut);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    // After the answer too, when nobody listens any more.
    response.once('close', () => gone.abort());
    try {
      const reply = await this.#reply(request, gone.signal);
      // What is left of a body is not read: the connection ends with the answer.
      if (!request.readableEnded && hasBody(request)) response.setHeader('connection', 'close');
      if (!isStream(reply.body)) return await send(request, response, reply, reply.body);
      this.#streams.add(gone);
      response.once('close', () => this.#streams.delete(gone));
      // While it is being closed nothing may begin that has no end.
      if (!this.#server.listening) gone.abort();
      await sendStream(request, response, reply, reply.body, gone.signal);
    } catch (error) {
      // The client went in the middle of its form.
      if (!request.complete && request.destroyed) return void response.destroy();
      this.#options.logger.error('a request failed inside the sidecar', { error: messageOf(error) });
      if (response.headersSent) response.destroy();
      else await sendText(request, response, 500, 'failed inside the sidecar; its log says more');
    }
  }

  async #reply(request: IncomingMessage, signal: AbortSignal): Promise<Reply> {
    const { router, anyHost } = this.#options;
    const { method = 'GET', url = '/' } = request;
    const mark = url.indexOf('?');
    const path = mark < 0 ? url : url.slice(0, mark);
    const body = hasBody(request) ? router.bodyOf(method, path) : undefined;
    if (body === 'none') return textReply(413, 'requests have no body here');
    if (!anyHost && !isLocalHost(request.headers.host)) {
      const text = 'asked for by a name that is not this machine; use localhost, or set server.insecure';
      return textReply(403, text);
    }
    if (isForeign(request))
      return textReply(403, 'a page of another origin may not change anything here; ask from a shell');
    const form = body === 'form' ? await readForm(request) : new URLSearchParams();
    if (!(form instanceof URLSearchParams)) return form;
    const json = body === 'json' ? await readJson(request) : '';
    if (typeof json !== 'string') return json;
    const query = new URLSearchParams(mark < 0 ? '' : url.slice(mark + 1));
    const header = (name: string): string | undefined => {
      const value = request.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    };
    return router.answer({ method, path, query, form, body: json, signal, header });
  }
}

/** Whether a web page of elsewhere asks for a change: browsers send such a request without asking first. */
function isForeign({ method, headers }: IncomingMessage): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  const { origin } = headers;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return true;
  return origin !== undefined && origin !== `http://${headers.host}` && origin !== `https://${headers.host}`;
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): Promise<void> {
  const reply = textReply(status, text);
  return send(request, response, reply, `${text}\n`);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  reply: Reply,
  whole: string | Uint8Array,
): Promise<void> {
  const body = typeof whole === 'string' ? Buffer.from(whole) : whole;
  const isPacked = reply.contentType === 'application/gzip';
  const compressed = isPacked ? undefined : await gzipped(body, request.headers['accept-encoding']);
  const sent = compressed ?? body;
  response.writeHead(reply.status, {
    'content-type': reply.contentType,
    'content-length': sent.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    vary: 'Accept, Accept-Encoding',
    ...(compressed ? { 'content-encoding': 'gzip' } : {}),
    ...reply.headers,
  });
  response.end(request.method === 'HEAD' ? undefined : sent);
}

function listenError({ host, port }: ListenOn, error: NodeJS.ErrnoException): QuorumscopeError {
  const address = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
  const reasons: Readonly<Record<string, string>> = {
    EADDRINUSE: 'another process already listens there',
    EACCES: 'this user may not open that port; ports from 1024 on need no rights',
    EADDRNOTAVAIL: 'this machine has no such address',
    ENOTFOUND: 'this name has no address',
  };
  const reason = reasons[error.code ?? ''] ?? messageOf(error);
  return new QuorumscopeError(
    'server.listen',
    'configuration',
    `cannot serve HTTP on ${address}: ${reason}`,
    {
      details: { address, reason: error.code ?? 'other' },
      cause: error,
    },
  );
}
