import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readPage } from '../../../../src/attach/scrape/parse-page.js';

describe('a metrics page', () => {
  it('is read in both formats: timestamps and exemplars are left behind', () => {
    const { samples, types, problems } = readPage(
      '# TYPE a counter\na_total{x="1",y="q\\"\\\\\\n}"} 2 1700000000\n' +
        'b_bucket{le="0.5"} 3 # {trace_id="ab"} 0.4\nc 1e-3\n# EOF\nafter 1\n',
    );
    expect(samples).toEqual([
      { name: 'a_total', labels: { x: '1', y: 'q"\\\n}' }, value: 2 },
      { name: 'b_bucket', labels: { le: '0.5' }, value: 3 },
      { name: 'c', labels: {}, value: 0.001 },
    ]);
    expect(types.get('a')).toBe('counter');
    expect(problems.size).toBe(0);
  });

  it('loses only the lines that cannot be read, each with its reason', () => {
    const page =
      'good 1\n<html>\n9bad 1\nx{a="1} 2\nx{a=1} 2\nx{a="1",a="2"} 2\ny one\nz NaN\nz +Inf\ngood 2\nw\nlast 3';
    const { samples, problems, examples } = readPage(page);
    expect(samples.map(({ name, value }) => [name, value])).toEqual([
      ['good', 1],
      ['last', 3],
    ]);
    expect(Object.fromEntries(problems)).toEqual({
      name: 2,
      labels: 3,
      value: 2,
      not_finite: 2,
      duplicate: 1,
    });
    expect(examples.get('duplicate')).toBe('good 2');
  });

  it('has a bound', () => {
    const page = Array.from({ length: 30 }, (_, i) => `m${i} ${i}`).join('\n');
    const { samples, problems } = readPage(page, 10);
    expect([samples.length, problems.get('too_many')]).toEqual([10, 20]);
  });

  it('never throws, and accounts for every line', () => {
    const piece = fc.constantFrom(
      'a',
      '{',
      '}',
      '"',
      '\\',
      '=',
      ',',
      ' ',
      '1',
      '\n',
      '#',
      'le',
      'NaN',
      '\t',
      'é',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const page = pieces.join('');
        const { samples, problems } = readPage(page);
        const lines = page.split('\n').filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));
        const refused = [...problems.values()].reduce((sum, count) => sum + count, 0);
        expect(samples.length + refused).toBe(lines.length);
      }),
    );
  });

  it('of 10 MB on one line costs no more than its length', () => {
    const bait = `m{a="${'\\"'.repeat(2_500_000)}`;
    const begun = process.cpuUsage();
    expect(readPage(bait).problems.get('labels')).toBe(1);
    expect(readPage(`${'a'.repeat(5_000_000)} 1`).problems.get('name')).toBe(1);
    expect(process.cpuUsage(begun).user).toBeLessThan(5_000_000);
  });
});
