/**
 * What every exporter promises, each run as it is configured, against a receiver of its protocol: what
 * arrives is what the page says; nothing is lost within its bounds and nothing doubled where the protocol
 * allows; what cannot be delivered is counted; nobody waits for a receiver.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ManualClock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { parseConfig } from '../../src/config/parse.js';
import { openExporters } from '../../src/exporters.js';
import { pushMetrics, type Pushes } from '../../src/export/pushes.js';
import { Board } from '../../src/metrics/board.js';
import { counter, gauge, histogram, summary } from '../../src/metrics/definition.js';
import { hostileTexts, specialValues } from '../unit/export/boards.js';
import { kinds, moodsOf, type ExporterKind } from './exporters/kinds.js';
import type { Receiver } from './exporters/receivers.js';
import { byKey, onPage, type Sample } from './exporters/samples.js';

const START_US = 1_748_779_200_123_456;
const SECOND_US = 1_000_000;
const MINUTE_US = 60 * SECOND_US;
/** Of wall time; nothing here takes as long. */
const LONG_US = 20 * SECOND_US;
/** What takes milliseconds takes longer where much else runs. */
const PATIENT = { timeout: 20_000, interval: 5 };

type Settings = Readonly<Record<string, unknown>>;

/** A board, an exporter and a receiver. */
class World {
  readonly kind: ExporterKind;
  readonly receiver: Receiver;
  board = new Board({ metricSeriesLimit: 20_000 });
  readonly clock = new ManualClock(START_US);
  pushes!: Pushes;
  readonly #settings: Settings;

  private constructor(kind: ExporterKind, receiver: Receiver, settings: Settings) {
    this.kind = kind;
    this.receiver = receiver;
    this.#settings = settings;
  }

  static async open(kind: ExporterKind, settings: Settings = {}): Promise<World> {
    const receiver = await kind.open();
    const world = new World(kind, receiver, settings);
    await world.start();
    onTestFinished(async () => {
      await world.pushes.close(1_000);
      await receiver.close();
    });
    return world;
  }

  /** A sidecar's life ends, and another begins. */
  async restart(): Promise<void> {
    await this.pushes.close(20_000);
    this.board = new Board();
    await this.start();
  }

  /** A sidecar's life begins. */
  async start(): Promise<void> {
    const exporter = {
      ...this.kind.settings(this.receiver.address),
      include: ['hotstuff_*'],
      ...this.#settings,
    };
    const text = `exporters: ${JSON.stringify({ one: exporter })}`;
    const { exporters } = parseConfig({ file: { name: 'test', text } });
    const { board, clock } = this;
    this.pushes = await openExporters(exporters, [], {
      board,
      clock,
      logger: silentLogger,
      startedAtUs: START_US,
    });
  }

  get counts() {
    return this.pushes.list()[0]!.points;
  }

  get sums(): { produced: number; accounted: number } {
    const { produced, sent, dropped, queued, spooled } = this.counts;
    return { produced, accounted: sent + dropped + queued + spooled };
  }

  /** Pushes now; true when all has left. */
  push(deadlineUs = LONG_US): Promise<boolean> {
    return this.pushes.flush(deadlineUs);
  }

