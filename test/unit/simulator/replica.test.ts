/** One replica as a pure state machine: inputs in, effects out, in the order that the protocol demands. */
import { beforeEach, describe, expect, it } from 'vitest';
import { emptyPayload, genesisQc, type Block, type Qc } from '../../../simulator/protocol/block.js';
import { Ledger } from '../../../simulator/protocol/block-tree.js';
import { ChainedReplica } from '../../../simulator/protocol/chained-replica.js';
import { Committee, equalCommittee } from '../../../simulator/protocol/committee.js';
import { Timer, type Effects, type Observer } from '../../../simulator/protocol/effects.js';
import { Kind, messageNames, type Message } from '../../../simulator/protocol/messages.js';
import type { Durable, ReplicaConfig } from '../../../simulator/protocol/replica.js';
import { roundRobin } from '../../../simulator/protocol/rotation.js';

/** Everything that the replica asked for or stated, as words. */
let log: string[];

const effects: Effects = {
  send: (to, message) => log.push(`send ${describeMessage(message)} to ${to}`),
  broadcast: (message) => log.push(`broadcast ${describeMessage(message)}`),
  setTimer: (timer, view, delayUs) => log.push(`timer ${timer} view ${view} ${delayUs}`),
  persist: (record) => log.push(`persist lock ${record.lock.view} voted ${record.votedView}`),
  build: (view, parent) => log.push(`build ${view} on ${parent.id}`),
  commit: (blocks) => log.push(`commit ${blocks.map(({ id }) => id).join(',')}`),
};

const describeMessage = (message: Message): string => `${messageNames[message.kind]} ${message.view}`;

/** Writes down the statements that these tests look at. */
const observer = new Proxy({} as Observer, {
  get:
    (_, name: string) =>
    (...about: unknown[]) => {
      if (name === 'proposalRejected' || name === 'voteRejected') log.push(`${name} ${String(about[2])}`);
      else if (name === 'byzantineDetected') log.push(`byzantine ${String(about[0])} by ${String(about[1])}`);
      else log.push(name);
    },
});

const config: ReplicaConfig = {
  self: 0,
  protocol: 'hotstuff2-chained',
  committee: equalCommittee(4),
  rotation: roundRobin(4),
  pacemaker: 'timeout',
  timers: { viewTimeoutUs: 1_000, backoffFactor: 1, maxTimeoutUs: 1_000 },
  leaderWaitUs: 100,
};

const block = (view: number, justify: Qc, about: Partial<Block> = {}): Block => ({
  id: view,
  view,
  height: justify.height + 1,
  parent: justify.block,
  proposer: view % 4,
  justify,
  dc: undefined,
  opening: undefined,
  payload: emptyPayload,
  proposedAtUs: 0,
  hashHigh: 0,
  hashLow: 0,
  ...about,
});

const qcOf = ({ view, id, height }: Block, signers = 0b1110): Qc => ({
  view,
  epoch: 0,
  block: id,
  height,
  signers: Uint32Array.of(signers),
});

function replica(about: Partial<ReplicaConfig> = {}, durable: Partial<Durable> = {}): ChainedReplica {
  const disk = { record: undefined, blocks: [], ledger: new Ledger(), ...durable };
  return new ChainedReplica({ ...config, ...about }, disk, effects, observer);
}

const propose = (to: ChainedReplica, proposed: Block, from = proposed.proposer): void =>
  to.receive(from, { kind: Kind.proposal, view: proposed.view, block: proposed, tc: undefined });

const vote = (to: ChainedReplica, from: number, { view, id, height }: Block): void =>
  to.receive(from, { kind: Kind.vote1, view, block: id, height, qc: undefined });

const sent = (what: string): string[] => log.filter((line) => line.includes(what));

beforeEach(() => {
  log = [];
});

