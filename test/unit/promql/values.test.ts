import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration } from '../../../src/promql/durations.js';
import { compareLabels, Labels } from '../../../src/promql/labels.js';
import { LabelMatcher } from '../../../src/promql/matchers.js';
import { formatPlain, formatSample, formatShort, parseNumber } from '../../../src/promql/numbers.js';
import { quote, unquote } from '../../../src/promql/quoting.js';
import { patternCost } from '../../../src/promql/regex-cost.js';
import { compileCapturing, compilePattern, expandTemplate } from '../../../src/promql/regex.js';
import { quantileOf } from '../../../src/promql/statistics.js';

describe('numbers', () => {
  it.each([
    [1e21, '1000000000000000000000', '1e+21'],
    [1e-7, '0.0000001', '1e-07'],
    [0.1, '0.1', '0.1'],
    [123456789, '123456789', '123456789'],
    [-2.5e-9, '-0.0000000025', '-2.5e-09'],
    [Infinity, '+Inf', '+Inf'],
    [Number.NaN, 'NaN', 'NaN'],
  ])('writes %d as Go does', (value, plain, sample) => {
    expect(formatPlain(value)).toBe(plain);
    expect(formatSample(value)).toBe(sample);
  });

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true }), (value) => {
        expect(parseNumber(formatPlain(value))).toBe(value);
        expect(Number(formatSample(value).replace('Inf', 'Infinity'))).toBe(value);
      }),
    );
  });

  it('shortens as %g does', () => {
    expect([0.00001, 1e21, 123.456, 2e-5].map((value) => formatShort(value))).toEqual([
      '1e-05',
      '1e+21',
      '123.456',
      '2e-05',
    ]);
    expect([1234, 0.123456, 9.99].map((value) => formatShort(value, 2))).toEqual(['1.2e+03', '0.12', '10']);
  });
});

describe('durations', () => {
  it('reads what it wrote, and only falling units', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    expect(['5m1h', '', '1', '5', 's', '1h1h', '300y'].map(parseDuration)).toEqual(
      new Array(7).fill(undefined),
    );
    expect(formatDuration(8 * 86_400_000)).toBe('8d');
  });
});

describe('string literals', () => {
  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(unquote(quote(text))).toBe(text);
      }),
    );
  });
});

describe('Labels', () => {
  const sets = fc.dictionary(fc.constantFrom('a', 'b', 'c', '__name__'), fc.constantFrom('', 'x', 'y'));

  it('have equal keys exactly when they are equal, in any order of their making', () => {
    fc.assert(
      fc.property(sets, sets, (one, other) => {
        const [a, b] = [one, other].map((set) => Labels.from(Object.entries(set))) as [Labels, Labels];
        const isEqual = ['a', 'b', 'c', '__name__'].every((name) => a.get(name) === b.get(name));
        expect(a.key === b.key).toBe(isEqual);
        expect(compareLabels(a, b) === 0).toBe(isEqual);
        expect(Labels.from(Object.entries(one).reverse()).key).toBe(a.key);
      }),
    );
  });

  it('keep the mark of a name to be dropped until the name is set again', () => {
    const marked = Labels.from([
      ['__name__', 'x'],
      ['a', '1'],
    ]).droppingName();
    expect(marked.with('b', '2').nameDropped).toBe(true);
    expect(marked.with('__name__', 'y').nameDropped).toBe(false);
    expect(marked.withoutName().toString()).toBe('{a="1"}');
  });
});

describe('regular expressions', () => {
  it.each(['a|b', 'v.*', 'v.+', '', 'a-b_c', 'x|', '.*', '.+', '(?i)AB', 'a.c', '[a-c]+', 'a.*b|c'])(
    '%j is anchored and reads as RE2 does',
    (source) => {
      const pattern = compilePattern(source);
      const model = new RegExp(`^(?:${source.replace('(?i)', '')})$`, source.startsWith('(?i)') ? 'is' : 's');
      if ('problem' in pattern) throw new Error(pattern.problem);
      for (const text of [
        '',
        'a',
        'b',
        'ab',
        'v',
        'v\nx',
        'a-b_c',
        'x',
        'abc',
        'a\nc',
        'cab',
        'xa',
        'ax',
        'ac b',
      ])
        expect(`${text}: ${pattern.test(text)}`).toBe(`${text}: ${model.test(text)}`);
    },
  );

  it('expand templates by number and name', () => {
    const match = compileCapturing('(?P<first>[a-z]+)-([0-9]+)');
    if (typeof match !== 'function') throw new Error(match.problem);
    expect(expandTemplate('${first}/$2/$$/$9/${2}x', match('node-17')!)).toBe('node/17/$//17x');
    expect(match('node-')).toBeUndefined();
  });

  it('count repetitions inside repetitions', () => {
    expect(patternCost('((a?){10}){10}')).toBeGreaterThan(100);
    expect(patternCost('[0-9a-f]{64}')).toBeLessThan(100);
    expect(patternCost('foo|bar|baz-[0-9]+')).toBeLessThan(10);
    expect(patternCost(String.raw`\pL{100}`)).toBeGreaterThan(250);
  });

  it('remember no more answers than there is room for', () => {
    const matcher = LabelMatcher.create('a', '=~', 'x.y');
    if ('problem' in matcher) throw new Error(matcher.problem);
    let tests = 0;
    const counted = matcher.guarded((test) => {
      tests++;
      return test();
    });
    expect([counted.matches('x-y'), counted.matches('x-y'), counted.matches('xy')]).toEqual([
      true,
      true,
      false,
    ]);
    expect(tests).toBe(2);
    for (let i = 0; i < 10_000; i++) counted.matches(`x${i}`);
    counted.matches('x-y');
    expect(tests).toBe(2 + 10_000 + 1);
  });
});

describe('quantileOf', () => {
  it('lies between its neighbours by weight and counts NaN as the smallest', () => {
    expect(quantileOf(0.5, new Float64Array([4, 1, 3, 2]))).toBe(2.5);
    expect(quantileOf(1, new Float64Array([Number.NaN, 1, 2]))).toBe(2);
    expect(quantileOf(0, new Float64Array([1, Number.NaN, 2]))).toBeNaN();
    expect([quantileOf(-1, new Float64Array(1)), quantileOf(2, new Float64Array(1))]).toEqual([
      -Infinity,
      Infinity,
    ]);
    expect(quantileOf(0.5, new Float64Array(0))).toBeNaN();
  });
});
