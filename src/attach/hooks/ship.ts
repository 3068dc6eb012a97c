/**
 * Ships the events of a hooks object to a sidecar process, over a Unix socket or loopback TCP.
 *
 *   connecting -> streaming -> (broken, refused, stalled) -> waiting -> connecting ... -> closed
 *
 * The node never waits for it and is never kept alive by it. A pending write would keep a process alive
 * even on a socket that does not, so a connection on which nothing moves for `stallTimeoutUs` is given up.
 */
import { randomInt } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import type { Timer } from '../../base/clock.js';
import { createRandom } from '../../base/random.js';
import { defaultAddress, parseAddress, type Address } from '../address.js';
import type { Hooks } from './create-hooks.js';
import type { Outbox, Sink, Timers } from './outbox.js';
import { attachOutbox, type Shipping, type ShippingOptions, type Transport } from './shipping.js';

/** Where to, and how. */
export interface ShipOptions extends ShippingOptions {
  /** `unix:///path` or `tcp://127.0.0.1:port`. Default: QUORUMSCOPE_EVENTS, else the default socket. */
  readonly address?: string;
  /** Where QUORUMSCOPE_EVENTS and XDG_RUNTIME_DIR are read. Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** How long a write may be stuck before the connection is given up. Default 30 s. */
  readonly stallTimeoutUs?: number;
}

const FIRST_RETRY_US = 100_000;
const LAST_RETRY_US = 5_000_000;

/**
 * Starts shipping; connects in the background and for ever.
 * @throws QuorumscopeError `attach.address` when the address is not one
 */
export function ship(hooks: Hooks, options: ShipOptions = {}): Shipping {
  const address =
    options.address === undefined
      ? defaultAddress(options.env ?? process.env)
      : parseAddress(options.address);
  let line: SocketLine | undefined;
  const { shipping } = attachOutbox(hooks, options, (outbox, timers) => {
    line = new SocketLine(address, outbox, timers, options.stallTimeoutUs ?? 30_000_000);
    return { sink: line, transport: line };
  });
  line!.connect();
  return shipping;
}

/** One address and the connection to it, if any. */
class SocketLine implements Sink, Transport {
  readonly #address: Address;
  readonly #outbox: () => Outbox;
  readonly #timers: Timers;
  readonly #stallTimeoutUs: number;
  readonly #random = createRandom(randomInt(2 ** 32));
  #socket: Socket | undefined;
  #streaming = false;
  #closed = false;
  #failures = 0;
  #stall: Timer | undefined;
  #retry: Timer | undefined;

  constructor(address: Address, outbox: () => Outbox, timers: Timers, stallTimeoutUs: number) {
    this.#address = address;
    this.#outbox = outbox;
    this.#timers = timers;
    this.#stallTimeoutUs = stallTimeoutUs;
  }

  get connected(): boolean {
    return this.#streaming;
  }

  connect(): void {
    const socket = connect(this.#address).unref();
    this.#socket = socket;
    // The sidecar never writes here; reading is how the end of the connection is noticed.
    socket.resume();
    socket.on('connect', () => {
      this.#streaming = true;
      this.#outbox().begin();
    });
    // `close` follows and deals with it.
    socket.on('error', () => undefined);
    socket.on('close', () => this.#ended());
  }

  send(bytes: Buffer): boolean {
    const socket = this.#socket!;
    if (!socket.writable) return false;
    socket.write(bytes, this.#written);
    // A write that failed at once leaves nothing queued either; `close` follows and the chunk is lost.
    if (socket.errored !== null) return false;
    // Nothing queued: the kernel has taken it all.
    if (socket.writableLength === 0) {
      this.#failures = 0;
      return true;
    }
    this.#stall = this.#timers.after(this.#stallTimeoutUs, () => socket.destroy());
    return false;
  }

  end(): Promise<void> {
    return new Promise((resolve) => this.#socket?.end(resolve));
  }

  destroy(): void {
    this.#closed = true;
    this.#streaming = false;
    this.#stall?.stop();
    this.#retry?.stop();
    this.#socket?.destroy();
  }

  readonly #written = (error?: Error | null): void => {
    if (error || this.#stall === undefined || this.#socket!.writableLength > 0) return;
    this.#stall.stop();
    this.#stall = undefined;
    this.#outbox().settled();
  };

  #ended(): void {
    this.#stall?.stop();
    this.#stall = undefined;
    if (this.#streaming) this.#outbox().broken();
    this.#streaming = false;
    if (this.#closed) return;
    const delayUs = Math.min(LAST_RETRY_US, FIRST_RETRY_US * 2 ** Math.min(this.#failures++, 10));
    this.#retry = this.#timers.after(delayUs * (0.5 + this.#random.float() / 2), () => this.connect());
  }
}
