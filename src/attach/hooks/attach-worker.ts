/**
 * The node's end of the way into a worker thread: batches are copied into a ring of shared memory, and that
 * is all the node's thread ever does. It sends one message, with the ring, and never wakes the worker:
 * waking a sleeping thread costs more than encoding the batch (docs/adr/0003), so the worker looks by itself.
 */
import { createRing, RingWriter } from './byte-ring.js';
import type { Hooks } from './create-hooks.js';
import type { HookIdentity } from './hello.js';
import type { Sink } from './outbox.js';
import { attachOutbox, type Shipping, type ShippingOptions, type Transport } from './shipping.js';

/** A worker, or a message port to one. */
export interface WorkerPort {
  postMessage(message: unknown): void;
}

/** The one message that the worker gets; hand its ring to `readBatches`. */
export interface RingMessage {
  readonly quorumscope: 'ring';
  readonly ring: SharedArrayBuffer;
  readonly identity: HookIdentity;
}

/** How. */
export interface WorkerOptions extends ShippingOptions {
  /** Bytes of shared memory between the threads. Default 1 MiB: some 5,000 events between two looks. */
  readonly ringBytes?: number;
}

/** Whether a message that came over a port carries a ring. */
export function isRingMessage(message: unknown): message is RingMessage {
  return (
    typeof message === 'object' &&
    message !== null &&
    (message as Partial<RingMessage>).quorumscope === 'ring' &&
    (message as Partial<RingMessage>).ring instanceof SharedArrayBuffer
  );
}

/** Sends the events of `hooks` to the worker behind `port`. Throws what `postMessage` throws. */
export function attachWorker(hooks: Hooks, port: WorkerPort, options: WorkerOptions = {}): Shipping {
  const ring = createRing(options.ringBytes ?? 1024 * 1024);
  const message: RingMessage = { quorumscope: 'ring', ring, identity: hooks.identity };
  port.postMessage(message);
  const line = new RingLine(ring);
  const { shipping, outbox } = attachOutbox(hooks, options, () => ({ sink: line, transport: line }));
  outbox.begin();
  return shipping;
}

const POLL_MS = 2;

class RingLine implements Sink, Transport {
  connected = true;
  readonly #writer: RingWriter;
  /** What of the chunk in flight did not fit yet. */
  #rest: Buffer | undefined;

  constructor(ring: SharedArrayBuffer) {
    this.#writer = new RingWriter(ring);
  }

  send(bytes: Buffer): boolean {
    const count = this.#writer.write(bytes);
    if (count === bytes.length) return true;
    this.#rest = bytes.subarray(count);
    return false;
  }

  resume(): boolean {
    const rest = this.#rest;
    if (rest === undefined) return true;
    const count = this.#writer.write(rest);
    this.#rest = count === rest.length ? undefined : rest.subarray(count);
    return this.#rest === undefined;
  }

  async end(): Promise<void> {
    this.#writer.end();
    while (this.connected && !this.#writer.empty)
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }

  destroy(): void {
    this.connected = false;
    this.#writer.end();
  }
}
