/**
 * Writes lines to InfluxDB by its own client: the v2 API (org, bucket, token), or v1's `/write` through
 * the client's documented `path`. The client's retries, buffers and console output are off: the
 * delivery repeats, bounds and counts. The token is read before every write, so that it may rotate.
 */
import { HttpError, InfluxDB, setLogger, type WriteApi } from '@influxdata/influxdb-client';
import { messageOf } from '../../base/errors.js';
import type { BodyParcel, Receipt, Transport } from '../../delivery/transport.js';
import type { Precision } from './line-protocol.js';

/** Where to write. */
export interface InfluxServer {
  /** Base address, such as `http://127.0.0.1:8086`. */
  readonly url: string;
  readonly precision: Precision;
  readonly gzip: boolean;
  readonly timeoutUs: number;
  readonly api:
    | { readonly version: 2; readonly org: string; readonly bucket: string; readonly token: () => string }
    | {
        readonly version: 1;
        readonly database: string;
        readonly retentionPolicy?: string | undefined;
        readonly credentials?: (() => { readonly username: string; readonly password: string }) | undefined;
      };
}

// What fails is told by receipts; the client would print it as well.
setLogger({ error: () => undefined, warn: () => undefined });

/** A thousand metrics are some hundred kilobytes; below this a body is not worth compressing. */
const GZIP_FROM_BYTES = 1_000;

/** InfluxDB as a transport. */
export class InfluxTransport implements Transport<BodyParcel> {
  readonly #server: InfluxServer;

  constructor(server: InfluxServer) {
    this.#server = server;
  }

  async send({ body }: BodyParcel): Promise<Receipt> {
    let failure: Error | undefined;
    const writer = this.#writer((error) => (failure = error));
    // To the client one record, to the server as many lines as it has.
    writer.writeRecord(Buffer.from(body).toString());
    try {
      await writer.close();
    } catch (thrown) {
      failure ??= thrown instanceof Error ? thrown : new Error(messageOf(thrown));
    }
    return failure === undefined ? { outcome: 'delivered' } : receiptOf(failure);
  }

  #writer(failed: (error: Error) => void): WriteApi {
    const { url, precision, gzip, timeoutUs, api } = this.#server;
    const options = {
      batchSize: 2,
      flushInterval: 0,
      maxRetries: 0,
      maxBufferLines: 0,
      maxBatchBytes: Number.MAX_SAFE_INTEGER,
      gzipThreshold: gzip ? GZIP_FROM_BYTES : Number.MAX_SAFE_INTEGER,
      writeFailed: (error: Error) => {
        failed(error);
        return Promise.resolve();
      },
    };
    const timeout = Math.ceil(timeoutUs / 1000);
    if (api.version === 2)
      return new InfluxDB({ url, timeout, token: api.token() }).getWriteApi(
        api.org,
        api.bucket,
        precision,
        options,
      );
    const credentials = api.credentials?.();
    const headers: Record<string, string> =
      credentials === undefined ? {} : { authorization: basic(credentials.username, credentials.password) };
    const writer = new InfluxDB({ url, timeout, headers }).getWriteApi('', '', precision, options);
    const query = new URLSearchParams({ db: api.database, precision: precision === 'us' ? 'u' : precision });
    if (api.retentionPolicy !== undefined) query.set('rp', api.retentionPolicy);
    writer.path = `/write?${query.toString()}`;
    return writer;
  }
}

function basic(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
}

function receiptOf(failure: Error): Receipt {
  if (!(failure instanceof HttpError))
    return { outcome: 'retry', reason: 'unreachable', detail: failure.message };
  const { statusCode: status, message, headers } = failure;
  const detail = `${status} ${message}`.slice(0, 300);
  if (status !== 408 && status !== 429 && status < 500) return { outcome: 'refused', detail };
  const asked = headers?.['retry-after'] === undefined ? 0 : failure.retryAfter();
  const reason = status === 429 || status === 503 ? 'busy' : 'failed';
  return { outcome: 'retry', reason, detail, ...(asked > 0 ? { afterUs: asked * 1000 } : {}) };
}
