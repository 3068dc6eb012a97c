/** A destination whose answers a test decides, and parcels to send to it. */
import { createRandom } from '../../../src/base/random.js';
import { ManualClock } from '../../../src/base/clock.js';
import { Delivery, type DeliveryOptions } from '../../../src/delivery/delivery.js';
import type { Parcel, Receipt, Transport } from '../../../src/delivery/transport.js';
import { Board } from '../../../src/metrics/board.js';

export interface Numbered extends Parcel {
  readonly number: number;
}

export const parcel = (number: number, points = 1, bytes = 10): Numbered => ({ number, points, bytes });

export const delivered: Receipt = { outcome: 'delivered' };
export const unreachable: Receipt = { outcome: 'retry', reason: 'unreachable', detail: 'nobody listens' };
export const refused: Receipt = { outcome: 'refused', detail: '400 Bad Request' };

/** Answers by a function; remembers what arrived. */
export class Receiver implements Transport<Numbered> {
  readonly arrived: number[] = [];
  attempts = 0;
  answer: (parcel: Numbered, signal: AbortSignal) => Receipt | Promise<Receipt> = () => delivered;

  async send(sent: Numbered, signal: AbortSignal): Promise<Receipt> {
    this.attempts++;
    const receipt = await this.answer(sent, signal);
    if (receipt.outcome === 'delivered') this.arrived.push(sent.number);
    return receipt;
  }
}

export interface Lane {
  readonly receiver: Receiver;
  readonly clock: ManualClock;
  readonly board: Board;
  readonly delivery: Delivery<Numbered>;
}

export function lane(options: Partial<DeliveryOptions<Numbered>> = {}): Lane {
  const receiver = new Receiver();
  const clock = new ManualClock();
  const board = new Board();
  const delivery = new Delivery<Numbered>({
    destination: 'test',
    transport: receiver,
    clock,
    board,
    random: createRandom(1),
    ...options,
  });
  return { receiver, clock, board, delivery };
}

/** Lets promises that are ready run. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
