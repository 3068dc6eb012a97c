import { describe, expect, it } from 'vitest';
import { silentLogger, type Logger } from '../../../src/base/logger.js';
import { perNode, type Domain } from '../../../src/domains/domain.js';
import { counter, nodeLabels } from '../../../src/metrics/definition.js';
import { SECOND, TestStream, validators } from './stream.js';

const committed = 'hotstuff_consensus_blocks_committed_total';
const block = { view: 1, height: 1, block: 'b1' };

/** Counts commits, and throws on every view entered. */
const seen = counter('hotstuff_test_seen_total', 'Events seen by the test domain.', [...nodeLabels, 'what']);
const faulty: Domain = perNode('faulty', 'consensus', { seen }, ({ series }) => ({
  handlers: {
    'consensus.view_entered': () => {
      throw new Error('defect');
    },
    'consensus.block_committed': () => series.counter(seen, 'commit').add(),
  },
  hello: (_, isNewRun) => series.counter(seen, isNewRun ? 'run' : 'hello').add(),
  tick: () => {
    throw new Error('defect');
  },
}));

describe('DomainRegistry', () => {
  it('contains what a handler throws: counted, logged once, the others go on', () => {
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, error: (_, fields) => lines.push(JSON.stringify(fields)) };
    const counting: Domain = { ...faulty, name: 'second' };
    const stream = new TestStream({ domains: [faulty, counting], logger });
    const node = stream.node();
    for (let view = 1; view <= 3; view++)
      node.say('consensus.view_entered', { view, trigger: 'qc', leader: 'l' });
    node.say('consensus.block_committed', block);
    stream.pass(2);
    expect(stream.value('quorumscope_domain_errors_total', { domain: 'faulty' })).toBe(5);
    expect(stream.value('hotstuff_test_seen_total', { what: 'commit' })).toBe(2);
    expect(lines.filter((line) => line.includes('"faulty"'))).toEqual([
      expect.stringContaining('view_entered'),
      expect.stringContaining('tick'),
    ]);
  });

  it('opens a domain by its first event, and not before', () => {
    const stream = new TestStream();
    const node = stream.node();
    expect(
      stream.board.families().filter(({ definition }) => definition.name.startsWith('hotstuff_')),
    ).toEqual([]);
    node.say('consensus.block_committed', block);
    expect(stream.value(committed)).toBe(1);
    expect(stream.series('hotstuff_storage_batches_total')).toEqual([]);
    expect(stream.board.families().some(({ definition }) => definition.name.includes('_storage_'))).toBe(
      false,
    );
    node.say('storage.batch_completed', { operations: 1, outcome: 'ok', duration_us: 1 });
    expect(stream.value('hotstuff_storage_batches_total')).toBe(1);
  });

  it('keeps chains and nodes apart', () => {
    const stream = new TestStream();
    for (const chain of ['main', 'test'])
      for (const name of ['n1', 'n2']) stream.node(name, { chain }).say('consensus.block_committed', block);
    expect(stream.series(committed)).toHaveLength(4);
    expect(stream.value(committed, { chain_id: 'test', node_id: 'n2' })).toBe(1);
  });

  it('lets several sources speak for one node, which stays until the last one ends', () => {
    const stream = new TestStream();
    const [first, second] = [stream.node(), stream.node()];
    first.say('consensus.block_committed', block);
    stream.pass(10);
    first.detach();
    first.detach();
    expect(stream.value('hotstuff_consensus_committed_blocks_per_second')).toBeCloseTo(0.1);
    first.say('consensus.block_committed', block);
    second.say('consensus.block_committed', { ...block, height: 2 });
    expect(stream.value(committed)).toBe(2);
    stream.pass(400);
    expect(stream.value('hotstuff_consensus_committed_blocks_per_second'), 'still watched').toBe(0);
    expect(stream.value(committed)).toBe(2);
  });

  it('says whether a hello begins a new run', () => {
    const stream = new TestStream({ domains: [faulty] });
    const node = stream.node();
    node.say('consensus.block_committed', block);
    node.hello();
    node.hello({ run: 'run-2' });
    const count = (what: string) => stream.value('hotstuff_test_seen_total', { what });
    expect([count('run'), count('hello')]).toEqual([2, 1]);
  });

  it('keeps the series of a node that went, until it has been away for long', () => {
    const stream = new TestStream({ lingerUs: 100 * SECOND });
    const [leaving, staying] = [stream.node('n1'), stream.node('n2')];
    for (const node of [leaving, staying]) node.say('consensus.block_committed', block);
    leaving.detach();
    stream.pass(99);
    expect(stream.value('hotstuff_consensus_last_commit_timestamp_seconds', { node_id: 'n1' })).toBeDefined();
    stream.pass(2);
    const names = stream.board
      .families()
      .flatMap(({ series }) => series)
      .filter(({ labelValues }) => labelValues.includes('n1'));
    expect(names).toEqual([]);
    expect(stream.value(committed, { node_id: 'n2' })).toBe(1);
    leaving.reattach();
    leaving.say('consensus.block_committed', block);
    expect(stream.value(committed, { node_id: 'n1' }), 'begins anew').toBe(1);
  });

  it('keeps them a day unless told otherwise: the age of the last commit of a dead node goes on', () => {
    const stream = new TestStream();
    const node = stream.node();
    node.say('consensus.block_committed', block);
    node.detach();
    const lastCommit = 'hotstuff_consensus_last_commit_timestamp_seconds';
    stream.clock.advance(24 * 3600 * SECOND - 2 * SECOND);
    stream.pass(1);
    expect(stream.value(lastCommit)).toBeDefined();
    stream.pass(1);
    expect(stream.value(lastCommit)).toBeUndefined();
  });

  it('bounds how many linger: those longest away make room, whatever their chain', () => {
    const stream = new TestStream({ lingerLimit: 2 });
    const stays = stream.node('stays');
    stays.say('consensus.block_committed', block);
    for (const [i, name] of ['n1', 'n2', 'n3', 'n4'].entries()) {
      const node = stream.node(name, { chain: i === 0 ? 'other' : 'main' });
      node.say('consensus.block_committed', block);
      stream.pass(1);
      node.detach();
    }
    stream.pass(1);
    expect(stream.series(committed).map(({ node_id: node }) => node)).toEqual(['stays', 'n3', 'n4']);
  });

  it('retires the chain with its last node', () => {
    const stream = new TestStream({ lingerUs: 300 * SECOND });
    const node = stream.node();
    node.say('consensus.block_committed', block);
    node.detach();
    stream.pass(301);
    expect(
      stream.board.families().filter(({ definition }) => definition.name.startsWith('hotstuff_')),
    ).toEqual([]);
  });

  it('carries on with the counters of a node that comes back in time', () => {
    const stream = new TestStream();
    const node = stream.node();
    node.say('consensus.block_committed', block);
    node.detach();
    stream.pass(60);
    node.reattach({ run: 'run-2' });
    node.say('consensus.block_committed', { ...block, height: 2 });
    expect(stream.value(committed)).toBe(2);
  });

  it('asks those who stay who the validators are, when the node that knew best has gone', () => {
    const stream = new TestStream({ lingerUs: 300 * SECOND });
    const [ahead, behind] = [
      stream.node('n1', { epoch: 2, validators: validators.slice(1) }),
      stream.node('n2', { epoch: 1 }),
    ];
    for (const node of [ahead, behind]) node.say('consensus.block_committed', block);
    expect(stream.value('hotstuff_consensus_validators')).toBe(3);
    ahead.detach();
    stream.pass(301);
    expect(stream.value('hotstuff_consensus_validators')).toBe(4);
  });

  it('gives the configured names to validators', () => {
    const { id } = validators[0]!;
    const stream = new TestStream({ validatorNames: { [id]: 'ours' } });
    stream.node().say('consensus.vote_received', { view: 1, vote: 'vote1', block: 'b', validator: id });
    expect(stream.value('hotstuff_validator_info', { validator: 'ours', id })).toBe(1);
  });

  it('folds the words of a node beyond its budget, and says so', () => {
    const stream = new TestStream();
    const node = stream.node();
    for (let i = 0; i < 40; i++) {
      node.say('network.message_sent', { message: `type-${i}`, bytes: 10 });
      node.say('network.queue_measured', { queue: `queue-${i}`, depth: i });
    }
    expect(stream.series('hotstuff_network_messages_sent_total')).toHaveLength(33);
    expect(stream.value('hotstuff_network_messages_sent_total', { message: 'other' })).toBe(8);
    expect(stream.series('hotstuff_network_queue_depth'), 'gauges cannot share').toHaveLength(32);
    expect(stream.value('quorumscope_label_values_folded_total', { label: 'message' })).toBe(8);
    expect(stream.value('quorumscope_label_values_folded_total', { label: 'queue' })).toBe(8);
  });
});
