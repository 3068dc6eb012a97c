/** Numbers of validators: given once, to members before anybody else, and bounded. */
import { describe, expect, it } from 'vitest';
import { SharedTexts } from '../../../../src/domains/consensus/shared-texts.js';
import { ValidatorNumbers } from '../../../../src/domains/consensus/validator-numbers.js';
import type { ValidatorNames } from '../../../../src/domains/domain.js';

function set(...ids: string[]): { names: ValidatorNames; become: (...ids: string[]) => void } {
  let members = ids;
  const names: ValidatorNames = {
    label: (id) => id,
    get members() {
      return members.map((id) => ({ id, label: id, power: 1 }));
    },
  };
  return { names, become: (...others) => (members = others) };
}

describe('the numbers of validators', () => {
  it('are given once, and lead back to the id', () => {
    const { names, become } = set('a', 'b');
    const numbers = new ValidatorNumbers(names);
    const before = ['a', 'b', 'x'].map((id) => numbers.of(id));
    expect(new Set(before).size).toBe(3);
    become('b', 'c');
    numbers.members();
    expect(['a', 'b', 'x'].map((id) => numbers.of(id))).toEqual(before);
    expect(numbers.id(numbers.find('c'))).toBe('c');
    expect(numbers.find('y')).toBe(-1);
  });

  it('run out for strangers, never for members', () => {
    const { names, become } = set('a');
    const numbers = new ValidatorNumbers(names);
    for (let i = 0; i < 1_000; i++) numbers.of(`stranger ${i}`);
    expect(numbers.of('one more')).toBe(-1);
    become('a', 'newcomer');
    numbers.members();
    expect(numbers.of('newcomer')).toBeGreaterThan(0);
    expect(numbers.id(numbers.of('newcomer'))).toBe('newcomer');
  });
});

describe('texts that nodes share', () => {
  it('are one instance for equal lists, with the numbers in their order', () => {
    const { names } = set('a', 'b', 'c');
    const texts = new SharedTexts(new ValidatorNumbers(names));
    const first = texts.signers(7, ['c', 'a']);
    expect(texts.signers(7, ['c', 'a'])).toBe(first);
    expect(texts.signers(7, ['a', 'c'])).not.toBe(first);
    expect(texts.signers(7, ['c', 'a'])).toBe(first);
    expect(first.numbers.map((number) => texts.validators.id(number))).toEqual(['c', 'a']);
    const block = texts.block(7, 'block'.repeat(2));
    expect(texts.block(7, 'block'.repeat(2))).toBe(block);
    for (let i = 0; i < 10; i++) texts.signers(7, [`x${i}`]);
    expect(texts.signers(7, ['x9']).ids).toEqual(['x9']);
  });
});
