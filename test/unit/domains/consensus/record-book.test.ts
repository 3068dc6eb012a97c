/** The records of a node: what a record says, and that no stream breaks the book. */
import { describe, expect, it } from 'vitest';
import { alpha, beta, delta, gamma, leaderOf, ms, RecordStream } from './views.js';

describe('a record', () => {
  it('tells a whole view, in offsets from its entry', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(8, 0);
    node.node.say('consensus.leader_waited', { view: 8, path: 'waited', wait_us: 40, ...node.at(0.1) });
    node.propose(8, 1);
    node.vote(8, 3);
    node.voted(8, 5, beta);
    node.voted(8, 20, alpha);
    node.voted(8, 30, gamma);
    node.certify(8, 30, [alpha, beta, gamma]);
    node.enter(9, 30.5);
    node.voted(8, 42, delta, ms(12));
    node.commit(8, 70);
    expect(stream.record(8)).toMatchObject({
      chain: 'main',
      node: 'n1',
      self: beta,
      run: 'run-1',
      leader: alpha,
      collector: beta,
      isEntered: true,
      trigger: 'qc',
      timerUs: ms(500),
      leaderWait: { path: 'waited', waitUs: 40 },
      proposals: [
        {
          block: 'b8',
          parent: 'b7',
          justifyView: 7,
          validator: alpha,
          isOwn: false,
          atUs: ms(1),
          workUs: 100,
        },
      ],
      ownVotes: [{ vote: 'vote1', block: 'b8', atUs: ms(3), to: beta }],
      votes: [
        { validator: beta, atUs: ms(5), lateUs: undefined },
        { validator: alpha, atUs: ms(20), lateUs: undefined },
        { validator: gamma, atUs: ms(30), lateUs: undefined },
        { validator: delta, atUs: ms(42), lateUs: ms(12) },
      ],
      certificates: [
        { vote: 'vote1', isFormedHere: true, atUs: ms(30), closedBy: gamma, signers: [alpha, beta, gamma] },
      ],
      committedUs: ms(70),
      leftUs: ms(30.5),
      leftBy: 'qc',
      incomplete: [],
    });
  });

  it('tells the second phase of the basic form', () => {
    const stream = new RecordStream();
    const node = stream.node('n1', { protocol: 'hotstuff2-basic' });
    node.enter(5, 0, { trigger: 'dc' });
    node.vote(5, 1, leaderOf(5));
    node.certify(5, 20, [alpha, beta, gamma], false);
    node.node.say('consensus.vote_sent', { view: 5, vote: 'vote2', block: 'b5', to: gamma, ...node.at(21) });
    node.node.say('consensus.dc_received', { view: 5, block: 'b5', validator: gamma, ...node.at(40) });
    node.enter(6, 40, { trigger: 'dc' });
    const { collector, ownVotes, certificates } = stream.record(5);
    expect(collector).toBe(leaderOf(5));
    expect(ownVotes.map(({ vote, to }) => [vote, to])).toEqual([
      ['vote1', leaderOf(5)],
      ['vote2', gamma],
    ]);
    expect(certificates.map(({ vote, isFormedHere }) => [vote, isFormedHere])).toEqual([
      ['vote1', false],
      ['vote2', false],
    ]);
  });

  it('tells a failed view: timer, wishes, timeout certificate', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(8, 0);
    node.expire(8, 500);
    node.node.say('consensus.wish_sent', { view: 9, high_qc_view: 7, ...node.at(500) });
    node.node.say('consensus.wish_received', { view: 9, validator: gamma, high_qc_view: 7, ...node.at(510) });
    node.node.say('consensus.tc_formed', { view: 9, signers: [alpha, beta, gamma], ...node.at(520) });
    node.expire(8, 1000);
    node.enter(9, 521, { trigger: 'tc' });
    expect(stream.record(8)).toMatchObject({
      timeout: { atUs: ms(500), consecutive: 1 },
      wishSentUs: ms(500),
      wishes: [{ validator: gamma, atUs: ms(510), highQcView: 7 }],
      timeoutCertificate: { atUs: ms(520), isFormedHere: true },
      leftUs: ms(521),
      leftBy: 'tc',
    });
    expect(stream.heard).toEqual([
      'closed n1 8',
      'amended n1 8',
      'amended n1 8',
      'amended n1 8',
      'closed n1 8',
    ]);
  });

  it('counts what came before the entry as before it', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(7, 0);
    node.voted(8, 10, alpha);
    expect(stream.record(8).isEntered).toBe(false);
    node.enter(8, 15);
    expect(stream.record(8)).toMatchObject({ isEntered: true, votes: [{ atUs: ms(-5) }] });
  });

  it('takes each statement once, and both votes of one who votes twice', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(8, 0);
    for (let i = 0; i < 3; i++) node.propose(8, 1);
    node.propose(8, 2, 'other');
    node.propose(8, 2, 'third');
    for (let i = 0; i < 3; i++) node.voted(8, 3, alpha);
    node.voted(8, 4, alpha, undefined, 'other');
    node.certify(8, 5, [alpha]);
    node.certify(8, 6, [alpha], false);
    const { proposals, votes, certificates } = stream.record(8);
    expect(proposals.map(({ block }) => block)).toEqual(['b8', 'other']);
    expect(votes.map(({ validator, block }) => [validator, block])).toEqual([
      [alpha, 'b8'],
      [alpha, 'other'],
    ]);
    expect(certificates.map(({ isFormedHere }) => isFormedHere)).toEqual([true]);
  });

  it('sees lateness where the node does not say it', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(8, 0);
    node.voted(8, 1, alpha);
    node.certify(8, 1, [alpha]);
    node.voted(8, 4, delta);
    expect(stream.record(8).votes.map(({ lateUs }) => lateUs)).toEqual([undefined, ms(3)]);
  });

  it('is told once it closed, and again of what comes late', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(8, 0);
    node.propose(8, 1);
    expect(stream.heard).toEqual([]);
    node.enter(9, 10);
    node.commit(8, 30);
    expect(stream.heard).toEqual(['closed n1 8', 'amended n1 8']);
  });
});

