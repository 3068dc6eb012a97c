/**
 * Findings in simulated networks, whose truth is known: what attackers do is found and nobody else is
 * named; honest networks, whatever happens to them, give none, nor do lossy, repeated or shuffled streams.
 */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../../../../src/base/random.js';
import { behaviourNames } from '../../../../../simulator/faults/behaviour.js';
import type { Fault } from '../../../../../simulator/main.js';
import { drawPlan } from '../../../../../simulator/swarm/plan.js';
import { findIn, record, simulateFindings, summary, type Arrival } from './simulated.js';

const SECOND = 1_000_000;
const ATTACKS: ReadonlySet<Fault['kind']> = new Set(['byzantine', 'twins', 'amnesia']);
const protocols = ['hotstuff2-chained', 'hotstuff2-basic', 'hotstuff3-chained'] as const;

/** What each behaviour must and may show to all nodes together. */
const shown: Readonly<Record<(typeof behaviourNames)[number], readonly string[]>> = {
  silent: [],
  silent_proposer: [],
  withhold_votes: [],
  equivocate: ['byzantine double_proposal'],
  double_vote: ['byzantine double_vote'],
  // Its own word differs from what it sends.
  fork: ['byzantine double_proposal'],
  hide_lock: [],
  future_spam: ['byzantine view_spam'],
  invalid_qc: ['byzantine invalid_certificate'],
  // Nothing is stale where the set never changes.
  stale_epoch_signers: [],
};

describe.each(protocols)('%s', (protocol) => {
  it.each(behaviourNames)('%s: found where it can be proven, against nobody else', async (behaviour) => {
    const faults: Fault[] = [
      { kind: 'byzantine', validator: 1, behaviour, atUs: SECOND, durationUs: 4 * SECOND },
    ];
    const { arrivals } = await record({ protocol, validators: 7, faults, durationUs: 6 * SECOND });
    const all = summary(findIn(arrivals));
    expect(all).toEqual(Object.fromEntries(shown[behaviour].map((kind) => [kind, ['validator-1']])));
    for (const node of [0, 2, 5]) {
      const one = summary(findIn(arrivals, (name) => name === `node-${node}`));
      for (const [kind, whom] of Object.entries(one)) {
        expect(shown[behaviour]).toContain(kind);
        expect(whom).toEqual(['validator-1']);
      }
    }
  });

  it('f + 1 twins: agreement is broken, and they are named', async () => {
    const twins: Fault = {
      kind: 'twins',
      validators: [0, 1],
      apart: [2],
      atUs: SECOND,
      durationUs: 3 * SECOND,
    };
    const findings = await simulateFindings({ protocol, faults: [twins], durationUs: 8 * SECOND });
    const { 'safety conflicting_certificate': culprits, ...rest } = summary(findings);
    expect(culprits).toEqual(['validator-0', 'validator-1']);
    if (protocol !== 'hotstuff3-chained') expect(rest).toHaveProperty('safety conflicting_commit');
    for (const [kind, whom] of Object.entries(rest))
      for (const name of whom) expect(['validator-0', 'validator-1'], kind).toContain(name);
    const conflict = findings.find(({ kind }) => kind === 'conflicting_certificate')!;
    const [one, other] = conflict.statements;
    expect(one!['view']).toBe(other!['view']);
    expect(one!['block']).not.toBe(other!['block']);
    for (const statement of [one!, other!])
      expect(statement['signers']).toEqual(expect.arrayContaining(['validator-0', 'validator-1']));
  });

  it('f twins: nothing is unsafe, and nobody else is named', async () => {
    const twins: Fault = {
      kind: 'twins',
      validators: [0, 3],
      apart: [1, 2, 4],
      atUs: SECOND,
      durationUs: 4 * SECOND,
    };
    const findings = await simulateFindings({
      protocol,
      validators: 7,
      faults: [twins],
      durationUs: 12 * SECOND,
    });
    for (const { class: name, validators } of findings) {
      expect(name).toBe('byzantine');
      for (const validator of validators) expect(['validator-0', 'validator-3']).toContain(validator);
    }
  });

  it('a validator that has lost its lock', async () => {
    const faults: Fault[] = [{ kind: 'amnesia', validator: 1, atUs: 2 * SECOND, durationUs: 300_000 }];
    const { arrivals } = await record({ protocol, faults, durationUs: 6 * SECOND });
    const expected = { 'byzantine lock_regression': ['validator-1'] };
    expect(summary(findIn(arrivals))).toEqual(expected);
    expect(summary(findIn(arrivals, (node) => node === 'node-1'))).toEqual(expected);
    expect(findIn(arrivals, (node) => node === 'node-2')).toEqual([]);
  });
});

