/** Basic HotStuff-2 in both forms, and three-phase HotStuff: closed forms of research 1.9, exact. */
import { describe, expect, it } from 'vitest';
import { delayTable } from '../../../simulator/network/latency.js';
import type { SimulationOptions, SimulationResult } from '../../../simulator/main.js';
import { DELAY_US, recorder, simulate, TIMEOUT_US, WAIT_US } from './run.js';

const basic = { protocol: 'hotstuff2-basic' } as const;
const explicit = { protocol: 'hotstuff2-basic', vote2To: 'leader' } as const;
const three = { protocol: 'hotstuff3-chained' } as const;
const pacemakers = ['timeout', 'epoch'] as const;

/** Messages per link and view, period and last commit in delays. */
const forms = [
  { name: 'basic', options: basic, messages: 4, period: 4, first: 4, last: 5 },
  { name: 'basic with decide', options: explicit, messages: 5, period: 5, first: 4, last: 5 },
  { name: 'three-phase', options: three, messages: 2, period: 2, first: 6, last: 7 },
] as const;

describe.each(forms)('$name without faults', ({ options, messages, period, first, last }) => {
  it.each([2, 4, 7, 16, 31])(`sends ${messages}(n-1) messages a view, n = %i`, async (validators) => {
    const at = (maxViews: number) => simulate({ ...options, validators, maxViews });
    const [few, many] = [await at(20), await at(60)];
    expect(many.messages.sent - few.messages.sent).toBe(40 * messages * (validators - 1));
    expect(many.safety.total).toBe(0);
  });

  it.each(pacemakers)(`takes ${period}d a view, commits within ${last}d, pacemaker %s`, async (pacemaker) => {
    const at = (maxViews: number) => simulate({ ...options, validators: 7, maxViews, pacemaker });
    const [few, result] = [await at(60), await at(200)];
    expect(result.run.virtual_us - few.run.virtual_us).toBe(140 * period * DELAY_US);
    const { latency_us: latency, views, blocks } = result;
    expect(latency.view_period).toMatchObject({ max: period * DELAY_US, p50: period * DELAY_US, count: 200 });
    expect(latency.first_commit).toMatchObject({ min: first * DELAY_US, max: first * DELAY_US });
    expect(latency.commit).toMatchObject({ min: first * DELAY_US, max: last * DELAY_US });
    expect(latency.commit.p50).toBe(last * DELAY_US);
    expect(views.timed_out).toBe(0);
    expect(blocks.commit_events).toBe(blocks.committed);
  });

  it('a doubled timer or leader wait changes nothing, doubled delays double the period', async () => {
    const periodOf = async (about: Partial<SimulationOptions>) =>
      (await simulate({ ...options, validators: 7, maxViews: 60, ...about })).latency_us.view_period.mean;
    const usual = await periodOf({});
    expect(await periodOf({ viewTimeoutUs: 2 * TIMEOUT_US })).toBe(usual);
    expect(await periodOf({ leaderWaitUs: 2 * WAIT_US })).toBe(usual);
    expect(await periodOf({ delayUs: 2 * DELAY_US })).toBe(2 * (usual ?? Number.NaN));
  });
});

describe('under different delays', () => {
  const us = [
    [0, 11, 23, 31],
    [13, 0, 17, 29],
    [19, 37, 0, 7],
    [41, 5, 43, 0],
  ].map((row) => row.map((delay) => delay * 1000));
  const d = (from: number, to: number): number => us[from % 4]?.[to % 4] ?? 0;
  const thirdOf = (paths: readonly number[]): number => [...paths].sort((a, b) => a - b)[2] ?? 0;
  const all = [0, 1, 2, 3];
  const rotation = (period: (leader: number) => number): number =>
    all.map(period).reduce((sum, one) => sum + one) / 4;
  const run = (options: Partial<SimulationOptions>) =>
    simulate({ ...options, latency: delayTable(us), maxViews: 200, viewTimeoutUs: 1_000_000 });

  it('basic: the q-th smallest way out and back, then the q-th smallest way to the next leader', async () => {
    const result = await run(basic);
    const period = (leader: number): number =>
      thirdOf(all.map((i) => d(leader, i) + d(i, leader))) +
      thirdOf(all.map((i) => d(leader, i) + d(i, leader + 1)));
    expect(result.latency_us.view_period.mean).toBeCloseTo(rotation(period), 6);
    expect(result.views.timed_out).toBe(0);
  });

  it('three-phase: the same as two-chain, since only the commit rule is longer', async () => {
    const period = (leader: number): number => thirdOf(all.map((i) => d(leader, i) + d(i, leader + 1)));
    expect((await run(three)).latency_us.view_period.mean).toBeCloseTo(rotation(period), 6);
  });
});

