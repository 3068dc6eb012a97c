import { describe, expect, it } from 'vitest';
import { invariant, messageOf, QuorumscopeError } from '../../../src/base/errors.js';

describe('QuorumscopeError', () => {
  it('carries a code, who must act, details and cause', () => {
    const cause = new Error('EACCES');
    const error = new QuorumscopeError('config.unreadable', 'configuration', 'cannot read x', {
      details: { path: 'x' },
      cause,
    });

    expect(error).toMatchObject({
      code: 'config.unreadable',
      kind: 'configuration',
      details: { path: 'x' },
      cause,
    });
  });

  it('is what a broken invariant throws', () => {
    expect(() => invariant(false, 'one is two')).toThrow('invariant broken: one is two');
    expect(() => invariant(true, 'one is one')).not.toThrow();
  });
});

describe('messageOf', () => {
  it('reads anything that can be thrown', () => {
    expect([messageOf(new Error('a')), messageOf('b'), messageOf(undefined)]).toEqual([
      'a',
      'b',
      'undefined',
    ]);
  });
});
