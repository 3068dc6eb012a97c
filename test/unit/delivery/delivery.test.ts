/** What is offered arrives in order, once, or is accounted for. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Receipt } from '../../../src/delivery/transport.js';
import { delivered, lane, parcel, refused, settled, unreachable } from './parcels.js';

const MINUTE_US = 60_000_000;
const balance = (counts: { sent: number; dropped: number; queued: number; spooled: number }): number =>
  counts.sent + counts.dropped + counts.queued + counts.spooled;

describe('a lane', () => {
  it('closes by its deadline also while it is being tested', async () => {
    const { delivery, receiver } = lane();
    receiver.answer = () => new Promise(() => undefined);
    delivery.offer(parcel(1));
    const tested = delivery.probe(parcel(2));
    await delivery.close(10_000);
    expect(await tested).toMatchObject({ outcome: 'retry', reason: 'timeout' });
    expect(delivery.counts).toMatchObject({ produced: 1, dropped: 1 });
  });

  it('sends in order, one at a time', async () => {
    const { delivery, receiver } = lane();
    let underWay = 0;
    receiver.answer = async () => {
      underWay++;
      await new Promise((resolve) => setImmediate(resolve));
      expect(underWay--).toBe(1);
      return delivered;
    };
    for (let i = 0; i < 5; i++) delivery.offer(parcel(i, 3));
    expect(await delivery.flush(MINUTE_US)).toBe(true);
    expect(receiver.arrived).toEqual([0, 1, 2, 3, 4]);
    expect(delivery.counts).toEqual({ produced: 15, sent: 15, dropped: 0, queued: 0, spooled: 0 });
  });

  it('repeats what a receiver cannot take, and keeps the order', async () => {
    const { delivery, receiver, clock } = lane();
    receiver.answer = () => unreachable;
    delivery.offer(parcel(1));
    delivery.offer(parcel(2));
    await settled();
    expect([receiver.attempts, delivery.counts.queued]).toEqual([1, 2]);
    receiver.answer = () => delivered;
    clock.advance(MINUTE_US);
    await settled();
    expect(receiver.arrived).toEqual([1, 2]);
  });

  it('waits longer after each failure, and as long as it is asked to', async () => {
    const { delivery, receiver, clock } = lane();
    const attemptsAfter = async (us: number): Promise<number> => {
      clock.advance(us);
      await settled();
      return receiver.attempts;
    };
    receiver.answer = () => unreachable;
    delivery.offer(parcel(1));
    expect(await attemptsAfter(0)).toBe(1);
    expect(await attemptsAfter(1_000_000)).toBe(2);
    expect(await attemptsAfter(900_000)).toBe(2);
    receiver.answer = () => ({ outcome: 'retry', reason: 'busy', detail: '429', afterUs: 5 * MINUTE_US });
    expect(await attemptsAfter(1_100_000)).toBe(3);
    expect(await attemptsAfter(5 * MINUTE_US - 1)).toBe(3);
    expect(await attemptsAfter(1)).toBe(4);
  });

  it('does not repeat what was refused', async () => {
    const { delivery, receiver } = lane();
    receiver.answer = ({ number }) => (number === 1 ? refused : delivered);
    delivery.offer(parcel(1, 7));
    delivery.offer(parcel(2));
    await settled();
    expect([receiver.attempts, receiver.arrived]).toEqual([2, [2]]);
    expect(delivery.counts).toMatchObject({ sent: 1, dropped: 7 });
  });

  it('counts a transport that throws as a failed attempt', async () => {
    const { delivery, receiver } = lane();
    receiver.answer = () => {
      throw new Error('a defect');
    };
    delivery.offer(parcel(1));
    await settled();
    expect([delivery.failures, delivery.counts.queued]).toEqual([1, 1]);
  });

  it('gives up waiting for a receiver that hangs, and aborts the attempt', async () => {
    const { delivery, receiver } = lane({ timeoutUs: 1_000 });
    let isAborted = false;
    receiver.answer = (_parcel, signal) =>
      new Promise(() => signal.addEventListener('abort', () => (isAborted = true)));
    delivery.offer(parcel(1));
    expect(await delivery.flush(200_000)).toBe(false);
    expect([delivery.failures, isAborted]).toEqual([1, true]);
  });

  it('drops the oldest when memory is full, never what is under way', async () => {
    const { delivery, receiver } = lane({ queueBytes: 30 });
    let release: (receipt: Receipt) => void = () => undefined;
    receiver.answer = () => new Promise((resolve) => (release = resolve));
    for (let i = 0; i < 6; i++) delivery.offer(parcel(i));
    expect(delivery.counts).toMatchObject({ produced: 6, dropped: 3, queued: 3 });
    receiver.answer = () => delivered;
    release(delivered);
    await delivery.flush(MINUTE_US);
    expect(receiver.arrived).toEqual([0, 4, 5]);
  });

  it('gives up what is too old', async () => {
    const { delivery, receiver, clock } = lane({ maxAgeUs: MINUTE_US });
    receiver.answer = () => unreachable;
    delivery.offer(parcel(1));
    await settled();
    for (let repeat = 0; repeat < 2; repeat++) {
      clock.advance(2 * MINUTE_US);
      await settled();
    }
    expect(delivery.counts).toMatchObject({ dropped: 1, queued: 0 });
  });

  it('holds everything while paused', async () => {
    const { delivery, receiver } = lane();
    delivery.pause();
    delivery.offer(parcel(1));
    await settled();
    expect(receiver.attempts).toBe(0);
    delivery.resume();
    await settled();
    expect(receiver.arrived).toEqual([1]);
  });

  it('closes by its deadline whatever the receiver does, and counts what is left', async () => {
    const { delivery, receiver } = lane();
    receiver.answer = () => new Promise(() => undefined);
    delivery.offer(parcel(1, 2));
    delivery.offer(parcel(2, 3));
    await delivery.close(10_000);
    delivery.offer(parcel(3));
    expect(delivery.counts).toEqual({ produced: 6, sent: 0, dropped: 6, queued: 0, spooled: 0 });
  });
});

it('every point is accounted for, whatever the receiver does', async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.record({ offer: fc.integer({ min: 1, max: 9 }) }) },
    fc.record({ answer: fc.constantFrom(delivered, unreachable, refused) }),
    fc.record({ passUs: fc.integer({ min: 0, max: 3 * MINUTE_US }) }),
    fc.constant({ pause: true }),
    fc.constant({ resume: true }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      const { delivery, receiver, clock } = lane({ queueBytes: 50, maxAgeUs: 2 * MINUTE_US });
      let offered = 0;
      for (const one of steps) {
        if ('offer' in one) delivery.offer(parcel(offered++, one.offer));
        if ('answer' in one) receiver.answer = () => one.answer;
        if ('passUs' in one) clock.advance(one.passUs);
        if ('pause' in one) delivery.pause();
        if ('resume' in one) delivery.resume();
        await settled();
        expect(balance(delivery.counts)).toBe(delivery.counts.produced);
      }
      await delivery.close(1_000);
      expect(delivery.counts.queued).toBe(0);
      expect(balance(delivery.counts)).toBe(delivery.counts.produced);
      expect(receiver.arrived).toEqual([...receiver.arrived].sort((a, b) => a - b));
      expect(new Set(receiver.arrived).size).toBe(receiver.arrived.length);
    }),
    { seed: 20261122, numRuns: 60 },
  );
});
