/** What a pool takes in, refuses and throws out, and in which order blocks take from it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { evictionNames, Mempool, type MempoolLimits } from '../../../../simulator/workload/mempool.js';
import { emptyMempool } from '../../../../simulator/workload/workload.js';

const roomy: MempoolLimits = { ...emptyMempool, capacity: 3 };

function pool(limits: Partial<MempoolLimits>) {
  const evicted: string[] = [];
  const mempool = new Mempool({ ...roomy, ...limits }, (transaction, reason) =>
    evicted.push(`${transaction} ${reason}`),
  );
  const submit = (transaction: number, { fee = 1, bytes = 100, sender = 0, nowUs = transaction } = {}) =>
    mempool.admit({ transaction, bytes, submittedAtUs: nowUs, fee, sender }, nowUs);
  const all = (): number[] => mempool.pick(100, new Set());
  return { mempool, evicted, submit, all };
}

describe('a full pool', () => {
  it('refuses the newcomer, and takes the oldest first', () => {
    const { submit, all, evicted } = pool({});
    expect([1, 2, 3, 4].map((one) => submit(one, { fee: one }))).toEqual([
      undefined,
      undefined,
      undefined,
      'full',
    ]);
    expect(all()).toEqual([1, 2, 3]);
    expect(evicted).toEqual([]);
  });

  it('throws out who pays least for one that pays more, and takes who pays most first', () => {
    const { submit, all, evicted } = pool({ eviction: 'lowest_fee' });
    for (const [transaction, fee] of [
      [1, 5],
      [2, 9],
      [3, 5],
    ] as const)
      expect(submit(transaction, { fee })).toBeUndefined();
    expect(submit(4, { fee: 5 })).toBe('underpriced');
    expect(submit(5, { fee: 6 })).toBeUndefined();
    expect(evicted).toEqual(['1 full']);
    expect(all()).toEqual([2, 5, 3]);
  });

  it('throws out the oldest', () => {
    const { submit, all, evicted } = pool({ eviction: 'oldest' });
    for (let one = 1; one <= 5; one++) expect(submit(one)).toBeUndefined();
    expect(all()).toEqual([3, 4, 5]);
    expect(evicted).toEqual(['1 full', '2 full']);
  });

  it('counts bytes: several leave for one that is large, and none for one that pays less than they do', () => {
    const { submit, all, evicted } = pool({ capacityBytes: 300, eviction: 'lowest_fee' });
    submit(1, { fee: 1 });
    submit(2, { fee: 2 });
    submit(3, { fee: 7 });
    expect(submit(4, { fee: 5, bytes: 250 })).toBe('underpriced');
    expect(evicted).toEqual([]);
    expect(submit(5, { fee: 5, bytes: 200 })).toBeUndefined();
    expect(evicted).toEqual(['1 full', '2 full']);
    expect(all()).toEqual([3, 5]);
    expect(submit(6, { bytes: 301 })).toBe('too_large');
  });
});

it('one sender has so many places, which are free again when they leave', () => {
  const { mempool, submit } = pool({ perSender: 1 });
  expect(submit(1, { sender: 7 })).toBeUndefined();
  expect(submit(2, { sender: 7 })).toBe('rate_limited');
  expect(submit(3, { sender: 8 })).toBeUndefined();
  mempool.remove(1);
  expect(submit(4, { sender: 7 })).toBeUndefined();
});

it('who has waited too long is thrown out before the next is judged', () => {
  const { submit, all, evicted } = pool({ expiryUs: 1_000 });
  submit(1, { nowUs: 0 });
  submit(2, { nowUs: 999 });
  submit(3, { nowUs: 999 });
  expect(submit(4, { nowUs: 1_000 })).toBeUndefined();
  expect(evicted).toEqual(['1 expired']);
  expect(all()).toEqual([2, 3, 4]);
});

it('never holds more than its limits, and every transaction is somewhere, once', () => {
  const step = fc.record({
    fee: fc.integer({ min: 0, max: 5 }),
    bytes: fc.integer({ min: 1, max: 400 }),
    sender: fc.integer({ min: 0, max: 3 }),
    waitUs: fc.integer({ min: 0, max: 300 }),
    removes: fc.boolean(),
  });
  const limits = fc.record({
    capacity: fc.integer({ min: 1, max: 6 }),
    capacityBytes: fc.integer({ min: 100, max: 900 }),
    perSender: fc.integer({ min: 1, max: 4 }),
    eviction: fc.constantFrom(...evictionNames),
    expiryUs: fc.integer({ min: 1, max: 2_000 }),
  });
  fc.assert(
    fc.property(limits, fc.array(step, { maxLength: 60 }), (drawn, steps) => {
      const { mempool, submit, all, evicted } = pool(drawn);
      const bytesOf = new Map<number, number>();
      let [nowUs, refused, removed] = [0, 0, 0];
      steps.forEach(({ waitUs, removes, ...about }, index) => {
        nowUs += waitUs;
        bytesOf.set(index, about.bytes);
        if (submit(index, { ...about, nowUs }) !== undefined) refused++;
        const [first] = all();
        if (removes && first !== undefined && mempool.remove(first) !== undefined) removed++;
        expect(mempool.size).toBeLessThanOrEqual(drawn.capacity);
        expect(mempool.bytes).toBeLessThanOrEqual(drawn.capacityBytes);
        expect(mempool.bytes).toBe(all().reduce((sum, one) => sum + (bytesOf.get(one) ?? 0), 0));
      });
      expect(refused + removed + evicted.length + mempool.size).toBe(steps.length);
      expect(new Set([...all(), ...evicted]).size).toBe(mempool.size + evicted.length);
    }),
  );
});
