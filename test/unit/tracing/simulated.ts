/** Runs of the simulator traced: by one sidecar for all nodes, or by that of some; with the log of what was said when. */
import { ManualClock } from '../../../src/base/clock.js';
import { ConsensusWatch } from '../../../src/domains/consensus/watch.js';
import { DomainRegistry, standardDomains, type NodeDispatch } from '../../../src/domains/registry.js';
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
import { statingHooks } from '../../support/stating-hooks.js';

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
  board = new Board({}),
): Promise<Traced> {
  const spans: ViewSpan[] = [];
  const said: Said[] = [];
  const truth: TruthLine[] = [];
  const clock = new ManualClock(1_735_689_600_000_000);
  const traces = new ViewTraces({
    share: 1,
    slowQuantile: 1,
    transactions: 0,
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
    domains: [...standardDomains(board, watch), traces.domain],
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
  const { validator } = identity;
  const follow = (): void => clock.advance(Math.max(0, identity.clock.nowUs() - clock.nowUs()));
  let dispatch: NodeDispatch | undefined;
  return statingHooks(identity, {
    hello: (hello) => {
      follow();
      if (isAttached) dispatch = registry.attach(hello);
    },
    event: (event, index) => {
      said.push({ ...event, validator, atUs: event.ts_us });
      if (dispatch === undefined) return;
      follow();
      dispatch.dispatch(index, event);
    },
    closed: () => {
      follow();
      dispatch?.detach();
    },
  });
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
