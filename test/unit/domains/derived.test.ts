/** Derived gauges: each on a stream on which its neighbours say something else, and absent without its input. */
import { describe, expect, it } from 'vitest';
import { SECOND, TestStream, validators, type TestNode } from './stream.js';

const throughput = {
  consensus: 'hotstuff_consensus_decided_views_per_second',
  blocks: 'hotstuff_consensus_committed_blocks_per_second',
  transactions: 'hotstuff_consensus_committed_transactions_per_second',
};

function enter(node: TestNode, view: number, trigger: 'qc' | 'tc' | 'sync' = 'qc'): void {
  node.say('consensus.view_entered', { view, trigger, leader: 'l' });
}

function commit(node: TestNode, height: number, more = {}): void {
  node.say('consensus.block_committed', { view: height, height, block: `b${height}`, ...more });
}

/** Four views a second of which one fails, three blocks in two seconds, ten transactions a block. */
function live(node: TestNode, second: number): void {
  for (let i = 0; i < 4; i++) enter(node, 4 * second + i, i === 3 ? 'tc' : 'qc');
  for (let i = 0; i < (second % 2 === 0 ? 2 : 1); i++) commit(node, 2 * second + i, { transactions: 10 });
}

describe('throughput and efficiency', () => {
  it('count views decided, blocks committed and transactions committed, each per second', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(70, (second) => live(node, second));
    expect(stream.value(throughput.consensus)).toBeCloseTo(3);
    expect(stream.value(throughput.blocks)).toBeCloseTo(1.5);
    expect(stream.value(throughput.transactions)).toBeCloseTo(15);
    expect(stream.value('hotstuff_consensus_efficiency_ratio')).toBeCloseTo(1.5 / 4);
  });

  it('fall to zero when the chain halts, while the efficiency of nothing is absent', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(30, (second) => live(node, second));
    stream.pass(62);
    expect(Object.values(throughput).map((name) => stream.value(name))).toEqual([0, 0, 0]);
    expect(stream.value('hotstuff_consensus_efficiency_ratio')).toBeUndefined();
  });

  it('leave out what is committed while catching up', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(30, (second) => {
      enter(node, second, 'sync');
      for (let i = 0; i < 50; i++) commit(node, 50 * second + i, { syncing: true, transactions: 10 });
    });
    expect(stream.value(throughput.blocks)).toBe(0);
    expect(stream.value('hotstuff_consensus_efficiency_ratio')).toBeUndefined();
    expect(stream.value('hotstuff_consensus_blocks_committed_total')).toBe(1500);
  });

  it('know no transactions where blocks do not say how many they hold', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(30, (second) => commit(node, second));
    expect(stream.value(throughput.blocks)).toBeCloseTo(1);
    expect(stream.value(throughput.transactions)).toBeUndefined();
  });

  it('are absent at first, after a gap and while nobody speaks for the node', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(4, (second) => live(node, second));
    expect(stream.value(throughput.blocks)).toBeUndefined();
    stream.pass(10, (second) => live(node, second));
    expect(stream.value(throughput.blocks)).toBeGreaterThan(0);
    node.gap('consensus', 100);
    for (const name of Object.values(throughput)) expect(stream.value(name)).toBeUndefined();
    stream.pass(3, (second) => live(node, second));
    expect(stream.value(throughput.blocks)).toBeUndefined();
    stream.pass(10, (second) => live(node, second));
    expect(stream.value(throughput.blocks)).toBeCloseTo(1.5, 0);
    node.detach();
    stream.pass(1);
    expect(stream.value(throughput.blocks)).toBeUndefined();
    expect(stream.value('hotstuff_consensus_blocks_committed_total')).toBeGreaterThan(0);
  });

  it('look at nothing from before an absence when a node has come back', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(100, (second) => live(node, second));
    expect(stream.value(throughput.blocks)).toBeGreaterThan(1);
    node.detach();
    stream.pass(7_200);
    for (const name of Object.values(throughput)) expect(stream.value(name)).toBeUndefined();
    node.reattach();
    stream.pass(4, (second) => live(node, 100 + second));
    expect(stream.value(throughput.blocks), 'too little was watched').toBeUndefined();
    stream.pass(6, (second) => live(node, 104 + second));
    expect(stream.value(throughput.blocks)).toBeGreaterThan(1);
  });
});

