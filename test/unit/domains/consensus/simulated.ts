/**
 * Runs of the simulator seen through the domains: what its nodes say goes through the registry event by
 * event, as the intake would hand it over, on a clock that follows the run.
 */
import { ManualClock } from '../../../../src/base/clock.js';
import { consensusDomain } from '../../../../src/domains/consensus/observer.js';
import { ConsensusWatch, type ConsensusListeners } from '../../../../src/domains/consensus/watch.js';
import { DomainRegistry, type NodeDispatch } from '../../../../src/domains/registry.js';
import {
  domainNames,
  domains,
  schemas,
  type DomainEvent,
  type DomainName,
  type HelloEvent,
} from '../../../../src/events/vocabulary.js';
import { snakeCase } from '../../../../src/events/schema.js';
import { Board } from '../../../../src/metrics/board.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
} from '../../../../simulator/main.js';

const indexByType = new Map(schemas.map((schema, index) => [schema.type, index]));

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
  const seq = new Map<string, number>();
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks => {
    const { node, run, clock } = identity;
    say({ node, hello: helloOf(identity) });
    const hooks = domainNames.map((domain) => {
      const names = Object.keys(domains[domain]).map((hook) => {
        const type = `${domain}.${snakeCase(hook)}`;
        const isTold = about.includes(domain) && !bulk.has(type);
        const tell = (body: object): void => {
          if (!isTold) return;
          const key = `${run} ${domain}`;
          const next = seq.get(key) ?? 0;
          seq.set(key, next + 1);
          const stamp = { ts_us: clock.nowUs(), mono_us: clock.monoUs(), seq: next };
          say({ node, event: { type, node, ...stamp, ...body } as unknown as DomainEvent });
        };
        return [hook, tell];
      });
      return [domain, Object.fromEntries(names) as Record<string, unknown>];
    });
    return Object.fromEntries(hooks) as SimulatedNodeHooks;
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

function helloOf({
  chain,
  node,
  run,
  validators,
  validator,
  protocol,
  viewTimeoutUs,
  clock,
}: NodeIdentity): HelloEvent {
  return {
    type: 'hello',
    node,
    ts_us: clock.nowUs(),
    chain,
    run,
    validators: [...validators],
    validator,
    protocol,
    view_timeout_us: viewTimeoutUs,
  };
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
    this.#nodes.get(node)?.dispatch(indexByType.get(event.type) ?? -1, event);
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
