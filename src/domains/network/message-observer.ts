/**
 * Messages of one node. Message types are the node's own words, so that only so many become label
 * values; peers never do.
 */
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel, type OpenLabel } from '../scoped-series.js';
import { setOrClear } from '../span.js';
import { SlidingTotal } from '../window.js';
import { messageMetrics as m } from './catalogue.js';

/** Protocols have around ten message types, networks of libraries around thirty. */
export const MOST_MESSAGE_TYPES = 32;
const MOST_QUEUES = 32;

type Sent = EventMap['network.message_sent'];
type Received = EventMap['network.message_received'];

interface Traffic {
  readonly messages: Counter;
  readonly bytes: Counter;
}

/** Messages, bytes, and the bandwidth they take. */
export class TrafficObserver implements NodeObserver {
  readonly handlers = {
    'network.message_sent': (event: Sent) => this.#count(this.#sent.at(event.message), event),
    'network.message_received': (event: Received) => {
      this.#count(this.#received.at(event.message), event);
      if (event.queue_us !== undefined) this.#queueing.observe(event.queue_us / 1e6, event.weight);
    },
    'network.link_measured': (event: EventMap['network.link_measured']) => {
      this.#capacity = event.capacity_bytes_per_second;
    },
  };
  readonly #sent: OpenLabel<Traffic>;
  readonly #received: OpenLabel<Traffic>;
  readonly #queueing;
  readonly #bandwidth;
  readonly #utilization;
  readonly #bytes: SlidingTotal;
  #saysMessages = false;
  #capacity: number | undefined;

  constructor({ series, windowUs, clock, linkCapacity }: NodeScope) {
    this.#capacity = linkCapacity;
    this.#sent = series.open('message', MOST_MESSAGE_TYPES, (message) => ({
      messages: series.counter(m.sent, message),
      bytes: series.counter(m.sentBytes, message),
    }));
    this.#received = series.open('message', MOST_MESSAGE_TYPES, (message) => ({
      messages: series.counter(m.received, message),
      bytes: series.counter(m.receivedBytes, message),
    }));
    this.#queueing = series.histogram(m.queueing);
    this.#bandwidth = series.gauge(m.bandwidth);
    this.#utilization = series.gauge(m.utilization);
    this.#bytes = new SlidingTotal(windowUs, clock.nowUs());
  }

  gap(domain: string): void {
    if (domain === 'network') this.detached();
  }

  tick(nowUs: number): void {
    this.#bytes.advance(nowUs);
    const bandwidth = this.#saysMessages ? this.#bytes.perSecond : undefined;
    setOrClear(this.#bandwidth, bandwidth);
    const capacity = this.#capacity ?? 0;
    setOrClear(
      this.#utilization,
      bandwidth === undefined || capacity <= 0 ? undefined : bandwidth / capacity,
    );
  }

  detached(): void {
    this.#bytes.restart();
    this.#bandwidth.clear();
    this.#utilization.clear();
  }

  #count(traffic: Traffic, event: Sent | Received): void {
    const weight = event.weight ?? 1;
    traffic.messages.add(weight);
    traffic.bytes.add(event.bytes * weight);
    this.#bytes.add(event.bytes * weight);
    this.#saysMessages = true;
  }
}

/** Processing, drops, queues. */
export function observeHandling({ series }: NodeScope): NodeObserver {
  const processing = series.open('message', MOST_MESSAGE_TYPES, (message) =>
    series.histogram(m.processing, message),
  );
  const dropped = series.open(
    'message',
    MOST_MESSAGE_TYPES,
    (message) =>
      new ClosedLabel((reason: EventMap['network.message_dropped']['reason']) =>
        series.counter(m.dropped, message, reason),
      ),
  );
  const queues = series.open('queue', MOST_QUEUES, (queue) => ({
    depth: series.gauge(m.queueDepth, queue),
    capacity: series.gauge(m.queueCapacity, queue),
  }));
  return {
    handlers: {
      'network.message_processed': (event) =>
        processing.at(event.message).observe(event.duration_us / 1e6, event.weight),
      'network.message_dropped': (event) =>
        dropped
          .at(event.message)
          .at(event.reason)
          .add(event.weight ?? 1),
      'network.queue_measured': (event) => {
        const queue = queues.within(event.queue);
        queue?.depth.set(event.depth);
        if (event.capacity !== undefined) queue?.capacity.set(event.capacity);
      },
    },
    hello: (_hello, isNewRun) => {
      if (!isNewRun) return;
      for (const { depth, capacity } of queues.entries()) {
        depth.clear();
        capacity.clear();
      }
    },
  };
}