describe('latencies', () => {
  it('of confirmation, finalization and end to end begin at admission, proposal and submission', () => {
    const stream = new TestStream();
    const node = stream.node();
    const nowUs = stream.clock.nowUs();
    commit(node, 1, { proposed_at_us: nowUs - 1 * SECOND });
    node.say('mempool.transaction_committed', {
      height: 1,
      admitted_at_us: nowUs - 2 * SECOND,
      submitted_at_us: nowUs - 3 * SECOND,
    });
    node.say('execution.result_persisted', { height: 1, submitted_at_us: nowUs - 4 * SECOND });
    expect(stream.sum('hotstuff_consensus_block_finalization_latency_seconds')).toBeCloseTo(1);
    expect(stream.sum('hotstuff_mempool_transaction_confirmation_latency_seconds')).toBeCloseTo(2);
    expect(stream.sum('hotstuff_execution_end_to_end_latency_seconds')).toBeCloseTo(4);
  });

  it('are not recorded where their beginning is not stated', () => {
    const stream = new TestStream();
    const node = stream.node();
    commit(node, 1);
    commit(node, 2, { proposed_at_us: 0 });
    node.say('execution.result_persisted', { height: 1 });
    expect(stream.value('hotstuff_consensus_block_finalization_latency_seconds')).toBe(0);
    expect(stream.value('hotstuff_execution_end_to_end_latency_seconds')).toBe(0);
  });
});

describe('storage efficiency', () => {
  const ratio = 'hotstuff_storage_efficiency_ratio';

  it('is logical over physical bytes of the writes that state both', () => {
    const stream = new TestStream();
    const node = stream.node();
    const write = { key_type: 'block', outcome: 'ok', duration_us: 5 } as const;
    stream.pass(10, () => {
      node.say('storage.write_completed', { ...write, bytes: 100, physical_bytes: 500 });
      node.say('storage.write_completed', { ...write, bytes: 9_000 });
      node.say('storage.batch_completed', {
        operations: 2,
        outcome: 'ok',
        duration_us: 5,
        bytes: 100,
        physical_bytes: 300,
      });
      node.say('storage.batch_completed', {
        operations: 2,
        outcome: 'ok',
        duration_us: 5,
        physical_bytes: 7_000,
      });
    });
    expect(stream.value(ratio)).toBeCloseTo(0.25);
    expect(stream.value('hotstuff_storage_written_bytes_total')).toBe(92_000);
    node.gap('storage');
    expect(stream.value(ratio)).toBeUndefined();
  });

  it('is absent where no write says what reached the disk', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(10, () =>
      node.say('storage.write_completed', { key_type: 'block', outcome: 'ok', duration_us: 5, bytes: 100 }),
    );
    expect(stream.value(ratio)).toBeUndefined();
  });
});

describe('bandwidth', () => {
  const bandwidth = 'hotstuff_network_bandwidth_bytes_per_second';
  const utilization = 'hotstuff_network_bandwidth_utilization_ratio';
  const traffic = (node: TestNode): void => {
    node.say('network.message_sent', { message: 'vote1', bytes: 300 });
    node.say('network.message_received', { message: 'vote1', bytes: 100, weight: 2 });
  };

  it('is what was sent and received, over the reported capacity', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(10, () => traffic(node));
    expect(stream.value(bandwidth)).toBeCloseTo(500);
    expect(stream.value(utilization), 'no capacity known').toBeUndefined();
    node.say('network.link_measured', { capacity_bytes_per_second: 5000 });
    stream.pass(1, () => traffic(node));
    expect(stream.value(utilization)).toBeCloseTo(0.1);
  });

  it('uses the configured capacity until a node reports its own', () => {
    const stream = new TestStream({ linkCapacity: 1000 });
    const node = stream.node();
    stream.pass(10, () => traffic(node));
    expect(stream.value(utilization)).toBeCloseTo(0.5);
  });

  it('is absent where messages are not stated', () => {
    const stream = new TestStream();
    const node = stream.node();
    stream.pass(10, () => node.say('network.peers_measured', { active: 3 }));
    expect(stream.value(bandwidth)).toBeUndefined();
  });
});

