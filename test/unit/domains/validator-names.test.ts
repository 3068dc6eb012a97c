import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ChainValidators } from '../../../src/domains/validator-names.js';

const LONG = 'abcdefghijklmnopqrstuvwxyz';

describe('ChainValidators', () => {
  it('prefers the configured name, then the announced one, then a short id', () => {
    const names = new ChainValidators({ a: 'Ada' });
    names.announce('n', 0, [
      { id: 'a', power: 1, name: 'announced' },
      { id: 'b', power: 1, name: 'Bea' },
      { id: LONG, power: 1 },
    ]);
    expect(['a', 'b', LONG].map((id) => names.label(id))).toEqual(['Ada', 'Bea', 'abcdefghijkl']);
  });

  it('calls everybody outside the set other, and nobody inside it', () => {
    const names = new ChainValidators();
    names.announce('n', 0, [{ id: 'a', power: 1, name: 'other' }]);
    expect(names.label('stranger')).toBe('other');
    expect(names.label('a')).toBe('other-a');
  });

  it('knows the configured ids while no set is announced', () => {
    const names = new ChainValidators({ a: 'Ada' });
    expect(names.label('a')).toBe('Ada');
    expect(names.label('b')).toBe('other');
  });

  it('keeps equal names apart, whatever the order of the announcement', () => {
    const set = [
      { id: 'id-1', power: 1, name: 'same' },
      { id: 'id-2', power: 1, name: 'same' },
      { id: `${LONG}1`, power: 1 },
      { id: `${LONG}2`, power: 1 },
    ];
    const labels = (order: typeof set): string[] => {
      const names = new ChainValidators();
      names.announce('n', 0, order);
      return set.map(({ id }) => names.label(id));
    };
    expect(labels(set)).toEqual(['same-id-1', 'same-id-2', `${LONG}1`, `${LONG}2`]);
    expect(labels([...set].reverse())).toEqual(labels(set));
  });

  it('never gives one label to two validators', () => {
    const entry = fc.record({
      id: fc.string({ minLength: 1, maxLength: 14 }),
      power: fc.constant(1),
      name: fc.constantFrom('a', 'b', 'a-b', 'other', 'a-a'),
    });
    fc.assert(
      fc.property(fc.array(fc.array(entry, { maxLength: 8 }), { maxLength: 4 }), (sets) => {
        const names = new ChainValidators();
        for (const set of sets) {
          names.announce('n', 0, set);
          const labels = names.members.map(({ label }) => label);
          expect(new Set(labels).size).toBe(labels.length);
          expect(labels).not.toContain('other');
        }
      }),
    );
  });

  it('lets who stays keep the label, so that a newcomer cannot take it', () => {
    const names = new ChainValidators();
    names.announce('n', 1, [{ id: 'z-old', power: 1, name: 'Zoe' }]);
    names.announce('n', 2, [
      { id: 'a-new', power: 1, name: 'Zoe' },
      { id: 'z-old', power: 1, name: 'Zoe' },
    ]);
    expect(names.label('z-old')).toBe('Zoe');
    expect(names.label('a-new')).toBe('Zoe-a-new');
  });

  it('replaces a short id by a name that is announced later', () => {
    const names = new ChainValidators();
    names.announce('n', 0, [{ id: LONG, power: 1 }]);
    names.announce('n', 0, [{ id: LONG, power: 1, name: 'Zed' }]);
    expect(names.label(LONG)).toBe('Zed');
  });

  it('follows the highest epoch, so that a lagging node changes nothing', () => {
    const names = new ChainValidators();
    const old = [{ id: 'old', power: 1, name: 'old' }];
    const current = [{ id: 'current', power: 1, name: 'current' }];
    expect(names.announce('ahead', 5, current)).toBe(true);
    expect(names.announce('behind', 4, old)).toBe(false);
    expect(names.label('old')).toBe('other');
    expect(names.announce('behind', 5, current)).toBe(false);
    expect(names.announce('ahead', 0, old), 'a chain begun anew').toBe(false);
    expect(names.announce('behind', 0, old)).toBe(true);
    expect(names.label('old')).toBe('old');
  });

  it('takes powers above 2^53', () => {
    const names = new ChainValidators();
    names.announce('n', 0, [{ id: 'a', power: 2n ** 60n }]);
    expect(names.members[0]?.power).toBe(2 ** 60);
  });
});
