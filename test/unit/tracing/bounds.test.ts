/** What may leave: the budget of spans, and what counts as slow. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { SlowViews } from '../../../src/tracing/slow-views.js';
import { SpanBudget } from '../../../src/tracing/span-budget.js';

describe('the budget of spans', () => {
  it('lets so many of a view through', () => {
    const budget = new SpanBudget({ perView: 10, perSecond: 1_000 }, new ManualClock(0));
    expect(budget.admit(25)).toEqual({ admitted: 10, overView: 15, overRate: 0 });
  });

  it('never lets more through than one second at once and the rate after it, and counts the rest', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(500_000), fc.nat(80)), { maxLength: 60 }), (views) => {
        const clock = new ManualClock(0);
        const budget = new SpanBudget({ perView: 50, perSecond: 100 }, clock);
        let admitted = 0;
        for (const [waitUs, spans] of views) {
          clock.advance(waitUs);
          const one = budget.admit(spans);
          expect(one.admitted + one.overView + one.overRate).toBe(spans);
          admitted += one.admitted;
          expect(admitted).toBeLessThanOrEqual(100 + (clock.nowUs() / 1e6) * 100 + 1e-6);
        }
      }),
    );
  });
});

describe('slow views', () => {
  it('says nothing before it has seen enough', () => {
    const slow = new SlowViews(0.9);
    for (let i = 0; i < 127; i++) expect(slow.isSlow(i === 100 ? 1e9 : 1_000)).toBe(false);
  });

  it('calls slow what is above the quantile of those before', () => {
    const slow = new SlowViews(0.9);
    for (let i = 1; i <= 128; i++) slow.isSlow(i);
    expect(slow.limitUs).toBe(Math.ceil(0.9 * 128));
    expect(slow.isSlow(116)).toBe(false);
    expect(slow.isSlow(117)).toBe(true);
  });

  it('moves: a new pace is the usual one after a while', () => {
    const slow = new SlowViews(0.99);
    for (let i = 0; i < 512; i++) slow.isSlow(1_000);
    expect(slow.isSlow(50_000)).toBe(true);
    for (let i = 0; i < 600; i++) slow.isSlow(50_000);
    expect(slow.isSlow(50_000)).toBe(false);
  });

  it('calls nothing slow at quantile 1', () => {
    const slow = new SlowViews(1);
    for (let i = 0; i < 600; i++) slow.isSlow(1_000);
    expect(slow.isSlow(1e9)).toBe(false);
  });
});
