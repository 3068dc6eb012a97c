/** How long a repeated attempt waits. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random.js';
import { backoffUs, retryAfterUs } from '../../../src/delivery/backoff.js';

const limits = { firstUs: 100, longestUs: 5_000 };

describe('a wait', () => {
  it('doubles up to the longest, between half and the whole of it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2_000 }), fc.integer(), (failures, seed) => {
        const whole = Math.min(5_000, 100 * 2 ** Math.min(failures - 1, 40));
        const wait = backoffUs(failures, limits, createRandom(seed), undefined);
        expect(wait).toBeGreaterThanOrEqual(whole / 2);
        expect(wait).toBeLessThanOrEqual(whole);
      }),
    );
  });

  it('is never shorter than asked, within reason', () => {
    expect(backoffUs(1, limits, createRandom(1), 900)).toBe(900);
    expect(backoffUs(1, limits, createRandom(1), 1e12)).toBe(50_000);
  });
});

describe('Retry-After', () => {
  const nowUs = Date.UTC(2026, 0, 1) * 1000;
  it.each<[string | undefined, number | undefined]>([
    ['120', 120_000_000],
    [' 0 ', 0],
    ['Thu, 01 Jan 2026 00:01:00 GMT', 60_000_000],
    ['Wed, 31 Dec 2025 23:59:00 GMT', undefined],
    ['-5', undefined],
    ['soon', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s is %s', (header, expected) => {
    expect(retryAfterUs(header, nowUs)).toBe(expected);
  });
});
