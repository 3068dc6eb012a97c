/** Runs of the simulator traced: by one sidecar for all nodes, or by that of some; with the log of what was said when. */
import { ManualClock } from '../../../src/base/clock.js';
import { ConsensusWatch } from '../../../src/domains/consensus/watch.js';
import { consensusDomain } from '../../../src/domains/consensus/observer.js';
import { DomainRegistry } from '../../../src/domains/registry.js';
import {
  domainNames,
  domains,
  schemas,
  type DomainEvent,
  type HelloEvent,
} from '../../../src/events/vocabulary.js';
import { snakeCase } from '../../../src/events/schema.js';
import { Board } from '../../../src/metrics/board.js';
import type { ViewSpan } from '../../../src/tracing/view-span.js';
import { ViewTraces, type ViewTracesOptions } from '../../../src/tracing/view-traces.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
  type TruthLine,
} from '../../../simulator/main.js';

const indexByType = new Map(schemas.map((schema, index) => [schema.type, index]));

/** What a node said, and when by the clock of the world it lives in. */
export interface Said {
  readonly node: string;
  readonly validator: string;
  readonly type: string;
  readonly atUs: number;
  readonly [field: string]: unknown;
}

/** What came of a run. */
export interface Traced {
  readonly spans: readonly ViewSpan[];
  readonly said: readonly Said[];
  readonly truth: readonly TruthLine[];
  readonly board: Board;
}

const usual: SimulationOptions = {
  validators: 4,
  seed: 7,
  delayUs: 10_000,
  viewTimeoutUs: 500_000,
  leaderWaitUs: 40_000,
  durationUs: 8_000_000,
  speed: 'max',
};

/** @param attached positions of the nodes that are attached; all by default */
export async function traced(
  options: Partial<SimulationOptions> = {},
  keep: Partial<Omit<ViewTracesOptions, 'board' | 'clock' | 'sink'>> = {},
  attached?: readonly number[],
): Promise<Traced> {
  const spans: ViewSpan[] = [];
  const said: Said[] = [];
  const truth: TruthLine[] = [];
  const board = new Board({});
  const clock = new ManualClock(1_735_689_600_000_000);
  const traces = new ViewTraces({
    share: 1,
    slowQuantile: 1,
    limits: { perView: 10_000, perSecond: 1_000_000 },
    ...keep,
    board,
    clock,
    sink: (told) => void spans.push(...told),
  });
  const { records, verdicts, findings } = traces;
  const watch = new ConsensusWatch({ records, verdicts, findings });
  traces.follow(watch);
  const registry = new DomainRegistry({
    board,
    clock,
    windowUs: 60_000_000,
    domains: [consensusDomain(watch)],
  });
  const hooksFor = (identity: NodeIdentity): SimulatedNodeHooks =>
    hooksInto(registry, clock, identity, said, attached?.includes(identity.index) ?? true);
  await createSimulation({ ...usual, ...options, hooksFor, truth: (line) => void truth.push(line) }).run();
  clock.advance(30_000_000);
  traces.close();
  return { spans, said, truth, board };
}

function hooksInto(
  registry: DomainRegistry,
  clock: ManualClock,
  identity: NodeIdentity,
  said: Said[],
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
        said.push({ ...body, node, validator, type, atUs: identity.clock.nowUs() });
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

/** Spans whose parent is not among them, nor absent. */
export function orphansOf(spans: readonly ViewSpan[]): ViewSpan[] {
  const known = new Set(spans.map(({ traceId, spanId }) => `${traceId}${spanId}`));
  return spans.filter(
    ({ traceId, parentId }) => parentId !== undefined && !known.has(`${traceId}${parentId}`),
  );
}

/** The view of a span. */
export function viewOf(span: ViewSpan): number {
  return Number(span.attributes['hotstuff.view']);
}
