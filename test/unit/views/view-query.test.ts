/** Filters of lists: what is understood, and every problem at once. */
import { describe, expect, it } from 'vitest';
import { parseViewQuery, readView } from '../../../src/views/view-query.js';

describe('a query', () => {
  it('is read from names and values', () => {
    const parameters = new URLSearchParams(
      'chain=main&from=3&to=9&outcome=failed&cause=leader_silent&limit=5',
    );
    expect(parseViewQuery(parameters)).toEqual({
      query: { chain: 'main', from: 3, to: 9, outcome: 'failed', cause: 'leader_silent', limit: 5 },
    });
    expect(parseViewQuery([])).toEqual({ query: { limit: 100 } });
  });

  it('is refused with all of its problems', () => {
    const wrong = new URLSearchParams('outcome=lost&cause=bad_luck&from=-1&limit=0&to=&leader=v1');
    const parsed = parseViewQuery(wrong);
    expect('problems' in parsed && parsed.problems).toEqual([
      'outcome: found "lost", expected one of decided, lagged, failed, skipped',
      expect.stringContaining('cause: found "bad_luck", expected one of leader_silent'),
      'from: found "-1", expected an integer of at least 0',
      'limit: found "0", expected an integer from 1 to 1000',
      'to: found "", expected an integer of at least 0',
      'there is no parameter "leader"; there are chain, outcome, cause, validator, from, to, limit',
    ]);
  });

  it.each(['', '-1', '1.5', '1e3', '0x10', '99999999999999999999', 'last'])(
    'takes %j for no view',
    (text) => {
      expect(readView(text)).toBeUndefined();
    },
  );
});
