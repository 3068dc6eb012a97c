/** What the nodes say: valid by the published schemas, ordered, and true to what was simulated. */
import { beforeAll, describe, expect, it } from 'vitest';
import { LineDecoder } from '../../../src/events/decode.js';
import type { SimulationResult } from '../../../simulator/main.js';
import { recorder, simulate, type Said } from './run.js';

const { said, hooksFor } = recorder();
let result: SimulationResult;

beforeAll(async () => {
  result = await simulate({
    hooksFor,
    durationUs: 10_000_000,
    workload: { transactionsPerSecond: 200, mempoolCapacity: 60 },
    hardware: { fsync: 'measured', processor: 'modelled' },
    faults: [
      { kind: 'crash', validator: 3, atUs: 2_000_000, durationUs: 4_000_000 },
      { kind: 'slow', validator: 1, delayUs: 400_000, atUs: 8_000_000, durationUs: 1_000_000 },
    ],
  });
});

const of = (type: string): Said[] => said.filter((one) => one.type === type);

/** What the decoder finds wrong. */
function problemsOf(said: readonly Said[]): object[] {
  const decoder = new LineDecoder();
  return said.flatMap(({ type, identity, tsUs, monoUs, body }, seq) => {
    const line = { type, node: identity.node, ts_us: tsUs, mono_us: monoUs, seq, ...body };
    const verdict = decoder.decode(JSON.stringify(line));
    const { detail, unknownFields } = decoder;
    return verdict === 'event' && unknownFields === 0 ? [] : [{ type, verdict, detail, unknownFields }];
  });
}

describe('the events of a run', () => {
  it('are valid', () => expect(problemsOf(said)).toEqual([]));

  it.each(['next_leader', 'leader'] as const)(
    'are valid in the basic form, votes2 to the %s',
    async (vote2To) => {
      const { said: told, hooksFor: tells } = recorder();
      const faults = [{ kind: 'crash', validator: 3, atUs: 1_000_000, durationUs: 1_000_000 }] as const;
      await simulate({
        protocol: 'hotstuff2-basic',
        vote2To,
        hooksFor: tells,
        faults,
        durationUs: 4_000_000,
      });
      expect(problemsOf(told)).toEqual([]);
      expect(told.map(({ type }) => type)).toEqual(
        expect.arrayContaining(['consensus.dc_formed', 'consensus.dc_received', 'consensus.tc_formed']),
      );
    },
  );

  it('are in order of time per process run, with whole microseconds', () => {
    const last = new Map<string, number>();
    const wrong = said.filter(({ identity, tsUs, monoUs }) => {
      const before = last.get(identity.run) ?? 0;
      last.set(identity.run, tsUs);
      return tsUs < before || !Number.isInteger(tsUs) || !Number.isInteger(monoUs) || monoUs < 0;
    });
    expect(wrong).toEqual([]);
    expect(last.size).toBe(5);
  });

  it('cover every domain that the simulation models', () => {
    const types = new Set(said.map(({ type }) => type));
    const mustSay = [
      'consensus.view_entered',
      'consensus.view_timed_out',
      'consensus.leader_waited',
      'consensus.status_sent',
      'consensus.status_received',
      'consensus.proposal_sent',
      'consensus.proposal_received',
      'consensus.vote_sent',
      'consensus.vote_received',
      'consensus.qc_formed',
      'consensus.qc_received',
      'consensus.lock_updated',
      'consensus.high_qc_updated',
      'consensus.wish_sent',
      'consensus.wish_received',
      'consensus.tc_formed',
      'consensus.block_committed',
      'consensus.block_pruned',
      'consensus.sync_started',
      'consensus.sync_completed',
      'consensus.signature_processed',
      'network.message_sent',
      'network.message_received',
      'network.message_processed',
      'network.peer_connected',
      'network.peer_disconnected',
      'network.peers_measured',
      'network.latency_measured',
      'network.queue_measured',
      'network.link_measured',
      'storage.write_completed',
      'storage.sync_completed',
      'storage.batch_completed',
      'storage.read_completed',
      'storage.measured',
      'state.transition_applied',
      'state.transaction_validated',
      'state.measured',
      'mempool.transaction_admitted',
      'mempool.transaction_rejected',
      'mempool.transaction_committed',
      'mempool.measured',
      'execution.invocation_completed',
      'execution.block_executed',
      'execution.result_persisted',
      'execution.module_handled',
      'process.started',
      'process.measured',
      'process.loop_lag_measured',
    ];
    expect(mustSay.filter((type) => !types.has(type))).toEqual([]);
  });

  it('agree with the result', () => {
    expect(of('network.message_sent')).toHaveLength(result.messages.sent);
    const commits = result.blocks.per_node.reduce((sum, blocks) => sum + blocks);
    expect(of('consensus.block_committed')).toHaveLength(commits);
    expect(new Set(of('consensus.block_committed').map(({ body }) => body['block'])).size).toBe(
      result.blocks.committed,
    );
    const timedOut = of('consensus.view_timed_out').map(({ body }) => body['view']);
    expect(new Set(timedOut).size).toBe(result.views.timed_out);
  });

  it('state the same root at the same height everywhere, and fuel that adds up', () => {
    const roots = new Map<unknown, unknown>();
    for (const { body } of of('execution.block_executed')) {
      const known = roots.get(body['height']) ?? body['state_root'];
      expect(body['state_root']).toBe(known);
      roots.set(body['height'], known);
    }
    expect(new Set(roots.values()).size).toBe(roots.size);
    const fuel = new Map<string, number>();
    const key = ({ identity, body }: Said): string => `${identity.run}/${String(body['height'])}`;
    for (const one of of('execution.invocation_completed')) {
      const classes = Object.values(one.body['fuel_by_class'] as Record<string, number>);
      expect(classes.reduce((sum, part) => sum + part)).toBe(one.body['fuel_used']);
      fuel.set(key(one), (fuel.get(key(one)) ?? 0) + Number(one.body['fuel_used']));
    }
    for (const one of of('execution.block_executed'))
      expect(fuel.get(key(one)) ?? 0).toBe(one.body['fuel_used']);
  });

  it('send a vote only after it was made durable', () => {
    const moment = ({ identity, tsUs }: Said): string => `${identity.run}/${tsUs}`;
    const syncs = of('storage.sync_completed').filter(({ body }) => body['target'] === 'vote');
    const durable = new Set(syncs.map(moment));
    const votes = of('consensus.vote_sent');
    expect(votes.length).toBeGreaterThan(500);
    expect(votes.filter((vote) => !durable.has(moment(vote)))).toEqual([]);
  });

  it('commit every admitted transaction at most once per node', () => {
    const seen = new Set<string>();
    for (const { identity, body } of of('mempool.transaction_committed')) {
      const key = `${identity.index}/${String(body['tx'])}`;
      expect(seen.has(key)).toBe(false);
      seen.add(key);
    }
    expect(seen.size).toBeGreaterThan(1_000);
  });
});
