/** The scenario runner, network conditions and consensus load: the same seed is the same run, and what holds is held. */
import { describe, expect, it } from 'vitest';
import {
  createSimulation,
  isFaultLine,
  loadScenario,
  simulationOf,
  TransactionTrace,
} from '../../../../simulator/main.js';
import { createHooks } from '../../../../src/hooks.js';
import { simulateConsensusLoad } from '../../../../simulator/testing/consensus-load.js';
import { assertMetricsRecorded } from '../../../../simulator/testing/expected-metric.js';
import {
  networkConditions,
  type NetworkConditions,
  type NetworkConditionsName,
} from '../../../../simulator/testing/network-conditions.js';
import { replayOf, simulationOptionsOf } from '../../../../simulator/testing/scenario-options.js';
import { assertNoViolations, runScenario } from '../../../../simulator/testing/scenario.js';
import { createTestCollector } from '../../../../simulator/testing/test-collector.js';

const short = { durationUs: 2_000_000 };

describe('runScenario', () => {
  it('takes a bundled scenario by name, and is what the command runs', async () => {
    const run = await runScenario('01a-leader-crash', 7);
    const { digest } = await createSimulation({
      ...simulationOf(loadScenario('01a-leader-crash'), 7),
      speed: 'max',
    }).run();
    expect(run.result.digest).toBe(digest);
    expect(run.replay).toBe('quorumscope simulate 01a-leader-crash --seed 7');
    expect(run.truth.filter(isFaultLine).map(({ fault }) => fault)).toContain('crash');
    await expect(runScenario('no-such-scenario')).rejects.toMatchObject({ code: 'simulator.scenario' });
  });

  it('gives result, events, metrics and truth of one and the same run', async () => {
    const crash = { kind: 'crash', validator: 1, atUs: 500_000, durationUs: 700_000 } as const;
    const run = await runScenario({ ...short, faults: [crash] }, 7);

    expect(run.result.run).toMatchObject({ seed: 7, validators: 4, virtual_us: 2_000_000 });
    const faults = run.truth.filter(isFaultLine);
    expect(faults).toMatchObject([
      { fault: 'crash', validator: 'validator-1', phase: 'begin' },
      { fault: 'crash', validator: 'validator-1', phase: 'end' },
    ]);
    expect(faults[1]!.at_us - faults[0]!.at_us).toBe(700_000);
    const failed = run.truth.filter((line) => 'type' in line && line.type === 'view');
    expect(failed).toHaveLength(run.result.views.timed_out);
    expect(failed[0]).toMatchObject({ culprits: ['validator-1'] });
    const started = run.events.filter(({ type, node }) => type === 'process.started' && node === 'node-1');
    expect(started).toHaveLength(2);
    expect(run.events).toHaveLength(run.losses.received);
    expect(run.metrics.sum('hotstuff_consensus_blocks_committed_total')).toBe(
      run.counts.reduce((sum, { blocksCommitted }) => sum + blocksCommitted, 0),
    );
    expect(run.status.chains[0]!.nodes.map(({ node }) => node)).toHaveLength(4);
    expect(run.violations).toEqual([]);
    assertNoViolations(run);
  });

  it('takes its transactions from rows, and says in metrics what pools threw out', async () => {
    const rows = Array.from({ length: 40 }, (_, row) => ({
      atUs: 100_000 + row,
      fee: row,
      sender: `s${row}`,
    }));
    const workload = {
      trace: TransactionTrace.of(rows),
      mempoolCapacity: 10,
      mempoolEviction: 'lowest_fee',
    } as const;
    const { metrics, result, replay } = await runScenario({ ...short, workload });
    const node = { node_id: 'node-1' };
    expect(metrics.value('hotstuff_mempool_transactions_admitted_total', node)).toBe(40);
    expect(metrics.value('hotstuff_mempool_transactions_evicted_total', { ...node, reason: 'full' })).toBe(
      30,
    );
    expect(metrics.value('hotstuff_mempool_transactions_committed_total', node)).toBe(10);
    expect(result.liveness.total).toBe(0);
    expect(replay).toContain('runScenario');
  });

  it('is the same run for the same seed, down to every event, and another for another seed', async () => {
    const scenario = { ...short, conditions: 'lossy', workload: { transactionsPerSecond: 50 } } as const;
    const [a, b, c] = [
      await runScenario(scenario, 3),
      await runScenario(scenario, 3),
      await runScenario(scenario, 4),
    ];
    expect(a.result.digest).toBe(b.result.digest);
    expect(a.events).toEqual(b.events);
    expect(a.metrics.find('hotstuff_network_messages_sent_total')).toEqual(
      b.metrics.find('hotstuff_network_messages_sent_total'),
    );
    expect(c.result.digest).not.toBe(a.result.digest);
  });

  it('tells broken rules with their replay', async () => {
    const broken = await runScenario({ ...short, negativeControls: { quorumPower: 2 } });
    expect(broken.violations.map(({ rule }) => rule)).toContain('S3');
    expect(() => assertNoViolations(broken)).toThrow(
      /^\d+ safety and \d+ liveness violations\n +found: +S3 at 0\.\d+ s: [^]*replay: +node --input-type=module/,
    );
  });

  it('puts the replay command into the message of a failed expectation', async () => {
    const run = await runScenario(short);
    const failing = assertMetricsRecorded(run, {
      name: 'hotstuff_consensus_blocks_committed_total',
      equals: 0,
    });
    await expect(failing).rejects.toThrow(
      /replay: +quorumscope simulate --validators 4 --seed 1 --duration 2000ms/,
    );
  });

  it('names every problem of a scenario at once', async () => {
    const wrong = runScenario({ validators: 1e12, delayUs: -1, viewTimeoutUs: 0 });
    await expect(wrong).rejects.toMatchObject({ code: 'simulator.options' });
    await expect(wrong).rejects.toThrow(/validators.*delayUs.*viewTimeoutUs/s);
  });
});

