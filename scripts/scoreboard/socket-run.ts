/**
 * Runs one scenario as a network does whose nodes ship over a Unix socket to a sidecar: hooks, shipping, kernel, door,
 * intake. Virtual time follows the machine's clock, so many times as fast, and stands while much is under way: on a busy
 * machine the nodes would be far ahead of each other. How their lines interleave is up to the machine. Lines that a scenario loses are lost behind the door; a sidecar that restarts closes it for a moment.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WallClock, type Clock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import type { Feed } from '../../src/attach/feed.js';
import { listenSocket, type Door } from '../../src/attach/socket.js';
import { createHooks, ship, type Hooks, type Shipping } from '../../src/hooks.js';
import {
  createSimulation,
  EventLoss,
  type NodeIdentity,
  type ScenarioRun,
  type SidecarFault,
  type SimulatedNodeHooks,
  type TruthLine,
} from '../../simulator/main.js';
import type { Observed } from './observed-run.js';
import type { Vantage } from './vantage.js';

const START_US = 1_735_689_600_000_000;
/** Virtual time for each second of the machine's. */
const SPEED = 10;
/** Of one turn of the machine's, at most so much counts. */
const LONGEST_TURN_US = 10_000;
/** Virtual time stands while a node has more than this to send. */
const BEHIND_BYTES = 65_536;
const CLOSE_US = 30_000_000;

/** What really happened, and how many events went over the socket and how many did not find room. */
export interface SocketObserved extends Observed {
  readonly delivered: number;
  readonly dropped: number;
}

/** Runs it to the end; the vantage then holds what it concluded. */
export async function observeOverSocket(run: ScenarioRun, vantage: Vantage): Promise<SocketObserved> {
  const { scenario: _scenario, expect: _expect, sidecar, breaks: _breaks, ...options } = run;
  const folder = mkdtempSync(join(tmpdir(), 'scoreboard-'));
  const line = new Line(join(folder, 'events.sock'), vantage, sidecar, run.seed);
  const truth: TruthLine[] = [];
  try {
    await line.open();
    const result = await createSimulation({
      ...options,
      speed: 'realtime',
      clock: new FastClock(SPEED, () => line.isBehind),
      startUs: START_US,
      truth: (one) => truth.push(one),
      hooksFor: (identity) => line.hooksFor(identity),
      watch: {
        observer: () => ({}),
        committed: (_validator, _block, { nowUs }) => line.reached(nowUs),
      },
    }).run();
    const shipped = await line.close();
    await vantage.end();
    const virtualUs = result.run.virtual_us;
    return { truth, views: result.views.entered, virtualUs, endUs: START_US + virtualUs, ...shipped };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The socket, both of its ends. */
class Line {
  readonly #path: string;
  readonly #vantage: Vantage;
  readonly #loss: EventLoss;
  readonly #restarts: number[];
  readonly #shippings: Shipping[] = [];
  #door: Promise<Door> | undefined;

  constructor(path: string, vantage: Vantage, faults: readonly SidecarFault[], seed: number) {
    this.#path = path;
    this.#vantage = vantage;
    this.#loss = new EventLoss(faults, seed);
    this.#restarts = faults.flatMap((fault) => (fault.kind === 'restart' ? [fault.atUs] : [])).sort();
  }

  async open(): Promise<void> {
    this.#door = listenSocket({
      address: { kind: 'unix', path: this.#path },
      logger: silentLogger,
      openFeed: (source) => {
        const feed = this.#vantage.openFeed(source);
        return this.#loss.none ? feed : new LossyFeed(feed, this.#loss);
      },
    });
    await this.#door;
  }

  hooksFor(identity: NodeIdentity): SimulatedNodeHooks {
    const { life: _life, index: _index, ...facts } = identity;
    const hooks = createHooks(facts);
    const shipping = ship(hooks, {
      address: `unix://${this.#path}`,
      closeTimeoutUs: CLOSE_US,
    });
    this.#shippings.push(shipping);
    return Object.assign(Object.create(hooks) as Hooks, { close: () => void shipping.close() });
  }

  /** Whether a node has much left to send. */
  get isBehind(): boolean {
    return this.#shippings.some((shipping) => {
      const { connected, bufferedBytes } = shipping.stats();
      return connected && bufferedBytes > BEHIND_BYTES;
    });
  }

  /** Virtual time goes on: a restart that is due happens. */
  reached(nowUs: number): void {
    const [nextUs] = this.#restarts;
    if (nextUs === undefined || nowUs < nextUs) return;
    this.#restarts.shift();
    const before = this.#door;
    void before
      ?.then((door) => door.close())
      .then(() => {
        this.#vantage.restart();
        return this.open();
      });
  }

  async close(): Promise<{ delivered: number; dropped: number }> {
    await Promise.all(this.#shippings.map((shipping) => shipping.close()));
    await (await this.#door)?.close();
    const sum = (counts: Readonly<Record<string, number>>): number =>
      Object.values(counts).reduce((total, count) => total + count, 0);
    const stats = this.#shippings.map((shipping) => shipping.stats());
    return {
      delivered: stats.reduce((total, one) => total + sum(one.delivered), 0),
      dropped: stats.reduce((total, one) => total + sum(one.dropped), 0),
    };
  }
}

/** Loses whole lines of one connection, by the node and the time that they state. */
class LossyFeed implements Feed {
  readonly #feed: Feed;
  readonly #loss: EventLoss;
  #rest = '';
  #node: string | undefined;

  constructor(feed: Feed, loss: EventLoss) {
    this.#feed = feed;
    this.#loss = loss;
  }

  write(chunk: Uint8Array): void {
    const lines = (this.#rest + Buffer.from(chunk).toString('utf8')).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const isFirst = this.#node === undefined;
      this.#node ??= /"node":"([^"]*)"/.exec(line)?.[1];
      const tsUs = Number(/"ts_us":(\d+)/.exec(line)?.[1] ?? START_US);
      // Whoever is not greeted hears nothing at all.
      if (isFirst || !this.#loss.loses(this.#node ?? '', tsUs - START_US))
        this.#feed.write(Buffer.from(`${line}\n`));
    }
  }

  end(): void {
    this.#feed.end();
  }
}

/** The machine's clock, several times as fast, that stands while it is held. */
class FastClock implements Clock {
  readonly #clock = new WallClock();
  readonly #times: number;
  readonly #isHeld: () => boolean;
  #lastUs = this.#clock.monoUs();
  #nowUs = 0;

  constructor(times: number, isHeld: () => boolean) {
    this.#times = times;
    this.#isHeld = isHeld;
  }

  nowUs(): number {
    return START_US + Math.floor(this.monoUs());
  }

  monoUs(): number {
    const monoUs = this.#clock.monoUs();
    const turnUs = Math.min(LONGEST_TURN_US, monoUs - this.#lastUs);
    this.#lastUs = monoUs;
    if (!this.#isHeld()) this.#nowUs += turnUs * this.#times;
    return this.#nowUs;
  }

  every(intervalUs: number, action: () => void): ReturnType<Clock['every']> {
    return this.#clock.every(intervalUs / this.#times, action);
  }

  after(delayUs: number, action: () => void): ReturnType<Clock['after']> {
    return this.#clock.after(delayUs / this.#times, action);
  }
}