describe('strain and reach', () => {
  it('keeps the greatest of what the machine says', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.node.say('storage.sync_completed', { target: 'vote', duration_us: 1, ...node.at(0) });
    node.enter(8, 0);
    node.node.say('storage.sync_completed', { target: 'vote', duration_us: 900, ...node.at(2) });
    node.node.say('storage.sync_completed', { target: 'vote', duration_us: 100, ...node.at(3) });
    node.node.say('process.started', node.at(3));
    node.node.say('process.measured', { cpu_ratio: 0.7, ...node.at(4) });
    node.node.say('process.loop_lag_measured', { lag_us: 40, ...node.at(4) });
    node.propose(8, 5);
    expect(stream.record(8).strain).toEqual({
      storageUs: 900,
      loopLagUs: 40,
      cpuRatio: 0.7,
      processingUs: 100,
      isSyncing: false,
    });
  });

  it('finds a long stall in the view that it held up', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(7, 0);
    node.enter(8, 100);
    node.expire(8, 600);
    node.enter(9, 610, { trigger: 'tc' });
    node.node.say('storage.sync_completed', { target: 'vote', duration_us: ms(1000), ...node.at(1105) });
    expect([7, 8, 9].map((view) => stream.record(view).strain.storageUs)).toEqual([
      undefined,
      ms(1000),
      ms(1000),
    ]);
  });

  it('says who was cut off while the view was open', () => {
    const stream = new RecordStream();
    const node = stream.node();
    const connected = { peer: 'p3', direction: 'outbound', validator: gamma } as const;
    node.enter(7, 0);
    node.node.say('network.peer_connected', { ...connected, ...node.at(1) });
    node.enter(8, 2);
    node.node.say('network.peer_disconnected', { peer: 'p3', reason: 'timeout', ...node.at(3) });
    node.enter(9, 4);
    node.node.say('network.peer_connected', { ...connected, ...node.at(5) });
    node.enter(10, 6);
    expect([7, 8, 9, 10].map((view) => stream.record(view).unreachable)).toEqual([[], [gamma], [gamma], []]);
  });

  it('says that the node was catching up', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(7, 0);
    node.node.say('consensus.sync_started', { from_height: 1, ...node.at(1) });
    node.enter(50, 2, { trigger: 'sync' });
    node.commit(7, 3, true);
    node.node.say('consensus.sync_completed', {
      from_height: 1,
      to_height: 50,
      blocks: 49,
      duration_us: 1,
      ...node.at(4),
    });
    node.enter(51, 5);
    expect([7, 50, 51].map((view) => stream.record(view).strain.isSyncing)).toEqual([true, true, false]);
    expect(stream.record(50).jumped).toBe(42);
    expect(stream.record(7).isCommittedBySync).toBe(true);
  });
});