  /** All that arrived. What nobody acknowledges takes its time. */
  async arrived(): Promise<Sample[]> {
    const isSilent = this.kind.answers === 'nothing' || this.kind.answers === 'connection';
    for (let seen = -1; isSilent && seen < this.receiver.asked();) {
      seen = this.receiver.asked();
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return this.kind.read(this.receiver.taken());
  }

  /** The numbers in what arrived, in order: not what a daemon makes of them. */
  async values(): Promise<number[]> {
    await this.arrived();
    const bodies = this.receiver.taken();
    return bodies.flatMap((body) => this.kind.read([body]).map(({ value }) => value));
  }

  /** What should: the page, as this protocol says it. */
  async expected(): Promise<Map<string, number>> {
    return byKey((await onPage(this.board)).flatMap((sample) => this.kind.says(sample) ?? []));
  }

  one(value: number): void {
    this.board
      .gauge(gauge('hotstuff_test_one', 'One.', ['node_id']))
      .at('n')
      .set(value);
  }
}

function fillOneOfEach(board: Board): void {
  const views = counter('hotstuff_consensus_views_entered_total', 'Views.', ['chain_id', 'node_id']);
  board.counter(views).at('c', 'n1').add(42);
  board
    .counter(views)
    .at('c', 'n2')
    .add(2 ** 53);
  board
    .gauge(gauge('hotstuff_process_resident_memory_bytes', 'Memory.', ['node_id'], { unit: 'bytes' }))
    .at('n')
    .set(1.5e8);
  const latency = board.histogram(
    histogram('hotstuff_network_latency_seconds', 'Latency.', [0.1, 1], ['peer'], { unit: 'seconds' }),
  );
  for (const value of [0.05, 0.5, 0.7, 3]) latency.at('p').observe(value);
  const fuel = board.summary(summary('hotstuff_execution_fuel', 'Fuel.', [0.5, 0.99], ['class']));
  for (let i = 1; i <= 100; i++) fuel.at('swap').observe(i);
}

describe.each(kinds)('$name', (kind) => {
  it('says every metric under its name, with its labels and numbers', async () => {
    const world = await World.open(kind);
    fillOneOfEach(world.board);
    expect(await world.push()).toBe(true);
    const arrived = byKey(await world.arrived());
    expect(arrived).toEqual(await world.expected());
    expect(arrived.size).toBeGreaterThanOrEqual(7);
    expect(world.sums.produced).toBe(world.counts.sent);
  });

  it('says special numbers, and counts those that it cannot', async () => {
    const world = await World.open(kind);
    const values = world.board.gauge(gauge('hotstuff_test_value', 'Special.', ['number']));
    specialValues.forEach((value, i) => values.at(String(i)).set(value));
    await world.push();
    const expected = await world.expected();
    expect(byKey(await world.arrived())).toEqual(expected);
    const omitted = world.board.counter(pushMetrics.omitted).at('one').value;
    expect(omitted + expected.size).toBe(specialValues.length);
  });

  it('says label values whatever is in them, and nothing that they pretend', async () => {
    const world = await World.open(kind);
    const texts = world.board.gauge(gauge('hotstuff_test_text', 'Hostile "help"\nof \\ .', ['text']));
    // A dotted name keeps letters and digits only, so that some of these are one name to it.
    const chosen = kind.name === 'statsd' ? ['', 'a,b', 'new\nline', '|c', '#x:y'] : hostileTexts;
    chosen.forEach((text, i) => texts.at(text).set(i));
    await world.push();
    expect(byKey(await world.arrived())).toEqual(await world.expected());
  });

  it('says nothing when there is nothing, and does not fail', async () => {
    const world = await World.open(kind);
    expect(await world.push()).toBe(true);
    expect([world.receiver.asked(), world.pushes.list()[0]!.failures]).toEqual([0, 0]);
  });

  it('says ten thousand series', async () => {
    const world = await World.open(kind);
    for (let i = 0; i < 10_000; i++)
      world.board
        .gauge(gauge(`hotstuff_test_many_${i % 10}`, 'One of many.', ['node_id', 'validator']))
        .at(`node-${i % 7}`, `validator-${i}`)
        .set(i / 3);
    await world.push();
    // A burst of datagrams is more than a receiver has to take; what it took must be right.
    const arrived = byKey(await world.arrived());
    const expected = await world.expected();
    if (kind.answers !== 'nothing') expect(arrived.size).toBe(expected.size);
    expect(arrived.size).toBeGreaterThan(100);
    for (const [key, value] of arrived) expect(expected.get(key)).toBe(value);
  });

  it('pushes on its interval, and not while it is paused', async () => {
    const world = await World.open(kind, { interval: '10s' });
    world.one(1);
    const sent = (points: number): Promise<void> =>
      vi.waitFor(() => expect(world.counts.sent).toBe(points), PATIENT);
    world.clock.advance(10 * SECOND_US);
    await sent(1);
    world.pushes.pause('one');
    world.clock.advance(10 * SECOND_US);
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(world.counts).toMatchObject({ produced: 1, sent: 1 });
    world.pushes.resume('one');
    world.clock.advance(10 * SECOND_US);
    await sent(2);
  });

  it('chooses and renames', async () => {
    const world = await World.open(kind, {
      include: ['hotstuff_test_*'],
      exclude: ['*_two'],
      labels: { node_id: 'n*' },
      rename: { hotstuff_test_one: 'renamed_test_one' },
    });
    world.one(7);
    for (const [name, node] of [
      ['hotstuff_test_two', 'n'],
      ['hotstuff_test_one', 'other'],
      ['hotstuff_else', 'n'],
    ] as const)
      world.board
        .gauge(gauge(name, 'Left out.', ['node_id']))
        .at(node)
        .set(1);
    await world.push();
    const said = kind.says({ name: 'renamed_test_one', labels: { node_id: 'n' }, value: 7 })!;
    expect(byKey(await world.arrived())).toEqual(byKey([said]));
  });
});

const answering = kinds.filter(({ answers }) => answers !== 'nothing');

describe.each(answering)('$name, whose receiver', (kind) => {
  it('was away, gets everything once and in order', async () => {
    const world = await World.open(kind);
    world.receiver.be('down');
    for (let i = 1; i <= 4; i++) {
      world.one(i);
      expect(await world.push(100_000)).toBe(false);
      world.clock.advance(SECOND_US);
    }
    expect(world.counts).toMatchObject({ produced: 4, sent: 0, dropped: 0 });
    world.receiver.be('well');
    world.one(5);
    expect(await world.push()).toBe(true);
    expect(await world.values()).toEqual([1, 2, 3, 4, 5]);
    expect(world.counts).toMatchObject({ produced: 5, sent: 5, queued: 0 });
  });

  it('was away while the sidecar was restarted, gets everything from the spool', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'quorumscope-spool-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    const world = await World.open(kind, { spool: { folder } });
    world.receiver.be('down');
    world.one(1);
    await world.push(100_000);
    world.one(2);
    await world.pushes.close(1_000);
    expect(world.counts).toMatchObject({ queued: 0, dropped: 0, spooled: 2 });
    await world.start();
    world.receiver.be('well');
    world.one(3);
    expect(await world.push()).toBe(true);
    expect(await world.values()).toEqual([1, 2, 3]);
    expect(world.counts.spooled).toBe(0);
  });
});