describe('voting', () => {
  const first = block(1, genesisQc);

  it('waits until lock and voted view are durable', () => {
    const one = replica();
    one.start();
    propose(one, first);
    expect(sent('persist')).toEqual(['persist lock 0 voted 1']);
    expect(sent('send vote1')).toEqual([]);
    one.persisted();
    expect(sent('send vote1')).toEqual(['send vote1 1 to 2']);
  });

  it('happens once a view, and a second proposal is told as what it is', () => {
    const one = replica();
    one.start();
    propose(one, first);
    propose(one, block(1, genesisQc, { id: 99 }));
    one.persisted();
    expect(sent('persist')).toHaveLength(1);
    expect(sent('send vote1')).toHaveLength(1);
    expect(sent('byzantine')).toEqual(['byzantine double_proposal by 1']);
  });

  it('does not happen any more when the view was given up while the disk was busy', () => {
    const one = replica();
    one.start();
    propose(one, first);
    one.expired(Timer.view, 1);
    one.persisted();
    one.persisted();
    expect(sent('send vote1')).toEqual([]);
    expect(sent('broadcast wish')).toEqual(['broadcast wish 2']);
  });

  it('gives a view up only when that is durable', () => {
    const one = replica();
    one.start();
    one.expired(Timer.view, 1);
    expect(sent('broadcast wish')).toEqual([]);
    one.persisted();
    expect(sent('broadcast wish')).toEqual(['broadcast wish 2']);
    propose(one, first);
    expect(sent('persist')).toHaveLength(1);
  });

  it('refuses a proposal below the lock, and of another than the leader', () => {
    const one = replica();
    one.start();
    propose(one, first);
    propose(one, block(2, qcOf(first)));
    expect(one.lockView).toBe(1);
    one.receive(2, {
      kind: Kind.tc,
      view: 3,
      tc: { view: 3, epoch: 0, signers: Uint32Array.of(0b1110) },
      highQc: genesisQc,
      dc: undefined,
    });
    propose(one, block(3, genesisQc));
    expect(sent('proposalRejected')).toEqual(['proposalRejected below_lock']);
    propose(one, block(3, qcOf(first)), 2);
    expect(sent('proposalRejected')[1]).toBe('proposalRejected wrong_leader');
    expect(one.votedView).toBe(2);
  });

  it('refuses a certificate with too few signers', () => {
    const one = replica();
    one.start();
    propose(one, block(2, qcOf(first, 0b0110)));
    expect(sent('proposalRejected')).toEqual(['proposalRejected invalid_certificate']);
    expect(one.view).toBe(1);
  });
});

describe('collecting and leading', () => {
  const third = block(3, genesisQc);

  it('proposes at once on the certificate of the view before, after making its own vote durable', () => {
    const one = replica();
    one.start();
    propose(one, third);
    log = [];
    one.receive(1, {
      kind: Kind.tc,
      view: 3,
      tc: { view: 3, epoch: 0, signers: Uint32Array.of(0b1110) },
      highQc: genesisQc,
      dc: undefined,
    });
    propose(one, third);
    for (const from of [1, 2, 3]) vote(one, from, third);
    expect(one.view).toBe(4);
    expect(sent('build')).toEqual(['build 4 on 3']);
    one.built(block(4, qcOf(third), { proposer: 0 }));
    expect(sent('broadcast proposal')).toEqual([]);
    while (sent('broadcast proposal').length === 0) one.persisted();
    expect(sent('send vote1').at(-1)).toBe('send vote1 4 to 1');
  });

  it('counts a validator once, tells double votes, and late ones apart', () => {
    const one = replica();
    one.start();
    vote(one, 1, third);
    vote(one, 1, third);
    vote(one, 1, { ...third, id: 77 });
    expect(sent('voteRejected')).toEqual(['voteRejected duplicate', 'voteRejected duplicate']);
    expect(sent('byzantine')).toEqual(['byzantine double_vote by 1']);
    vote(one, 2, third);
    expect(sent('qcFormed')).toEqual([]);
    vote(one, 3, third);
    expect(sent('qcFormed')).toHaveLength(1);
  });

  it('weighs votes by power: strictly more than two thirds', () => {
    const one = replica({ committee: new Committee([1, 1, 1, 6]) });
    one.start();
    for (const from of [0, 1, 2]) vote(one, from, third);
    expect(sent('qcFormed')).toEqual([]);
    vote(one, 3, third);
    expect(sent('qcFormed')).toHaveLength(1);
  });

  it('waits W without that certificate, unless all have told their lock', () => {
    const enter = (): ChainedReplica => {
      const one = replica();
      one.start();
      const tc = { view: 4, epoch: 0, signers: Uint32Array.of(0b1110) };
      one.receive(1, { kind: Kind.tc, view: 4, tc, highQc: genesisQc, dc: undefined });
      return one;
    };
    const waiting = enter();
    expect(sent('timer 1')).toEqual(['timer 1 view 4 100']);
    expect(sent('build')).toEqual([]);
    waiting.expired(Timer.wait, 4);
    expect(sent('build')).toEqual(['build 4 on 0']);
    log = [];
    const told = enter();
    for (const from of [1, 2, 3])
      told.receive(from, { kind: Kind.status, view: 4, highQc: genesisQc, dc: undefined, tc: undefined });
    expect(sent('build')).toEqual(['build 4 on 0']);
  });
});

