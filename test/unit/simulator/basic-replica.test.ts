/** One replica of basic HotStuff-2: what it signs, when, and what it does with certificates. */
import { beforeEach, describe, expect, it } from 'vitest';
import { BasicReplica } from '../../../simulator/protocol/basic-replica.js';
import { emptyPayload, genesisQc, type Block, type Qc } from '../../../simulator/protocol/block.js';
import { Ledger } from '../../../simulator/protocol/block-tree.js';
import { equalCommittee } from '../../../simulator/protocol/committee.js';
import { Timer, type Effects, type Observer } from '../../../simulator/protocol/effects.js';
import { Kind, messageNames, type Message } from '../../../simulator/protocol/messages.js';
import type { Durable, ReplicaConfig } from '../../../simulator/protocol/replica.js';
import { roundRobin } from '../../../simulator/protocol/rotation.js';

let log: string[];
const named = (message: Message): string => `${messageNames[message.kind]} ${message.view}`;
const effects: Effects = {
  send: (to, message) => log.push(`send ${named(message)} to ${to}`),
  broadcast: (message) => log.push(`broadcast ${named(message)}`),
  setTimer: () => undefined,
  persist: (record) => log.push(`persist lock ${record.lock.view} voted ${record.votedView}`),
  build: (view, parent, _, dc) => log.push(`build ${view} on ${parent.id} dc ${dc?.view ?? 'none'}`),
  commit: (blocks) => log.push(`commit ${blocks.map(({ id }) => id).join(',')}`),
};
const observer = new Proxy({} as Observer, {
  get: (_, name: string) => () => log.push(name),
});
const block = (view: number, justify: Qc, dc?: Qc): Block => ({
  id: view,
  view,
  height: justify.height + 1,
  parent: justify.block,
  proposer: view % 4,
  justify,
  dc,
  opening: undefined,
  payload: emptyPayload,
  proposedAtUs: 0,
  hashHigh: 0,
  hashLow: 0,
});
const certificate = ({ view, id, height }: Block, signers = 0b1110): Qc => ({
  view,
  epoch: 0,
  block: id,
  height,
  signers: Uint32Array.of(signers),
});
const config: ReplicaConfig = {
  self: 0,
  protocol: 'hotstuff2-basic',
  committee: equalCommittee(4),
  rotation: roundRobin(4),
  pacemaker: 'timeout',
  timers: { viewTimeoutUs: 1_000, backoffFactor: 1, maxTimeoutUs: 1_000 },
  leaderWaitUs: 100,
};
function started(about: Partial<ReplicaConfig> = {}, durable: Partial<Durable> = {}): BasicReplica {
  const disk = { record: undefined, blocks: [], ledger: new Ledger(), ...durable };
  const one = new BasicReplica({ ...config, ...about }, disk, effects, observer);
  one.start();
  return one;
}
const propose = (to: BasicReplica, proposed: Block): void =>
  to.receive(proposed.proposer, { kind: Kind.proposal, view: proposed.view, block: proposed, tc: undefined });
const prepare = (to: BasicReplica, qc: Qc): void =>
  to.receive(qc.view % 4, { kind: Kind.prepare, view: qc.view, qc });
const sent = (what: string): string[] => log.filter((line) => line.includes(what));

const first = block(1, genesisQc);
const qc1 = certificate(first);
const tcFor = (view: number): Message => ({
  kind: Kind.tc,
  view,
  tc: { view, epoch: 0, signers: Uint32Array.of(0b1110) },
  highQc: genesisQc,
  dc: undefined,
});

beforeEach(() => {
  log = [];
});

