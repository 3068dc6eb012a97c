/**
 * Sends one datagram to a StatsD daemon over UDP; a parcel is a datagram, so that a repeated attempt
 * repeats nothing else. UDP does not say what arrived: handed to the kernel counts as delivered.
 */
import { createSocket, type Socket } from 'node:dgram';
import { messageOf } from '../../base/errors.js';
import type { BodyParcel, Receipt, Transport } from '../../delivery/transport.js';

/** UDP as a transport. */
export class StatsdTransport implements Transport<BodyParcel> {
  readonly #host: string;
  readonly #port: number;
  #socket: Socket | undefined;

  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
  }

  send({ body }: BodyParcel): Promise<Receipt> {
    const socket = (this.#socket ??= this.#open());
    return new Promise((resolve) => {
      socket.send(body, this.#port, this.#host, (error) => {
        if (error === null) resolve({ outcome: 'delivered' });
        else resolve({ outcome: 'retry', reason: 'unreachable', detail: messageOf(error) });
      });
    });
  }

  close(): Promise<void> {
    const socket = this.#socket;
    this.#socket = undefined;
    return new Promise((resolve) => {
      if (socket === undefined) resolve();
      else socket.close(() => resolve());
    });
  }

  #open(): Socket {
    const socket = createSocket(this.#host.includes(':') ? 'udp6' : 'udp4').unref();
    // That nobody listens is told late, about an earlier datagram; the callbacks tell the rest.
    socket.on('error', () => undefined);
    return socket;
  }
}
