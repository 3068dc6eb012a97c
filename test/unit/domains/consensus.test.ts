import { describe, expect, it } from 'vitest';
import { SECOND, TestStream, validators, type TestNode } from './stream.js';

const [alpha, beta] = validators.map(({ id }) => id) as [string, string];
const ms = (value: number): number => value * 1000;

function enter(
  node: TestNode,
  view: number,
  trigger: 'qc' | 'dc' | 'tc' | 'timer' | 'sync' | 'start' = 'qc',
  more = {},
) {
  node.say('consensus.view_entered', { view, trigger, leader: alpha, ...more });
}

function commit(node: TestNode, height: number, more = {}): void {
  node.say('consensus.block_committed', { view: height, height, block: `b${height}`, ...more });
}

function propose(node: TestNode, view: number, more = {}): void {
  const body = { view, height: view, block: `b${view}`, parent: `b${view - 1}`, justify_view: view - 1 };
  node.say('consensus.proposal_received', { ...body, validator: alpha, ...more });
}

function begin(): { stream: TestStream; node: TestNode } {
  const stream = new TestStream();
  return { stream, node: stream.node() };
}

describe('views', () => {
  it('counts entries by trigger and shows the current view', () => {
    const { stream, node } = begin();
    enter(node, 1, 'start');
    enter(node, 2);
    enter(node, 3);
    enter(node, 4, 'tc');
    const changes = (trigger: string) => stream.value('hotstuff_consensus_view_changes_total', { trigger });
    expect([changes('start'), changes('qc'), changes('tc')]).toEqual([1, 2, 1]);
    expect(stream.value('hotstuff_consensus_current_view')).toBe(4);
  });

  it('measures a view from entry to entry, decided and failed apart', () => {
    const { stream, node } = begin();
    enter(node, 1, 'start', { mono_us: 0 });
    enter(node, 2, 'qc', { mono_us: ms(100) });
    enter(node, 3, 'tc', { mono_us: ms(1100) });
    const sum = (outcome: string) => stream.sum('hotstuff_consensus_view_duration_seconds', { outcome });
    expect(sum('decided')).toBeCloseTo(0.1);
    expect(sum('failed')).toBeCloseTo(1);
  });

  it('measures the change of a failed view from the first expiry of its timer', () => {
    const { stream, node } = begin();
    enter(node, 5, 'qc', { mono_us: 0 });
    node.say('consensus.view_timed_out', { view: 5, mono_us: ms(1000) });
    node.say('consensus.view_timed_out', { view: 5, mono_us: ms(2000) });
    enter(node, 6, 'tc', { mono_us: ms(2300) });
    expect(stream.sum('hotstuff_consensus_view_change_duration_seconds')).toBeCloseTo(1.3);
    enter(node, 7, 'tc', { mono_us: ms(2500) });
    expect(stream.value('hotstuff_consensus_view_change_duration_seconds'), 'no timeout here').toBe(1);
    expect(stream.value('hotstuff_consensus_view_timeouts_total')).toBe(2);
  });

  it('takes a jump by sync for one view change without any duration', () => {
    const { stream, node } = begin();
    enter(node, 1, 'qc', { mono_us: 0 });
    node.say('consensus.view_timed_out', { view: 1, mono_us: ms(500) });
    enter(node, 900, 'sync', { mono_us: ms(9000) });
    expect(stream.value('hotstuff_consensus_view_changes_total', { trigger: 'sync' })).toBe(1);
    expect(stream.series('hotstuff_consensus_view_changes_total')).toHaveLength(2);
    expect(stream.value('hotstuff_consensus_view_duration_seconds', { outcome: 'failed' })).toBe(0);
    expect(stream.value('hotstuff_consensus_view_change_duration_seconds')).toBe(0);
    enter(node, 901, 'qc', { mono_us: ms(9100) });
    expect(stream.sum('hotstuff_consensus_view_duration_seconds', { outcome: 'decided' })).toBeCloseTo(0.1);
  });

  it('counts timeouts in a row until a view is decided', () => {
    const { stream, node } = begin();
    const inARow = () => stream.value('hotstuff_consensus_consecutive_view_timeouts');
    enter(node, 1);
    for (const view of [1, 2, 3]) {
      node.say('consensus.view_timed_out', { view });
      enter(node, view + 1, 'tc');
    }
    expect(inARow()).toBe(3);
    enter(node, 5, 'qc');
    expect(inARow()).toBe(0);
    node.say('consensus.view_timed_out', { view: 5, consecutive: 7 });
    expect(inARow(), 'the node knows better').toBe(7);
  });

  it('counts the views that this node leads once it says who it is', () => {
    const stream = new TestStream();
    const anonymous = stream.node('n1');
    enter(anonymous, 1);
    expect(stream.value('hotstuff_consensus_views_led_total', { node_id: 'n1' })).toBeUndefined();
    const leader = stream.node('n2', { validator: alpha });
    enter(leader, 1);
    enter(leader, 2, 'qc', { leader: beta });
    expect(stream.value('hotstuff_consensus_views_led_total', { node_id: 'n2' })).toBe(1);
  });
});

