import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ratioOf, SlidingTotal } from '../../../src/domains/window.js';

const SECOND = 1_000_000;
const WINDOW = 60 * SECOND;

describe('SlidingTotal', () => {
  it('says nothing until a twelfth of the window was watched', () => {
    const total = new SlidingTotal(WINDOW, SECOND);
    total.add(10);
    total.advance(5 * SECOND);
    expect(total.perSecond).toBeUndefined();
    total.advance(6 * SECOND);
    expect(total.perSecond).toBe(2);
    expect(total.isFull).toBe(false);
  });

  it('forgets what is older than the window', () => {
    const total = new SlidingTotal(WINDOW, SECOND);
    total.add(600);
    for (let second = 2; second <= 70; second++) total.advance(second * SECOND);
    expect(total.growth).toBe(0);
    expect(total.isFull).toBe(true);
  });

  it('starts over after a restart, and after a clock that went back', () => {
    const total = new SlidingTotal(WINDOW, SECOND);
    total.add(100);
    total.advance(30 * SECOND);
    total.restart();
    expect(total.growth).toBeUndefined();
    total.advance(31 * SECOND);
    total.add(20);
    total.advance(41 * SECOND);
    expect(total.perSecond).toBe(2);
    total.advance(20 * SECOND);
    expect(total.perSecond).toBeUndefined();
    total.add(50);
    total.advance(30 * SECOND);
    expect(total.perSecond, 'counts from where the clock went back to').toBe(5);
  });

  it('begins with the first time that its clock knows', () => {
    const total = new SlidingTotal(WINDOW, 0);
    total.add(5);
    total.advance(1_700_000_000 * SECOND);
    expect(total.perSecond).toBeUndefined();
    total.add(5);
    total.advance(1_700_000_010 * SECOND);
    expect(total.perSecond).toBe(0.5);
  });

  it('agrees with a plain list of additions to within a sixtieth of the window', () => {
    const step = fc.record({ gapUs: fc.integer({ min: 1, max: 20 * SECOND }), amount: fc.nat(100) });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 200 }), (steps) => {
        const total = new SlidingTotal(WINDOW, SECOND);
        const added: { atUs: number; amount: number }[] = [];
        let nowUs = SECOND;
        for (const { gapUs, amount } of steps) {
          total.add(amount);
          added.push({ atUs: nowUs, amount });
          nowUs += gapUs;
          total.advance(nowUs);
          if (total.growth === undefined) continue;
          const since = (ageUs: number): number =>
            added.reduce((sum, { atUs, amount: a }) => (atUs >= nowUs - ageUs ? sum + a : sum), 0);
          // Never less than the window holds; never more than what lies between two samples beyond it.
          expect(total.growth).toBeGreaterThanOrEqual(since(WINDOW));
          expect(total.growth).toBeLessThanOrEqual(since(WINDOW + WINDOW / 60 + 20 * SECOND));
        }
      }),
    );
  });

  it('has no ratio while nothing grew', () => {
    const [part, whole] = [new SlidingTotal(WINDOW, SECOND), new SlidingTotal(WINDOW, SECOND)];
    const both = [part, whole];
    for (const total of both) total.advance(10 * SECOND);
    expect(ratioOf(part, whole)).toBeUndefined();
    whole.add(4);
    part.add(1);
    for (const total of both) total.advance(11 * SECOND);
    expect(ratioOf(part, whole)).toBe(0.25);
  });
});
