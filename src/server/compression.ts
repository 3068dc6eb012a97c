/** Compresses an answer where the client takes it and it is worth it. Runs in zlib's threads. */
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

const compress = promisify(gzip);

/** Below this a packet or two carry it anyway. */
const MIN_BYTES = 1024;

/** The first levels give nearly all of the ratio on metric pages, at a third of the time of the default. */
const LEVEL = 1;

/** Whether an `Accept-Encoding` header takes gzip. */
export function acceptsGzip(header: string | undefined): boolean {
  let any = false;
  for (const part of (header ?? '').toLowerCase().split(',')) {
    const [coding, ...parameters] = part.split(';').map((piece) => piece.trim());
    const quality = parameters.find((piece) => piece.startsWith('q='));
    const wanted = quality === undefined || Number(quality.slice(2)) > 0;
    if (coding === 'gzip' || coding === 'x-gzip') return wanted;
    if (coding === '*') any = wanted;
  }
  return any;
}

/** The gzipped body, or undefined when it stays as it is. */
export async function gzipped(body: Uint8Array, accept: string | undefined): Promise<Uint8Array | undefined> {
  if (body.length < MIN_BYTES || !acceptsGzip(accept)) return undefined;
  return compress(body, { level: LEVEL });
}
