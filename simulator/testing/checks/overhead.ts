/**
 * The overhead check: what a node's own function costs with hooks that are heard, over what it costs with hooks that
 * nobody hears. Rounds of the two alternate, so that a slow moment of the machine falls on both.
 *
 * What is measured is the node's side: stating, stamping, encoding and handing over. A sidecar in another process or
 * thread takes what is handed over without the node's doing.
 */
import { attachFeed } from '../../../src/index.js';
import { createHooks, type Hooks } from '../../../src/hooks.js';
import { reportOf, type CheckReport } from './report.js';

/** What to measure. */
export interface OverheadOptions {
  /** The caller's work with its hook calls; some milliseconds of it, so that a timer can tell. */
  readonly work: (hooks: Hooks) => unknown;
  /** Pairs of rounds that count, after two that warm up; 21 by default. */
  readonly rounds?: number;
  /** Most that on may cost over off, by the medians and by the quickest rounds; 1.05 by default. */
  readonly atMostRatio?: number;
}

/** A sink that takes everything: what a socket or a worker's ring is to the node. */
const taking = { write: () => undefined, end: () => undefined };

/**
 * Measures. Figures: ratio (median of the pairs' ratios), quickest_ratio (of the quickest rounds), on_ms and off_ms
 * (medians), spread_ratio (the off rounds' upper over their lower quartile: how restless the machine is),
 * events_per_round, rounds.
 */
export async function checkOverhead(options: OverheadOptions): Promise<CheckReport> {
  const { work, rounds = 21, atMostRatio = 1.05 } = options;
  const heard = createHooks({ node: 'on', chain: 'overhead' });
  const unheard = createHooks({ node: 'off', chain: 'overhead' });
  const shipping = attachFeed(heard, taking);
  const on: number[] = [];
  const off: number[] = [];
  for (let round = -WARM_UP; round < rounds; round++) {
    const first = round % 2 === 0 ? heard : unheard;
    const second = first === heard ? unheard : heard;
    const tookFirst = await timed(work, first);
    const tookSecond = await timed(work, second);
    if (round < 0) continue;
    on.push(first === heard ? tookFirst : tookSecond);
    off.push(first === heard ? tookSecond : tookFirst);
  }
  const { emitted, dropped, invalid } = heard.stats();
  await shipping.close();
  const ratio = quantile(
    on.map((ms, i) => ms / off[i]!),
    0.5,
  );
  // Whatever interrupts a round makes it longer, never shorter: what the quickest do not show is the machine's doing.
  const quickest = Math.min(...on) / Math.min(...off);
  const events = sum(emitted) / (rounds + WARM_UP);
  const problems: string[] = [];
  if (events === 0) problems.push('the work stated no events, expected hook calls to measure');
  if (sum(dropped) > 0 || invalid > 0)
    problems.push(`found ${sum(dropped)} events dropped (${invalid} invalid), expected none`);
  if (quantile(off, 0.5) < SHORTEST_MS)
    problems.push(`found rounds of ${quantile(off, 0.5)} ms, expected at least ${SHORTEST_MS} ms of work`);
  if (!(Math.min(ratio, quickest) <= atMostRatio))
    problems.push(
      `found hooks to cost ${ratio.toFixed(4)} times the work (${quickest.toFixed(4)} in the quickest rounds), expected at most ${atMostRatio}`,
    );
  const figures = {
    ratio,
    quickest_ratio: quickest,
    on_ms: quantile(on, 0.5),
    off_ms: quantile(off, 0.5),
    spread_ratio: quantile(off, 0.75) / quantile(off, 0.25),
    events_per_round: events,
    rounds,
  };
  return reportOf('overhead', figures, problems);
}

const WARM_UP = 2;
/** Below this a timer of microseconds and a pause of the machine decide, not the work. */
const SHORTEST_MS = 0.2;

async function timed(work: OverheadOptions['work'], hooks: Hooks): Promise<number> {
  const beganMs = performance.now();
  await work(hooks);
  return performance.now() - beganMs;
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(share * (sorted.length - 1))] ?? Number.NaN;
}