const asked = kinds.filter(({ answers }) => answers === 'http');

describe.each(asked)('$name, whose receiver', (kind) => {
  it('is slow, is asked one thing at a time, and gets all of it', async () => {
    const world = await World.open(kind);
    world.receiver.be('slow');
    for (let i = 1; i <= 3; i++) {
      world.one(i);
      const pushed = world.push();
      if (i === 3) await pushed;
      else await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(world.receiver.mostAtOnce()).toBe(1);
    expect(await world.values()).toEqual([1, 2, 3]);
  });

  it('refuses, is asked once; what it refused is counted', async () => {
    const world = await World.open(kind);
    world.receiver.be('refusing');
    world.one(1);
    expect(await world.push()).toBe(true);
    world.clock.advance(10 * MINUTE_US);
    // One for the push, and no more than one for each interval since.
    await vi.waitFor(() => {
      expect(world.counts).toMatchObject({ sent: 0, dropped: world.counts.produced, queued: 0 });
      expect(world.receiver.asked()).toBe(world.counts.produced);
    }, PATIENT);
  });

  it('hangs, does not keep the sidecar from stopping; what it did not take is counted', async () => {
    const world = await World.open(kind);
    world.receiver.be('hanging');
    world.one(1);
    const pushed = world.push(50_000);
    const beganMs = performance.now();
    await pushed;
    await world.pushes.close(200_000);
    expect(performance.now() - beganMs).toBeLessThan(3_000);
    expect(world.counts).toMatchObject({ produced: 2, sent: 0, dropped: 2, queued: 0 });
  });

  it('may be tested, says what it answers, and that is not part of the account', async () => {
    const world = await World.open(kind);
    world.one(1);
    expect(await world.pushes.test('one')).toMatchObject({ outcome: 'delivered' });
    world.receiver.be('refusing');
    expect(await world.pushes.test('one')).toMatchObject({ outcome: 'refused' });
    expect(world.counts.produced).toBe(0);
  });
});

describe.each(kinds)('$name, with the plug pulled at random', (kind) => {
  it('accounts for every point, and doubles none that was acknowledged', async () => {
    const step = fc.oneof(
      { weight: 4, arbitrary: fc.constant('push' as const) },
      { weight: 3, arbitrary: fc.constantFrom(...moodsOf(kind)) },
      { weight: 1, arbitrary: fc.constant('restart' as const) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 10 }), async (steps) => {
        const folder = mkdtempSync(join(tmpdir(), 'quorumscope-spool-'));
        const world = await World.open(kind, { spool: { folder }, timeout: '40ms' });
        let value = 0;
        for (const one of steps) {
          if (one === 'push') {
            world.one(++value);
            await world.push(40_000);
          } else if (one === 'restart') {
            await world.restart();
          } else world.receiver.be(one);
          expect(world.sums.accounted).toBe(world.sums.produced);
        }
        world.receiver.be('well');
        world.one(++value);
        // An attempt that began while the receiver hung may still have to fail.
        await vi.waitFor(async () => {
          world.clock.advance(10 * SECOND_US);
          expect(await world.push(50_000)).toBe(true);
        }, PATIENT);
        expect(world.sums.accounted).toBe(world.sums.produced);
        expect(world.counts).toMatchObject({ queued: 0, spooled: 0 });
        const values = await world.values();
        expect(values.at(-1)).toBe(value);
        expect(values).toEqual([...values].sort((a, b) => a - b));
        rmSync(folder, { recursive: true, force: true });
      }),
      { seed: 20261122, numRuns: 6 },
    );
  });
});