describe('durations', () => {
  it('prefer the monotonic clock, and use the wall clock unless both events have it', () => {
    const { stream, node } = begin();
    enter(node, 1, 'qc', { ts_us: 1_000_000, mono_us: 0 });
    enter(node, 2, 'qc', { ts_us: 9_000_000, mono_us: ms(100) });
    const sum = () => stream.sum('hotstuff_consensus_view_duration_seconds', { outcome: 'decided' });
    expect(sum()).toBeCloseTo(0.1);
    enter(node, 3, 'qc', { ts_us: 9_500_000 });
    expect(sum()).toBeCloseTo(0.6);
  });

  it('that come out negative are counted by metric and never recorded', () => {
    const { stream, node } = begin();
    enter(node, 1, 'qc', { ts_us: 2_000_000 });
    enter(node, 2, 'qc', { ts_us: 1_000_000 });
    commit(node, 1, { ts_us: 3_000_000, proposed_at_us: 4_000_000 });
    const negative = (metric: string) => stream.value('quorumscope_negative_spans_total', { metric });
    expect(negative('hotstuff_consensus_view_duration_seconds')).toBe(1);
    expect(negative('hotstuff_consensus_block_finalization_latency_seconds')).toBe(1);
    expect(stream.value('hotstuff_consensus_view_duration_seconds', { outcome: 'decided' })).toBe(0);
    expect(stream.value('hotstuff_consensus_block_finalization_latency_seconds')).toBe(0);
  });

  it.each([
    ['a new run', (node: TestNode) => node.hello({ run: 'run-2' }), 0],
    ['a gap in consensus', (node: TestNode) => node.gap('consensus'), 0],
    ['a gap elsewhere', (node: TestNode) => node.gap('network'), 1],
    ['the same hello again', (node: TestNode) => node.hello(), 1],
    ['a reconnect without loss', (node: TestNode) => (node.detach(), node.reattach()), 1],
  ])('across %s are recorded only where nothing is missing', (_, between, expected) => {
    const { stream, node } = begin();
    enter(node, 1);
    propose(node, 1);
    node.say('consensus.view_timed_out', { view: 1 });
    stream.clock.advance(SECOND);
    between(node);
    enter(node, 2, 'tc');
    commit(node, 1);
    expect(stream.value('hotstuff_consensus_view_duration_seconds', { outcome: 'failed' })).toBe(expected);
    expect(stream.value('hotstuff_consensus_view_change_duration_seconds')).toBe(expected);
    expect(stream.value('hotstuff_consensus_block_commit_duration_seconds')).toBe(expected);
  });
});

