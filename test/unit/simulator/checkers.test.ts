/** The checkers can fail: each deliberately broken variant is caught by the rule that it breaks. */
import { describe, expect, it } from 'vitest';
import { InclusionChecker } from '../../../simulator/checkers/inclusion-checker.js';
import { LeaderWaitChecker } from '../../../simulator/checkers/leader-wait-checker.js';
import { LivenessChecker } from '../../../simulator/checkers/liveness-checker.js';
import { PaceChecker } from '../../../simulator/checkers/pace-checker.js';
import { SafetyChecker } from '../../../simulator/checkers/safety-checker.js';
import { ViolationLog } from '../../../simulator/checkers/violation.js';
import { genesisQc, emptyPayload, type Block, type Qc } from '../../../simulator/protocol/block.js';
import { equalCommittee } from '../../../simulator/protocol/committee.js';
import { roundRobin } from '../../../simulator/protocol/rotation.js';
import { simulate } from './run.js';

const MINUTE_US = 60_000_000;

/** Validators 0 and 1 do not hear 2 and 3, nor the other way round, for as long as the run lasts. */
const partition = {
  maxDelayUs: 10_000,
  delayUs: (from: number, to: number) => (from < 2 === to < 2 ? 10_000 : 10 * MINUTE_US),
  typicalUs: () => 10_000,
};

/** Each side leads eight views in a row, so that it could commit if it had a quorum. */
const sides = { leader: (view: number) => (view % 16 < 8 ? view % 2 : 2 + (view % 2)) };

describe('whole runs', () => {
  it('a quorum off by one commits conflicting blocks on both sides of a partition: S1', async () => {
    const options = { latency: partition, rotation: sides, durationUs: MINUTE_US };
    const broken = await simulate({ ...options, seed: 77, negativeControls: { quorumPower: 2 } });
    const found = broken.safety.violations.map(({ rule }) => rule);
    expect(found).toContain('S1');
    expect(found).toContain('S3');
    expect(broken.safety.violations[0]?.seed).toBe(77);
    const sound = await simulate(options);
    expect(sound.safety.total).toBe(0);
    expect(sound.blocks.committed).toBe(0);
  });

  it('a lock that is not persisted goes back over a restart: S5', async () => {
    const options = {
      faults: [{ kind: 'crash', validator: 1, atUs: 1_000_000, durationUs: 500_000 }],
      durationUs: 5_000_000,
    } as const;
    const broken = await simulate({ ...options, negativeControls: { amnesia: true } });
    const found = broken.safety.violations.map(({ rule }) => rule);
    expect(found).toContain('S5');
    expect(found).toContain('S4');
    expect((await simulate(options)).safety.total).toBe(0);
  });

  it('a second vote for a view that is over: S4', async () => {
    // Proposals of validator 2 come in time, but its certificates when the view is over.
    const slow = { kind: 'slow', validator: 2, delayUs: 190_000, atUs: 0 } as const;
    const options = {
      protocol: 'hotstuff2-basic',
      faults: [slow],
      backoffFactor: 1,
      durationUs: 10_000_000,
    } as const;
    const broken = await simulate({ ...options, negativeControls: { lateVote2: true } });
    expect(broken.safety.violations[0]).toMatchObject({ rule: 'S4' });
    expect(broken.safety.violations[0]?.detail).toMatch(/^vote2 while in view/);
    const sound = await simulate(options);
    expect(sound.safety.total).toBe(0);
    expect(sound.views.timed_out).toBeGreaterThan(5);
  });

  it.each(['hotstuff2-chained', 'hotstuff2-basic'] as const)(
    'a leader that does not wait for locks after a failed view: L5, %s',
    async (protocol) => {
      const faults = [{ kind: 'crash', validator: 1, atUs: 500_000 }] as const;
      for (const pacemaker of ['timeout', 'epoch'] as const) {
        const options = { protocol, pacemaker, faults, durationUs: 10_000_000 };
        const broken = await simulate({ ...options, negativeControls: { noLeaderWait: true } });
        expect(broken.liveness.violations[0]).toMatchObject({ rule: 'L5', validators: [2] });
        expect(broken.safety.total).toBe(0);
        const sound = await simulate(options);
        expect(sound.liveness.total).toBe(0);
        expect(sound.views.timed_out).toBeGreaterThan(10);
      }
    },
  );

  it('a timer shorter than the leader wait never recovers from a lost view: L1', async () => {
    const broken = await simulate({ viewTimeoutUs: 5_000, maxTimeoutUs: 5_000, durationUs: MINUTE_US });
    expect(broken.liveness.violations[0]?.rule).toBe('L1');
    expect(broken.safety.total).toBe(0);
  });
});

