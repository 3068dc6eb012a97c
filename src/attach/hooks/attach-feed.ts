/**
 * The way from hooks to a feed in the same thread: batches are written straight into it, so that nothing is
 * in flight once `flush` returns. For tests and simulations; a node under load wants a worker or a socket,
 * since here the pipeline's work is done on the thread that calls the hooks.
 */
import type { Feed } from '../feed.js';
import type { Hooks } from './create-hooks.js';
import type { Sink } from './outbox.js';
import { attachOutbox, type Shipping, type ShippingOptions, type Transport } from './shipping.js';

/** Sends the events of `hooks` to `feed`, and ends it when the shipping is closed. */
export function attachFeed(hooks: Hooks, feed: Feed, options: ShippingOptions = {}): Shipping {
  const line = new FeedLine(feed);
  const { shipping, outbox } = attachOutbox(hooks, options, () => ({ sink: line, transport: line }));
  outbox.begin();
  return shipping;
}

class FeedLine implements Sink, Transport {
  connected = true;
  readonly #feed: Feed;

  constructor(feed: Feed) {
    this.#feed = feed;
  }

  send(bytes: Buffer): boolean {
    this.#feed.write(bytes);
    return true;
  }

  end(): Promise<void> {
    this.destroy();
    return Promise.resolve();
  }

  destroy(): void {
    if (!this.connected) return;
    this.connected = false;
    this.#feed.end();
  }
}
