/** A simulated network whose nodes, or some of them, are attached in process, and what is found in what they say. */
import { ManualClock } from '../../../../../src/base/clock.js';
import type { Finding } from '../../../../../src/domains/consensus/findings/finding.js';
import { ChainFindings } from '../../../../../src/domains/consensus/findings/chain-findings.js';
import type { ChainScope } from '../../../../../src/domains/domain.js';
import { DomainRegistry, type NodeDispatch } from '../../../../../src/domains/registry.js';
import { snakeCase } from '../../../../../src/events/schema.js';
import {
  domainNames,
  domains,
  schemas,
  type DomainEvent,
  type DomainName,
  type HelloEvent,
} from '../../../../../src/events/vocabulary.js';
import { Board } from '../../../../../src/metrics/board.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
  type SimulationResult,
} from '../../../../../simulator/main.js';
import { usual } from '../../../simulator/run.js';

const indexByType = new Map(schemas.map((schema, index) => [schema.type, index]));

/** One thing that reached a sidecar: a hello, or an event. */
export type Arrival =
  | { readonly node: string; readonly hello: HelloEvent }
  | { readonly node: string; readonly domain: DomainName; readonly event: DomainEvent };

/** What a run of the simulator said, in order, and how it ended. */
export interface Recorded {
  readonly arrivals: readonly Arrival[];
  readonly result: SimulationResult;
}

/** Runs the simulator and writes down what the nodes say of consensus, state and execution. */
export async function record(options: Partial<SimulationOptions>): Promise<Recorded> {
  const arrivals: Arrival[] = [];
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks => {
    arrivals.push({ node: identity.node, hello: helloOf(identity) });
    const hooks = domainNames.map((domain) => {
      let seq = 0;
      const calls = Object.keys(domains[domain]).map((hook) => {
        const type = `${domain}.${snakeCase(hook)}`;
        const say = (body: object): void => {
          const ts_us = identity.clock.nowUs();
          const event = { type, node: identity.node, ts_us, seq: seq++, ...body } as unknown as DomainEvent;
          if (domain === 'consensus' || domain === 'state' || domain === 'execution')
            arrivals.push({ node: identity.node, domain, event });
        };
        return [hook, say];
      });
      return [domain, Object.fromEntries(calls) as Record<string, unknown>];
    });
    return Object.fromEntries(hooks) as SimulatedNodeHooks;
  };
  const result = await createSimulation({ ...usual, hooksFor, ...options }).run();
  return { arrivals, result };
}

/** What is found in these arrivals, in their order. */
export function findIn(
  arrivals: Iterable<Arrival>,
  attached: (node: string) => boolean = () => true,
): Finding[] {
  const findings: Finding[] = [];
  const listener = { finding: (finding: Finding) => void findings.push(finding) };
  // The findings alone: the rest of the domain takes most of the time and has tests of its own.
  const domain = { name: 'findings', events: 'consensus', metrics: {} } as const;
  const domains = [{ ...domain, open: (chain: ChainScope) => new ChainFindings(chain, listener) }];
  const board = new Board();
  const registry = new DomainRegistry({ board, clock: new ManualClock(), windowUs: 60_000_000, domains });
  const nodes = new Map<string, NodeDispatch>();
  for (const arrival of arrivals) {
    const { node } = arrival;
    if (!attached(node)) continue;
    const dispatch = nodes.get(node);
    if ('hello' in arrival) {
      if (dispatch === undefined) nodes.set(node, registry.attach(arrival.hello));
      else dispatch.hello(arrival.hello);
    } else dispatch?.dispatch(indexByType.get(arrival.event.type)!, arrival.event);
  }
  return findings;
}

/** What is found in a simulated run. */
export async function simulateFindings(
  options: Partial<SimulationOptions>,
  attached?: (node: string) => boolean,
): Promise<Finding[]> {
  const { arrivals } = await record(options);
  return findIn(arrivals, attached);
}

/** Findings in short: how often each kind was found, and against whom. */
export function summary(findings: readonly Finding[]): Record<string, string[]> {
  const kinds: Record<string, Set<string>> = {};
  for (const { kind, class: name, validators } of findings) {
    const whom = (kinds[`${name} ${kind}`] ??= new Set());
    for (const validator of validators) whom.add(validator);
  }
  return Object.fromEntries(Object.entries(kinds).map(([kind, whom]) => [kind, [...whom].sort()]));
}

function helloOf(identity: NodeIdentity): HelloEvent {
  return {
    type: 'hello',
    node: identity.node,
    ts_us: identity.clock.nowUs(),
    chain: identity.chain,
    run: identity.run,
    protocol: identity.protocol,
    validators: identity.validators,
    validator: identity.validator,
    view_timeout_us: identity.viewTimeoutUs,
    ...('epoch' in identity ? { epoch: identity.epoch as number } : {}),
  };
}
