/** Deviating validators: up to f of them break nothing; f + 1 break agreement, and are named. */
import { describe, expect, it } from 'vitest';
import { behaviourNames } from '../../../simulator/faults/behaviour.js';
import { createSimulation, isFaultLine, type FaultLine, type Fault } from '../../../simulator/main.js';
import { recorder, simulate, usual } from './run.js';

const SECOND = 1_000_000;
const pacemakers = ['timeout', 'epoch'] as const;

const deviating = (behaviour: (typeof behaviourNames)[number], validator = 1): Fault => ({
  kind: 'byzantine',
  validator,
  behaviour,
  atUs: SECOND,
  durationUs: 8 * SECOND,
});

describe.each(behaviourNames)('%s', (behaviour) => {
  it.each(pacemakers)('by f validators is neither unsafe nor the end of progress, %s', async (pacemaker) => {
    const truth: FaultLine[] = [];
    const result = await simulate({
      validators: 7,
      pacemaker,
      faults: [deviating(behaviour), deviating(behaviour, 4)],
      durationUs: 16 * SECOND,
      truth: (line) => isFaultLine(line) && truth.push(line),
    });
    expect(result.safety.violations).toEqual([]);
    expect(result.liveness.violations).toEqual([]);
    expect(result.blocks.committed).toBeGreaterThan(100);
    const heights = result.blocks.per_node;
    expect(Math.max(...heights) - Math.min(...heights)).toBeLessThanOrEqual(2);
    expect(truth.map(({ validator, phase }) => [validator, phase])).toEqual([
      ['validator-1', 'begin'],
      ['validator-4', 'begin'],
      ['validator-1', 'end'],
      ['validator-4', 'end'],
    ]);
    expect(truth[0]).toMatchObject({ fault: 'byzantine', behaviour });
  });
});

describe.each(['next_leader', 'leader'] as const)('basic form, votes2 to the %s', (vote2To) => {
  it.each(behaviourNames)('%s by f validators breaks nothing', async (behaviour) => {
    for (const pacemaker of pacemakers) {
      const faults = [deviating(behaviour), deviating(behaviour, 4)];
      const options = { protocol: 'hotstuff2-basic', vote2To, validators: 7, pacemaker, faults } as const;
      const result = await simulate({ ...options, durationUs: 16 * SECOND });
      expect(result.safety.violations).toEqual([]);
      expect(result.liveness.violations).toEqual([]);
      expect(result.blocks.committed).toBeGreaterThan(100);
    }
  });

  it('twins by f validators break nothing', async () => {
    const twins: Fault = { kind: 'twins', validators: [0], apart: [1], atUs: SECOND, durationUs: 5 * SECOND };
    const options = { protocol: 'hotstuff2-basic', vote2To, faults: [twins] } as const;
    const result = await simulate({ ...options, durationUs: 20 * SECOND });
    expect(result.safety.violations).toEqual([]);
    expect(result.liveness.violations).toEqual([]);
    expect(result.blocks.committed).toBeGreaterThan(200);
  });
});

it.each(behaviourNames)('three-phase HotStuff stays safe under %s', async (behaviour) => {
  const faults = [deviating(behaviour), deviating(behaviour, 4)];
  const options = { protocol: 'hotstuff3-chained', validators: 7, faults } as const;
  const result = await simulate({ ...options, durationUs: 16 * SECOND });
  expect(result.safety.violations).toEqual([]);
  expect(result.liveness.violations).toEqual([]);
  expect(result.blocks.committed).toBeGreaterThan(100);
});