it.each(protocols)(
  '%s: proposals that rest on a set that was replaced, and nobody who is only behind',
  async (protocol) => {
    const epochs = { blocks: 10, sets: [[1, 1, 1, 1, 1, 0, 1], Array<number>(7).fill(1)], repeat: true };
    const faults: Fault[] = [
      { kind: 'byzantine', validator: 1, behaviour: 'stale_epoch_signers', atUs: SECOND },
    ];
    const options = { protocol, validators: 7, epochs, durationUs: 5 * SECOND };
    const { arrivals } = await record({ ...options, faults });
    const { 'byzantine invalid_certificate': whom, ...rest } = summary(findIn(arrivals));
    expect(whom).toEqual(['validator-1']);
    for (const [kind, named] of Object.entries(rest)) {
      expect(kind).toBe('byzantine double_proposal');
      expect(named).toEqual(['validator-1']);
    }
    const cut: Fault = { kind: 'partition', groups: [[3]], atUs: SECOND, durationUs: 2 * SECOND };
    expect(await simulateFindings({ ...options, faults: [cut] })).toEqual([]);
  },
);

it('certificates below the quorum that a defective network accepts', async () => {
  const findings = await simulateFindings({ negativeControls: { quorumPower: 2 }, durationUs: SECOND });
  expect(Object.keys(summary(findings))).toEqual(['byzantine invalid_certificate']);
});

it('honest networks in trouble give no finding: loss, repetition, disorder, restarts, partitions, clocks', async () => {
  for (let seed = 1; seed <= 50; seed++) {
    const { options, healUs } = drawPlan(seed);
    const faults = options.faults?.filter((fault) => !ATTACKS.has(fault.kind));
    const { arrivals } = await record({ ...options, faults, durationUs: healUs + SECOND / 2 });
    expect(findIn(arrivals), `seed ${seed}`).toEqual([]);
    const third = Math.floor(arrivals.length / 3);
    const hellos = arrivals.slice(0, third).filter((arrival) => 'hello' in arrival);
    expect(findIn([...hellos, ...arrivals.slice(third)]), `seed ${seed}, late`).toEqual([]);
  }
}, 120_000);

it('whatever is drawn, nothing is unsafe and only attackers are named', async () => {
  for (let seed = 1_001; seed <= 1_008; seed++) {
    const { options, healUs } = drawPlan(seed);
    const attackers = new Set(
      options.faults?.flatMap((fault) => {
        if (fault.kind === 'twins') return fault.validators;
        const isAttack = fault.kind === 'byzantine' || fault.kind === 'amnesia';
        return isAttack ? [fault.validator] : [];
      }),
    );
    for (const { class: name, validators } of await simulateFindings({
      ...options,
      durationUs: healUs + SECOND,
    })) {
      expect(name, `seed ${seed}`).toBe('byzantine');
      for (const validator of validators)
        expect(attackers, `seed ${seed}`).toContain(Number(validator.replace('validator-', '')));
    }
  }
}, 120_000);

describe('streams that are lossy, repeated or out of order', () => {
  const disorders: Readonly<Record<string, (arrivals: readonly Arrival[], seed: number) => Arrival[]>> = {
    lossy: (arrivals, seed) => {
      const random = createRandom(seed);
      return arrivals.filter((arrival) => 'hello' in arrival || random.float() > 0.2);
    },
    repeated: (arrivals, seed) => {
      const random = createRandom(seed);
      return arrivals.flatMap((arrival) =>
        'event' in arrival && random.float() < 0.2 ? [arrival, arrival] : [arrival],
      );
    },
    shuffled: (arrivals, seed) => {
      const random = createRandom(seed);
      const hellos = arrivals.filter((arrival) => 'hello' in arrival);
      const keyed = arrivals
        .filter((arrival) => 'event' in arrival)
        .map((arrival, index) => [index + random.float() * 400, arrival] as const);
      return [...hellos, ...keyed.sort((a, b) => a[0] - b[0]).map(([, arrival]) => arrival)];
    },
  };

  it.each(Object.keys(disorders))(
    '%s: nothing is found that is not found in order',
    async (name) => {
      const attacks: Fault[][] = [
        [],
        [{ kind: 'byzantine', validator: 1, behaviour: 'double_vote', atUs: SECOND }],
        [{ kind: 'byzantine', validator: 2, behaviour: 'equivocate', atUs: SECOND }],
        [{ kind: 'byzantine', validator: 2, behaviour: 'future_spam', atUs: SECOND }],
        [{ kind: 'twins', validators: [0, 1], apart: [2], atUs: SECOND, durationUs: SECOND }],
      ];
      for (const [index, faults] of attacks.entries()) {
        const { arrivals } = await record({ faults, durationUs: 4 * SECOND, seed: 7 + index });
        const subject = (finding: { class: string; kind: string; validators: readonly string[] }): string =>
          `${finding.class} ${finding.kind} ${finding.class === 'safety' ? '' : finding.validators.join()}`;
        const inOrder = new Set(findIn(arrivals).map(subject));
        for (let seed = 1; seed <= 4; seed++)
          for (const finding of findIn(disorders[name]!(arrivals, seed)))
            expect(inOrder).toContain(subject(finding));
      }
    },
    60_000,
  );
});
