/**
 * However events come, they mean the same: embedded in a worker, embedded in the node's own thread,
 * shipped over a socket and replayed from a recording, one simulated node's events give one board.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type * as simulator from '../../simulator/main.js';
import type * as entry from '../../src/hooks.js';
import type * as index from '../../src/index.js';
import { Child, eventually } from '../support/child.js';

// What users install: a worker thread is started from a file of the built package.
const built = join(import.meta.dirname, '../../dist');
const { createHooks, ship } = (await import(join(built, 'src/hooks.js'))) as typeof entry;
const { createSidecar, embed, parseConfig, silentLogger, WallClock } = (await import(
  join(built, 'src/index.js')
)) as typeof index;
const { createSimulation } = (await import(join(built, 'simulator/main.js'))) as typeof simulator;

const NODE = 'node-1';
const EVENTS_OF = /^hotstuff_/;
/** Rates and ratios over a window of the sidecar's clock: they depend on when it looks, not on the events. */
const LOOKS_AT_THE_CLOCK =
  /_per_second(\{| )|_ratio(\{| )|hotstuff_network_connected_groups|^hotstuff_health\{/;

/** Is on the page once derived gauges were brought up to date; an older state of them changes at the next collection. */
const COLLECTED = /^hotstuff_consensus_participating_voting_power\{/m;

/** What the events alone decide of a page, sorted. */
function decided(page: string): string[] {
  return page
    .split('\n')
    .filter((line) => EVENTS_OF.test(line) && !LOOKS_AT_THE_CLOCK.test(line))
    .sort();
}

/** Runs the same network, whose second node speaks through the hooks that `make` gives. */
async function speak(make: (options: entry.HooksOptions) => entry.Hooks): Promise<entry.Hooks> {
  let hooks: entry.Hooks | undefined;
  let clock: simulator.NodeIdentity['clock'] | undefined;
  const silent = createHooks({ node: 'silent', chain: 'silent' });
  const simulation = createSimulation({
    validators: 4,
    seed: 11,
    delayUs: 20_000,
    viewTimeoutUs: 400_000,
    leaderWaitUs: 100_000,
    durationUs: 4_000_000,
    speed: 'max',
    workload: { transactionsPerSecond: 200 },
    faults: [{ kind: 'crash', validator: 3, atUs: 1_500_000, durationUs: 800_000 }],
    hooksFor: (identity) => {
      if (identity.node !== NODE) return silent;
      clock = identity.clock;
      const { node, chain, protocol, validators, validator, viewTimeoutUs, run } = identity;
      const now = { nowUs: () => clock!.nowUs(), monoUs: () => clock!.monoUs() };
      hooks = make({ node, chain, protocol, validators, validator, viewTimeoutUs, run, clock: now });
      return hooks;
    },
  });
  await simulation.run();
  return hooks!;
}

const expectNothingLost = (hooks: entry.Hooks): void => {
  const { emitted, dropped } = hooks.stats();
  expect(Object.values(emitted).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(1_000);
  expect(Object.values(dropped).reduce((sum, count) => sum + count, 0)).toBe(0);
};

describe('one board', () => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-same-'));
  const socket = `unix://${join(folder, 'events.sock')}`;
  const recording = join(folder, 'recording.ndjson');
  const pages = new Map<string, string[]>();

  const configure = (more: Record<string, string>): index.Config =>
    parseConfig({
      environment: {
        QUORUMSCOPE_SERVER_LISTEN: '127.0.0.1:0',
        QUORUMSCOPE_ATTACH_SOCKET: 'null',
        QUORUMSCOPE_METRICS_COLLECTION_INTERVAL: '100ms',
        ...more,
      },
    });

  /** The page once everything that `hooks` stated has been processed, and then collected. */
  const settled = (url: string, hooks: entry.Hooks): Promise<string[]> => {
    // `hello` is a line too.
    const stated = 1 + Object.values(hooks.stats().emitted).reduce((sum, count) => sum + count, 0);
    let last: string[] = [];
    let unchanged = 0;
    return eventually(
      async () => {
        const page = await (await fetch(`${url}/metrics`)).text();
        const processed = /^quorumscope_events_processed_total\{[^}]*node_id="node-1"\} (\d+)$/m.exec(page);
        const present = decided(page);
        const isSame = present.join('\n') === last.join('\n');
        last = present;
        unchanged = isSame && Number(processed?.[1]) >= stated && COLLECTED.test(page) ? unchanged + 1 : 0;
        return unchanged >= 6 ? present : undefined;
      },
      20_000,
      `${stated} events processed`,
    );
  };

  const embedded = async (thread: string): Promise<string[]> => {
    const config = configure({ QUORUMSCOPE_HOOKS_THREAD: thread });
    // The simulation wants its hooks at once: learn who it will be, embed, then run it for real.
    let options: entry.HooksOptions | undefined;
    await speak((given) => createHooks((options = given)));
    let clock = options!.clock!;
    const relay = { nowUs: () => clock.nowUs(), monoUs: () => clock.monoUs() };
    const made = await embed({ ...options!, clock: relay, config });
    try {
      const { hooks, addresses } = made;
      await speak((given) => {
        clock = given.clock!;
        return hooks;
      });
      const page = await settled(addresses.http!, hooks);
      expectNothingLost(hooks);
      expect(made.failed).toBeUndefined();
      return page;
    } finally {
      await made.stop();
    }
  };

  beforeAll(async () => {
    pages.set('embedded in a worker', await embedded('worker'));
    pages.set('embedded in the same thread', await embedded('same'));

    const config = configure({
      QUORUMSCOPE_ATTACH_SOCKET: socket,
      QUORUMSCOPE_ATTACH_RECORD_FILE: recording,
    });
    const sidecar = createSidecar(config, { clock: new WallClock(), logger: silentLogger });
    await sidecar.start();
    const hooks = await speak((options) => {
      const made = createHooks(options);
      ship(made, { address: socket });
      return made;
    });
    pages.set('shipped', await settled(sidecar.addresses.http!, hooks));
    expectNothingLost(hooks);
    await sidecar.stop();

    const replay = Child.cli(['replay', recording, '--json']);
    expect(await replay.exited, replay.output).toBe(0);
    const again = createSidecar(configure({}), { clock: new WallClock(), logger: silentLogger });
    await again.start();
    const feed = again.openLossless({ door: 'replay', peer: recording });
    feed.write(readFileSync(recording));
    feed.end();
    await feed.drained();
    pages.set('replayed', await settled(again.addresses.http!, hooks));
    await again.stop();
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('shows what the node did', () => {
    const page = pages.get('shipped')!.join('\n');
    expect(page).toMatch(/blocks_committed_total\{chain_id="simulated",node_id="node-1"\} [1-9]/);
    expect(page).toMatch(/view_timeouts_total\{[^}]*\} [1-9]/);
    expect(page.split('\n').length).toBeGreaterThan(300);
  });

  it.each(['embedded in the same thread', 'shipped', 'replayed'])(
    'is the same embedded in a worker and %s',
    (way) => {
      expect(pages.get(way)).toEqual(pages.get('embedded in a worker'));
    },
  );
});
