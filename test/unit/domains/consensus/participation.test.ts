/** Who takes part, statement by statement: what counts as in time, late, absent, and what counts for nothing. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OutcomeWindow, windows } from '../../../../src/domains/consensus/participation/outcome-window.js';
import { Standing } from '../../../../src/domains/consensus/participation/standing.js';
import { validators } from '../stream.js';
import { alpha, beta, delta, gamma, leaderOf, RecordStream, type Speaking } from './views.js';

const VIEW_MS = 100;

/** A view that beta collects: led by alpha, since beta leads the next. */
function collect(
  node: Speaking,
  view: number,
  voters: readonly string[],
  late: readonly string[] = [],
): void {
  const atMs = view * VIEW_MS;
  node.enter(view, atMs);
  node.propose(view, atMs + 1);
  voters.forEach((voter, i) => node.voted(view, atMs + 10 + i, voter));
  if (voters.length >= 3) node.certify(view, atMs + 20, voters);
  for (const voter of late) node.voted(view, atMs + 40, voter, 20_000);
}

/** Passes `views` views of which nothing is said but that they were entered. */
function pass(node: Speaking, from: number, views: number): void {
  for (let view = from; view < from + views; view++) node.enter(view, view * VIEW_MS);
}

/** Views 4, 8, 12, ... are collected as told, the rest passes. */
function collected(
  stream: RecordStream,
  node: Speaking,
  each: readonly (readonly string[])[],
  late: readonly string[] = [],
): void {
  each.forEach((voters, i) => {
    collect(node, 4 * (i + 1), voters, late);
    pass(node, 4 * (i + 1) + 1, 3);
  });
  pass(node, 4 * (each.length + 1), 20);
  stream.stream.registry.tick(stream.stream.clock.nowUs());
}

const votes = (stream: RecordStream, validator: string, outcome: string): number | undefined =>
  stream.stream.value('hotstuff_consensus_validator_view_votes_total', {
    validator: validator.split('-')[0]!,
    outcome,
  });

const all = [alpha, beta, gamma];

describe('the vote of a validator', () => {
  it('is in time, late or absent', () => {
    const stream = new RecordStream();
    const node = stream.node();
    collected(stream, node, [all, all], [delta]);
    expect(votes(stream, alpha, 'in_time')).toBe(2);
    expect([votes(stream, delta, 'late'), votes(stream, delta, 'absent')]).toEqual([2, 0]);
    const ratio = { validator: 'delta', window: '10' };
    expect(stream.stream.value('hotstuff_consensus_validator_participation_ratio', ratio)).toBe(1);
  });

  it('is absent only where late ones are told of', () => {
    const stream = new RecordStream();
    const node = stream.node();
    collected(stream, node, [all, all, all]);
    expect(votes(stream, delta, 'absent')).toBe(0);
    const again = new RecordStream();
    const tells = again.node();
    collect(tells, 1, all, [delta]);
    collected(again, tells, [all, all, all]);
    expect(votes(again, delta, 'absent')).toBe(3);
  });

  it('is not judged across a gap, while catching up, or in a view that others collect', () => {
    const stream = new RecordStream();
    const node = stream.node();
    collect(node, 1, all, [delta]);
    pass(node, 2, 13);
    collect(node, 16, all);
    pass(node, 17, 4);
    // Late votes may have been among what was lost, however long ago the view was.
    node.node.gap('consensus');
    pass(node, 21, 13);
    node.certify(33, 3_350, all, false);
    node.node.say('consensus.sync_started', { from_height: 1, ...node.at(3_390) });
    collect(node, 36, all);
    pass(node, 37, 30);
    stream.stream.registry.tick(stream.stream.clock.nowUs());
    expect(votes(stream, delta, 'absent')).toBe(0);
    expect(stream.stream.value('hotstuff_consensus_participation_views_total')).toBe(1);
  });

  it('came too late rather than not at all, when it was refused for its age', () => {
    const stream = new RecordStream();
    const node = stream.node();
    collect(node, 1, all, [delta]);
    collect(node, 4, all);
    pass(node, 5, 1);
    const refused = { view: 4, vote: 'vote1', validator: delta, reason: 'stale_view' } as const;
    node.node.say('consensus.vote_rejected', { ...refused, ...node.at(560) });
    pass(node, 6, 30);
    stream.stream.registry.tick(stream.stream.clock.nowUs());
    expect([votes(stream, delta, 'late'), votes(stream, delta, 'absent')]).toEqual([2, 0]);
  });

  it('is waited for by the time that its collector lives through, not by a clock', () => {
    const stream = new RecordStream();
    const node = stream.node();
    collect(node, 1, all, [delta]);
    pass(node, 2, 2);
    stream.stream.pass(3_600);
    expect(stream.stream.value('hotstuff_consensus_participation_views_total')).toBe(0);
    pass(node, 4, 20);
    expect(stream.stream.value('hotstuff_consensus_participation_views_total')).toBe(1);
  });
});

