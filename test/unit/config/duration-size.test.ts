/** Durations and sizes: what is written is read back, and nothing else is accepted. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/base/duration.js';
import { formatSize, parseSize } from '../../../src/config/size.js';

describe('durations', () => {
  it.each([
    ['0', 0],
    ['500ms', 500_000],
    ['5s', 5_000_000],
    ['1m30s', 90_000_000],
    ['1h0m5s', 3_605_000_000],
    ['1d', 86_400_000_000],
    ['2w', 1_209_600_000_000],
    ['1y', 31_536_000_000_000],
  ])('reads %s', (text, us) => expect(parseDuration(text)).toBe(us));

  it.each(['', '5', 's', '-5s', '1.5s', '30s1m', '1s1s', '5 s', '5S', '999999999y'])('refuses %j', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );

  it('keeps hours together as Prometheus does', () => {
    expect(formatDuration(129_600_000_000)).toBe('36h');
    expect(formatDuration(90_500_000)).toBe('1m30s500ms');
  });

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 8_000_000_000_000 }), (ms) => {
        expect(parseDuration(formatDuration(ms * 1000))).toBe(ms * 1000);
      }),
    );
  });
});

describe('sizes', () => {
  it.each([
    ['512', 512],
    ['512B', 512],
    ['1KiB', 1024],
    ['1KB', 1000],
    ['1.5MiB', 1_572_864],
    ['2GiB', 2_147_483_648],
  ])('reads %s', (text, bytes) => expect(parseSize(text)).toBe(bytes));

  it.each(['', 'GiB', '-1', '1.5', '1 GiB', '1gib', '1G', '99999999TiB'])('refuses %j', (text) =>
    expect(parseSize(text)).toBeUndefined(),
  );

  it('reads back whatever it writes', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (bytes) => {
        expect(parseSize(formatSize(bytes))).toBe(bytes);
      }),
    );
  });
});
