/** What is wrong, with whom, since when: on a board written by hand. */
import { describe, expect, it } from 'vitest';
import { thresholdSettings } from '../../../src/config/thresholds.js';
import { parseConfig } from '../../../src/config/parse.js';
import { HealthChecker } from '../../../src/health/health-checker.js';
import { components, type HealthReport } from '../../../src/health/health-report.js';
import type { HealthRule } from '../../../src/health/rule.js';
import { Board } from '../../../src/metrics/board.js';
import { counter, gauge, histogram } from '../../../src/metrics/definition.js';

const SECOND = 1_000_000;
const START = 1_700_000_000 * SECOND;
const node = ['chain_id', 'node_id'] as const;
const { thresholds } = parseConfig().alerts;

class World {
  readonly board: Board;
  readonly checker: HealthChecker;
  nowUs = START;

  constructor(options: { prefix?: string; thresholds?: Record<string, number | null> } = {}) {
    this.board = new Board(options.prefix === undefined ? {} : { prefix: options.prefix });
    this.checker = new HealthChecker({
      board: this.board,
      thresholds: { ...thresholds, ...options.thresholds },
      windowUs: 60 * SECOND,
      settleUs: 30 * SECOND,
      latestTrouble: () => 'The newest is view 411: votes_missing, because of v3.',
    });
  }

  set(name: string, value: number, ...ids: string[]): void {
    const labels = ids.length === 1 ? (['chain_id'] as const) : node;
    this.board
      .gauge<readonly string[]>(gauge(name, 'x', labels))
      .at(...ids)
      .set(value);
  }

  attach(id: string, isConnected = 1): void {
    this.set('quorumscope_node_connected', isConnected, 'c', id);
  }

  /** A node that commits now. */
  commit(id: string): void {
    this.set('hotstuff_consensus_last_commit_timestamp_seconds', this.nowUs / SECOND, 'c', id);
  }

  /** Evaluates every second. */
  pass(count: number, each: () => void = () => undefined): HealthReport {
    let report: HealthReport | undefined;
    for (let i = 0; i < count; i++) {
      this.nowUs += SECOND;
      each();
      report = this.checker.evaluate(this.nowUs);
    }
    return report!;
  }

  checks(report: HealthReport): string[] {
    return report.issues.map(({ check }) => check);
  }
}

describe('nothing', () => {
  it('is no data, which is neither healthy nor wrong', () => {
    const world = new World();
    const report = world.pass(1);
    expect(report).toMatchObject({ state: 'no_data', scope: null, issues: [] });
    for (const component of components) expect(report.components[component].state).toBe('no_data');
  });

  it('is told apart per component: one that a node never speaks of stays without data', () => {
    const world = new World();
    world.attach('n1');
    const report = world.pass(3, () => world.commit('n1'));
    expect(report.state).toBe('healthy');
    expect(report.components.consensus.state).toBe('healthy');
    expect(report.components.mempool.state).toBe('no_data');
    expect(report.components.mempool.checks).toMatchObject({ measured: 0, of: 2 });
  });
});

describe('a chain that stands still', () => {
  it('is the network when no node commits, with the newest cause', () => {
    const world = new World();
    world.attach('n1');
    world.attach('n2');
    world.commit('n1');
    world.commit('n2');
    expect(world.pass(10).state).toBe('healthy');
    expect(world.pass(10)).toMatchObject({ state: 'warning', scope: 'network' });
    const report = world.pass(15);
    expect(report).toMatchObject({ state: 'failing', scope: 'network' });
    expect(report.summary).toMatch(
      /^It is the network: No attached node of chain c has committed a block for 3\d s\. The newest is view 411/,
    );
    expect(report.since_us).toBe(START + 31 * SECOND);
  });

  it('is you when another node commits', () => {
    const world = new World();
    world.attach('n1');
    world.attach('n2');
    world.commit('n1');
    const report = world.pass(40, () => world.commit('n2'));
    expect(report).toMatchObject({ state: 'critical', scope: 'self' });
    expect(report.issues[0]).toMatchObject({ check: 'consensus.node_stalled', node: 'n1', threshold: 30 });
  });

  it('is not concluded from a node that is alone, or that is catching up', () => {
    const alone = new World();
    alone.attach('n1');
    alone.commit('n1');
    alone.set('hotstuff_network_connected_validators', 0, 'c', 'n1');
    alone.set('hotstuff_consensus_validators', 4, 'c');
    const report = alone.pass(40);
    expect(alone.checks(report)).toEqual(['network.isolated']);
    expect(report).toMatchObject({ state: 'failing', scope: 'self' });

    const syncing = new World();
    syncing.attach('n1');
    syncing.commit('n1');
    syncing.set('hotstuff_consensus_syncing', 1, 'c', 'n1');
    expect(syncing.pass(60)).toMatchObject({ issues: [], nodes: [{ node: 'n1', phase: 'syncing' }] });
  });

  it('ends when it has gone on for long enough, not with the first block', () => {
    const world = new World();
    world.attach('n1');
    world.commit('n1');
    expect(world.pass(35).state).toBe('failing');
    expect(world.pass(20, () => world.commit('n1')).state).toBe('failing');
    expect(world.pass(12, () => world.commit('n1')).state).toBe('healthy');
  });
});