describe('the replay command', () => {
  const replay = (scenario: Parameters<typeof simulationOptionsOf>[0]): string | undefined =>
    replayOf(simulationOptionsOf(scenario));

  it('is one of the command line where that can say it', () => {
    expect(
      replay({
        ...short,
        protocol: 'hotstuff2-basic',
        rotation: 'hashed',
        pacemaker: 'epoch',
        startUs: 1_000_000,
        workload: { transactionsPerSecond: 10 },
        faults: [
          { kind: 'slow', validator: 'node-1', atUs: 5_000, delayUs: 7_000 },
          { kind: 'heal', validator: 1, atUs: 9_000 },
        ],
      }),
    ).toBe(
      'quorumscope simulate --validators 4 --seed 1 --duration 2000ms --delay 20ms --timeout 500ms --leader-wait 40ms ' +
        '--protocol basic --rotation hashed --pacemaker epoch --transactions 10 --start 1000000 ' +
        '--slow node-1@5ms:7ms --heal v1@9ms',
    );
  });

  it.each([
    ['a delay below a millisecond', { ...short, delayUs: 1_500 }],
    ['conditions of the network', { ...short, conditions: 'lossy' }],
    ['a fault that the command line lacks', { ...short, faults: [{ kind: 'flash_crowd', factor: 2 }] }],
    [
      'a fault that ends by itself',
      { ...short, faults: [{ kind: 'crash', validator: 0, durationUs: 1_000 }] },
    ],
    ['two faults at one instant', { ...short, faults: [{ kind: 'heal' }, { kind: 'crash', validator: 0 }] }],
    ['a run by views', { maxViews: 10 }],
    ['a seed that is too large', { ...short, seed: 2 ** 40 }],
  ] as const)('is a line of Node for %s', (_what, scenario) => {
    expect(replay(scenario)).toMatch(
      /^node --input-type=module -e 'import \{ runScenario \} from "quorumscope\/testing"/,
    );
  });

  it('does not exist where the scenario holds code', () => {
    const rotation = { leader: () => 0 } as never;
    expect(replay({ ...short, rotation })).toBeUndefined();
  });
});