describe('a leader', () => {
  it('failed when its view was given up and nobody saw its proposal', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(5, 0);
    node.expire(5, 500);
    node.enter(6, 510, { trigger: 'tc' });
    node.propose(6, 520);
    node.expire(6, 1_010);
    node.enter(7, 1_020, { trigger: 'tc' });
    for (let view = 8; view < 40; view++) node.enter(view, view * 1_000);
    const led = (id: string, outcome: string) =>
      stream.stream.value('hotstuff_consensus_validator_views_led_total', {
        validator: id.split('-')[0]!,
        outcome,
      });
    expect([led(leaderOf(5), 'failed'), led(leaderOf(6), 'failed')]).toEqual([1, 0]);
    expect(led(leaderOf(6), 'proposed')).toBeGreaterThan(0);
  });
});

describe('series', () => {
  it('of those who leave the set are retired, and newcomers are judged from then on', () => {
    const stream = new RecordStream();
    const node = stream.node();
    collect(node, 1, all, [delta]);
    pass(node, 2, 20);
    const newcomer = { id: 'omega-0123456789abcdef', power: 1, name: 'omega' };
    const set = [...validators.slice(0, 3), newcomer];
    node.node.say('consensus.epoch_changed', { epoch: 2, view: 22, validators: set, ...node.at(2_150) });
    stream.stream.registry.tick(stream.stream.clock.nowUs());
    const names = stream.stream
      .series('hotstuff_consensus_validator_view_votes_total')
      .map(({ validator }) => validator);
    expect(new Set(names)).toEqual(new Set(['alpha', 'beta', 'gamma', 'omega']));
    expect(votes(stream, 'omega', 'absent')).toBe(0);
  });
});

describe('a standing', () => {
  it('scores as its formula says', () => {
    const standing = new Standing(-1);
    expect(standing.score).toBeUndefined();
    for (let i = 0; i < 6; i++) standing.voted('in_time', alpha);
    for (let i = 0; i < 3; i++) standing.voted('late', alpha);
    standing.voted('absent', alpha);
    expect(standing.score).toBeCloseTo((6 + 0.9 * 3) / 10);
    standing.led('proposed');
    standing.led('failed');
    expect(standing.score).toBeCloseTo(0.7 * 0.87 + 0.3 * 0.5);
    standing.breached('double_vote 7');
    standing.breached('double_vote 7');
    expect(standing.score).toBeCloseTo((0.7 * 0.87 + 0.3 * 0.5) / 2);
    for (let i = 0; i < 1_000; i++) standing.voted('in_time', alpha);
    expect(standing.score).toBeCloseTo(0.7 + 0.3 * 0.5);
  });

  it('is silent after three absences under different leaders, until it votes', () => {
    const standing = new Standing(-1);
    for (let i = 0; i < 10; i++) standing.voted('absent', alpha);
    expect(standing.isSilent).toBe(false);
    standing.voted('absent', beta);
    expect(standing.isSilent).toBe(true);
    standing.showed();
    expect(standing.isSilent).toBe(false);
    for (let i = 0; i < 3; i++) standing.voted('absent', alpha);
    standing.led('failed');
    expect(standing.isSilent).toBe(true);
  });
});

describe('an outcome window', () => {
  it('counts as a list does', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(2), { maxLength: 2_500 }), (outcomes) => {
        const window = new OutcomeWindow(3);
        for (const outcome of outcomes) window.add(outcome);
        for (const size of windows)
          for (const kind of [0, 1, 2])
            expect(window.count(size, kind)).toBe(outcomes.slice(-size).filter((one) => one === kind).length);
      }),
      { numRuns: 50 },
    );
  });
});
