import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatQuery, prettyQuery } from '../../../src/promql/format.js';
import { parse } from '../../../src/promql/parse.js';

/** Queries of every form that are instant vectors. */
const { query } = fc.letrec<{ query: string; selector: string; leaf: string }>((tie) => ({
  selector: fc
    .tuple(
      fc.constantFrom('x', 'job:y_total', '{"my.metric"}', '{a=~"b.+"}', 'z{le="0.5",q=~`a\\d`}'),
      fc.constantFrom('', ' offset 5m', ' @ 12.5', ' @ end() offset -1h30m', ' @ start()'),
    )
    .map(([name, shift]) => name + shift),
  leaf: fc.oneof(
    tie('selector'),
    tie('selector').map((text) => `rate(${text.replace(/(?= offset| @|$)/, '[90s]')})`),
    fc.constantFrom('vector(1e-9)', 'vector(-5m)', 'vector(0x1F)', 'vector(-Inf)', 'vector(time() % 7)'),
  ),
  query: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    tie('leaf'),
    tie('query').map((inner) => `(${inner})`),
    tie('query').map((inner) => `-${inner}`),
    tie('query').map((inner) => `sum without (a, "b c") (${inner})`),
    tie('query').map((inner) => `count_values("it's \\"q\\"", ${inner})`),
    tie('query').map((inner) => `max_over_time((${inner})[1h:] offset 1w)`),
    tie('query').map((inner) => `label_replace(${inner}, "a", "$1\\n", "b", "(.*)")`),
    fc
      .tuple(
        tie('query'),
        fc.constantFrom(
          '+',
          '^',
          'atan2',
          '== bool',
          '< on (a)',
          '/ ignoring (a) group_left (b)',
          'or',
          'unless on ()',
        ),
        tie('query'),
      )
      .map(([left, operator, right]) => `${left} ${operator} ${right}`),
  ),
}));

/** A tree without positions. */
function shape(text: string): unknown {
  return JSON.parse(
    JSON.stringify(parse(text), (key, value: unknown) => {
      if (key === 'start' || key === 'end') return undefined;
      // Conditions are printed in an order of their own.
      return key === 'matchers' ? (value as unknown[]).map(String).sort() : value;
    }),
  );
}

describe('formatQuery', () => {
  it('gives text that reads as the same tree, on one line or many', () => {
    fc.assert(
      fc.property(query, (text) => {
        const tree = shape(text);
        expect(shape(formatQuery(parse(text)))).toEqual(tree);
        expect(shape(prettyQuery(parse(text)))).toEqual(tree);
      }),
      { numRuns: 400 },
    );
  });

  it('breaks long queries as Prometheus does', () => {
    const text =
      'sum by (validator, chain_id) (rate(hotstuff_consensus_votes_received_total{node_id="a"}[5m])) / on (validator) group_left (name) hotstuff_validator_info';
    expect(prettyQuery(parse(text))).toBe(
      [
        '  sum by (validator, chain_id) (rate(hotstuff_consensus_votes_received_total{node_id="a"}[5m]))',
        '/ on (validator) group_left (name)',
        '  hotstuff_validator_info',
      ].join('\n'),
    );
  });
});
