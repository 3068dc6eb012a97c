/**
 * Runs of the simulator seen through the domains: what its nodes say goes through the registry event by
 * event, as the intake would hand it over, on a clock that follows the run.
 */
import { ManualClock } from '../../../../src/base/clock.js';
import { consensusDomain } from '../../../../src/domains/consensus/observer.js';
import { ConsensusWatch, type ConsensusListeners } from '../../../../src/domains/consensus/watch.js';
import { DomainRegistry, type NodeDispatch } from '../../../../src/domains/registry.js';
import { type DomainEvent, type DomainName, type HelloEvent } from '../../../../src/events/vocabulary.js';
import { Board } from '../../../../src/metrics/board.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
} from '../../../../simulator/main.js';
import { indexOf, statingHooks } from '../../../support/stating-hooks.js';

/** Says nothing about views, and is more than all the rest. */
const bulk = new Set(['consensus.signature_processed']);

/** One thing that a node said: `hello` at the start of a process, an event afterwards. */
export interface Spoken {
  readonly node: string;
  readonly hello?: HelloEvent;
  readonly event?: DomainEvent;
}

/** Runs a simulation and tells what the nodes say of the domains in `about`, in order. */
export async function runSimulated(
  options: Partial<SimulationOptions>,
  say: (spoken: Spoken) => void,
  about: readonly DomainName[] = ['consensus'],
): Promise<void> {
  const isTold = (domain: DomainName, type: string): boolean => about.includes(domain) && !bulk.has(type);
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks => {
    const { node } = identity;
    const listener = {
      hello: (hello: HelloEvent) => say({ node, hello }),
      event: (event: DomainEvent) => say({ node, event }),
    };
    return statingHooks(identity, listener, isTold);
  };
  const usual = {
    validators: 4,
    seed: 1,
    delayUs: 10_000,
    viewTimeoutUs: 200_000,
    leaderWaitUs: 40_000,
    speed: 'max',
    hooksFor,
  } as const;
  await createSimulation({ ...usual, ...options }).run();
}

/** The domains under a simulated chain. */
export class SimulatedWatch {
  readonly watch: ConsensusWatch;
  readonly board = new Board();
  readonly clock = new ManualClock();
  readonly registry: DomainRegistry;
  readonly #nodes = new Map<string, NodeDispatch>();
  readonly #attached: ReadonlySet<string> | undefined;

  /** @param attached the nodes that speak to us; all by default */
  constructor(listeners: ConsensusListeners = {}, attached?: readonly string[]) {
    this.watch = new ConsensusWatch(listeners);
    this.#attached = attached && new Set(attached);
    const { board, clock, watch } = this;
    const domains = [consensusDomain(watch)];
    this.registry = new DomainRegistry({ board, clock, windowUs: 60_000_000, domains });
  }

  readonly hear = ({ node, hello, event }: Spoken): void => {
    if (this.#attached?.has(node) === false) return;
    if (hello !== undefined) {
      const known = this.#nodes.get(node);
      if (known) known.hello(hello);
      else this.#nodes.set(node, this.registry.attach(hello));
      return;
    }
    if (event === undefined) return;
    const { clock } = this;
    if (event.ts_us > clock.nowUs()) clock.advance(event.ts_us - clock.nowUs());
    this.#nodes.get(node)?.dispatch(indexOf(event), event);
  };

  /** The node lost `missing` events of consensus. */
  gap(node: string, missing: number): void {
    this.#nodes.get(node)?.gap('consensus', missing);
  }

  tick(): void {
    this.registry.tick(this.clock.nowUs());
  }

  participant(validator: string) {
    const found = this.watch.participation('simulated')?.participants.find(({ id }) => id === validator);
    if (found === undefined) throw new Error(`no participant ${validator}`);
    return found;
  }
}
