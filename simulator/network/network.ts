/**
 * Carries messages between validators through the event queue and counts them by type. A message to
 * oneself is not a network message and never comes here. A message once sent arrives even when
 * its sender has crashed meanwhile; at a receiver that is down it is dropped, and so is one that is
 * lost on the way. A second copy that the network makes counts as sent.
 *
 * sent = delivered + dropped + under way, at any moment.
 */
import type { Random } from '../../src/base/random.js';
import type { EventQueue } from '../core/event-queue.js';
import { Happening } from '../core/happenings.js';
import { messageNames, type Message } from '../protocol/messages.js';
import { Conditions } from './conditions.js';
import type { LatencyModel } from './latency.js';
import type { NetworkOptions } from './network-options.js';

/** Message counts by type name, types that never occurred left out. */
export type CountByType = Readonly<Record<string, number>>;

/** Hears every message that leaves a sender: when it arrives, or that it never does, and whether a link was cut. */
export interface NetworkTrace {
  sent(from: number, to: number, message: Message, arrivesUs: number | undefined, cut: boolean): void;
}

/** The links between all validators. */
export class Network {
  readonly conditions: Conditions;
  /** Set where somebody wants to know what becomes of messages. */
  trace: NetworkTrace | undefined;
  readonly #queue: EventQueue;
  readonly #latency: LatencyModel;
  readonly #size: number;
  readonly #addedDelayUs: Float64Array;
  readonly #sent = new Float64Array(messageNames.length);
  readonly #delivered = new Float64Array(messageNames.length);
  readonly #dropped = new Float64Array(messageNames.length);
  readonly #sentBytes: Float64Array;
  readonly #receivedBytes: Float64Array;
  /** Microseconds per byte of an uplink, and when each one is free again. */
  readonly #usPerByte: number;
  readonly #uplinkFreeUs: Float64Array;
  #duplicated = 0;
  #lost = 0;
  #underWay = 0;

  /**
   * @param random where loss, duplicates and reordering draw from
   * @param options uplinks, and what is done to messages all through the run
   */
  constructor(
    queue: EventQueue,
    latency: LatencyModel,
    size: number,
    random: Random,
    options: NetworkOptions = {},
  ) {
    this.conditions = new Conditions(random, options);
    this.#usPerByte = 8_000_000 / (options.uplinkBitsPerSecond ?? Number.POSITIVE_INFINITY);
    // Twins send from slots of their own, which follow the validators'.
    this.#uplinkFreeUs = new Float64Array(2 * size);
    this.#queue = queue;
    this.#latency = latency;
    this.#size = size;
    this.#addedDelayUs = new Float64Array(2 * size);
    this.#sentBytes = new Float64Array(2 * size);
    this.#receivedBytes = new Float64Array(size);
  }

  /** Sends one message. */
  send(nowUs: number, from: number, to: number, message: Message, bytes: number): void {
    this.#sent[message.kind] = (this.#sent[message.kind] as number) + 1;
    this.#sentBytes[from] = (this.#sentBytes[from] as number) + bytes;
    const leavesUs = this.#usPerByte === 0 ? nowUs : this.#leavesUs(nowUs, from, bytes);
    if (!this.conditions.calm) return this.#sendDisturbed(leavesUs, from, to, message, bytes);
    this.#carry(leavesUs + this.delayUs(from, to), from, to, message, bytes);
  }

  /** Sends one message to everybody else, lowest position first. */
  broadcast(nowUs: number, from: number, message: Message, bytes: number): void {
    const self = this.#validatorAt(from);
    for (let to = 0; to < this.#size; to++) if (to !== self) this.send(nowUs, from, to, message, bytes);
  }

  /** One-way delay of the next message on a link, faults included, microseconds. */
  delayUs(from: number, to: number): number {
    return this.#latency.delayUs(this.#validatorAt(from), to) + (this.#addedDelayUs[from] as number);
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

  /** Whose slot it is. */
  #validatorAt(slot: number): number {
    return slot < this.#size ? slot : slot - this.#size;
  }

  /** When the uplink of `from` has sent `bytes` more, whole microseconds. */
  #leavesUs(nowUs: number, from: number, bytes: number): number {
    const freeUs = Math.max(nowUs, this.#uplinkFreeUs[from] as number) + bytes * this.#usPerByte;
    this.#uplinkFreeUs[from] = freeUs;
    return Math.ceil(freeUs);
  }

  #carry(arrivalUs: number, from: number, to: number, message: Message, bytes: number): void {
    this.#underWay++;
    this.trace?.sent(from, to, message, arrivalUs, false);
    this.#queue.push(arrivalUs, Happening.deliver, to, from, bytes, message);
  }

  #sendDisturbed(leavesUs: number, from: number, to: number, message: Message, bytes: number): void {
    const { conditions } = this;
    const isCut = conditions.isCut(this.#validatorAt(from), to);
    const waitUs = isCut ? undefined : conditions.lossUs(from);
    if (waitUs === undefined) {
      this.trace?.sent(from, to, message, undefined, isCut);
      this.#lost++;
      this.#dropped[message.kind] = (this.#dropped[message.kind] as number) + 1;
      return;
    }
    const departsUs = leavesUs + waitUs + conditions.heldBackUs(from);
    this.#carry(departsUs + this.delayUs(from, to), from, to, message, bytes);
    if (!conditions.doubles(from)) return;
    this.#duplicated++;
    this.#sent[message.kind] = (this.#sent[message.kind] as number) + 1;
    this.#carry(departsUs + this.delayUs(from, to), from, to, message, bytes);
  }

  /** Counts an arrival at a live receiver. */
  countDelivered(kind: number, to: number, bytes: number): void {
    this.#underWay--;
    this.#delivered[kind] = (this.#delivered[kind] as number) + 1;
    this.#receivedBytes[to] = (this.#receivedBytes[to] as number) + bytes;
  }

  /** Counts an arrival at a receiver that is down. */
  countDropped(kind: number): void {
    this.#underWay--;
    this.#dropped[kind] = (this.#dropped[kind] as number) + 1;
  }

  /** What an uplink carries; undefined when it has no limit. */
  get uplinkBytesPerSecond(): number | undefined {
    return this.#usPerByte === 0 ? undefined : 1_000_000 / this.#usPerByte;
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
    /** Of `dropped`: lost on the way, or on a link that was cut. */
    lost: number;
    /** Of `sent`: second copies. */
    duplicated: number;
    underWay: number;
    sentByType: CountByType;
    deliveredByType: CountByType;
  } {
    return {
      sent: total(this.#sent),
      delivered: total(this.#delivered),
      dropped: total(this.#dropped),
      lost: this.#lost,
      duplicated: this.#duplicated,
      underWay: this.#underWay,
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
