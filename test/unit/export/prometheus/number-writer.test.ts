import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NumberWriter } from '../../../../src/export/prometheus/number-writer.js';

const writer = new NumberWriter();

function written(value: number): string {
  const length = writer.format(value);
  const target = new Uint8Array(length + 2);
  expect(writer.copyTo(target, 1)).toBe(length + 1);
  expect([target[0], target[length + 1]]).toEqual([0, 0]);
  return Buffer.from(target.subarray(1, length + 1)).toString('latin1');
}

describe('a number', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [7, '7'],
    [-12, '-12'],
    [999_999_999, '999999999'],
    [1_000_000_000, '1000000000'],
    [4_000_000_007, '4000000007'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [-Number.MAX_SAFE_INTEGER, '-9007199254740991'],
    [2 ** 60, '1152921504606847000'],
    [0.1, '0.1'],
    [-0.25, '-0.25'],
    [0.000001, '0.000001'],
    [0.0000001, '1e-7'],
    [12345.000678, '12345.000678'],
    [0.30000000000000004, '0.30000000000000004'],
    [512.3, '512.3'],
    [1e21, '1e+21'],
    [Number.MIN_VALUE, '5e-324'],
    [Number.MAX_VALUE, '1.7976931348623157e+308'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, '+Inf'],
    [Number.NEGATIVE_INFINITY, '-Inf'],
  ])('%d is written %s', (value, text) => {
    expect(written(value)).toBe(text);
  });

  const decimal = fc
    .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 20 }))
    .map(([digits, places]) => digits / 10 ** places);
  const value = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    decimal,
    fc.maxSafeInteger(),
    fc.double({ min: 0, max: 1000, noNaN: true }),
  );

  it('reads back as the same double and is never longer than the shortest spelling', () => {
    fc.assert(
      fc.property(value, (number) => {
        const text = written(number);
        expect(Number(text) === number).toBe(true);
        expect(text.length).toBeLessThanOrEqual(String(number).length);
        expect(text).toMatch(/^-?\d+(\.\d*[1-9])?(e[+-]\d+)?$|^-?\d(\.\d+)?e[+-]\d+$/);
      }),
      { numRuns: 3_000 },
    );
  });
});