describe('network conditions', () => {
  const run = (conditions: NetworkConditionsName | NetworkConditions) =>
    createSimulation(simulationOptionsOf({ conditions, durationUs: 6_000_000 })).run();

  it.each(Object.keys(networkConditions) as NetworkConditionsName[])(
    '%s: goes on, and breaks no rule',
    async (name) => {
      const result = await run(name);
      expect(result.blocks.committed).toBeGreaterThan(20);
      expect(result.safety.total + result.liveness.total).toBe(0);
    },
  );

  it('do what they are named for', async () => {
    const ideal = await run('ideal');
    const period = (result: typeof ideal): number => result.latency_us.view_period.mean!;
    expect(period(ideal)).toBe(40_000);
    expect(period(await run('lan'))).toBeLessThan(2_000);
    expect(period(await run('world'))).toBeGreaterThan(60_000);
    expect(period(await run('jittery'))).toBeGreaterThan(60_000);
    expect((await run('lossy')).messages.lost).toBeGreaterThan(5);
    expect((await run('resending')).messages).toMatchObject({ lost: 0 });
    expect((await run('duplicating')).messages.duplicated).toBeGreaterThan(20);
    expect(ideal.messages).toMatchObject({ lost: 0, duplicated: 0 });
    expect((await run('even_split')).blocks.committed).toBeLessThan(0.75 * ideal.blocks.committed);
  });

  it('may be written by the test, and what the scenario says itself prevails', () => {
    const conditions = { about: 'Mine.', delayUs: 7, splits: [{ share: 0.3, atUs: 5 }] };
    expect(simulationOptionsOf({ conditions, validators: 7 })).toMatchObject({
      delayUs: 7,
      leaderWaitUs: 14,
      faults: [
        {
          kind: 'partition',
          groups: [
            [0, 1, 2, 3, 4],
            [5, 6],
          ],
          atUs: 5,
        },
      ],
    });
    expect(simulationOptionsOf({ conditions, delayUs: 9 }).delayUs).toBe(9);
  });

  it('are refused by an unknown name', () => {
    expect(() => simulationOptionsOf({ conditions: 'perfect' as never })).toThrow(
      /"perfect", expected one of ideal/,
    );
  });
});

describe('simulateConsensusLoad', () => {
  it('states the same at any pace', async () => {
    const digests = new Set<string>();
    const views = new Set<unknown>();
    for (const pace of ['full', { timesRealTime: 20 }, { eventsPerSecond: 5_000 }] as const) {
      const collector = createTestCollector();
      const { result, events, eventsPerSecond } = await simulateConsensusLoad(collector, { ...short, pace });
      // `hello` is a line, but no event of the node's.
      expect(collector.losses().processed).toBe(events + 4);
      digests.add(result.digest);
      views.add(collector.metrics().sum('hotstuff_consensus_view_changes_total'));
      if (pace === 'full') continue;
      const expected = 'eventsPerSecond' in pace ? pace.eventsPerSecond : (20 * events) / 2;
      expect(eventsPerSecond).toBeLessThanOrEqual(1.02 * expected);
    }
    expect(digests.size).toBe(1);
    expect(views.size).toBe(1);
  });

  it('takes hooks that the caller makes, and lets only some of the validators speak', async () => {
    const made: string[] = [];
    const { events } = await simulateConsensusLoad(
      ({ node, chain }) => {
        made.push(node);
        return createHooks({ node, chain });
      },
      { ...short, speaking: 2 },
    );
    expect(made).toEqual(['node-0', 'node-1']);
    // Nobody hears them: they state nothing.
    expect(events).toBe(0);

    const collector = createTestCollector();
    await simulateConsensusLoad(collector, { ...short, speaking: 1 });
    expect(collector.status().chains[0]!.nodes.map(({ node }) => node)).toEqual(['node-0']);
  });
});
