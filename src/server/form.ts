/**
 * Reads the form or the JSON document that a request carries, within a limit of bytes. A body of another type, or too large,
 * is refused with the reason; what was sent beyond the limit is never kept.
 */
import type { IncomingMessage } from 'node:http';
import { textReply, type Reply } from './route.js';

/** The largest body, bytes. */
export const FORM_LIMIT = 1_048_576;

const FORM_TYPE = 'application/x-www-form-urlencoded';
const JSON_TYPE = 'application/json';

/** The fields, or the answer that refuses them. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | Reply> {
  const text = await readBody(request, FORM_TYPE, 'a form');
  return typeof text === 'string' ? new URLSearchParams(text) : text;
}

/** The text of a document, or the answer that refuses it. Only its type is looked at: pages cannot send that one unasked. */
export function readJson(request: IncomingMessage): Promise<string | Reply> {
  return readBody(request, JSON_TYPE, 'a document');
}

async function readBody(request: IncomingMessage, wanted: string, what: string): Promise<string | Reply> {
  const { headers } = request;
  const type = headers['content-type'] ?? '';
  if (type.split(';')[0]!.trim().toLowerCase() !== wanted)
    return textReply(415, `the body must be ${what}: content-type ${wanted}`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return textReply(415, 'the body must not be compressed');
  if (Number(headers['content-length'] ?? 0) > FORM_LIMIT) return tooLarge(what);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FORM_LIMIT) return tooLarge(what);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(what: string): Reply {
  return textReply(413, `${what} has at most ${FORM_LIMIT} bytes here`);
}