describe('the book', () => {
  it('stays bounded when views jump far ahead and back', () => {
    const stream = new RecordStream();
    const node = stream.node();
    for (let view = 1; view <= 3_000; view++) node.enter(view, view);
    expect(stream.views()).toHaveLength(1_024);
    expect(stream.views()[0]).toBe(3_000);
    node.enter(1_000_000, 3_001, { trigger: 'sync' });
    expect(stream.record(1_000_000).jumped).toBe(996_999);
    expect(stream.heard.at(-1)).toBe('closed n1 3000');
    node.enter(1_000_001, 3_002);
    node.enter(5, 3_003, { trigger: 'start' });
    node.enter(6, 3_004);
    expect(stream.views()).toEqual([6, 5]);
    expect(stream.record(6)).toMatchObject({ isEntered: true, jumped: 0 });
  });

  it('shares the room with the other nodes of the chain', () => {
    const stream = new RecordStream();
    const nodes = Array.from({ length: 100 }, (_, i) => stream.node(`n${i}`));
    nodes.forEach((node) => {
      for (let view = 1; view <= 300; view++) node.enter(view, view);
    });
    expect(stream.views('n99').length).toBeLessThanOrEqual(256);
  });

  it('makes room for many votes by keeping fewer views', () => {
    const stream = new RecordStream();
    const node = stream.node();
    for (let view = 1; view <= 1_500; view++) {
      node.enter(view, view);
      for (let i = 0; i < 300; i++) node.voted(view, view, `v${i}`);
    }
    const held = stream.views().reduce((sum, view) => sum + stream.record(view).votes.length, 0);
    expect(held).toBeLessThanOrEqual(320_000);
    expect(stream.record(1_500).votes).toHaveLength(256);
  });

  it('opens no record for what is far from the node, refused, or too late', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(1_000, 0);
    node.voted(2_000, 1, alpha);
    const refused = { view: 1_001, vote: 'vote1', validator: alpha, reason: 'future_view' } as const;
    node.node.say('consensus.vote_rejected', { ...refused, ...node.at(2) });
    expect(stream.views()).toEqual([1_000]);
    for (let view = 1_001; view < 2_100; view++) node.enter(view, view);
    node.voted(1_000, 2_101, alpha);
    expect(stream.views()).not.toContain(1_000);
  });

  it('puts an entry that is told late where it belongs', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(7, 0);
    node.enter(9, 20);
    expect(stream.record(9).jumped).toBe(1);
    node.enter(8, 10);
    expect([7, 8, 9].map((view) => stream.record(view).leftUs)).toEqual([ms(10), ms(10), undefined]);
    expect([7, 8, 9].map((view) => stream.record(view).jumped)).toEqual([0, 0, 0]);
    node.propose(9, 21);
    expect(stream.record(9).proposals[0]?.atUs).toBe(ms(1));
  });

  it('closes the view that a process died in, and begins anew with the next life', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(7, 0);
    node.enter(8, 10);
    node.voted(8, 11, alpha);
    node.node.hello({ run: 'run-2' });
    expect(stream.heard).toEqual(['closed n1 7', 'closed n1 8']);
    node.enter(8, 5_000, { trigger: 'start' });
    expect(stream.record(8)).toMatchObject({ run: 'run-2', trigger: 'start', votes: [], jumped: 0 });
    expect(stream.record(7)).toMatchObject({ run: 'run-1', leftBy: 'qc' });
    node.enter(40, 5_100, { trigger: 'sync' });
    expect(stream.record(40).jumped).toBe(31);
  });

  it('forgets a chain that was begun anew', () => {
    const stream = new RecordStream();
    const node = stream.node();
    for (let view = 1; view <= 5; view++) node.enter(view, view);
    node.node.hello({ run: 'run-2' });
    node.enter(1, 100, { trigger: 'start' });
    expect(stream.views()).toEqual([1]);
  });

  it('says in every open record, and in the next, that events were lost', () => {
    const stream = new RecordStream();
    const node = stream.node();
    for (let view = 1; view <= 8; view++) node.enter(view, view);
    node.voted(9, 8, alpha);
    node.node.gap('consensus', 3);
    node.enter(10, 10);
    node.enter(11, 11);
    const incomplete = [4, 5, 6, 7, 8, 9, 10, 11].map((view) => stream.record(view).incomplete.length);
    expect(incomplete).toEqual([0, 1, 1, 1, 1, 1, 1, 0]);
    node.node.gap('storage');
    expect(stream.record(11).incomplete).toEqual(['storage']);
  });

  it('is gone with its node', () => {
    const stream = new RecordStream();
    const node = stream.node();
    node.enter(1, 0);
    node.node.detach();
    stream.stream.registry.tick(stream.stream.clock.nowUs() + 2 * 86_400_000_000);
    expect(stream.watch.views('main')).toBeUndefined();
  });
});
