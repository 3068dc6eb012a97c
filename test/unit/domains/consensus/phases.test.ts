/** The phases of a view: who closed the quorum and how closely, and the way of a block in one line. */
import { describe, expect, it } from 'vitest';
import { criticalPath, phasesOf } from '../../../../src/domains/consensus/record/phases.js';
import { alpha, beta, delta, gamma, ms, RecordStream } from './views.js';

const label = (id: string): string => id.split('-')[0]!;

function collected(): RecordStream {
  const stream = new RecordStream();
  const node = stream.node('n1', { view_timeout_us: ms(250) });
  node.enter(8, 0);
  node.propose(8, 21.3);
  node.node.say('storage.sync_completed', { target: 'vote', duration_us: 1_600, ...node.at(23) });
  node.vote(8, 23);
  node.voted(8, 23.1, beta);
  node.voted(8, 41.9, alpha);
  node.voted(8, 45.1, gamma);
  node.certify(8, 45.1, [alpha, beta, gamma]);
  node.enter(9, 46);
  node.voted(8, 57.1, delta, ms(12));
  node.commit(8, 91);
  node.enter(10, 92, { trigger: 'tc' });
  return stream;
}

describe('phases', () => {
  it('say when each was reached and how closely the quorum was closed', () => {
    expect(phasesOf(collected().record(8))).toEqual({
      proposalUs: ms(21.3),
      voteUs: ms(23),
      certifiedUs: ms(45.1),
      secondVoteUs: undefined,
      secondCertifiedUs: undefined,
      committedUs: ms(91),
      closing: { validator: gamma, afterUs: ms(3.2), beforeUs: ms(12) },
      secondClosing: undefined,
      timerSlackUs: ms(454.9),
    });
  });

  it('read in one line', () => {
    expect(criticalPath(collected().record(8), label)).toBe(
      'view 8: entered 0 ms by qc, proposal +21.3 (leader alpha, handled in 0.1), vote +23.0 (persist 1.6), ' +
        'QC +45.1 closed by gamma (3.2 ms after the vote before, slack 454.9 ms), commit +91.0',
    );
  });

  it('say of a failed view what did not come', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(9, 0);
    node.expire(9, 500);
    node.node.say('consensus.tc_received', { view: 10, ...node.at(540) });
    node.enter(10, 540, { trigger: 'tc' });
    expect(criticalPath(stream.record(9), label)).toBe(
      'view 9: entered 0 ms by qc, no proposal (leader beta), timer expired +500.0, TC +540.0',
    );
  });

  it('take leaving by a certificate for having it, where the node states none', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(8, 0);
    node.enter(9, 46);
    expect(phasesOf(stream.record(8)).certifiedUs).toBe(ms(46));
  });
});

describe('metrics of phases', () => {
  it('count closings by validator, gaps, use of the timer, back-off and skipped views', () => {
    const { stream } = collected();
    expect(stream.value('hotstuff_consensus_validator_quorum_closings_total', { validator: 'gamma' })).toBe(
      1,
    );
    expect(stream.sum('hotstuff_consensus_quorum_closing_gap_seconds')).toBeCloseTo(0.0032);
    expect(stream.value('hotstuff_consensus_view_timer_used_ratio')).toBe(1);
    expect(stream.sum('hotstuff_consensus_view_timer_used_ratio')).toBeCloseTo(46 / 500);
    expect(stream.value('hotstuff_consensus_view_timer_backoff_ratio')).toBe(2);
  });

  it('count a jump by what made it, and none across a gap or a start', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(1, 0);
    node.enter(101, 1, { trigger: 'sync' });
    node.node.gap('consensus');
    node.enter(200, 2);
    node.node.hello({ run: 'run-2' });
    node.enter(300, 3, { trigger: 'start' });
    node.enter(303, 4, { trigger: 'tc' });
    const skipped = (trigger: string) =>
      stream.stream.value('hotstuff_consensus_views_skipped_total', { trigger });
    expect([skipped('sync'), skipped('qc'), skipped('tc')]).toEqual([99, undefined, 2]);
  });

  it('time the second phase of the basic form', () => {
    const stream = new RecordStream();
    const node = stream.node('n1', { protocol: 'hotstuff2-basic' });
    node.enter(5, 0);
    node.certify(5, 20, [alpha, beta, gamma], false);
    node.node.say('consensus.dc_received', { view: 5, block: 'b5', ...node.at(44) });
    node.enter(6, 44, { trigger: 'dc' });
    expect(stream.stream.sum('hotstuff_consensus_second_phase_duration_seconds')).toBeCloseTo(0.024);
  });
});
