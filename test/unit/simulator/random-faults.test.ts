/** Random crashes, restarts and slow spells never break a safety rule, and the chain goes on afterwards. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { simulate } from './run.js';

const MS = 1_000;

interface Spell {
  readonly kind: 'crash' | 'slow';
  readonly gapUs: number;
  readonly durationUs: number;
  readonly delayUs: number;
}

const spell: fc.Arbitrary<Spell> = fc.record({
  kind: fc.constantFrom('crash' as const, 'slow' as const),
  gapUs: fc.integer({ min: 1, max: 1_500 * MS }),
  durationUs: fc.integer({ min: 1, max: 1_500 * MS }),
  delayUs: fc.integer({ min: 1, max: 300 * MS }),
});

/** Networks in which `victims(n)` validators each go through spells, one after the other. */
function networks(victims: (validators: number) => number) {
  return fc.constantFrom(4, 7).chain((validators) => {
    const count = victims(validators);
    return fc.record({
      validators: fc.constant(validators),
      seed: fc.nat(),
      form: fc.constantFrom(
        { protocol: 'hotstuff2-chained' as const },
        { protocol: 'hotstuff2-basic' as const },
        { protocol: 'hotstuff2-basic' as const, vote2To: 'leader' as const },
        { protocol: 'hotstuff2-chained' as const, rotation: 'hashed' as const },
        { protocol: 'hotstuff3-chained' as const, rotation: 'hashed' as const },
      ),
      pacemaker: fc.constantFrom('timeout' as const, 'epoch' as const),
      hardware: fc.constantFrom({}, { fsync: 'measured' as const, processor: 'modelled' as const }),
      first: fc.nat({ max: validators - 1 }),
      spells: fc.array(fc.array(spell, { maxLength: 4 }), { minLength: count, maxLength: count }),
    });
  });
}

/** Eight seconds of faults at most, then quiet. */
async function mustStaySafeAndHeal(networksOf: ReturnType<typeof networks>, numRuns: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(networksOf, async ({ spells, first, form, ...network }) => {
      const faults = spells.flatMap((own, index) => {
        let atUs = 0;
        return own.map(({ kind, gapUs, durationUs, delayUs }) => {
          const startUs = atUs + gapUs;
          atUs = startUs + durationUs;
          const validator = (first + index) % network.validators;
          return { kind, validator, atUs: startUs, durationUs, delayUs };
        });
      });
      const workload = { transactionsPerSecond: 50 };
      const result = await simulate({ ...network, ...form, faults, durationUs: 25_000 * MS, workload });
      expect(result.safety.violations).toEqual([]);
      expect(result.liveness.violations).toEqual([]);
      // Everybody has caught up, but for the last block or two.
      const heights = result.blocks.per_node;
      expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(2);
    }),
    { numRuns },
  );
}

it('at most f at a time', { timeout: 60_000 }, () =>
  mustStaySafeAndHeal(
    networks((validators) => (validators - 1) / 3),
    25,
  ),
);

it('any number at a time, when they heal again', { timeout: 60_000 }, () =>
  mustStaySafeAndHeal(
    networks((validators) => validators),
    25,
  ),
);
