/** The event queue against a sorted list: total order by time, then by when it was scheduled. */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { EventQueue } from '../../../simulator/core/event-queue.js';

it('gives events by time, and those of one instant in the order of scheduling', () => {
  // A number schedules an event that much later; undefined takes the next one out.
  const actions = fc.array(fc.option(fc.nat({ max: 5 }), { nil: undefined }), { maxLength: 5_000 });
  fc.assert(
    fc.property(actions, (acts) => {
      const queue = new EventQueue();
      const model: { timeUs: number; tag: number }[] = [];
      let nowUs = 0;
      acts.forEach((delay, tag) => {
        if (delay !== undefined) {
          queue.push(nowUs + delay, 1, tag % 7, tag, tag * 2, { tag });
          model.push({ timeUs: nowUs + delay, tag });
          model.sort((a, b) => a.timeUs - b.timeUs || a.tag - b.tag);
          return;
        }
        const expected = model.shift();
        expect(queue.pop()).toBe(expected !== undefined);
        if (expected === undefined) return;
        nowUs = queue.timeUs;
        const { tag: expectedTag } = expected;
        expect([queue.timeUs, queue.node, queue.a, queue.b, queue.payload]).toEqual([
          expected.timeUs,
          expectedTag % 7,
          expectedTag,
          expectedTag * 2,
          { tag: expectedTag },
        ]);
      });
      expect(queue.size).toBe(model.length);
      expect(queue.nextTimeUs).toBe(model[0]?.timeUs ?? Number.POSITIVE_INFINITY);
    }),
    { numRuns: 30 },
  );
});

it('keeps the order of an instant that is scheduled for again and again between many others', () => {
  const queue = new EventQueue();
  const instants = 2_000;
  for (let tag = 0; tag < 4 * instants; tag++) queue.push(tag % instants, 0, tag, 0, 0, undefined);
  const taken: number[] = [];
  while (queue.pop()) taken.push(queue.node);
  const byTime = (a: number, b: number): number => (a % instants) - (b % instants) || a - b;
  expect(taken).toEqual(Array.from({ length: 4 * instants }, (_, tag) => tag).sort(byTime));
});

it('grows without losing what it holds', () => {
  const queue = new EventQueue();
  for (let i = 0; i < 10_000; i++) queue.push((i * 7919) % 10_007, 0, i, 0, 0, undefined);
  let last = -1;
  for (let i = 0; i < 10_000; i++) {
    const sound = queue.pop() && queue.timeUs > last && (queue.node * 7919) % 10_007 === queue.timeUs;
    if (!sound) expect.fail(`event ${i} at ${queue.timeUs} of ${queue.node} after ${last}`);
    last = queue.timeUs;
  }
  expect(queue.pop()).toBe(false);
});
