/**
 * The body of a request, as it came and unpacked, both within one limit: what is more is never kept, and what unpacks to more
 * is given up while it unpacks. Rejects only when the client breaks off.
 */
import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { messageOf } from '../../base/errors.js';

const unpack = promisify(gunzip);

/** A body, or the status that refuses it. */
export type ReadBody =
  { readonly raw: Buffer; readonly body: Buffer } | { readonly status: 400 | 413; readonly problem: string };

/** Reads it to its end or to the limit. */
export async function readBody(
  request: IncomingMessage,
  isPacked: boolean,
  maxBytes: number,
): Promise<ReadBody> {
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) return tooLarge(maxBytes);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) return tooLarge(maxBytes);
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  if (!isPacked) return { raw, body: raw };
  try {
    return { raw, body: await unpack(raw, { maxOutputLength: maxBytes }) };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') return tooLarge(maxBytes);
    return { status: 400, problem: `cannot be unpacked: found ${messageOf(error)}, expected gzip` };
  }
}

function tooLarge(maxBytes: number): ReadBody {
  return { status: 413, problem: `a request has at most ${maxBytes} bytes here, unpacked` };
}
