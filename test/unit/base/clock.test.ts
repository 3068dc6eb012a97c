import { describe, expect, it } from 'vitest';
import { ManualClock, StreamClock, WallClock, type Clock } from '../../../src/base/clock.js';

const SECOND = 1_000_000;

describe('WallClock', () => {
  it('tells integer microseconds that agree with the machine', () => {
    const clock = new WallClock();
    const before = Date.now() * 1000;

    const now = clock.nowUs();

    expect(Number.isInteger(now)).toBe(true);
    expect(now - before).toBeGreaterThan(-2_000);
    expect(now - before).toBeLessThan(SECOND);
    expect(clock.monoUs()).toBeLessThanOrEqual(clock.monoUs());
  });
});

describe('ManualClock', () => {
  it('fires timers at exactly their due time, in order of due time, then of creation', () => {
    const clock = new ManualClock(0);
    const fired: string[] = [];
    clock.every(2 * SECOND, () => fired.push(`every@${clock.nowUs() / SECOND}`));
    clock.after(3 * SECOND, () => fired.push(`after@${clock.nowUs() / SECOND}`));
    clock.after(2 * SECOND, () => fired.push(`second@${clock.nowUs() / SECOND}`));

    clock.advance(5 * SECOND);

    expect(fired).toEqual(['every@2', 'second@2', 'after@3', 'every@4']);
    expect(clock.nowUs()).toBe(5 * SECOND);
  });

  it('does not fire a stopped timer, also one stopped by an earlier timer of the same instant', () => {
    const clock = new ManualClock(0);
    const fired: string[] = [];
    clock.after(SECOND, () => victim.stop());
    const victim = clock.after(SECOND, () => fired.push('victim'));
    const repeating = clock.every(SECOND, () => {
      fired.push('tick');
      if (fired.length === 2) repeating.stop();
    });

    clock.advance(10 * SECOND);

    expect(fired).toEqual(['tick', 'tick']);
  });
});

describe('StreamClock', () => {
  const start = 1_700_000_000 * SECOND;

  it('stands at the lowest watermark of its open streams and never goes back', () => {
    const clock = new StreamClock();
    clock.advance('a', start);
    clock.advance('b', start + 5 * SECOND);
    clock.advance('a', start + 3 * SECOND);
    expect(clock.nowUs()).toBe(start + 3 * SECOND);

    clock.advance('a', start + 1 * SECOND);
    expect(clock.nowUs()).toBe(start + 3 * SECOND);

    clock.close('a');
    expect(clock.nowUs()).toBe(start + 5 * SECOND);
    expect(clock.monoUs()).toBe(5 * SECOND);
  });

  it('runs timers set before the first event from the first event on', () => {
    const clock: Clock & StreamClock = new StreamClock();
    const ticks: number[] = [];
    clock.every(SECOND, () => ticks.push((clock.nowUs() - start) / SECOND));

    clock.advance('a', start);
    expect(ticks).toEqual([]);
    clock.advance('a', start + 3.5 * SECOND);

    expect(ticks).toEqual([1, 2, 3]);
  });
});