describe('blocks', () => {
  it('are followed from proposal to commit, stage by stage', () => {
    const { stream, node } = begin();
    const at = (value: number) => ({ mono_us: ms(value) });
    enter(node, 1, 'qc', at(0));
    propose(node, 1, at(10));
    node.say('consensus.vote_sent', { view: 1, vote: 'vote1', block: 'b1', ...at(30) });
    enter(node, 2, 'qc', at(100));
    node.say('consensus.qc_received', { view: 1, block: 'b1', ...at(110) });
    node.say('consensus.qc_received', { view: 1, block: 'b1', ...at(170) });
    commit(node, 1, at(310));
    const sum = (stage: string) => stream.sum('hotstuff_consensus_stage_duration_seconds', { stage });
    expect(sum('propose')).toBeCloseTo(0.01);
    expect(sum('vote')).toBeCloseTo(0.02);
    expect(sum('certify')).toBeCloseTo(0.1);
    expect(sum('commit')).toBeCloseTo(0.2);
    expect(stream.sum('hotstuff_consensus_block_commit_duration_seconds')).toBeCloseTo(0.3);
  });

  it('that this node proposes give the time from entry to proposal, and of the building', () => {
    const { stream, node } = begin();
    enter(node, 1, 'qc', { mono_us: 0 });
    const block = { view: 1, height: 1, block: 'b1', parent: 'b0', justify_view: 0 };
    node.say('consensus.proposal_sent', { ...block, transactions: 0, build_us: 4000, mono_us: 9000 });
    expect(stream.sum('hotstuff_consensus_block_proposal_duration_seconds')).toBeCloseTo(0.009);
    expect(stream.sum('hotstuff_consensus_block_build_duration_seconds')).toBeCloseTo(0.004);
    expect(stream.value('hotstuff_consensus_blocks_proposed_total')).toBe(1);
    expect(stream.value('hotstuff_consensus_empty_blocks_proposed_total')).toBe(1);
    expect(stream.value('hotstuff_consensus_stage_duration_seconds', { stage: 'propose' })).toBe(0);
  });

  it('fetched while catching up are counted, but left out of latency', () => {
    const { stream, node } = begin();
    const nowUs = stream.clock.nowUs();
    commit(node, 1, { syncing: true, proposed_at_us: nowUs - 3600 * SECOND, transactions: 5 });
    commit(node, 2, { proposed_at_us: nowUs - 2 * SECOND, transactions: 5 });
    expect(stream.value('hotstuff_consensus_blocks_committed_total')).toBe(2);
    expect(stream.value('hotstuff_consensus_transactions_committed_total')).toBe(10);
    expect(stream.value('hotstuff_consensus_block_finalization_latency_seconds')).toBe(1);
    expect(stream.sum('hotstuff_consensus_block_finalization_latency_seconds')).toBeCloseTo(2);
  });

  it('show height, view and time of the last commit, and the views since', () => {
    const { stream, node } = begin();
    for (const view of [1, 2, 3]) enter(node, view);
    expect(stream.value('hotstuff_consensus_views_since_last_commit')).toBe(3);
    commit(node, 1);
    enter(node, 4);
    enter(node, 5);
    commit(node, 2);
    commit(node, 3);
    expect(stream.value('hotstuff_consensus_committed_height')).toBe(3);
    expect(stream.value('hotstuff_consensus_committed_view')).toBe(3);
    expect(stream.value('hotstuff_consensus_last_commit_timestamp_seconds')).toBe(stream.clock.nowUs() / 1e6);
    expect(stream.value('hotstuff_consensus_views_since_last_commit')).toBe(0);
    expect(stream.value('hotstuff_consensus_views_per_commit'), 'the first has no beginning').toBe(2);
    expect(stream.sum('hotstuff_consensus_views_per_commit')).toBe(2);
  });

  it('give no views per commit across catching up', () => {
    const { stream, node } = begin();
    commit(node, 1);
    for (const view of [1, 2, 3]) enter(node, view);
    commit(node, 2, { syncing: true });
    enter(node, 4);
    commit(node, 3);
    expect(stream.value('hotstuff_consensus_views_per_commit')).toBe(0);
    enter(node, 5);
    commit(node, 4);
    expect(stream.sum('hotstuff_consensus_views_per_commit')).toBe(1);
  });

  it('are forgotten, oldest first, when too many wait for a commit', () => {
    const { stream, node } = begin();
    for (let view = 1; view <= 257; view++) propose(node, view);
    commit(node, 1);
    expect(stream.value('hotstuff_consensus_block_commit_duration_seconds')).toBe(0);
    commit(node, 2);
    expect(stream.value('hotstuff_consensus_block_commit_duration_seconds')).toBe(1);
  });
});

