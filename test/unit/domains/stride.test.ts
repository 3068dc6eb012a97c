import { describe, expect, it } from 'vitest';
import type { Board } from '../../../src/metrics/board.js';
import { counter, nodeLabels } from '../../../src/metrics/definition.js';
import type { Domain } from '../../../src/domains/domain.js';
import { STRIDE, Stride } from '../../../src/domains/stride.js';
import type { DomainEvent } from '../../../src/events/vocabulary.js';
import { TestStream } from './stream.js';

const CHANGES = 'hotstuff_consensus_view_changes_total';
const entered = (view: number) =>
  ({ view, epoch: undefined, trigger: 'qc', leader: 'alpha-0123456789abcdef' }) as const;

describe('Stride', () => {
  it('counts in order, when enough wait and when asked', () => {
    const counted: number[] = [];
    const stride = new Stride({ hear: (index, { seq }) => void counted.push(index, seq) });
    const add = (seq: number): void => stride.add(7, { seq } as DomainEvent);
    for (let seq = 0; seq < STRIDE - 1; seq++) add(seq);
    expect(counted).toEqual([]);
    expect(stride.isEmpty).toBe(false);
    add(STRIDE - 1);
    expect(counted).toEqual(Array.from({ length: STRIDE }, (_, seq) => [7, seq]).flat());
    add(STRIDE);
    stride.settle();
    expect(counted.at(-1)).toBe(STRIDE);
    expect(stride.isEmpty).toBe(true);
  });
});

describe('what waits to be counted', () => {
  it('is on the board for whoever looks for a series, reads all, or copies it', () => {
    const readers: ((board: Board) => void)[] = [
      (board) => board.refresh(),
      (board) => board.snapshot(),
      (board) => board.families(),
    ];
    for (const read of readers) {
      const stream = new TestStream();
      stream.node().say('consensus.view_entered', entered(1));
      read(stream.board);
      const series = stream.board
        .families()
        .find(({ definition }) => definition.name === CHANGES)
        ?.series.find(({ labelValues }) => labelValues.includes('qc'));
      expect(stream.board.slots.values[series!.slot]).toBe(1);
    }
  });

  it('is counted under the names that were in force when it was said', () => {
    const stream = new TestStream();
    const [alpha, beta, gamma, delta] = ['alpha', 'beta', 'gamma', 'delta'].map((name) => ({
      id: `${name}-0123456789abcdef`,
      power: 1,
      name,
    }));
    const node = stream.node('n1', { validators: [alpha!, beta!, gamma!] });
    const vote = {
      view: 1,
      vote: 'vote1',
      block: 'b1',
      epoch: undefined,
      late_us: undefined,
      processing_us: undefined,
      signature: undefined,
      validator: delta!.id,
    } as const;
    node.say('consensus.vote_received', vote);
    node.hello({ validators: [alpha!, beta!, gamma!, delta!] });
    node.say('consensus.vote_received', { ...vote, validator: delta!.id, view: 2 });
    const votes = (validator: string): number | undefined =>
      stream.value('hotstuff_consensus_validator_votes_received_total', { validator, outcome: 'in_time' });
    expect(votes('other')).toBe(1);
    expect(votes('delta')).toBe(1);
  });

  it('is not told to a domain that opens after it', () => {
    const heard: number[] = [];
    const metric = counter('late_total', 'Heard.', nodeLabels);
    const late: Domain = {
      name: 'late',
      events: 'mempool',
      metrics: { metric },
      open: () => ({
        node: () => [],
        counting: () => [{ handlers: { 'consensus.view_entered': ({ view }) => void heard.push(view) } }],
      }),
    };
    const early: Domain = {
      name: 'early',
      events: 'consensus',
      metrics: {},
      open: () => ({
        node: () => [],
        counting: () => [{ handlers: { 'consensus.view_entered': () => {} } }],
      }),
    };
    const stream = new TestStream({ domains: [early, late] });
    const node = stream.node();
    node.say('consensus.view_entered', entered(1));
    node.say('mempool.measured', { transactions: 1 });
    node.say('consensus.view_entered', entered(2));
    stream.board.refresh();
    expect(heard).toEqual([2]);
  });
});
