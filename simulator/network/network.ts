/**
 * Carries messages between validators through the event queue and counts them by type. A message to
 * oneself is not a network message and never comes here. A message once sent arrives even when
 * its sender has crashed meanwhile; at a receiver that is down it is dropped.
 *
 * sent = delivered + dropped + under way, at any moment.
 */
import type { EventQueue } from '../core/event-queue.js';
import { Happening } from '../core/happenings.js';
import { messageNames, type Message } from '../protocol/messages.js';
import type { LatencyModel } from './latency.js';

/** Message counts by type name, types that never occurred left out. */
export type CountByType = Readonly<Record<string, number>>;

/** The links between all validators. */
export class Network {
  readonly #queue: EventQueue;
  readonly #latency: LatencyModel;
  readonly #size: number;
  readonly #addedDelayUs: Float64Array;
  readonly #sent = new Float64Array(messageNames.length);
  readonly #delivered = new Float64Array(messageNames.length);
  readonly #dropped = new Float64Array(messageNames.length);
  readonly #sentBytes: Float64Array;
  readonly #receivedBytes: Float64Array;

  constructor(queue: EventQueue, latency: LatencyModel, size: number) {
    this.#queue = queue;
    this.#latency = latency;
    this.#size = size;
    this.#addedDelayUs = new Float64Array(size);
    this.#sentBytes = new Float64Array(size);
    this.#receivedBytes = new Float64Array(size);
  }

  /** Sends one message. */
  send(nowUs: number, from: number, to: number, message: Message, bytes: number): void {
    this.#sent[message.kind] = (this.#sent[message.kind] as number) + 1;
    this.#sentBytes[from] = (this.#sentBytes[from] as number) + bytes;
    const arrivalUs = nowUs + this.delayUs(from, to);
    this.#queue.push(arrivalUs, Happening.deliver, to, from, bytes, message);
  }

  /** Sends one message to everybody else, lowest position first. */
  broadcast(nowUs: number, from: number, message: Message, bytes: number): void {
    for (let to = 0; to < this.#size; to++) if (to !== from) this.send(nowUs, from, to, message, bytes);
  }

  /** One-way delay of the next message on a link, faults included, microseconds. */
  delayUs(from: number, to: number): number {
    return this.#latency.delayUs(from, to) + (this.#addedDelayUs[from] as number);
  }

  /** Usual round-trip time between two validators, faults included, microseconds. */
  roundTripUs(a: number, b: number): number {
    return (
      this.#latency.typicalUs(a, b) +
      this.#latency.typicalUs(b, a) +
      (this.#addedDelayUs[a] as number) +
      (this.#addedDelayUs[b] as number)
    );
  }

  /** Delays everything that `validator` sends from now on by `delayUs` more; 0 ends it. */
  slowDown(validator: number, delayUs: number): void {
    this.#addedDelayUs[validator] = delayUs;
  }

  /** What is added to everything that `validator` sends, microseconds. */
  addedDelayUs(validator: number): number {
    return this.#addedDelayUs[validator] as number;
  }

  /** Counts an arrival at a live receiver. */
  countDelivered(kind: number, to: number, bytes: number): void {
    this.#delivered[kind] = (this.#delivered[kind] as number) + 1;
    this.#receivedBytes[to] = (this.#receivedBytes[to] as number) + bytes;
  }

  /** Counts an arrival at a receiver that is down. */
  countDropped(kind: number): void {
    this.#dropped[kind] = (this.#dropped[kind] as number) + 1;
  }

  /** Bytes that a validator has sent and received so far. */
  bytesOf(validator: number): number {
    return (this.#sentBytes[validator] as number) + (this.#receivedBytes[validator] as number);
  }

  /** All counts so far. */
  counts(): {
    sent: number;
    delivered: number;
    dropped: number;
    sentByType: CountByType;
    deliveredByType: CountByType;
  } {
    return {
      sent: total(this.#sent),
      delivered: total(this.#delivered),
      dropped: total(this.#dropped),
      sentByType: byType(this.#sent),
      deliveredByType: byType(this.#delivered),
    };
  }
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}

function byType(counts: Float64Array): CountByType {
  const result: Record<string, number> = {};
  messageNames.forEach((name, kind) => {
    const count = counts[kind] ?? 0;
    if (count > 0) result[name] = count;
  });
  return result;
}
