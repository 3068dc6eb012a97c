/** Runs of the simulator heard by the consensus domain: by all nodes' sidecar, or by that of one. */
import { ManualClock } from '../../../../../src/base/clock.js';
import type { ViewVerdict } from '../../../../../src/domains/consensus/verdict/view-verdict.js';
import { ConsensusWatch } from '../../../../../src/domains/consensus/watch.js';
import { consensusDomain } from '../../../../../src/domains/consensus/observer.js';
import { DomainRegistry } from '../../../../../src/domains/registry.js';
import {
  domainNames,
  domains,
  schemas,
  type DomainEvent,
  type HelloEvent,
} from '../../../../../src/events/vocabulary.js';
import { snakeCase } from '../../../../../src/events/schema.js';
import { Board } from '../../../../../src/metrics/board.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
  type TruthLine,
} from '../../../../../simulator/main.js';

type ViewLine = Extract<TruthLine, { type: 'view' }>;

const indexByType = new Map(schemas.map((schema, index) => [schema.type, index]));

/** What came of a run. */
export interface Outcome {
  /** The settled verdict of each view. */
  readonly verdicts: ReadonlyMap<number, ViewVerdict>;
  /** The true cause of each view in which timers expired. */
  readonly truth: ReadonlyMap<number, ViewLine>;
  readonly revisions: number;
  readonly board: Board;
}

const usual: SimulationOptions = {
  validators: 4,
  seed: 7,
  delayUs: 10_000,
  viewTimeoutUs: 500_000,
  leaderWaitUs: 40_000,
  durationUs: 16_000_000,
  speed: 'max',
};

/** @param attached positions of the nodes that are attached; all by default */
export async function judged(
  options: Partial<SimulationOptions>,
  attached?: readonly number[],
): Promise<Outcome> {
  const verdicts = new Map<number, ViewVerdict>();
  let revisions = 0;
  const board = new Board({});
  const watch = new ConsensusWatch({
    verdicts: {
      verdict: ({ revision }) => void (revisions += revision),
      settled: (verdict) => void verdicts.set(verdict.view, verdict),
    },
  });
  const clock = new ManualClock(1_735_689_600_000_000);
  const registry = new DomainRegistry({
    board,
    clock,
    windowUs: 60_000_000,
    domains: [consensusDomain(watch)],
  });
  const truth = new Map<number, ViewLine>();
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks =>
    hooksInto(registry, clock, identity, attached?.includes(identity.index) ?? true);
  const note = (line: TruthLine): void => {
    if ('type' in line && line.type === 'view' && !truth.has(line.view)) truth.set(line.view, line);
  };
  await createSimulation({ ...usual, ...options, hooksFor, truth: note }).run();
  clock.advance(20_000_000);
  return { verdicts, truth, revisions, board };
}

function hooksInto(
  registry: DomainRegistry,
  clock: ManualClock,
  identity: NodeIdentity,
  isAttached: boolean,
): SimulatedNodeHooks {
  const { node, chain, run, protocol, validator, validators, viewTimeoutUs } = identity;
  const follow = (): void => clock.advance(Math.max(0, identity.clock.nowUs() - clock.nowUs()));
  const stamp = (): { ts_us: number; mono_us: number } => ({
    ts_us: identity.clock.nowUs(),
    mono_us: identity.clock.monoUs(),
  });
  follow();
  const hello: HelloEvent = {
    type: 'hello',
    node,
    chain,
    run,
    protocol,
    validator,
    validators,
    view_timeout_us: viewTimeoutUs,
    ...stamp(),
  };
  const dispatch = isAttached ? registry.attach(hello) : undefined;
  let seq = 0;
  const hooks = domainNames.map((domain) => {
    const named = Object.keys(domains[domain]).map((hook) => {
      const type = `${domain}.${snakeCase(hook)}`;
      const say = (body: object): void => {
        if (dispatch === undefined) return;
        follow();
        const event = { ...body, type, node, seq: seq++, ...stamp() } as unknown as DomainEvent;
        dispatch.dispatch(indexByType.get(type) ?? -1, event);
      };
      return [hook, say];
    });
    return [domain, Object.fromEntries(named) as Record<string, unknown>];
  });
  return {
    ...(Object.fromEntries(hooks) as SimulatedNodeHooks),
    close: () => {
      follow();
      dispatch?.detach();
    },
  };
}

/** How well verdicts and truth agree on failed views. */
export function agreement({ verdicts, truth }: Outcome): {
  readonly failed: number;
  readonly said: number;
  readonly wrong: readonly string[];
} {
  const wrong: string[] = [];
  let said = 0;
  let failed = 0;
  for (const [view, line] of truth) {
    if (line.outcome !== 'failed') continue;
    failed++;
    const verdict = verdicts.get(view);
    if (verdict?.outcome !== 'failed' || verdict.cause === 'unknown') continue;
    said++;
    const is = `${verdict.cause} ${verdict.culprits.join()}`;
    const should = `${line.cause} ${line.culprits.join()}`;
    if (is !== should) wrong.push(`view ${view}: ${is}, truly ${should}`);
  }
  return { failed, said, wrong };
}
