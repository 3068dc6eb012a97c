/** Who leads, and what random leaders cost; voting power; names that must not matter. */
import { describe, expect, it } from 'vitest';
import type { SimulationOptions } from '../../../simulator/main.js';
import { Committee } from '../../../simulator/protocol/committee.js';
import { hashed, roundRobin, weighted, type Rotation } from '../../../simulator/protocol/rotation.js';
import { recorder, simulate } from './run.js';

const leaderOf = (rotation: Rotation) => (view: number) => rotation.leader(view);
const views = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const shares = (leader: (view: number) => number, count: number, size: number): number[] => {
  const led = new Array<number>(size).fill(0);
  for (const view of views(count)) led[leader(view)] = (led[leader(view)] ?? 0) + 1;
  return led.map((times) => times / count);
};
/** Relative distance. */
const off = (found: number | undefined, expected: number): number =>
  Math.abs((found ?? Number.NaN) / expected - 1);
const crash = (validator: number) => ({ kind: 'crash', validator, atUs: 0 }) as const;

describe('rotations', () => {
  it('hashed: every validator equally often, each view independent of the one before', () => {
    const leader = leaderOf(hashed(5, 7));
    for (const share of shares(leader, 100_000, 5)) expect(share).toBeCloseTo(0.2, 2);
    const repeated = views(100_000).filter((view) => leader(view) === leader(view + 1)).length;
    expect(repeated / 100_000).toBeCloseTo(0.2, 2);
    expect(views(50).map(leader)).not.toEqual(views(50).map(leaderOf(hashed(5, 8))));
  });

  it('weighted: exactly by power over a cycle, and the heavy one spread out', () => {
    const leader = leaderOf(weighted([2, 2, 2, 6]));
    expect(shares(leader, 6, 4)).toEqual([1 / 6, 1 / 6, 1 / 6, 1 / 2]);
    const heavyInARow = views(60).filter((view) => leader(view) === 3 && leader(view + 1) === 3);
    expect(heavyInARow.length).toBeLessThanOrEqual(10);
    expect(shares(leaderOf(weighted([3, 3, 3])), 9, 3)).toEqual(shares(leaderOf(roundRobin(3)), 9, 3));
  });

  it('reputation: a crashed validator leads no more after two windows, and does again when it is back', async () => {
    const led = async (rotation: 'hashed' | 'reputation', durationUs: number | undefined) => {
      const options = { validators: 4, rotation, faults: [{ ...crash(0), durationUs }] };
      const result = await simulate({ ...options, maxViews: 2000 });
      expect(result.safety.total).toBe(0);
      expect(result.liveness.total).toBe(0);
      return result.views.timed_out;
    };
    expect(await led('hashed', undefined)).toBeGreaterThan(600);
    expect(await led('reputation', undefined)).toBeLessThan(60);
    const { said, hooksFor } = recorder();
    const faults = [{ ...crash(0), durationUs: 3_000_000 }];
    await simulate({ rotation: 'reputation', faults, maxViews: 1000, hooksFor });
    const proposals = said.filter(({ type }) => type === 'consensus.proposal_sent');
    const late = proposals.filter(({ body }) => (body['view'] as number) > 500);
    const its = late.filter(({ identity }) => identity.index === 0).length;
    expect(its / late.length).toBeGreaterThan(0.15);
  });
});

