/**
 * What the board says of a node that goes and comes back, from bytes to series: intake and domains
 * together. Rates are absent while nobody speaks for the node, its last words and counters stay.
 */
import { describe, expect, test } from 'vitest';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { DomainRegistry } from '../../src/domains/registry.js';
import { Intake } from '../../src/intake/intake.js';
import { Board } from '../../src/metrics/board.js';

const SECOND = 1_000_000;
const encoder = new TextEncoder();

const rates = [
  'hotstuff_consensus_decided_views_per_second',
  'hotstuff_consensus_committed_blocks_per_second',
];
const lastCommit = 'hotstuff_consensus_last_commit_timestamp_seconds';
const commits = 'hotstuff_consensus_blocks_committed_total';
const connected = 'quorumscope_node_connected';

/** A sidecar without doors, and one node that decides a view and commits a block per second. */
class Room {
  readonly clock = new ManualClock(2_000_000_000_000_000);
  readonly board = new Board();
  readonly #registry = new DomainRegistry({ board: this.board, clock: this.clock, windowUs: 60 * SECOND });
  readonly #intake = new Intake({
    board: this.board,
    clock: this.clock,
    logger: silentLogger,
    dispatcher: this.#registry,
  });
  #seq = 0;

  /** A connection of the node. */
  connect(run = 'r') {
    const feed = this.#intake.openFeed({ door: 'unix', peer: 'p' });
    const say = (event: Record<string, unknown>): void =>
      feed.write(encoder.encode(`${JSON.stringify({ ts_us: this.clock.nowUs(), ...event })}\n`));
    say({ v: 1, type: 'hello', node: 'n', chain: 'c', run });
    return {
      live: (seconds: number): Promise<void> =>
        this.pass(seconds, () => {
          const view = this.#seq;
          say({ type: 'consensus.view_entered', seq: this.#seq++, view, trigger: 'qc', leader: 'l' });
          say({ type: 'consensus.block_committed', seq: this.#seq++, view, height: view, block: `b${view}` });
        }),
      end: async (): Promise<void> => {
        feed.end();
        await this.#intake.drained();
      },
    };
  }

  /** The node says `count` events to nobody. */
  lose(count: number): void {
    this.#seq += count;
  }

  /** Lets `seconds` pass, ticking every second. */
  async pass(seconds: number, each?: () => void): Promise<void> {
    for (let second = 0; second < seconds; second++) {
      each?.();
      await this.#intake.drained();
      this.clock.advance(SECOND);
      this.#registry.tick(this.clock.nowUs());
    }
  }

  /** Undefined while the series is absent. */
  value(name: string): number | undefined {
    this.board.refresh();
    const family = this.board.families().find(({ definition }) => definition.name === name);
    const series = family?.series[0];
    return series && this.board.slots.values[series.slot];
  }
}

describe('a node that disconnects', () => {
  test('has no rates, keeps its last words, and shows as not connected', async () => {
    const room = new Room();
    const node = room.connect();
    await node.live(30);
    for (const rate of rates) expect(room.value(rate), rate).toBeCloseTo(1);
    expect(room.value(connected)).toBe(1);
    const committedAt = room.value(lastCommit);
    await node.end();
    for (const afterwards of [0, 1, 3_600]) {
      await room.pass(afterwards);
      for (const rate of rates) expect(room.value(rate), rate).toBeUndefined();
      expect(room.value(lastCommit)).toBe(committedAt);
      expect(room.value(commits)).toBe(30);
      expect(room.value(connected)).toBe(0);
    }
  });

  test.each([
    ['the same run', 'r', 0],
    ['the same run, of which events were lost', 'r', 12],
    ['a new run', 'r2', 0],
  ])('and comes back as %s has rates again and goes on with its counters', async (_, run, lost) => {
    const room = new Room();
    const before = room.connect();
    await before.live(30);
    await before.end();
    await room.pass(600);
    room.lose(lost);
    const after = room.connect(run);
    expect(room.value(connected)).toBe(1);
    await after.live(20);
    for (const rate of rates) expect(room.value(rate), rate).toBeCloseTo(1);
    expect(room.value(commits)).toBe(50);
    expect(room.value('quorumscope_events_missing_total') ?? 0).toBe(run === 'r' ? lost : 60);
    await after.end();
    for (const rate of rates) expect(room.value(rate), rate).toBeUndefined();
  });

  test('while another source speaks for it loses nothing', async () => {
    const room = new Room();
    const [one, two] = [room.connect(), room.connect()];
    await one.live(30);
    await one.end();
    await two.live(1);
    for (const rate of rates) expect(room.value(rate), rate).toBeCloseTo(1);
    expect(room.value(connected)).toBe(1);
  });
});