describe('single rules', () => {
  const block = (about: Partial<Block>): Block => ({
    id: 1,
    view: 1,
    height: 1,
    parent: 0,
    proposer: 1,
    justify: genesisQc,
    dc: undefined,
    opening: undefined,
    payload: emptyPayload,
    proposedAtUs: 0,
    hashHigh: 0,
    hashLow: 0,
    ...about,
  });
  const qc = (view: number, id: number, signers = 0b0111): Qc => ({
    view,
    epoch: 0,
    block: id,
    height: 1,
    signers: Uint32Array.of(signers),
  });
  const watch = (act: (checker: SafetyChecker) => void): string[] => {
    const log = new ViolationLog(1);
    act(new SafetyChecker(log, { committee: equalCommittee(4), rotation: roundRobin(4) }));
    return log.kept.map(({ rule }) => rule);
  };

  /** As they are before a commit: enough of them. */
  const lockAll = (checker: SafetyChecker): void => {
    for (const validator of [0, 1, 2]) checker.locked(0, validator, qc(1, 1));
  };
  const twoBlocks = (first: Block, second: Block) => (checker: SafetyChecker) => {
    lockAll(checker);
    for (const view of [1, 2, 3]) checker.certified(0, 0, qc(view, 1));
    checker.committed(0, 0, [first]);
    checker.committed(0, 1, [second]);
  };

  it.each<[string, (checker: SafetyChecker) => void]>([
    ['S1', twoBlocks(block({ id: 1 }), block({ id: 2 }))],
    ['S2', (checker) => [qc(1, 1), qc(1, 2)].forEach((one) => checker.certified(0, 0, one))],
    ['S3', (checker) => checker.certified(0, 0, qc(1, 1, 0b0011))],
    ['S4', (checker) => [1, 1].forEach((view) => checker.voted(0, 0, view, 0))],
    ['S5', (checker) => [qc(2, 2), qc(1, 1)].forEach((lock) => checker.locked(0, 0, lock))],
    [
      'S6',
      (checker) => {
        checker.locked(0, 0, qc(2, 2));
        checker.voted(0, 0, 3, 1);
      },
    ],
    ['S7', (checker) => [2, 1].forEach((view) => checker.viewEntered(0, 0, view))],
    [
      'S8',
      (checker) => {
        lockAll(checker);
        checker.certified(0, 0, qc(1, 1));
        checker.committed(0, 0, [block({})]);
      },
    ],
    [
      'S9',
      (checker) => {
        lockAll(checker);
        for (const view of [1, 2]) checker.certified(0, 0, qc(view, 1));
        checker.committed(0, 0, [block({ height: 2 })]);
      },
    ],
    ['S10', (checker) => [block({}), block({ id: 2 })].forEach((one) => checker.proposed(0, 1, one))],
    [
      'S11',
      (checker) => {
        checker.executed(0, 0, 1, 10);
        checker.executed(0, 1, 1, 11);
      },
    ],
    [
      'S13',
      (checker) => {
        checker.locked(0, 0, qc(1, 1));
        for (const view of [1, 2]) checker.certified(0, 0, qc(view, 1));
        checker.committed(0, 0, [block({})]);
      },
    ],
    ['S12', (checker) => checker.proposed(0, 2, block({ proposer: 2 }))],
  ])('%s is noticed, and nothing else', (rule, act) => {
    expect(watch(act)).toEqual([rule]);
  });

  it('L1 counts views, waits for faults to end, and says it once', () => {
    const log = new ViolationLog(1);
    const limits = { validators: 4, windowViews: 8, maxFaulty: 1, longestViewUs: 1_000 };
    const checker = new LivenessChecker(log, limits);
    checker.faultsChanged(0, new Set([0, 1]));
    for (let view = 1; view < 50; view++) checker.viewEntered(view, 2, view, 'qc');
    expect(log.total).toBe(0);
    checker.faultsChanged(50, new Set([0]));
    for (let view = 50; view < 100; view++) checker.viewEntered(view, 2, view, 'qc');
    expect(log.kept).toMatchObject([{ rule: 'L1', at_us: 58 }]);
  });

  const pace = (act: (checker: PaceChecker) => void): object[] => {
    const log = new ViolationLog(1);
    const checker = new PaceChecker(log, {
      validators: 4,
      longestViewUs: 100,
      responsiveUs: 20,
      announceUs: 0,
    });
    act(checker);
    return log.kept.map(({ rule, validators, view }) => ({ rule, validators, view }));
  };

  it('L2 names who did not follow a timeout certificate, unless faulty', () => {
    const follow = (faulty: ReadonlySet<number>) => (checker: PaceChecker) => {
      checker.faultsChanged(0, faulty);
      checker.timeoutCertified(1_000, 0, 7);
      for (const validator of [0, 1, 3]) checker.viewEntered(1_010, validator, 7, 'tc');
      checker.checkPromise(1_100);
      checker.checkPromise(1_101);
    };
    expect(pace(follow(new Set()))).toEqual([{ rule: 'L2', validators: [2], view: 7 }]);
    expect(pace(follow(new Set([2])))).toEqual([]);
  });

  it.each(['qc', 'dc'] as const)('L4 measures from certificate to certificate: %s', (trigger) => {
    const views = (checker: PaceChecker): void => {
      checker.viewEntered(1_000, 0, 1, trigger);
      checker.viewEntered(1_021, 1, 2, trigger);
    };
    expect(pace(views)).toEqual([{ rule: 'L4', validators: [1], view: 1 }]);
  });

  it('who deviates, and twins, are not judged as honest', () => {
    const deviating = (checker: SafetyChecker): void => {
      checker.deviates(0);
      for (const slot of [0, 4]) for (const view of [1, 1]) checker.votedAgain(0, slot, view);
    };
    expect(watch(deviating)).toEqual([]);
    const log = new ViolationLog(1);
    const waits = new LeaderWaitChecker(log, 4, 100);
    waits.deviates(0);
    for (const slot of [0, 4]) waits.freeToPropose(1, slot, 1, 'waited');
    expect(log.total).toBe(0);
    waits.freeToPropose(1, 1, 1, 'waited');
    expect(log.kept).toMatchObject([{ rule: 'L5', validators: [1] }]);
  });

  it('signers that do not exist make no quorum', () => {
    const lying = Uint32Array.of(0b1111_0011);
    expect(equalCommittee(4).isQuorum(lying)).toBe(false);
    expect(equalCommittee(32).isQuorum(Uint32Array.of(0xffff_ffff))).toBe(true);
    expect(watch((checker) => checker.certified(0, 0, qc(1, 1, 0b1111_0011)))).toEqual(['S3']);
  });

  it('L4 notices a view that took longer than its messages, but not after a fault', () => {
    const views = (checker: PaceChecker): void => {
      checker.viewEntered(1_000, 0, 1, 'qc');
      checker.viewEntered(1_020, 1, 2, 'qc');
      checker.viewEntered(1_041, 2, 3, 'qc');
      checker.viewEntered(1_500, 3, 4, 'tc');
    };
    expect(pace(views)).toEqual([{ rule: 'L4', validators: [2], view: 2 }]);
    const afterFault = (checker: PaceChecker): void => {
      checker.faultsChanged(900, new Set());
      views(checker);
    };
    expect(pace(afterFault)).toEqual([]);
  });

  it('L3 notices a transaction on the chain twice, and one that is gone', () => {
    const log = new ViolationLog(1);
    const checker = new InclusionChecker(log);
    for (const transaction of [1, 2, 3]) checker.admitted(0, transaction);
    const payload = { transactions: Int32Array.of(1), bytes: 0, fuel: 0 };
    checker.included(5, block({ payload }));
    checker.included(6, block({ id: 2, height: 2, payload }));
    checker.finished(9, (_, transaction) => transaction === 2);
    expect(log.kept.map(({ rule, at_us, height }) => [rule, at_us, height])).toEqual([
      ['L3', 6, 2],
      ['L3', 9, undefined],
    ]);
    expect(log.kept[1]?.detail).toContain('transaction 3');
  });
});
