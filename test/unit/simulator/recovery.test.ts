/** Crash and restart: the node catches up, keeps its promises, and tells its own story right. */
import { describe, expect, it } from 'vitest';
import { isFaultLine, type FaultLine } from '../../../simulator/main.js';
import { recorder, simulate } from './run.js';

const outage = { kind: 'crash', validator: 'validator-1', atUs: 1_005_000, durationUs: 5_000_000 } as const;

const networks = (['timeout', 'epoch'] as const).flatMap((pacemaker) => [
  { pacemaker, protocol: 'hotstuff2-chained' as const },
  { pacemaker, protocol: 'hotstuff2-basic' as const },
  { pacemaker, protocol: 'hotstuff2-basic' as const, vote2To: 'leader' as const },
]);

describe.each(networks)('a validator that was down, $protocol $vote2To, pacemaker $pacemaker', (network) => {
  it('catches up to the others, every height once and in order', async () => {
    const { said, hooksFor } = recorder();
    const result = await simulate({ ...network, faults: [outage], durationUs: 12_000_000, hooksFor });
    const heights = said
      .filter(({ type, identity }) => type === 'consensus.block_committed' && identity.index === 1)
      .map(({ body }) => body['height']);
    expect(heights).toEqual(Array.from({ length: heights.length }, (_, i) => i + 1));
    expect(result.blocks.committed - heights.length).toBeLessThanOrEqual(1);
    expect(result.safety.total).toBe(0);
    expect(result.liveness.total).toBe(0);
    const sync = said.filter(({ type }) => type === 'consensus.sync_completed');
    expect(sync).toHaveLength(1);
    expect(sync[0]?.body['blocks']).toBeGreaterThan(10);
  });
});

describe('a restart', () => {
  it('begins a new run with the lock restored, and the lock never goes back', async () => {
    const { said, hooksFor } = recorder();
    await simulate({ faults: [outage], durationUs: 12_000_000, hooksFor });
    const own = said.filter(({ identity }) => identity.index === 1);
    const starts = own.filter(({ type }) => type === 'process.started');
    expect(starts.map(({ body, identity }) => [identity.life, body['lock_restored']])).toEqual([
      [1, false],
      [2, true],
    ]);
    expect(new Set(own.map(({ identity }) => identity.run)).size).toBe(2);
    expect(starts[1]?.monoUs).toBe(0);
    const locks = own.filter(({ type }) => type === 'consensus.lock_updated').map(({ body }) => body['view']);
    expect(locks.length).toBeGreaterThan(50);
    expect(locks).toEqual([...locks].sort((a, b) => Number(a) - Number(b)));
    const votes = own.filter(({ type }) => type === 'consensus.vote_sent').map(({ body }) => body['view']);
    expect(new Set(votes).size).toBe(votes.length);
  });

  it('is seen by its peers, and told by nobody but the truth channel', async () => {
    const { said, hooksFor } = recorder();
    const truth: FaultLine[] = [];
    const { validator } = outage;
    await simulate({
      faults: [outage],
      durationUs: 12_000_000,
      startUs: 0,
      hooksFor,
      truth: (line) => isFaultLine(line) && truth.push(line),
    });
    expect(truth).toEqual([
      { at_us: 1_005_000, fault: 'crash', validator, validators: [validator], phase: 'begin' },
      { at_us: 6_005_000, fault: 'crash', validator, validators: [validator], phase: 'end' },
    ]);
    const lost = said.filter(({ type }) => type === 'network.peer_disconnected');
    expect(lost.map(({ identity, tsUs }) => [identity.index, tsUs])).toEqual([
      [0, 1_015_000],
      [2, 1_015_000],
      [3, 1_015_000],
    ]);
    const silent = said.filter(
      ({ identity, tsUs }) => identity.index === 1 && tsUs > 1_005_000 && tsUs < 6_005_000,
    );
    expect(silent).toEqual([]);
  });

  const protocols = ['hotstuff2-chained', 'hotstuff2-basic', 'hotstuff3-chained'] as const;
  it.each(protocols)('of all validators at once goes on where the chain stood: %s', async (protocol) => {
    const faults = [0, 1, 2, 3].map((validator) => ({
      kind: 'crash' as const,
      validator,
      atUs: 2_003_000,
      durationUs: 1_000_000,
    }));
    const options = { protocol, faults, hardware: { fsync: 'measured' as const } };
    const before = await simulate({ ...options, durationUs: 2_500_000 });
    const result = await simulate({ ...options, durationUs: 20_000_000 });
    expect(result.blocks.committed).toBeGreaterThan(before.blocks.committed + 90);
    expect(new Set(result.blocks.per_node).size).toBeLessThanOrEqual(2);
    expect(result.safety.total).toBe(0);
  });
});

it('a slow validator leads slow views and its votes come late', async () => {
  const { said, hooksFor } = recorder();
  const slow = { kind: 'slow', validator: 2, delayUs: 50_000, atUs: 1_000_000 } as const;
  const result = await simulate({ faults: [slow], durationUs: 5_000_000, hooksFor });
  const late = said.filter(({ type, body }) => type === 'consensus.vote_received' && 'late_us' in body);
  const afterwards = late.filter(({ tsUs, body }) => body['late_us'] !== undefined && tsUs > 0);
  expect(afterwards.length).toBeGreaterThan(20);
  expect(new Set(afterwards.map(({ body }) => body['validator']))).toContain('validator-2');
  expect(result.views.timed_out).toBe(0);
  expect(result.latency_us.view_period.max).toBe(70_000);
});