describe('what several nodes show together', () => {
  const delivery = (stream: TestStream, message: string) =>
    stream.value('hotstuff_network_message_delivery_ratio', { message });
  const efficiency = (stream: TestStream) => stream.value('hotstuff_network_efficiency_ratio');
  const groups = (stream: TestStream) => stream.value('hotstuff_network_connected_groups');

  /** The four validators, attached under names that are not their ids. */
  function four(
    stream: TestStream,
    protocol: 'hotstuff2-chained' | 'hotstuff2-basic' | 'other' = 'hotstuff2-chained',
  ) {
    return validators.map(({ id, name }) => ({
      id,
      node: stream.node(`node-${name}`, { validator: id, protocol }),
    }));
  }
  type Four = ReturnType<typeof four>;

  /** One decided view: a proposal to each, a vote of each; `reaches` says what arrives. */
  function view(
    nodes: Four,
    number: number,
    reaches: (from: number, to: number) => boolean = () => true,
  ): void {
    const leader = number % nodes.length;
    const send = (from: number, to: number, message: string): void => {
      if (from === to) return;
      nodes[from]!.node.say('network.message_sent', { message, peer: nodes[to]!.id, bytes: 100 });
      if (reaches(from, to))
        nodes[to]!.node.say('network.message_received', { message, peer: nodes[from]!.id, bytes: 100 });
    };
    nodes.forEach((_, i) => send(leader, i, 'proposal'));
    nodes.forEach((_, i) => send(i, (leader + 1) % nodes.length, 'vote1'));
    for (const { node } of nodes) enter(node, number);
  }

  it('delivery is received over sent, by message type', () => {
    const stream = new TestStream();
    const nodes = four(stream);
    stream.pass(21, (second) => view(nodes, second, (from) => from !== 3 || second % 2 === 0));
    // Node 3 leads in odd views: none of its proposals arrive; of its votes (not to itself) a part.
    expect(delivery(stream, 'proposal')).toBeCloseTo(0.75);
    expect(delivery(stream, 'vote1')).toBeGreaterThan(0.75);
    expect(delivery(stream, 'vote1')).toBeLessThan(1);
  });

  it('delivery knows nothing of nodes that are not attached', () => {
    const stream = new TestStream();
    const [first] = four(stream);
    const alone = new TestStream();
    const node = alone.node('solo', { validator: validators[0]!.id });
    for (const [s, n] of [
      [stream, first!.node],
      [alone, node],
    ] as const)
      s.pass(20, () => n.say('network.message_sent', { message: 'vote1', peer: 'somebody-else', bytes: 1 }));
    expect(delivery(stream, 'vote1')).toBeUndefined();
    expect(delivery(alone, 'vote1')).toBeUndefined();
  });

  it('delivery finds the node behind a transport id', () => {
    const stream = new TestStream();
    const [a, b] = four(stream) as [Four[number], Four[number]];
    a.node.say('network.peer_connected', { peer: '12D3Koo-b', direction: 'outbound', validator: b.id });
    b.node.say('network.peer_connected', { peer: '12D3Koo-a', direction: 'inbound', validator: a.id });
    stream.pass(21, (second) => {
      a.node.say('network.message_sent', { message: 'wish', peer: '12D3Koo-b', bytes: 1 });
      if (second % 2 === 0)
        b.node.say('network.message_received', { message: 'wish', peer: '12D3Koo-a', bytes: 1 });
    });
    expect(delivery(stream, 'wish')).toBeCloseTo(0.5);
  });

  it('delivery leaves out what a node sends to itself', () => {
    const stream = new TestStream();
    const [a, b] = four(stream) as [Four[number], Four[number]];
    stream.pass(20, () => {
      for (const peer of [a.id, b.id])
        a.node.say('network.message_sent', { message: 'wish', peer, bytes: 1 });
      for (const { node } of [a, b])
        node.say('network.message_received', { message: 'wish', peer: a.id, bytes: 1 });
    });
    expect(delivery(stream, 'wish')).toBe(1);
  });

  it('delivery of a type that appears just after a gap waits for the next tick like the rest', () => {
    const stream = new TestStream();
    const [a, b] = four(stream) as [Four[number], Four[number]];
    const send = (message: string, received: boolean): void => {
      a.node.say('network.message_sent', { message, peer: b.id, bytes: 1 });
      if (received) b.node.say('network.message_received', { message, peer: a.id, bytes: 1 });
    };
    stream.pass(10, () => send('wish', true));
    b.node.gap('network');
    send('tc', false);
    stream.pass(10, () => send('tc', true));
    expect(delivery(stream, 'tc')).toBe(1);
  });

  it('efficiency is what the protocol needs over what was sent', () => {
    const stream = new TestStream();
    const nodes = four(stream);
    stream.pass(40, (second) => view(nodes, second));
    expect(efficiency(stream)).toBeCloseTo(1, 1);
    stream.pass(70, (second) => {
      view(nodes, 40 + second);
      for (const { node } of nodes)
        node.say('network.message_sent', { message: 'gossip', bytes: 9, weight: 1.5 });
    });
    expect(efficiency(stream)).toBeCloseTo(0.5, 1);
  });

  it('efficiency knows that the basic form needs twice the messages', () => {
    const stream = new TestStream();
    const nodes = four(stream, 'hotstuff2-basic');
    stream.pass(40, (second) => {
      view(nodes, 2 * second);
      view(nodes, 2 * second + 1);
      for (const { node } of nodes) enter(node, 2 * second + 2, 'tc');
    });
    expect(efficiency(stream)).toBeCloseTo(2, 1);
  });

  it('efficiency is absent for an unknown protocol, and unless every validator is attached', () => {
    const unknown = new TestStream();
    const all = four(unknown, 'other');
    unknown.pass(20, (second) => view(all, second));
    expect(efficiency(unknown)).toBeUndefined();
    const stream = new TestStream();
    const nodes = four(stream);
    stream.pass(20, (second) => view(nodes, second));
    expect(efficiency(stream)).toBeDefined();
    for (const { node } of nodes) node.gap('consensus');
    stream.pass(1);
    expect(efficiency(stream), 'nobody knows what was decided').toBeUndefined();
    stream.pass(20, (second) => view(nodes, 20 + second));
    expect(efficiency(stream)).toBeDefined();
    nodes[3]!.node.detach();
    stream.pass(20, (second) => view(nodes, second));
    expect(efficiency(stream)).toBeUndefined();
  });

  it('groups are one while everybody is reached, and two when the network splits', () => {
    const stream = new TestStream();
    const nodes = four(stream);
    stream.pass(59, (second) => view(nodes, second));
    expect(groups(stream), 'not watched for a whole window').toBeUndefined();
    stream.pass(10, (second) => view(nodes, second));
    expect(groups(stream)).toBe(1);
    expect(stream.value('hotstuff_network_partitions_total')).toBe(0);
    const isSameSide = (from: number, to: number): boolean => from < 2 === to < 2;
    stream.pass(70, (second) => view(nodes, second, isSameSide));
    expect(groups(stream)).toBe(2);
    expect(stream.value('hotstuff_network_partitions_total')).toBe(1);
    stream.pass(10, (second) => view(nodes, second));
    expect(groups(stream)).toBe(1);
    expect(stream.value('hotstuff_network_partitions_total')).toBe(1);
  });

  it('groups hold together by a validator that is not attached', () => {
    const stream = new TestStream();
    const [a, b] = ['a', 'b'].map((name, i) => stream.node(name, { validator: validators[i]!.id }));
    stream.pass(62, () => {
      for (const node of [a!, b!]) {
        node.say('network.message_sent', { message: 'vote1', peer: validators[2]!.id, bytes: 1 });
        node.say('network.message_received', { message: 'proposal', peer: validators[2]!.id, bytes: 1 });
      }
    });
    expect(groups(stream)).toBe(1);
  });

  it('groups are absent when a node is no validator, is silent, or lost events', () => {
    const full = (spoil: (nodes: Four, stream: TestStream) => void): number | undefined => {
      const stream = new TestStream();
      const nodes = four(stream);
      stream.pass(62, (second) => view(nodes, second));
      expect(groups(stream)).toBe(1);
      spoil(nodes, stream);
      return groups(stream);
    };
    expect(
      full((nodes, stream) => (nodes[0]!.node.hello({ validator: 'outsider' }), stream.pass(1))),
    ).toBeUndefined();
    expect(full((nodes, stream) => (nodes[0]!.node.gap('network'), stream.pass(1)))).toBeUndefined();
    expect(full((nodes, stream) => stream.pass(70, (s) => view(nodes.slice(1), s)))).toBeUndefined();
    expect(full((nodes, stream) => (nodes[0]!.node.hello({ run: 'run-2' }), stream.pass(1)))).toBeUndefined();
  });

  it('a clock that is off shows as the largest offset, and is forgotten with time', () => {
    const stream = new TestStream();
    const node = stream.node();
    const largest = () => stream.value('hotstuff_network_largest_clock_offset_seconds');
    node.say('network.clock_offset_measured', { peer: 'a', offset_us: -250_000 });
    node.say('network.clock_offset_measured', { peer: 'b', offset_us: 100_000 });
    stream.pass(1);
    expect(largest()).toBeCloseTo(0.25);
    node.say('network.clock_offset_measured', { peer: 'a', offset_us: 0 });
    stream.pass(1);
    expect(largest()).toBeCloseTo(0.1);
    stream.pass(310);
    expect(largest()).toBeUndefined();
  });

  it('a clock that is off from most is the own one; half of the peers convict nobody', () => {
    const stream = new TestStream();
    const node = stream.node();
    const median = () => stream.value('hotstuff_network_median_clock_offset_seconds');
    const say = (offsets: readonly number[]): void => {
      offsets.forEach((offset_us, i) =>
        node.say('network.clock_offset_measured', { peer: `p${i}`, offset_us }),
      );
      stream.pass(1);
    };
    say([-2_000_000, 10_000, 0]);
    expect(median()).toBe(0);
    say([-2_000_000, -1_900_000, 0]);
    expect(median()).toBeCloseTo(-1.9);
    say([-2_000_000, -1_900_000, 0, 0]);
    expect(median()).toBe(0);
    stream.pass(310);
    expect(median()).toBeUndefined();
  });
});

describe('execution efficiency', () => {
  it('is expected over used fuel per contract, over the calls that state it', () => {
    const stream = new TestStream();
    const node = stream.node();
    const call = { entry: 'e', kind: 'call', outcome: 'ok', duration_us: 10 } as const;
    stream.pass(10, () => {
      node.say('execution.invocation_completed', {
        ...call,
        contract: 'good',
        fuel_used: 100,
        expected_fuel: 150n,
      });
      node.say('execution.invocation_completed', {
        ...call,
        contract: 'bad',
        fuel_used: 100n,
        expected_fuel: 40,
      });
      node.say('execution.invocation_completed', { ...call, contract: 'bad', fuel_used: 1e9 });
      node.say('execution.invocation_completed', { ...call, contract: 'silent', fuel_used: 5 });
    });
    const of = (contract: string) => stream.value('hotstuff_execution_efficiency_ratio', { contract });
    expect([of('good'), of('bad'), of('silent')]).toEqual([1.5, 0.4, undefined]);
  });
});