describe('committing', () => {
  const a = block(1, genesisQc);
  const b = block(2, qcOf(a));
  const c = block(3, qcOf(b));

  it('takes two certificates of consecutive views', () => {
    const one = replica({ self: 3, rotation: roundRobin(4) });
    one.start();
    propose(one, a);
    propose(one, b);
    expect(sent('commit')).toEqual([]);
    one.receive(1, { kind: Kind.tc, view: 3, tc: undefined, highQc: qcOf(b), dc: undefined });
    expect(sent('commit')).toEqual(['commit 1']);
  });

  it('leaves a gap uncommitted until two consecutive ones follow, then commits all at once', () => {
    const one = replica({ self: 3 });
    one.start();
    propose(one, a);
    const gap = block(4, qcOf(a), { height: 2, parent: 1 });
    const next = block(5, qcOf(gap));
    one.receive(1, {
      kind: Kind.tc,
      view: 4,
      tc: { view: 4, epoch: 0, signers: Uint32Array.of(0b1110) },
      highQc: qcOf(a),
      dc: undefined,
    });
    propose(one, gap);
    propose(one, next);
    expect(sent('commit')).toEqual([]);
    one.receive(1, { kind: Kind.tc, view: 6, tc: undefined, highQc: qcOf(next), dc: undefined });
    expect(sent('commit')).toEqual(['commit 1,4']);
  });

  it('fetches what it missed, lowest first, and votes for what waited', () => {
    const one = replica();
    one.start();
    propose(one, c);
    expect(sent('send sync_request')).toEqual(['send sync_request 3 to 3']);
    expect(sent('persist')).toEqual([]);
    one.receive(3, { kind: Kind.syncResponse, view: 3, blocks: [a, b] });
    expect(sent('commit')).toEqual(['commit 1']);
    expect(sent('persist')).toEqual(['persist lock 2 voted 3']);
  });

  it('asks another peer when the first does not answer', () => {
    const one = replica();
    one.start();
    propose(one, c);
    one.expired(Timer.sync, 1);
    expect(sent('send sync_request')).toEqual(['send sync_request 3 to 3', 'send sync_request 3 to 1']);
  });
});

it('after a restart neither votes nor proposes in a view that it has signed in', () => {
  const first = block(1, genesisQc);
  const lock = qcOf(first);
  const record = { lock, votedView: 4, highQc: lock, highDc: undefined, highTc: undefined, block: undefined };
  const one = replica({}, { record, blocks: [first] });
  one.start();
  expect(one.view).toBe(4);
  one.expired(Timer.wait, 4);
  expect(sent('build')).toEqual([]);
  expect(one.lockView).toBe(1);
});
