/**
 * Gets one page over HTTP or HTTPS, within a deadline and a size. Redirects are not followed: they could
 * lead anywhere, credentials along. What goes wrong has a bounded reason; it never throws, and neither
 * credentials nor the query of the address are part of a detail.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { createGunzip } from 'node:zlib';
import { messageOf } from '../../base/errors.js';

/** Why there is no page. */
export const fetchProblems = [
  'unreachable',
  'timeout',
  'status',
  'redirect',
  'content_type',
  'too_large',
  'encoding',
] as const;
export type FetchProblem = (typeof fetchProblems)[number];

/** Where, and within what. */
export interface PageRequest {
  readonly url: URL;
  readonly timeoutMs: number;
  /** Of the page, after decompression. */
  readonly maxBytes: number;
  readonly headers: Readonly<Record<string, string>>;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
}

/** A page or why there is none. */
export type Fetched =
  | { readonly text: string; readonly bytes: number }
  | { readonly problem: FetchProblem; readonly detail: string };

const ACCEPT = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.9';
const TYPES = new Set(['text/plain', 'application/openmetrics-text']);

/** Never rejects. */
export async function fetchPage(request: PageRequest): Promise<Fetched> {
  // One deadline for all of it: a page that comes a byte at a time is late as well.
  const signal = AbortSignal.timeout(request.timeoutMs);
  let answer: IncomingMessage | undefined;
  try {
    answer = await ask(request, signal);
    return refusal(answer) ?? (await readBody(answer, request.maxBytes));
  } catch (error) {
    if (signal.aborted) return { problem: 'timeout', detail: `no whole page in ${request.timeoutMs} ms` };
    return { problem: 'unreachable', detail: messageOf(error) };
  } finally {
    answer?.destroy();
  }
}

function ask({ url, headers, ca }: PageRequest, signal: AbortSignal): Promise<IncomingMessage> {
  const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const sent = send(url, {
      signal,
      agent: false,
      headers: { accept: ACCEPT, 'accept-encoding': 'gzip', ...headers },
      ...(ca === undefined ? {} : { ca }),
    });
    sent.on('error', reject);
    sent.on('response', resolve);
    sent.end();
  });
}

function refusal({ statusCode: status = 0, headers }: IncomingMessage): Fetched | undefined {
  if (status >= 300 && status < 400) return { problem: 'redirect', detail: `status ${status}, not followed` };
  if (status !== 200) return { problem: 'status', detail: `status ${status}, expected 200` };
  const type = headers['content-type']?.split(';')[0]?.trim().toLowerCase() ?? 'none';
  if (!TYPES.has(type))
    return { problem: 'content_type', detail: `content type ${type.slice(0, 80)}, expected text/plain` };
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding === 'identity' || encoding === 'gzip') return undefined;
  return { problem: 'encoding', detail: `content encoding ${encoding.slice(0, 40)}, expected gzip or none` };
}

async function readBody(answer: IncomingMessage, maxBytes: number): Promise<Fetched> {
  const isGzip = answer.headers['content-encoding'] === 'gzip';
  const body = isGzip ? answer.pipe(createGunzip()) : answer;
  // A pipe does not pass an error on.
  if (isGzip) answer.on('error', (error) => body.destroy(error));
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) return { problem: 'too_large', detail: `more than ${maxBytes} bytes` };
      chunks.push(chunk);
    }
  } catch (error) {
    if (isGzip && (error as NodeJS.ErrnoException).code?.startsWith('Z_'))
      return { problem: 'encoding', detail: messageOf(error) };
    throw error;
  }
  return { text: Buffer.concat(chunks).toString('utf8'), bytes };
}