describe('the second vote', () => {
  it('goes to the next leader once the lock is durable', () => {
    const one = started();
    propose(one, first);
    one.persisted();
    expect(sent('send vote1')).toEqual(['send vote1 1 to 1']);
    prepare(one, qc1);
    expect(sent('persist').at(-1)).toBe('persist lock 1 voted 1');
    expect(sent('send vote2')).toEqual([]);
    one.persisted();
    expect(sent('send vote2')).toEqual(['send vote2 1 to 2']);
    prepare(one, qc1);
    expect(sent('persist')).toHaveLength(2);
    expect(sent('commit')).toEqual([]);
    expect(one.view).toBe(1);
  });

  it('goes to the own leader in the form with decide', () => {
    const one = started({ vote2To: 'leader' });
    prepare(one, qc1);
    one.persisted();
    expect(sent('send vote2')).toEqual(['send vote2 1 to 1']);
  });

  it('is never cast late: not after giving up, not in a later view, not when the disk was slow', () => {
    const gaveUp = started();
    gaveUp.expired(Timer.view, 1);
    gaveUp.persisted();
    prepare(gaveUp, qc1);
    expect(gaveUp.highQc).toBe(qc1);
    const later = started();
    later.receive(1, tcFor(2));
    prepare(later, qc1);
    expect(later.highQc).toBe(qc1);
    const slowDisk = started();
    prepare(slowDisk, qc1);
    slowDisk.receive(1, tcFor(2));
    slowDisk.persisted();
    expect(slowDisk.lockView).toBe(1);
    expect(sent('send vote2')).toEqual([]);
  });

  it('is not cast after a restart in the view signed last, for it may have been given up', () => {
    const record = {
      lock: genesisQc,
      votedView: 1,
      highQc: genesisQc,
      highDc: undefined,
      highTc: undefined,
      block: undefined,
    };
    const one = started({}, { record });
    prepare(one, qc1);
    expect(sent('persist')).toEqual([]);
  });

  it('needs a quorum behind the certificate, and the leader to send it', () => {
    const one = started();
    prepare(one, certificate(first, 0b0110));
    one.receive(3, { kind: Kind.prepare, view: 1, qc: qc1 });
    expect(sent('persist')).toEqual([]);
    expect(sent('certificateRejected')).toHaveLength(1);
  });
});

describe('the double certificate', () => {
  it('is made by the next leader, which commits, enters and brings it along', () => {
    const one = started({ self: 2 });
    propose(one, first);
    prepare(one, qc1);
    while (sent('vote2').length === 0 && sent('voteSent').length < 2) one.persisted();
    const vote = { kind: Kind.vote2, view: 1, block: 1, height: 1, qc: qc1 } as const;
    one.receive(0, vote);
    expect(sent('dcFormed')).toEqual([]);
    one.receive(3, vote);
    expect(sent('commit')).toEqual(['commit 1']);
    expect(one.view).toBe(2);
    expect(sent('build')).toEqual(['build 2 on 1 dc 1']);
  });

  it('is told to all in the form with decide', () => {
    const one = started({ self: 1, vote2To: 'leader' });
    one.built(first);
    one.persisted();
    const vote = { view: 1, block: 1, height: 1 } as const;
    for (const from of [0, 2]) one.receive(from, { ...vote, kind: Kind.vote1, qc: undefined });
    expect(sent('broadcast')).toEqual(['broadcast proposal 1', 'broadcast prepare 1']);
    one.persisted();
    for (const from of [0, 2]) one.receive(from, { ...vote, kind: Kind.vote2, qc: qc1 });
    expect(sent('broadcast').at(-1)).toBe('broadcast decide 1');
    expect(sent('commit')).toEqual(['commit 1']);
  });

  it('in a proposal commits its block and opens the view', () => {
    const one = started();
    propose(one, first);
    propose(one, block(2, qc1, qc1));
    expect(sent('commit')).toEqual(['commit 1']);
    expect(one.view).toBe(2);
    propose(one, block(3, certificate(block(2, qc1)), certificate(block(2, qc1), 0b0011)));
    expect(sent('proposalRejected')).toHaveLength(1);
    expect(one.view).toBe(2);
  });

  it('is not replaced by a certificate of first votes: that neither commits nor opens the next view', () => {
    const one = started();
    propose(one, first);
    one.receive(2, { kind: Kind.status, view: 4, highQc: qc1, dc: undefined, tc: undefined });
    expect(one.highQc).toBe(qc1);
    expect(one.view).toBe(1);
    expect(sent('commit')).toEqual([]);
  });
});
