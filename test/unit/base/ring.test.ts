import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Ring } from '../../../src/base/ring.js';

type Step = { do: 'push' | 'overwrite'; value: number } | { do: 'shift' };

const steps = fc.array(
  fc.oneof(
    fc.record({ do: fc.constant('push' as const), value: fc.nat() }),
    fc.record({ do: fc.constant('overwrite' as const), value: fc.nat() }),
    fc.record({ do: fc.constant('shift' as const) }),
  ),
);

/** The plainest bounded queue there is. */
function applyToModel(model: number[], capacity: number, step: Step): unknown {
  if (step.do === 'shift') return model.shift();
  if (step.do === 'push') return model.length < capacity ? (model.push(step.value), true) : false;
  const evicted = model.length === capacity ? model.shift() : undefined;
  model.push(step.value);
  return evicted;
}

describe('Ring', () => {
  it('behaves as a bounded queue under any sequence of steps', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), steps, (capacity, sequence) => {
        const ring = new Ring<number>(capacity);
        const model: number[] = [];
        for (const step of sequence) {
          const got = step.do === 'shift' ? ring.shift() : ring[step.do](step.value);
          expect(got).toEqual(applyToModel(model, capacity, step));
          expect([...ring]).toEqual(model);
          expect(ring.at(0)).toBe(model[0]);
          expect(ring.at(model.length)).toBeUndefined();
        }
      }),
    );
  });

  it('is empty after clear', () => {
    const ring = new Ring<string>(2);
    ring.push('a');
    ring.clear();

    expect(ring.size).toBe(0);
    expect(ring.shift()).toBeUndefined();
  });
});
