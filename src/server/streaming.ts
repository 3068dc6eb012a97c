/**
 * Sends an answer piece by piece. A piece is made only when the client has taken what came before, so that a slow client
 * costs one piece of memory, and between pieces everybody else has a turn. Compressed where the client takes it, but for
 * event streams, whose pieces must not wait for each other.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { acceptsGzip } from './compression.js';
import type { Reply } from './route.js';

/** Media type of Server-Sent Events. */
export const EVENT_STREAM = 'text/event-stream';

/** Whether a body comes piece by piece. */
export function isStream(body: Reply['body']): body is AsyncIterable<Uint8Array> {
  return typeof body === 'object' && Symbol.asyncIterator in body;
}

/** Resolves when all is sent or the client has gone. @throws what the stream throws, after the connection was broken */
export async function sendStream(
  request: IncomingMessage,
  response: ServerResponse,
  { status, contentType, headers }: Reply,
  body: AsyncIterable<Uint8Array>,
  signal: AbortSignal,
): Promise<void> {
  const isEvents = contentType.startsWith(EVENT_STREAM);
  const isZipped = !isEvents && acceptsGzip(request.headers['accept-encoding']);
  response.writeHead(status, {
    'content-type': contentType,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    vary: 'Accept, Accept-Encoding',
    ...(isZipped ? { 'content-encoding': 'gzip' } : {}),
    ...headers,
  });
  if (request.method === 'HEAD') return void response.end();
  response.flushHeaders();
  const pieces = Readable.from(taken(body), { objectMode: false, highWaterMark: 1 });
  try {
    if (isZipped) await pipeline(pieces, createGzip({ level: 1 }), response);
    else await pipeline(pieces, response);
  } catch (error) {
    if (!signal.aborted && !hasClientGone(error)) throw error;
  }
}

/** The same pieces, with a turn of the event loop after each. */
async function* taken(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of body) {
    yield piece;
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}

function hasClientGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ERR_STREAM_PREMATURE_CLOSE' || code === 'ECONNRESET' || code === 'EPIPE';
}