describe('random leaders', () => {
  const interval = (options: Partial<SimulationOptions>, crashed: number) =>
    simulate({
      rotation: 'hashed',
      faults: Array.from({ length: crashed }, (_, validator) => crash(validator)),
      backoffFactor: 1,
      maxViews: 100_000,
      ...options,
    });

  it.each([
    { n: 4, crashed: 0 },
    { n: 4, crashed: 1 },
    { n: 7, crashed: 1 },
    { n: 7, crashed: 2 },
  ])(
    'chained: 1 + p^-3 views from proposal to commit, n = $n, $crashed crashed',
    { timeout: 60_000 },
    async ({ n, crashed }) => {
      const p = (n - crashed) / n;
      const { blocks, safety, liveness } = await interval({ validators: n }, crashed);
      expect(off(blocks.interval_views, 1 + p ** -3)).toBeLessThan(0.01);
      expect(off(blocks.committed / 100_000, p ** 2)).toBeLessThan(0.01);
      expect(off(blocks.commit_events / 100_000, p ** 3)).toBeLessThan(0.02);
      expect([safety.total, liveness.total]).toEqual([0, 0]);
    },
  );

  it('three-phase: 1 + p^-3 + p^-4', { timeout: 60_000 }, async () => {
    const p = 3 / 4;
    const { blocks, liveness } = await interval({ protocol: 'hotstuff3-chained' }, 1);
    expect(off(blocks.interval_views, 1 + p ** -3 + p ** -4)).toBeLessThan(0.01);
    expect(off(blocks.commit_events / 100_000, p ** 4)).toBeLessThan(0.02);
    expect(liveness.total).toBe(0);
  });
});

describe('voting power', () => {
  it('makes quorums by power, not by heads', async () => {
    const committee = new Committee([1, 1, 1, 6]);
    expect(committee).toMatchObject({ quorumPower: 7, weakSize: 3, mostFaulty: 0 });
    const powers = [4, 1, 1, 1, 1, 1];
    // Quorum 7 of 9: without the heavy one there are 5, without two light ones there are still 7.
    const light = await simulate({ validators: 6, powers, faults: [crash(4), crash(5)], maxViews: 100 });
    expect(light.run.quorum).toBe(7);
    expect(light.blocks.committed).toBeGreaterThan(20);
    const heavy = await simulate({ validators: 6, powers, faults: [crash(0)], durationUs: 20_000_000 });
    expect(heavy.blocks.committed).toBe(0);
    for (const { safety, liveness } of [light, heavy]) expect([safety.total, liveness.total]).toEqual([0, 0]);
  });

  it('runs with weighted leaders, and says who has which power', async () => {
    const { said, hooksFor } = recorder();
    const powers = [1, 2, 3, 2];
    const result = await simulate({ powers, rotation: 'weighted', maxViews: 200, hooksFor });
    expect(result.latency_us.view_period).toMatchObject({ min: 20_000, max: 20_000 });
    expect(said[0]?.identity.validators.map(({ power }) => power)).toEqual(powers);
    const proposers = said.filter(({ type }) => type === 'consensus.proposal_sent');
    const led = powers.map((_, index) => proposers.filter(({ identity }) => identity.index === index).length);
    expect(led.map((times) => Math.round((times * 8) / proposers.length))).toEqual(powers);
  });

  it('is refused where it makes no sense, like unknown names', () => {
    const wrong = { powers: [1, 0, 1.5], rotation: 'fastest', protocol: 'pbft', vote2To: 'leader' };
    expect(() => simulate(wrong as unknown as Partial<SimulationOptions>)).toThrow(
      /protocol: .*powers: .*rotation: .*vote2To: /s,
    );
  });
});

describe('renaming validators', () => {
  it.each(['hotstuff2-chained', 'hotstuff2-basic', 'hotstuff3-chained'] as const)(
    'changes nothing but names: %s',
    async (protocol) => {
      const shift = 2;
      const run = async (by: number) => {
        const rename = (validator: number): number => (validator + by) % 7;
        const faults = [
          { kind: 'crash' as const, validator: rename(1), atUs: 300_000, durationUs: 900_000 },
          {
            kind: 'slow' as const,
            validator: rename(4),
            delayUs: 30_000,
            atUs: 500_000,
            durationUs: 900_000,
          },
        ];
        const rotation = { leader: (view: number) => rename(view % 7) };
        const result = await simulate({ protocol, validators: 7, faults, rotation, durationUs: 5_000_000 });
        const perNode = result.blocks.per_node.map(
          (_, validator) => result.blocks.per_node[rename(validator)],
        );
        const { views, messages, latency_us } = result;
        return { views, messages, latency_us, blocks: { ...result.blocks, per_node: perNode } };
      };
      expect(await run(shift)).toEqual(await run(0));
    },
  );
});
