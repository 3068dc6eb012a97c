/**
 * Doors that can wait: a recorded stream from a file, from stdin or from any readable. Nothing is
 * dropped; the reader goes as fast as the intake processes. Gzip is recognised by its first bytes.
 */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import type { HelloEvent } from '../events/vocabulary.js';
import type { OpenLosslessFeed } from './feed.js';

/** Names the source of a replay. */
export interface ReplaySource {
  /** Value of the label `source`. */
  readonly door: string;
  /** For the log. */
  readonly peer: string;
  /** Stands in for a `hello` that the recording lacks. */
  readonly hello?: HelloEvent;
  /** Called when all was processed and the nodes are still attached, as they are while a stream goes on. */
  readonly beforeEnd?: () => void;
}

/** What was replayed. */
export interface Replayed {
  /** Bytes of lines, after decompression. */
  readonly bytes: number;
}

/** Reads `path` (`-` is stdin) to its end; resolves when the last event is processed. @throws `attach.file` */
export function replayFile(
  path: string,
  openFeed: OpenLosslessFeed,
  options: Pick<ReplaySource, 'hello' | 'beforeEnd'> = {},
): Promise<Replayed> {
  if (path === '-')
    return replayStream(process.stdin, openFeed, { door: 'stdin', peer: 'stdin', ...options });
  const source = createReadStream(path, { highWaterMark: 256 * 1024 });
  return replayStream(source, openFeed, { door: 'replay', peer: path, ...options });
}

/**
 * Reads `readable` to its end; resolves when the last event is processed.
 * @throws QuorumscopeError `attach.file` when it cannot be read to its end; what came before is processed
 */
export async function replayStream(
  readable: AsyncIterable<Uint8Array>,
  openFeed: OpenLosslessFeed,
  source: ReplaySource,
): Promise<Replayed> {
  const feed = openFeed(source);
  let bytes = 0;
  try {
    for await (const chunk of readChunks(readable)) {
      bytes += chunk.length;
      feed.write(chunk);
      await feed.ready();
    }
    if (source.beforeEnd) {
      await feed.drained();
      source.beforeEnd();
    }
  } catch (error) {
    throw new QuorumscopeError(
      'attach.file',
      'configuration',
      `cannot read ${source.peer}: ${messageOf(error)}`,
      {
        details: { peer: source.peer, bytes },
        cause: error,
      },
    );
  } finally {
    feed.end();
    await feed.drained();
  }
  return { bytes };
}

/** The chunks of an event stream, decompressed where it is gzip. */
export async function* readChunks(readable: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterator<Uint8Array, unknown> = readable[Symbol.asyncIterator]();
  // The two bytes that tell gzip may come one at a time.
  let head: Uint8Array = new Uint8Array(0);
  while (head.length < 2) {
    const next = await chunks.next();
    if (next.done === true) break;
    head = Buffer.concat([head, next.value]);
  }
  const whole = rejoin(head, chunks);
  const isGzip = head[0] === 0x1f && head[1] === 0x8b;
  if (!isGzip) {
    yield* whole;
    return;
  }
  const compressed = Readable.from(whole);
  const lines = createGunzip();
  compressed.on('error', (error) => lines.destroy(error));
  yield* compressed.pipe(lines) as AsyncIterable<Uint8Array>;
}

async function* rejoin(
  head: Uint8Array,
  rest: AsyncIterator<Uint8Array, unknown>,
): AsyncGenerator<Uint8Array> {
  try {
    if (head.length > 0) yield head;
    for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
  } finally {
    await rest.return?.();
  }
}
