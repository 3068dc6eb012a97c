/**
 * What every way out has in common: an outbox attached to a hooks object, its figures, and a close that
 * flushes within a deadline and counts what did not make it.
 */
import { WallClock } from '../../base/clock.js';
import type { DomainName } from '../../events/vocabulary.js';
import type { Hooks } from './create-hooks.js';
import { byDomain } from './emitter.js';
import { Outbox, type OutboxOptions, type Sink, type Timers } from './outbox.js';

/** Options of every way out. */
export interface ShippingOptions extends OutboxOptions {
  /** Longest that `close` waits for what is buffered. Default 1 s. */
  readonly closeTimeoutUs?: number;
  /** Flush and retry timers. Default: the machine's, none of which keeps the process alive. */
  readonly timers?: Timers;
}

/** Figures of one way out. */
export interface ShippingStats {
  /** Handed to the sidecar's side: the kernel's socket, or the worker's ring. */
  readonly delivered: Readonly<Record<DomainName, number>>;
  readonly dropped: Readonly<Record<DomainName, number>>;
  readonly bufferedBytes: number;
  /** Whether a stream is open now. */
  readonly connected: boolean;
}

/** One way out. */
export interface Shipping {
  stats(): ShippingStats;
  /** Sends what is buffered without waiting for a full batch. */
  flush(): void;
  /** Stops hearing the hooks, delivers what is buffered, at most until the deadline, and closes. */
  close(): Promise<void>;
}

/** What a transport adds to an outbox. */
export interface Transport {
  readonly connected: boolean;
  /** No more will be sent; resolves when the other side has what it was given, or never. */
  end(): Promise<void>;
  /** Frees everything at once. */
  destroy(): void;
}

const POLL_MS = 2;

/** Attaches an outbox before a transport to `hooks`. */
export function attachOutbox(
  hooks: Hooks,
  options: ShippingOptions,
  open: (outbox: () => Outbox, timers: Timers) => { readonly sink: Sink; readonly transport: Transport },
): { readonly shipping: Shipping; readonly outbox: Outbox } {
  const timers = options.timers ?? new WallClock();
  const holder: { outbox?: Outbox } = {};
  const { sink, transport } = open(() => holder.outbox!, timers);
  const detach = hooks.attach((origin) => (holder.outbox = new Outbox(origin, sink, timers, options)));
  const outbox = holder.outbox!;
  let closing: Promise<void> | undefined;
  const shipping: Shipping = {
    stats: () => ({
      delivered: byDomain((domain) => outbox.delivered[domain]!),
      dropped: byDomain((domain) => outbox.lost()[domain]!),
      bufferedBytes: outbox.bufferedBytes,
      connected: transport.connected,
    }),
    flush: () => outbox.flush(),
    close: () => (closing ??= close(outbox, transport, detach, options.closeTimeoutUs ?? 1_000_000)),
  };
  return { shipping, outbox };
}

/** The timers here hold the process: closing is bounded, and whoever awaits it wants it done. */
async function close(
  outbox: Outbox,
  transport: Transport,
  detach: () => void,
  timeoutUs: number,
): Promise<void> {
  detach();
  const deadlineMs = performance.now() + timeoutUs / 1000;
  const remainingMs = (): number => deadlineMs - performance.now();
  outbox.flush();
  while (!outbox.idle && transport.connected && remainingMs() > 0) {
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    outbox.flush();
  }
  if (transport.connected && outbox.idle) {
    let timer: NodeJS.Timeout | undefined;
    const expired = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.max(0, remainingMs()))));
    await Promise.race([transport.end(), expired]);
    clearTimeout(timer);
  }
  outbox.abandon();
  transport.destroy();
}
