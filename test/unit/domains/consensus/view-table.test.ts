/** The records of a book by view: it finds what a map finds, whatever comes and goes. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OpenRecord } from '../../../../src/domains/consensus/record/open-record.js';
import { ViewTable } from '../../../../src/domains/consensus/record/view-table.js';

const speaker = { chain: 'main', node: 'n1', self: undefined, run: 'run-1' };
const record = (view: number): OpenRecord => new OpenRecord(speaker, view, { ts_us: 1 });

/** Near views, views a round apart, and any. */
const views = fc.oneof(
  fc.nat(40),
  fc.nat(9).map((round) => 64 * round + 7),
  fc.nat(9).map((round) => 1_024 * round + 63),
  fc.maxSafeNat(),
);

describe('a table of records by view', () => {
  it('finds what a map finds', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(views, fc.boolean()), { maxLength: 300 }), (steps) => {
        const table = new ViewTable();
        const known = new Map<number, OpenRecord>();
        for (const [view, isGoing] of steps) {
          const held = known.get(view);
          expect(table.get(view)).toBe(held);
          if (held !== undefined && isGoing) {
            table.delete(held);
            known.delete(view);
          } else if (held === undefined) {
            const added = record(view);
            table.add(added);
            known.set(view, added);
          }
          expect(table.size).toBe(known.size);
        }
        for (const [view, held] of known) expect(table.get(view)).toBe(held);
        expect(new Set(table.values())).toEqual(new Set(known.values()));
      }),
    );
  });
});