describe('a node that went', () => {
  it('may be away for a minute, and is failing then', () => {
    const world = new World();
    world.attach('n1');
    world.commit('n1');
    world.pass(2);
    world.attach('n1', 0);
    expect(world.pass(50).issues).toEqual([]);
    const report = world.pass(15);
    expect(report).toMatchObject({ state: 'failing', scope: 'self' });
    expect(world.checks(report)).toEqual(['process.gone']);
    expect(report.nodes).toEqual([{ chain: 'c', node: 'n1', phase: 'gone' }]);
  });

  it('is not judged by its progress when it has just come back', () => {
    const world = new World();
    world.attach('n1');
    world.attach('n2');
    world.commit('n1');
    world.set('hotstuff_process_start_timestamp_seconds', world.nowUs / SECOND, 'c', 'n1');
    const report = world.pass(60, () => world.commit('n2'));
    expect(report.issues).toEqual([]);
    expect(report.nodes[0]).toMatchObject({ node: 'n1', phase: 'starting' });
    expect(world.checks(world.pass(70, () => world.commit('n2')))).toEqual(['consensus.node_stalled']);
  });

  it('hangs when it is attached and says nothing', () => {
    const world = new World();
    world.attach('n1');
    const heard = world.board
      .counter(counter('quorumscope_events_received_total', 'x', ['source', 'node_id']))
      .at('unix', 'n1');
    heard.add(5);
    expect(world.pass(60, () => heard.add()).issues).toEqual([]);
    expect(world.checks(world.pass(70))).toEqual(['process.mute']);
  });
});

describe('validators', () => {
  const silent = (world: World, id: string, value: number): void =>
    world.board
      .gauge(gauge('hotstuff_consensus_validator_silent', 'x', ['chain_id', 'validator']))
      .at('c', id)
      .set(value);

  it('of others are a warning about a peer, yours are critical and about you', () => {
    const world = new World();
    world.attach('n1');
    world.board
      .gauge(gauge('hotstuff_node_info', 'x', [...node, 'validator']))
      .at('c', 'n1', 'v1')
      .set(1);
    silent(world, 'v1', 0);
    silent(world, 'v3', 1);
    expect(world.pass(20)).toMatchObject({ state: 'warning', scope: 'peer', issues: [{ about: 'v3' }] });
    silent(world, 'v1', 1);
    const report = world.pass(20);
    expect(report).toMatchObject({ state: 'critical', scope: 'self' });
    expect(report.issues.map(({ scope, about }) => [scope, about])).toEqual([
      ['self', 'v1'],
      ['peer', 'v3'],
    ]);
  });

  it('that break the protocol are told with the first finding', () => {
    const world = new World();
    world.attach('n1');
    world.pass(5);
    const found = counter('hotstuff_consensus_validator_findings_total', 'x', [
      'chain_id',
      'validator',
      'class',
    ]);
    world.board.counter(found).at('c', 'v3', 'byzantine').add();
    expect(world.pass(1)).toMatchObject({
      state: 'critical',
      scope: 'peer',
      issues: [{ about: 'v3', value: 1 }],
    });
  });
});

describe('windows', () => {
  it('take the first sample for a baseline, never for growth', () => {
    const world = new World();
    world.attach('n1');
    const labels = ['chain_id', 'validator', 'cause'] as const;
    const blamed = world.board
      .counter(counter('hotstuff_consensus_validator_blamed_total', 'x', labels))
      .at('c', 'v3', 'leader_silent');
    blamed.add(500);
    expect(world.pass(90).issues).toEqual([]);
    const report = world.pass(60, () => blamed.add(0.5));
    expect(report.issues).toMatchObject([
      { check: 'consensus.validator_fails_views', about: 'v3', scope: 'peer' },
    ]);
  });

  it('forget what is older: a slow disk that became fast again is no issue', () => {
    const world = new World();
    world.attach('n1');
    const name = 'hotstuff_storage_sync_duration_seconds';
    const sync = world.board
      .histogram(histogram(name, 'x', [0.1, 0.5], [...node, 'target']))
      .at('c', 'n1', 'vote');
    expect(world.checks(world.pass(60, () => sync.observe(0.3)))).toEqual(['storage.sync_slow']);
    expect(world.pass(60, () => sync.observe(0.01)).components.storage.state).toBe('warning');
    expect(world.pass(60, () => sync.observe(0.01)).components.storage.state).toBe('healthy');
  });
});

