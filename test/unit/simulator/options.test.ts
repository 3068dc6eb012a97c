/** Wrong options are refused at once, with every problem named. */
import { expect, it } from 'vitest';
import { QuorumscopeError } from '../../../src/base/errors.js';
import { createSimulation } from '../../../simulator/main.js';
import { usual } from './run.js';

it('names every problem of the options', () => {
  const wrong = () =>
    createSimulation({
      ...usual,
      validators: 1,
      delayUs: 0,
      viewTimeoutUs: -5,
      workload: { transactionsPerSecond: 0 },
      faults: [{ kind: 'slow', validator: 'validator-9', delayUs: -1 }],
    });
  expect(wrong).toThrow(QuorumscopeError);
  try {
    wrong();
  } catch (error) {
    const { code, details } = error as QuorumscopeError;
    expect(code).toBe('simulator.options');
    const paths = (details['problems'] as { path: string }[]).map(({ path }) => path);
    expect(paths).toEqual([
      'validators',
      'delayUs',
      'viewTimeoutUs',
      'workload.transactionsPerSecond',
      'faults[0].validator',
      'faults[0].delayUs',
    ]);
  }
});

it('refuses a fault on a validator that there is not, and goes on', async () => {
  const simulation = createSimulation({ ...usual, durationUs: 100_000 });
  expect(() => simulation.inject({ kind: 'crash', validator: 'validator-4' })).toThrow(/validator-3/);
  expect((await simulation.run()).blocks.committed).toBeGreaterThan(0);
});