describe('votes', () => {
  const vote = { view: 7, vote: 'vote1', block: 'b7' } as const;

  it('add up to all arrivals by outcome, in all and per validator', () => {
    const { stream, node } = begin();
    node.say('consensus.vote_received', { ...vote, validator: alpha, processing_us: 50 });
    node.say('consensus.vote_received', { ...vote, validator: beta, late_us: 20_000 });
    node.say('consensus.vote_rejected', { ...vote, validator: beta, reason: 'duplicate' });
    node.say('consensus.vote_rejected', { ...vote, validator: beta, reason: 'invalid_signature' });
    const all = (outcome: string) =>
      stream.value('hotstuff_consensus_votes_received_total', { vote: 'vote1', outcome });
    expect(['in_time', 'late', 'duplicate', 'rejected'].map(all)).toEqual([1, 1, 1, 1]);
    const of = (validator: string, outcome: string) =>
      stream.value('hotstuff_consensus_validator_votes_received_total', { validator, outcome });
    expect([of('alpha', 'in_time'), of('alpha', 'late'), of('beta', 'in_time'), of('beta', 'late')]).toEqual([
      1, 0, 0, 1,
    ]);
    expect(stream.value('hotstuff_consensus_votes_rejected_total', { reason: 'duplicate' })).toBe(1);
    expect(stream.sum('hotstuff_consensus_vote_lateness_seconds')).toBeCloseTo(0.02);
    expect(stream.sum('hotstuff_consensus_vote_processing_duration_seconds')).toBeCloseTo(0.00005);
  });

  it('of strangers count under other, however many strangers there are', () => {
    const { stream, node } = begin();
    for (let i = 0; i < 100; i++)
      node.say('consensus.vote_received', { ...vote, validator: `stranger-${i}` });
    expect(stream.series('hotstuff_consensus_validator_votes_received_total')).toHaveLength(4);
    const labels = { validator: 'other', outcome: 'in_time' };
    expect(stream.value('hotstuff_consensus_validator_votes_received_total', labels)).toBe(100);
  });

  it('raise the last voted view of a validator, and a new run starts it over', () => {
    const { stream, node } = begin();
    const last = () => stream.value('hotstuff_consensus_validator_last_vote_view', { validator: 'alpha' });
    node.say('consensus.vote_received', { ...vote, validator: alpha, view: 9 });
    node.say('consensus.vote_received', { ...vote, validator: alpha, view: 8, late_us: 1 });
    expect(last()).toBe(9);
    node.hello({ run: 'run-2' });
    node.say('consensus.vote_received', { ...vote, validator: alpha, view: 2 });
    expect(last()).toBe(2);
  });
});

describe('certificates', () => {
  it('count by kind, with what they took and who signed', () => {
    const { stream, node } = begin();
    const signers = [alpha, beta, 'x'];
    node.say('consensus.qc_formed', { view: 5, block: 'b5', signers, collect_us: 7000 });
    node.say('consensus.tc_formed', { view: 6 });
    node.say('consensus.dc_received', { view: 4, block: 'b4' });
    const count = (what: string, certificate: string) =>
      stream.value(`hotstuff_consensus_certificates_${what}_total`, { certificate });
    expect([count('formed', 'qc'), count('formed', 'tc'), count('received', 'dc')]).toEqual([1, 1, 1]);
    expect(stream.sum('hotstuff_consensus_certificate_signers', { certificate: 'qc' })).toBe(3);
    expect(
      stream.sum('hotstuff_consensus_certificate_collect_duration_seconds', { certificate: 'qc' }),
    ).toBeCloseTo(0.007);
  });

  it('raise the highest views, while the lock is shown as stated', () => {
    const { stream, node } = begin();
    node.say('consensus.qc_received', { view: 9, block: 'b9' });
    node.say('consensus.qc_received', { view: 8, block: 'b8' });
    expect(stream.value('hotstuff_consensus_highest_qc_view')).toBe(9);
    expect(stream.value('hotstuff_consensus_highest_tc_view')).toBeUndefined();
    node.say('consensus.lock_updated', { view: 9, block: 'b9' });
    node.say('consensus.lock_updated', { view: 3, block: 'b3' });
    expect(stream.value('hotstuff_consensus_locked_view')).toBe(3);
  });
});