describe('what the others see', () => {
  const seen = async (behaviour: (typeof behaviourNames)[number]) => {
    const { said, hooksFor } = recorder();
    const faults: Fault[] = [{ kind: 'byzantine', validator: 1, behaviour, atUs: 0 }];
    const result = await simulate({ faults, hooksFor, durationUs: 10 * SECOND });
    const told = (type: string) =>
      said
        .filter((one) => one.type === `consensus.${type}` && one.identity.index !== 1)
        .map(({ body }) => body);
    return { result, told };
  };
  const names = (bodies: readonly Readonly<Record<string, unknown>>[], key = 'validator'): string[] =>
    [...new Set(bodies.map((body) => String(body[key])))].sort();

  it('silent_proposer: its votes, but none of its proposals', async () => {
    const { told } = await seen('silent_proposer');
    expect(names(told('proposal_received'))).not.toContain('validator-1');
    expect(names(told('vote_received'))).toContain('validator-1');
  });

  it('withhold_votes: its proposals, but none of its votes, and no view fails', async () => {
    const { told, result } = await seen('withhold_votes');
    expect(names(told('proposal_received'))).toContain('validator-1');
    expect(names(told('vote_received'))).not.toContain('validator-1');
    expect(result.views.timed_out).toBe(0);
  });

  it('double_vote: evidence against it, from collectors, and against nobody else', async () => {
    const { told } = await seen('double_vote');
    const evidence = told('byzantine_detected');
    expect(evidence.length).toBeGreaterThan(10);
    expect(names(evidence)).toEqual(['validator-1']);
    expect(names(evidence, 'kind')).toEqual(['double_vote']);
  });

  it('equivocate: two blocks of one view, and at most one certificate', async () => {
    const { told, result } = await seen('equivocate');
    const blocks = new Map<number, Set<unknown>>();
    for (const { view, block, validator } of told('proposal_received'))
      if (validator === 'validator-1')
        blocks.set(view as number, (blocks.get(view as number) ?? new Set()).add(block));
    expect([...blocks.values()].every((two) => two.size === 2)).toBe(true);
    expect(blocks.size).toBeGreaterThan(3);
    expect(result.safety.total).toBe(0);
  });

  it('fork: a proposal beside the certified block that its leader had', async () => {
    const { told } = await seen('fork');
    const gaps = told('proposal_received')
      .filter(({ validator, view }) => validator === 'validator-1' && view !== 1)
      .map(({ view, justify_view }) => (view as number) - (justify_view as number));
    expect(gaps.length).toBeGreaterThan(3);
    expect(Math.min(...gaps)).toBeGreaterThan(1);
  });

  it('invalid_qc: refused, with its sender', async () => {
    const { told } = await seen('invalid_qc');
    expect(names(told('certificate_rejected'))).toEqual(['validator-1']);
    // Its first proposal extends the beginning, whose certificate needs no signers.
    const accepted = told('proposal_received').filter(({ view }) => view !== 1);
    expect(names(accepted)).not.toContain('validator-1');
  });

  it('future_spam: refused, and no view moves', async () => {
    const { told, result } = await seen('future_spam');
    const refused = told('vote_rejected').filter(({ reason }) => reason === 'future_view');
    expect(names(refused)).toEqual(['validator-1']);
    expect(result.run.virtual_us).toBe(10 * SECOND);
    expect(result.views.entered).toBeLessThan(600);
  });
});

describe('twins', () => {
  /** Everybody leads in turn, so that each side has leaders enough in a row. */
  const split = (validators: number, twins: number): Fault => {
    const twinned = Array.from({ length: twins }, (_, i) => i);
    const honest = Array.from({ length: validators - twins }, (_, i) => twins + i);
    return { kind: 'twins', validators: twinned, apart: honest.slice(0, honest.length / 2), atUs: SECOND };
  };

  it.each([
    [4, 2],
    [7, 3],
    [10, 4],
  ])('n = %i: f + 1 = %i of them break agreement, and are named', async (validators, twins) => {
    const faults = [split(validators, twins)];
    const options = { validators, faults, seed: 99, durationUs: 20 * SECOND };
    const result = await simulate(options);
    const conflict = result.safety.violations.find(({ rule }) => rule === 'S1');
    expect(conflict?.seed).toBe(99);
    expect(conflict?.culprits).toEqual(Array.from({ length: twins }, (_, i) => i));
    expect(await simulate(options)).toMatchObject({ digest: result.digest, safety: result.safety });
  });

  it.each([
    { protocol: 'hotstuff2-basic' },
    { protocol: 'hotstuff2-basic', vote2To: 'leader', pacemaker: 'epoch' },
    // In turn, each side would never have four leaders in a row who are on it.
    { protocol: 'hotstuff3-chained', rotation: 'hashed' },
  ] as const)('f + 1 of them are named and f never break agreement: %o', async (about) => {
    for (const [validators, twins] of [
      [4, 1],
      [7, 2],
      [10, 3],
    ] as const) {
      const options = { ...about, validators, seed: 7, durationUs: 20 * SECOND };
      const harmless = await simulate({ ...options, faults: [split(validators, twins)] });
      expect(harmless.safety.violations).toEqual([]);
      const broken = await simulate({ ...options, faults: [split(validators, twins + 1)] });
      const conflict = broken.safety.violations.find(({ rule }) => rule === 'S1');
      expect(conflict?.culprits).toEqual(Array.from({ length: twins + 1 }, (_, i) => i));
    }
  });

  it.each(pacemakers)('f of them break nothing, and all goes on when they end, %s', async (pacemaker) => {
    for (const [validators, twins] of [
      [4, 1],
      [7, 2],
    ] as const) {
      const faults: Fault[] = [{ ...split(validators, twins), durationUs: 5 * SECOND } as Fault];
      const result = await simulate({ validators, pacemaker, faults, durationUs: 20 * SECOND });
      expect(result.safety.violations).toEqual([]);
      expect(result.liveness.violations).toEqual([]);
      expect(result.blocks.committed).toBeGreaterThan(200);
    }
  });
});

it('wrong behaviours and twins are refused', () => {
  const wrong = (fault: object) => () => createSimulation({ ...usual, faults: [fault as Fault] });
  expect(wrong({ kind: 'byzantine', validator: 1, behaviour: 'rude' })).toThrow(/behaviour.*equivocate/);
  expect(wrong({ kind: 'twins', validators: [1], apart: [1] })).toThrow('faults[0].validators');
});
