/** Keys as pure steps. */
import { describe, expect, it } from 'vitest';
import { pressKey, type KeyState } from '../../../../src/cli/demo/keys.js';

const none: KeyState = { validators: 4, selected: undefined, faulty: [] };

describe('keys', () => {
  it('select by digit, and nothing that is not there', () => {
    expect(pressKey(none, '3')).toEqual({ selected: 3 });
    expect(pressKey({ ...none, selected: 1 }, '4')).toEqual({ selected: 1 });
  });

  it('move the selection around with arrows and tab, and drop it with escape', () => {
    expect(pressKey(none, '\x1b[B').selected).toBe(0);
    expect(pressKey({ ...none, selected: 3 }, '\t').selected).toBe(0);
    expect(pressKey({ ...none, selected: 0 }, '\x1b[A').selected).toBe(3);
    expect(pressKey({ ...none, selected: 2 }, '\x1b').selected).toBeUndefined();
  });

  it('act on the selected validator', () => {
    expect(pressKey({ ...none, selected: 2 }, 'c').command).toEqual({ fault: 'crash', validator: 2 });
    expect(pressKey({ ...none, selected: 2 }, 'S').command).toEqual({ fault: 'slow', validator: 2 });
  });

  it('act on the next one that makes sense when none is selected', () => {
    const faulty = { ...none, faulty: [2, 0] };
    expect(pressKey(faulty, 'c').command).toEqual({ fault: 'crash', validator: 1 });
    expect(pressKey(faulty, 'h').command).toEqual({ fault: 'heal', validator: 2 });
    expect(pressKey(none, 'h').command).toBeUndefined();
    expect(pressKey({ ...none, faulty: [0, 1, 2, 3] }, 'c').command).toBeUndefined();
  });

  it.each(['q', '\x03', '\x04'])('%j quits', (key) => expect(pressKey(none, key).quit).toBe(true));

  it('look through one node, or through all again', () => {
    expect(pressKey({ ...none, selected: 1 }, 'o')).toEqual({ selected: 1, eyes: true });
  });

  it('other keys do nothing', () => expect(pressKey(none, 'x')).toEqual({ selected: undefined }));
});