describe('the validator set', () => {
  const labelled = (stream: TestStream) =>
    stream.series('hotstuff_validator_info').map(({ validator }) => validator);

  it('is shown for the chain, with the full ids behind the labels', () => {
    const stream = new TestStream();
    for (const name of ['n1', 'n2']) enter(stream.node(name, { validator: alpha }), 1);
    expect(stream.value('hotstuff_validator_info', { validator: 'alpha', id: alpha })).toBe(1);
    expect(stream.value('hotstuff_consensus_validators')).toBe(4);
    expect(stream.value('hotstuff_consensus_set_voting_power')).toBe(4);
    expect(stream.value('hotstuff_consensus_quorum_voting_power')).toBe(3);
    expect(stream.value('hotstuff_consensus_own_voting_power', { node_id: 'n1' })).toBe(1);
  });

  it('takes the series of those who leave along, on every node', () => {
    const stream = new TestStream();
    const [first, second] = [stream.node('n1'), stream.node('n2')];
    const vote = { view: 1, vote: 'vote1', block: 'b1' } as const;
    for (const node of [first, second])
      for (const validator of [alpha, beta]) {
        node.say('consensus.vote_received', { ...vote, validator });
        node.say('consensus.wish_received', { view: 2, validator });
        node.say('consensus.byzantine_detected', { kind: 'double_vote', validator, view: 1 });
        node.say('consensus.proposal_rejected', { view: 1, validator, reason: 'malformed' });
      }
    const carriers = () =>
      stream.board
        .families()
        .flatMap(({ series }) => series)
        .filter(({ labelValues }) => labelValues.includes('beta')).length;
    expect(carriers()).toBeGreaterThan(10);
    first.say('consensus.epoch_changed', {
      epoch: 1,
      view: 3,
      validators: validators.filter(({ id }) => id !== beta),
    });
    expect(carriers()).toBe(0);
    expect(labelled(stream)).toEqual(['alpha', 'delta', 'gamma']);
    second.say('consensus.vote_received', { ...vote, validator: beta });
    const late = { node_id: 'n2', validator: 'other', outcome: 'in_time' };
    expect(stream.value('hotstuff_consensus_validator_votes_received_total', late)).toBe(1);
    const stays = { node_id: 'n2', validator: 'alpha', outcome: 'in_time' };
    expect(stream.value('hotstuff_consensus_validator_votes_received_total', stays)).toBe(1);
  });
});

describe('reports', () => {
  it('exist at zero for safety, so that the first violation is an increase', () => {
    const { stream, node } = begin();
    enter(node, 1);
    const violations = () =>
      stream.value('hotstuff_consensus_safety_violations_total', { kind: 'conflicting_commit' });
    expect(violations()).toBe(0);
    node.say('consensus.safety_violated', { kind: 'conflicting_commit', view: 1 });
    expect(violations()).toBe(1);
  });

  it('name the validator and what it did', () => {
    const { stream, node } = begin();
    node.say('consensus.byzantine_detected', { kind: 'double_vote', validator: beta, view: 1 });
    const labels = { kind: 'double_vote', validator: 'beta' };
    expect(stream.value('hotstuff_consensus_byzantine_behaviors_total', labels)).toBe(1);
  });
});