/** Crashed validators by their runs: g gaps between honest runs (research 1.9, second table). */
const crashes = [
  { n: 4, crashed: [3], gaps: 1, threeEvents: 0 },
  { n: 7, crashed: [0, 3], gaps: 2, threeEvents: 0 },
  { n: 10, crashed: [0, 3, 6], gaps: 3, threeEvents: 0 },
  { n: 10, crashed: [0, 1, 2], gaps: 1, threeEvents: 4 },
];

describe.each(pacemakers)('crashed validators, pacemaker %s', (pacemaker) => {
  const rotations = async (n: number, crashed: readonly number[], about: Partial<SimulationOptions>) => {
    const faults = crashed.map((validator) => ({ kind: 'crash' as const, validator, atUs: 0 }));
    const after = (count: number): Promise<SimulationResult> =>
      simulate({ validators: n, pacemaker, faults, backoffFactor: 1, maxViews: count * n + 3, ...about });
    const [few, many] = [await after(10), await after(30)];
    expect(many.safety.total).toBe(0);
    const per = (of: (result: SimulationResult) => number): number => (of(many) - of(few)) / 20;
    return {
      liveness: many.liveness.total,
      timeouts: per((result) => result.views.timed_out),
      blocks: per((result) => result.blocks.committed),
      events: per((result) => result.blocks.commit_events),
      us: per((result) => result.run.virtual_us),
    };
  };
  /** Zero skew in the formula: each failed view or epoch change may add two delays. */
  const near = (us: number, formulaUs: number, timeouts: number): void => {
    expect(Math.abs(us - formulaUs)).toBeLessThanOrEqual(2 * timeouts * DELAY_US);
  };

  it.each(crashes)('basic, n = $n, crashed $crashed', async ({ n, crashed, gaps }) => {
    const good = n - crashed.length - gaps;
    const got = await rotations(n, crashed, basic);
    const timeouts = crashed.length + gaps;
    expect(got).toMatchObject({ timeouts, blocks: n - crashed.length, events: good, liveness: 0 });
    near(got.us, good * 4 * DELAY_US + timeouts * TIMEOUT_US + gaps * WAIT_US, timeouts);
  });

  it.each(crashes)('basic with decide, n = $n, crashed $crashed', async ({ n, crashed, gaps }) => {
    const live = n - crashed.length;
    const got = await rotations(n, crashed, explicit);
    expect(got).toMatchObject({ timeouts: crashed.length, blocks: live, events: live, liveness: 0 });
    near(got.us, live * 5 * DELAY_US + crashed.length * TIMEOUT_US + gaps * WAIT_US, crashed.length);
  });

  it.each(crashes)('three-phase, n = $n, crashed $crashed', async ({ n, crashed, gaps, threeEvents }) => {
    const got = await rotations(n, crashed, three);
    const timeouts = crashed.length + gaps;
    const blocks = threeEvents === 0 ? 0 : n - crashed.length - gaps;
    expect(got).toMatchObject({ timeouts, blocks, events: threeEvents });
    near(got.us, (n - timeouts) * 2 * DELAY_US + timeouts * TIMEOUT_US, timeouts);
  });
});

it('three-phase HotStuff with one of four crashed never commits at all', async () => {
  const faults = [{ kind: 'crash' as const, validator: 3, atUs: 0 }];
  const result = await simulate({ ...three, faults, maxViews: 400 });
  expect(result.blocks.committed).toBe(0);
  expect(result.safety.total).toBe(0);
});

it('basic nodes state both phases: prepare, second votes and double certificates', async () => {
  const { said, hooksFor } = recorder();
  await simulate({ ...basic, maxViews: 10, hooksFor });
  const of = (type: string) => said.filter((one) => one.type === `consensus.${type}`);
  expect(new Set(of('vote_sent').map(({ body }) => body['vote']))).toEqual(new Set(['vote1', 'vote2']));
  expect(of('dc_formed')[0]?.body).toMatchObject({ view: 1, signers: expect.any(Array) as string[] });
  expect(of('dc_received').length).toBeGreaterThan(20);
  expect(new Set(of('view_entered').map(({ body }) => body['trigger']))).toEqual(new Set(['start', 'dc']));
  expect(of('proposal_sent').at(-1)?.body['dc_view']).toBe(of('proposal_sent').length - 1);
  expect(said[0]?.identity.protocol).toBe('hotstuff2-basic');
  const sent = said.filter((one) => one.type === 'network.message_sent').map(({ body }) => body['message']);
  expect(new Set(sent)).toEqual(new Set(['proposal', 'vote1', 'prepare', 'vote2']));
});
