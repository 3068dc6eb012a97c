/**
 * Reads the form that a request carries, within a limit of bytes. A body of another type, or too large, is refused with
 * the reason; what was sent beyond the limit is never kept.
 */
import type { IncomingMessage } from 'node:http';
import { textReply, type Reply } from './route.js';

/** The largest form, bytes. */
export const FORM_LIMIT = 1_048_576;

const FORM_TYPE = 'application/x-www-form-urlencoded';

/** The fields, or the answer that refuses them. */
export async function readForm(request: IncomingMessage): Promise<URLSearchParams | Reply> {
  const { headers } = request;
  const type = headers['content-type'] ?? '';
  if (type.split(';')[0]!.trim().toLowerCase() !== FORM_TYPE)
    return textReply(415, `the body must be a form: content-type ${FORM_TYPE}`);
  if ((headers['content-encoding'] ?? 'identity') !== 'identity')
    return textReply(415, 'the body must not be compressed');
  if (Number(headers['content-length'] ?? 0) > FORM_LIMIT) return tooLarge();
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > FORM_LIMIT) return tooLarge();
    chunks.push(chunk);
  }
  return new URLSearchParams(Buffer.concat(chunks).toString('utf8'));
}

function tooLarge(): Reply {
  return textReply(413, `a form has at most ${FORM_LIMIT} bytes here`);
}
