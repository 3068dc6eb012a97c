/** Ids that sidecars make apart must be the same, and never the zero that receivers refuse. */
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { isSampled, spanIdOf, traceIdOf } from '../../../src/tracing/ids.js';

describe('ids', () => {
  it('are cuts of SHA-256 that anybody can compute', () => {
    const sha = (text: string): string => createHash('sha256').update(text).digest('hex');
    const trace = traceIdOf('main', 3, 411);
    expect(trace).toBe(sha('main\n3\n411').slice(0, 32));
    expect(spanIdOf(trace, 'alice', 'qc')).toBe(sha(`${trace}\nalice\nqc`).slice(0, 16));
  });

  it('take a chain without epochs to be in epoch 0', () => {
    expect(traceIdOf('main', undefined, 7)).toBe(traceIdOf('main', 0, 7));
  });

  it('differ by chain, epoch, view, validator and name, and have their length', () => {
    const text = fc.string({ minLength: 1, maxLength: 8 }).filter((given) => !given.includes('\n'));
    const subject = fc.tuple(text, fc.nat(), fc.nat(), text, text);
    fc.assert(
      fc.property(subject, subject, (a, b) => {
        const ids = [a, b].map(([chain, epoch, view, validator, key]) => {
          const trace = traceIdOf(chain, epoch, view);
          expect(trace).toMatch(/^[0-9a-f]{32}$/);
          const span = spanIdOf(trace, validator, key);
          expect(span).toMatch(/^[0-9a-f]{16}$/);
          return span;
        });
        expect(ids[0] === ids[1]).toBe(JSON.stringify(a) === JSON.stringify(b));
      }),
    );
  });

  it('sample the share that is asked for, and with a greater share the same and more', () => {
    const traces = Array.from({ length: 20_000 }, (_, view) => traceIdOf('main', undefined, view));
    const kept = (share: number): Set<string> => new Set(traces.filter((id) => isSampled(id, share)));
    for (const share of [0.01, 0.1, 0.5]) {
      const deviation = Math.sqrt((share * (1 - share)) / traces.length);
      expect(Math.abs(kept(share).size / traces.length - share)).toBeLessThan(5 * deviation);
    }
    const [few, many] = [kept(0.1), kept(0.3)];
    for (const id of few) expect(many.has(id)).toBe(true);
    expect(kept(1).size).toBe(traces.length);
  });

  it('sample as the consistent sampling of OpenTelemetry does: by the last 56 bits, the high values', () => {
    expect(isSampled(`${'0'.repeat(18)}e6666666666667`, 0.1)).toBe(true);
    expect(isSampled(`${'f'.repeat(18)}e6666666666660`, 0.1)).toBe(false);
  });
});
