/** A swarm reaches what it should, finds nothing in the protocol as it is, and finds what is broken on purpose. */
import { describe, expect, it } from 'vitest';
import { createSimulation } from '../../../simulator/main.js';
import { drawPlan } from '../../../simulator/swarm/plan.js';
import { runSwarm } from '../../../simulator/swarm/swarm.js';

/** Refusals that only a Byzantine validator can cause. */
const byzantineOnly = [
  'refused: unknown_validator',
  'refused: duplicate',
  'refused: future_view',
  'refused: invalid_block',
  'refused: invalid_certificate',
  'refused: wrong_leader',
];

describe('a swarm', () => {
  it('holds every rule over 100 seeds and reaches every fault and branch', { timeout: 60_000 }, async () => {
    const { failure, runs, coverage } = await runSwarm({ runs: 100, seed: 1 });
    expect(failure).toBeUndefined();
    expect(runs).toBe(100);
    const reached = [...coverage.rules, ...coverage.branches, ...coverage.ingredients];
    const missed = reached.filter(({ times }) => times === 0).map(({ name }) => name);
    expect(missed.filter((name) => !byzantineOnly.includes(name))).toEqual([]);
  });

  it('has one digest for one seed, and each run is its plan alone', async () => {
    const first = await runSwarm({ runs: 3, seed: 50 });
    expect(await runSwarm({ runs: 3, seed: 50 })).toEqual(first);
    expect((await runSwarm({ runs: 3, seed: 51 })).digest).not.toBe(first.digest);
    const alone = await runSwarm({ runs: 1, seed: 52 });
    const replayed = await createSimulation(drawPlan(52).options).run();
    expect(replayed.messages.delivered).toBe(alone.delivered);
  });

  it.each([
    ['validators that forget what they voted for', { amnesia: true }, ['S4', 'S5']],
    ['a quorum that is one too small', { quorumPower: 2 }, ['S3']],
  ])('stops at %s', async (_, negativeControls, rules) => {
    const swarm = await runSwarm({
      runs: 50,
      seed: 1,
      alter: (options) => ({ ...options, negativeControls }),
    });
    expect(swarm.runs).toBeLessThan(50);
    expect(swarm.failure?.seed).toBe(swarm.runs);
    const found = swarm.failure?.result.safety.violations.map(({ rule }) => rule);
    expect(found?.some((rule) => rules.includes(rule))).toBe(true);
  });

  it('stops at a network that does not converge', async () => {
    const alter = (options: ReturnType<typeof drawPlan>['options']) => ({
      ...options,
      faults: [{ kind: 'crash', validator: 0, atUs: 0 } as const],
    });
    const { failure } = await runSwarm({ runs: 5, seed: 1, alter });
    expect(failure?.convergence).toContain('validator-0 is down');
  });
});

describe('a plan', () => {
  it('has at most f validators faulty, and all healed when chaos ends', () => {
    for (let seed = 0; seed < 500; seed++) {
      const { options, healUs } = drawPlan(seed);
      const faults = options.faults ?? [];
      const victims = new Set(faults.flatMap((fault) => ('validator' in fault ? [fault.validator] : [])));
      expect(victims.size).toBeLessThanOrEqual(Math.floor((options.validators - 1) / 3));
      for (const fault of faults) {
        expect(fault.atUs).toBeLessThanOrEqual(healUs);
        if (fault.kind !== 'heal')
          expect((fault.atUs ?? 0) + (fault.durationUs ?? 0)).toBeLessThanOrEqual(healUs + 1);
      }
      expect(drawPlan(seed)).toEqual(expect.objectContaining({ healUs }));
    }
  });
});
