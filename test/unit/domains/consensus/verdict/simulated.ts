/** Runs of the simulator heard by the consensus domain: by all nodes' sidecar, or by that of one. */
import { ManualClock } from '../../../../../src/base/clock.js';
import type { ViewVerdict } from '../../../../../src/domains/consensus/verdict/view-verdict.js';
import { ConsensusWatch } from '../../../../../src/domains/consensus/watch.js';
import { consensusDomain } from '../../../../../src/domains/consensus/observer.js';
import { DomainRegistry, type NodeDispatch } from '../../../../../src/domains/registry.js';
import { Board } from '../../../../../src/metrics/board.js';
import {
  createSimulation,
  type NodeIdentity,
  type SimulatedNodeHooks,
  type SimulationOptions,
  type TruthLine,
} from '../../../../../simulator/main.js';
import { statingHooks } from '../../../../support/stating-hooks.js';

type ViewLine = Extract<TruthLine, { type: 'view' }>;

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
  const follow = (): void => clock.advance(Math.max(0, identity.clock.nowUs() - clock.nowUs()));
  let dispatch: NodeDispatch | undefined;
  return statingHooks(identity, {
    hello: (hello) => {
      follow();
      if (isAttached) dispatch = registry.attach(hello);
    },
    event: (event, index) => {
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
