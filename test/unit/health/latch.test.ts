/** Hysteresis: entered after long enough, left after long enough, never flapping between. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Latch } from '../../../src/health/latch.js';

const above = (forUs = 0): Latch =>
  new Latch({ level: { enter: 10, forUs }, worse: 'above', slack: 0.1, settleUs: 30 });

describe('a latch', () => {
  it('enters when the value has been beyond for long enough, and says since when', () => {
    const latch = above(20);
    latch.take(11, 100);
    latch.take(12, 110);
    expect(latch.enteredAtUs).toBeUndefined();
    latch.take(11, 120);
    expect(latch.enteredAtUs).toBe(100);
  });

  it('does not enter at the bound itself, nor when the value comes back in between', () => {
    const latch = above(20);
    latch.take(10, 0);
    latch.take(10, 100);
    latch.take(11, 110);
    latch.take(5, 120);
    latch.take(11, 130);
    latch.take(11, 140);
    expect(latch.enteredAtUs).toBeUndefined();
  });

  it('leaves only when the value has been well within for long enough', () => {
    const latch = above();
    latch.take(11, 0);
    latch.take(9.5, 10);
    latch.take(9.5, 1_000);
    expect(latch.enteredAtUs).toBe(0);
    latch.take(8, 1_010);
    latch.take(8, 1_039);
    expect(latch.enteredAtUs).toBe(0);
    latch.take(8, 1_040);
    expect(latch.enteredAtUs).toBeUndefined();
  });

  it('clears a count that is bounded by 0 when it is 0', () => {
    const latch = new Latch({ level: { enter: 0 }, worse: 'above', slack: 0.1, settleUs: 0 });
    latch.take(1, 0);
    expect(latch.enteredAtUs).toBe(0);
    latch.take(0, 10);
    expect(latch.enteredAtUs).toBeUndefined();
  });

  it('works downwards too', () => {
    const latch = new Latch({ level: { enter: 0.5 }, worse: 'below', slack: 0.1, settleUs: 0 });
    latch.take(0.4, 0);
    expect(latch.enteredAtUs).toBe(0);
    latch.take(0.52, 10);
    expect(latch.enteredAtUs).toBe(0);
    latch.take(0.6, 20);
    expect(latch.enteredAtUs).toBeUndefined();
  });

  it('ends when nothing is measured any more, and at once when told to', () => {
    const gone = above();
    gone.take(11, 0);
    gone.take(undefined, 10);
    expect(gone.enteredAtUs).toBe(0);
    gone.take(undefined, 40);
    expect(gone.enteredAtUs).toBeUndefined();
    const reset = above();
    reset.take(11, 0);
    reset.reset();
    expect(reset.enteredAtUs).toBeUndefined();
  });

  it('changes at most once per settling time, whatever the values', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 20, noNaN: true }), { maxLength: 200 }), (values) => {
        const latch = above();
        let left = -Infinity;
        let isIn = false;
        values.forEach((value, i) => {
          const enteredBefore = latch.enteredAtUs;
          latch.take(value, i);
          const isInNow = latch.enteredAtUs !== undefined;
          if (isIn && !isInNow) {
            expect(i - enteredBefore!).toBeGreaterThanOrEqual(30);
            left = i;
          }
          if (!isIn && isInNow) expect(value).toBeGreaterThan(10);
          isIn = isInNow;
        });
        expect(left).toBeLessThan(Infinity);
      }),
    );
  });
});
