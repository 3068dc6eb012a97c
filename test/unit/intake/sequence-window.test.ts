import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DUPLICATE, LATE, REORDERING_WINDOW, SequenceWindow } from '../../../src/intake/sequence-window.js';

/** The same by remembering everything. */
class NaiveWindow {
  readonly #seen = new Set<number>();
  readonly #missing = new Set<number>();
  expected: number;

  constructor(start: number) {
    this.expected = start;
  }

  accept(seq: number): number {
    if (seq < this.expected - REORDERING_WINDOW) return DUPLICATE;
    if (seq < this.expected) {
      if (!this.#missing.delete(seq)) return DUPLICATE;
      this.#seen.add(seq);
      return LATE;
    }
    const missing = this.skipTo(seq);
    this.#seen.add(seq);
    this.expected = seq + 1;
    return missing;
  }

  skipTo(next: number): number {
    const missing = Math.max(0, next - this.expected);
    for (let seq = this.expected; seq < next; seq++) this.#missing.add(seq);
    this.expected = Math.max(this.expected, next);
    return missing;
  }
}

const steps = fc.array(
  fc.record({
    // Mostly near what is expected, now and then far ahead or behind.
    offset: fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: -6, max: 6 }) },
      { weight: 2, arbitrary: fc.integer({ min: -1100, max: 1100 }) },
      { weight: 1, arbitrary: fc.integer({ min: -3000, max: 3000 }) },
    ),
    skip: fc.boolean(),
  }),
  { maxLength: 120 },
);

test('agrees with a model that remembers every seq', () => {
  fc.assert(
    fc.property(fc.constantFrom(0, 5, 2 ** 31 - 50, 2 ** 32 - 50, 2 ** 52), steps, (start, moves) => {
      const window = new SequenceWindow(start);
      const naive = new NaiveWindow(start);
      for (const { offset, skip } of moves) {
        const seq = Math.max(0, naive.expected + offset);
        if (skip) expect(window.skipTo(seq)).toBe(naive.skipTo(seq));
        else expect(window.accept(seq)).toBe(naive.accept(seq));
        expect(window.expected).toBe(naive.expected);
      }
    }),
  );
});

test('what precedes the announced start was never missed', () => {
  const window = new SequenceWindow(100);
  expect(window.accept(99)).toBe(DUPLICATE);
  expect(window.accept(100)).toBe(0);
});