describe('thresholds', () => {
  it('move what they are compared with, and null switches it off', () => {
    const full = (most: number | null): HealthReport => {
      const world = new World({ thresholds: { max_mempool_usage: most } });
      world.attach('n1');
      world.set('hotstuff_mempool_utilization_ratio', 0.7, 'c', 'n1');
      return world.pass(61);
    };
    expect(full(0.8).components.mempool.state).toBe('healthy');
    expect(full(0.6).components.mempool.state).toBe('warning');
    expect(full(null).components.mempool.state).toBe('no_data');
  });

  it('are all there', () => {
    expect(Object.keys(thresholds)).toEqual(Object.keys(thresholdSettings));
    expect(thresholds.max_block_time).toBe(30);
    const given = parseConfig({ environment: { QUORUMSCOPE_ALERTS_THRESHOLDS_MAX_BLOCK_TIME: '1500ms' } });
    expect(given.alerts.thresholds.max_block_time).toBe(1.5);
  });
});

describe('the board', () => {
  it('shows one state per component, under the configured prefix', () => {
    const world = new World({ prefix: 'my_' });
    world.attach('n1');
    world.commit('n1');
    world.pass(40);
    const shown = (component: string): string[] =>
      world.board
        .families()
        .find(({ definition }) => definition.name === 'my_health')!
        .series.filter(
          ({ labelValues, slot }) => labelValues[0] === component && world.board.slots.values[slot] === 1,
        )
        .map(({ labelValues }) => labelValues[1]!);
    expect(shown('overall')).toEqual(['failing']);
    expect(shown('consensus')).toEqual(['failing']);
    expect(shown('storage')).toEqual(['no_data']);
  });

  it('keeps nothing of nodes and chains that are forgotten', () => {
    const world = new World();
    const connected = gauge('quorumscope_node_connected', 'x', node);
    const one = world.board.gauge(connected).at('c', 'n1');
    one.set(0);
    expect(world.pass(70).state).toBe('failing');
    one.release();
    expect(world.pass(1)).toMatchObject({ state: 'no_data', nodes: [], issues: [] });
  });
});

describe('an evaluation in turns', () => {
  /** A check that holds the event loop for longer than a turn. */
  const slow: HealthRule = {
    ...{
      check: 'process.slow',
      component: 'process',
      per: 'node',
      scope: 'self',
      alert: 'X',
      worse: 'above',
    },
    measures: 'x',
    levels: () => ({ warning: { enter: 0 } }),
    measure: (read) => {
      const untilMs = performance.now() + 4;
      while (performance.now() < untilMs);
      return read.gauge('hotstuff_x');
    },
    reason: ({ value }) => `it is ${value}`,
    remedy: 'y',
  };
  const checkerOf = (world: World): HealthChecker =>
    new HealthChecker({ board: world.board, thresholds, windowUs: SECOND, settleUs: SECOND, rules: [slow] });
  const worldOf = (): World => {
    const world = new World();
    for (const id of ['n1', 'n2', 'n3']) {
      world.attach(id);
      world.set('hotstuff_x', 1, 'c', id);
    }
    return world;
  };

  it('lets others have their turn, and tells the same', async () => {
    const world = worldOf();
    const checker = checkerOf(world);
    let turns = 0;
    await checker.evaluateInTurns(START, () => {
      turns++;
      expect(checker.report).toBeUndefined();
      return Promise.resolve();
    });
    expect(turns).toBeGreaterThanOrEqual(2);
    expect(checker.report).toEqual(checkerOf(world).evaluate(START));
    expect(checker.report!.issues).toHaveLength(3);
  });

  it('is not begun beside another, and leaves off when all was told meanwhile', async () => {
    const checker = checkerOf(worldOf());
    let others = 0;
    await checker.evaluateInTurns(START, async () => {
      others++;
      await checker.evaluateInTurns(START + 1, () => expect.unreachable());
    });
    expect(others).toBeGreaterThanOrEqual(2);
    expect(checker.report!.evaluated_at_us).toBe(START);
    await checker.evaluateInTurns(START + 2, () => {
      checker.evaluate(START + 3);
      return Promise.resolve();
    });
    expect(checker.report!.evaluated_at_us).toBe(START + 3);
    await checker.evaluateInTurns(START + 4, () => Promise.resolve());
    expect(checker.report!.evaluated_at_us).toBe(START + 4);
  });
});
