/** Random crashes, restarts and slow spells of at most f validators never break a safety rule. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { SimulationOptions } from '../../../simulator/main.js';
import { simulate } from './run.js';

const MS = 1_000;

/** At most f spells at a time: each of f slots holds spells one after the other. */
const schedules = fc.constantFrom(4, 7).chain((validators) => {
  const spell = fc.record({
    kind: fc.constantFrom('crash' as const, 'slow' as const),
    gapUs: fc.integer({ min: 1, max: 1_500 * MS }),
    durationUs: fc.integer({ min: 1, max: 1_500 * MS }),
    delayUs: fc.integer({ min: 1, max: 300 * MS }),
    offset: fc.nat({ max: 1 }),
  });
  const slots = Math.floor((validators - 1) / 3);
  return fc.record({
    validators: fc.constant(validators),
    seed: fc.nat(),
    pacemaker: fc.constantFrom('timeout' as const, 'epoch' as const),
    measured: fc.boolean(),
    slots: fc.array(fc.array(spell, { maxLength: 4 }), { minLength: slots, maxLength: slots }),
  });
});

it('random schedules with at most f faults stay safe, and heal', { timeout: 60_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(schedules, async ({ validators, seed, pacemaker, measured, slots }) => {
      const faults: SimulationOptions['faults'] = slots.flatMap((spells, slot) => {
        let atUs = 0;
        return spells.map(({ kind, gapUs, durationUs, delayUs, offset }) => {
          const startUs = atUs + gapUs;
          atUs = startUs + durationUs;
          return { kind, validator: slot * 3 + offset, atUs: startUs, durationUs, delayUs };
        });
      });
      const result = await simulate({
        validators,
        seed,
        pacemaker,
        faults,
        durationUs: 20_000 * MS,
        hardware: measured ? { fsync: 'measured', processor: 'modelled' } : {},
        workload: { transactionsPerSecond: 50 },
      });
      expect(result.safety.violations).toEqual([]);
      expect(result.liveness.violations).toEqual([]);
      // Everybody has caught up, but for the last block or two.
      const heights = result.blocks.per_node;
      expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(2);
    }),
    { numRuns: 25 },
  );
});
