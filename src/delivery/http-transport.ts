/**
 * Sends a body over HTTP or HTTPS and reads the answer as a receipt: 2xx delivered; 408, 429 and 5xx
 * may be repeated, after what `Retry-After` asks; any other answer, redirects too, is a refusal.
 * Connections are kept alive, one unless more are asked for. Credentials live in headers; neither they nor the query are ever
 * part of a detail.
 */
import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { gzip } from 'node:zlib';
import { promisify } from 'node:util';
import type { Clock } from '../base/clock.js';
import { messageOf } from '../base/errors.js';
import { retryAfterUs } from './backoff.js';
import type { BodyParcel, Receipt, Transport } from './transport.js';

const compress = promisify(gzip);

/** Where to send bodies, and how. */
export interface HttpDestination {
  readonly url: URL;
  readonly method?: 'POST' | 'PUT';
  readonly contentType: string;
  /** Read before every attempt, so that a rotated secret is picked up. */
  readonly headers?: () => Readonly<Record<string, string>>;
  readonly gzip?: boolean;
  /** PEM certificates to trust instead of the system's. */
  readonly ca?: string;
  readonly clock: Clock;
  /** Most connections at a time; beyond them bodies wait for one another. Default 1. */
  readonly connections?: number;
  /** Whether an answer of 500 or above may be repeated; all of them where it is not said. */
  readonly isPassing?: (status: number) => boolean;
}

/** Most of an error's body that is kept for the log. */
const DETAIL_BYTES = 300;

/** HTTP as a transport. */
export class HttpTransport implements Transport<BodyParcel> {
  readonly #destination: HttpDestination;
  readonly #agent: HttpAgent;

  constructor(destination: HttpDestination) {
    this.#destination = destination;
    const { url, ca, connections = 1 } = destination;
    const kept = { keepAlive: true, maxSockets: connections };
    this.#agent =
      url.protocol === 'https:'
        ? new HttpsAgent({ ...kept, ...(ca === undefined ? {} : { ca }) })
        : new HttpAgent(kept);
  }

  async send(parcel: BodyParcel, signal: AbortSignal): Promise<Receipt> {
    const { gzip: isCompressed = false } = this.#destination;
    const body = isCompressed ? await compress(parcel.body) : parcel.body;
    try {
      return await this.#exchange(body, isCompressed, signal);
    } catch (thrown) {
      return { outcome: 'retry', reason: 'unreachable', detail: messageOf(thrown) };
    }
  }

  close(): Promise<void> {
    this.#agent.destroy();
    return Promise.resolve();
  }

  #exchange(body: Uint8Array, isCompressed: boolean, signal: AbortSignal): Promise<Receipt> {
    const { url, method = 'POST', contentType, headers, clock, isPassing } = this.#destination;
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    return new Promise((resolve, reject) => {
      const sent = send(url, {
        method,
        agent: this.#agent,
        signal,
        headers: {
          'content-type': contentType,
          'content-length': body.byteLength,
          ...(isCompressed ? { 'content-encoding': 'gzip' } : {}),
          ...headers?.(),
        },
      });
      sent.on('error', reject);
      sent.on('response', (answer) => {
        readStart(answer).then((text) => resolve(receiptOf(answer, text, clock.nowUs(), isPassing)), reject);
      });
      sent.end(body);
    });
  }
}

/** Reads an answer to its end and keeps the beginning. */
async function readStart(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let kept = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    if (kept < DETAIL_BYTES) chunks.push(chunk.subarray(0, DETAIL_BYTES - kept));
    kept += chunk.length;
  }
  return Buffer.concat(chunks).toString('utf8').trim();
}

function receiptOf(
  answer: IncomingMessage,
  text: string,
  nowUs: number,
  isPassing: HttpDestination['isPassing'] = () => true,
): Receipt {
  const { statusCode: status = 0, statusMessage = '' } = answer;
  const detail = `${status} ${statusMessage}${text === '' ? '' : `: ${text}`}`.trim();
  if (status >= 200 && status < 300) return { outcome: 'delivered', answer: detail };
  const isRepeated = status === 408 || status === 429 || (status >= 500 && isPassing(status));
  if (!isRepeated) return { outcome: 'refused', detail };
  const afterUs = retryAfterUs(answer.headers['retry-after'], nowUs);
  const reason = status === 429 || status === 503 ? 'busy' : 'failed';
  return { outcome: 'retry', reason, detail, ...(afterUs === undefined ? {} : { afterUs }) };
}
