/**
 * Sends batches of messages to NATS JetStream. A batch is delivered when the stream has acknowledged every message of it; a
 * repeated one sends what was not acknowledged, and the stream drops, by their ids, those that it has all the same.
 *
 * States: no connection -> connected -> (the server goes, a deadline) -> no connection. Nothing reconnects by itself: the next
 * attempt does, when the delivery makes it. Credentials are read for every connection, and are in no detail.
 */
import { connect, credsAuthenticator, NatsError, type NatsConnection } from 'nats';
import { messageOf } from '../../base/errors.js';
import type { BodyParcel, Receipt, Transport } from '../../delivery/transport.js';
import { messagesOf, type NatsMessage } from './message.js';

/** Who one is to the server. */
export interface NatsAuth {
  /** Text of a `.creds` file. */
  readonly credentials?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
}

/** Where messages go. */
export interface NatsDestination {
  readonly servers: readonly string[];
  /** Of one attempt. */
  readonly timeoutUs: number;
  readonly auth: () => NatsAuth;
  readonly tls: {
    readonly caFile: string | null;
    readonly certFile: string | null;
    readonly keyFile: string | null;
  } | null;
}

/** JetStream as a transport. */
export class NatsTransport implements Transport<BodyParcel> {
  readonly #destination: NatsDestination;
  #connection: NatsConnection | undefined;
  /** Ids of messages of a batch that failed, which the stream has acknowledged. */
  #acknowledged = new Set<string>();

  constructor(destination: NatsDestination) {
    this.#destination = destination;
  }

  async send({ body }: BodyParcel, signal: AbortSignal): Promise<Receipt> {
    const abandon = (): void => void this.close();
    signal.addEventListener('abort', abandon, { once: true });
    try {
      const connection = await this.#connected(signal);
      return await this.#publish(connection, messagesOf(body));
    } catch (thrown) {
      await this.close();
      return receiptOf(thrown);
    } finally {
      signal.removeEventListener('abort', abandon);
    }
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    // One that is broken already has nothing left to say.
    await connection?.close().catch(() => undefined);
  }

  async #publish(connection: NatsConnection, messages: readonly NatsMessage[]): Promise<Receipt> {
    const timeout = this.#destination.timeoutUs / 1000;
    const stream = connection.jetstream({ timeout });
    const left = messages.filter(({ id }) => !this.#acknowledged.has(id));
    const outcomes = await Promise.allSettled(
      left.map(async ({ subject, id, text }) => {
        await stream.publish(subject, Buffer.from(text), { msgID: id, timeout });
        this.#acknowledged.add(id);
      }),
    );
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure === undefined) {
      this.#acknowledged = new Set();
      return { outcome: 'delivered' };
    }
    if (connection.isClosed()) this.#connection = undefined;
    return receiptOf(failure.reason);
  }

  async #connected(signal: AbortSignal): Promise<NatsConnection> {
    if (this.#connection !== undefined && !this.#connection.isClosed()) return this.#connection;
    const { servers, timeoutUs, auth, tls } = this.#destination;
    const { credentials, token, username, password } = auth();
    const connection = await connect({
      servers: [...servers],
      name: 'quorumscope',
      timeout: timeoutUs / 1000,
      reconnect: false,
      ...(credentials === undefined
        ? {}
        : { authenticator: credsAuthenticator(new TextEncoder().encode(credentials)) }),
      ...(token === undefined ? {} : { token }),
      ...(username === undefined ? {} : { user: username, pass: password ?? '' }),
      ...(tls === null ? {} : { tls: filesOf(tls) }),
    });
    if (signal.aborted) {
      await connection.close();
      throw new Error('given up before the connection stood');
    }
    return (this.#connection = connection);
  }
}

/** Only the files that there are. */
function filesOf(tls: NonNullable<NatsDestination['tls']>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tls).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

function receiptOf(thrown: unknown): Receipt {
  if (!(thrown instanceof NatsError)) return retry('unreachable', messageOf(thrown));
  const { code, message, api_error: refusal } = thrown;
  switch (code) {
    case '503':
      return retry('failed', 'no JetStream stream takes these subjects');
    case 'TIMEOUT':
      return retry('timeout', 'no acknowledgement in time');
    case 'MAX_PAYLOAD_EXCEEDED':
      return { outcome: 'refused', detail: 'a message is larger than the server takes' };
    default:
      if (refusal !== undefined) return retry('busy', `${refusal.err_code}: ${refusal.description}`);
      return retry('unreachable', message);
  }
}

function retry(reason: 'unreachable' | 'timeout' | 'busy' | 'failed', detail: string): Receipt {
  return { outcome: 'retry', reason, detail };
}
