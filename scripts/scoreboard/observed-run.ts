/**
 * Runs one scenario with one seed and lets several observers hear it at once, each through the whole pipeline: hooks,
 * lines, intake, domains. The sidecar's own faults are applied here: lines that are lost on the way, and restarts.
 * The simulation is the same however many listen.
 */
import { attachFeed } from '../../src/attach/hooks/attach-feed.js';
import type { Feed } from '../../src/attach/feed.js';
import { createHooks, type Hooks, type Shipping } from '../../src/hooks.js';
import { WaitingClock } from './waiting-clock.js';
import {
  createSimulation,
  EventLoss,
  type NodeIdentity,
  type ScenarioRun,
  type SidecarFault,
  type SimulatedNodeHooks,
  type TruthLine,
} from '../../simulator/main.js';

const START_US = 1_735_689_600_000_000;
const noTimers = { after: () => ({ stop: () => undefined }) };

/** Whoever hears nodes: a vantage, or metrics alone. */
export interface Observer {
  hears(node: number): boolean;
  /** A stream of lines of one process run. */
  open(node: string): Feed;
  /** It begins anew; streams have to be opened again. */
  restart(): void;
  /**
   * Resolves when what was heard has become all that it becomes; the run waits for it, often.
   * @param nowUs virtual time, microseconds since the Unix epoch
   */
  caughtUp?(nowUs: number): Promise<void>;
  /** Everything was heard. */
  end(): Promise<void>;
}

/** One process run of a node that is heard. */
interface Heard {
  readonly identity: NodeIdentity;
  readonly hooks: Hooks;
  shipping: Shipping;
}

/** What really happened. */
export interface Observed {
  readonly truth: readonly TruthLine[];
  /** Views that some validator entered. */
  readonly views: number;
  readonly virtualUs: number;
  /** When it ended, microseconds since the Unix epoch. */
  readonly endUs: number;
}

/** Runs it to the end; the vantages then hold what they concluded. */
export async function observe(run: ScenarioRun, vantages: readonly Observer[]): Promise<Observed> {
  const { scenario: _scenario, expect: _expect, sidecar, breaks: _breaks, ...options } = run;
  const truth: TruthLine[] = [];
  const listening = new Listening(vantages, sidecar, run.seed);
  const waiting = vantages.filter((one) => one.caughtUp !== undefined);
  const paced = { speed: 'realtime' as const, clock: new WaitingClock(waiting, START_US) };
  const result = await createSimulation({
    ...options,
    ...(waiting.length > 0 ? paced : {}),
    startUs: START_US,
    truth: (line) => truth.push(line),
    hooksFor: (identity) => listening.hooksFor(identity),
    watch: {
      observer: () => ({}),
      committed: (_validator, _block, { nowUs }) => listening.reached(nowUs),
    },
  }).run();
  listening.close();
  for (const vantage of vantages) await vantage.end();
  const virtualUs = result.run.virtual_us;
  return { truth, views: result.views.entered, virtualUs, endUs: START_US + virtualUs };
}

class Listening {
  readonly #vantages: readonly Observer[];
  readonly #loss: EventLoss;
  readonly #restarts: number[];
  readonly #heard = new Set<Heard>();

  constructor(vantages: readonly Observer[], faults: readonly SidecarFault[], seed: number) {
    this.#vantages = vantages;
    this.#loss = new EventLoss(faults, seed);
    this.#restarts = faults.flatMap((fault) => (fault.kind === 'restart' ? [fault.atUs] : [])).sort();
  }

  hooksFor(identity: NodeIdentity): SimulatedNodeHooks {
    const { life: _life, index: _index, ...facts } = identity;
    const hooks = createHooks(facts);
    // A node without a listener costs nothing, as in life.
    if (!this.#vantages.some((one) => one.hears(identity.index)))
      return Object.assign(Object.create(hooks) as Hooks, { close: () => undefined });
    const heard: Heard = { identity, hooks, shipping: this.#ship(hooks, identity) };
    this.#heard.add(heard);
    const close = (): void => {
      this.#heard.delete(heard);
      void heard.shipping.close();
    };
    return Object.assign(Object.create(hooks) as Hooks, { close });
  }

  /** Virtual time goes on: whatever is due with the observers happens. */
  reached(nowUs: number): void {
    const [nextUs] = this.#restarts;
    if (nextUs === undefined || nowUs < nextUs) return;
    this.#restarts.shift();
    for (const { shipping } of this.#heard) void shipping.close();
    for (const vantage of this.#vantages) vantage.restart();
    for (const heard of this.#heard) heard.shipping = this.#ship(heard.hooks, heard.identity);
  }

  close(): void {
    for (const { shipping } of this.#heard) void shipping.close();
    this.#heard.clear();
  }

  #ship(hooks: Hooks, identity: NodeIdentity): Shipping {
    const { node, index, clock } = identity;
    const feeds = this.#vantages.filter((one) => one.hears(index)).map((one) => one.open(node));
    const loss = this.#loss;
    let isFirst = true;
    const feed: Feed = {
      write: (line) => {
        // Each batch is one line; whoever is not greeted hears nothing at all.
        const isLost = !isFirst && !loss.none && loss.loses(node, clock.nowUs() - START_US);
        isFirst = false;
        if (!isLost) for (const one of feeds) one.write(line);
      },
      end: () => {
        for (const one of feeds) one.end();
      },
    };
    return attachFeed(hooks, feed, { batchSize: 1, timers: noTimers });
  }
}
