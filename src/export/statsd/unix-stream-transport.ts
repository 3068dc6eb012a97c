/**
 * Sends packets to a DogStatsD daemon over a Unix stream socket, each after its length as four bytes, the lowest first. A
 * packet that the kernel has taken counts as delivered: the daemon never answers. One that was cut off by the end of a
 * connection is not read by the daemon, and goes out whole on the next.
 *
 * Unix datagram sockets are out of reach: Node has none, and the addons that do compile at install.
 *
 * States: no connection -> connected -> (error, deadline, close) -> no connection.
 */
import { connect, type Socket } from 'node:net';
import { messageOf } from '../../base/errors.js';
import type { BodyParcel, Receipt, Transport } from '../../delivery/transport.js';

const LENGTH_BYTES = 4;

/** A Unix stream socket as a transport. */
export class UnixStreamTransport implements Transport<BodyParcel> {
  readonly #path: string;
  #socket: Socket | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async send({ body }: BodyParcel, signal: AbortSignal): Promise<Receipt> {
    const frame = Buffer.alloc(LENGTH_BYTES + body.byteLength);
    frame.writeUInt32LE(body.byteLength);
    frame.set(body, LENGTH_BYTES);
    try {
      await this.#write(frame, signal);
      return { outcome: 'delivered' };
    } catch (thrown) {
      this.#drop();
      return { outcome: 'retry', reason: 'unreachable', detail: messageOf(thrown) };
    }
  }

  close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    return new Promise((resolve) => {
      if (socket === undefined || socket.destroyed) return resolve();
      socket.once('close', () => resolve());
      // What the kernel took is read by the daemon even so.
      socket.destroySoon();
    });
  }

  /** Resolves when the kernel has all of it. */
  #write(frame: Buffer, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#socket === undefined || this.#socket.destroyed) this.#socket = this.#open();
      const socket = this.#socket;
      const settle = (error?: Error | null): void => {
        signal.removeEventListener('abort', abandon);
        socket.off('close', closed);
        socket.off('error', settle);
        if (error === undefined || error === null) resolve();
        else reject(error);
      };
      const closed = (): void => settle(new Error('the daemon closed the connection'));
      // Half a packet may be under way: the connection is of no more use.
      const abandon = (): void => {
        socket.destroy();
        settle(new Error('the daemon does not read'));
      };
      signal.addEventListener('abort', abandon, { once: true });
      socket.once('close', closed);
      socket.once('error', settle);
      socket.write(frame, (error) => settle(error));
    });
  }

  #open(): Socket {
    const socket = connect(this.#path).unref();
    socket.on('error', () => undefined);
    // It never says anything; whatever it did say must not stay unread, nor its end.
    socket.resume();
    return socket;
  }

  #drop(): void {
    this.#socket?.destroy();
    this.#socket = undefined;
  }
}
