import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../src/base/random.js';

const draw = (seed: number, concern?: string): number[] => {
  const random = createRandom(seed, concern);
  return Array.from({ length: 8 }, () => random.int(1_000_000));
};

describe('createRandom', () => {
  it('gives the same numbers for the same seed and concern, and others for others', () => {
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
    expect(draw(7, 'network')).not.toEqual(draw(7, 'storage'));
  });

  it('keeps a fork independent of how much its parent has drawn', () => {
    const untouched = createRandom(3);
    const used = createRandom(3);
    for (let i = 0; i < 100; i++) used.float();

    expect(used.fork('faults').float()).toBe(untouched.fork('faults').float());
  });

  it('is uniform: 100,000 draws fill 64 cells within five standard deviations', () => {
    const random = createRandom(42);
    const cells = new Array<number>(64).fill(0);
    for (let i = 0; i < 100_000; i++) cells[random.int(64)]!++;

    const expected = 100_000 / 64;
    for (const count of cells) expect(Math.abs(count - expected)).toBeLessThan(5 * Math.sqrt(expected));
  });

  it('writes hexadecimal of the asked length', () => {
    expect(createRandom(1).hex(16)).toMatch(/^[0-9a-f]{32}$/);
  });
});
