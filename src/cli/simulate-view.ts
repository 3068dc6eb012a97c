/** The result of a simulation for people. Pure. */
import type { SimulationResult } from '../../simulator/main.js';
import { showSpan } from './age.js';
import type { Shipped } from './simulate-outlets.js';

/**
 * @param replay the command that runs the same again; shown where something did not hold
 * @param shipped what became of events that were sent to a sidecar
 */
export function renderResult(result: SimulationResult, replay: string, shipped: Shipped | undefined): string {
  const { run, views, blocks, messages, latency_us, safety, liveness, speed } = result;
  const rows: (readonly [string, string])[] = [
    ['network', `${run.validators} validators, quorum ${run.quorum}, ${run.protocol}, seed ${run.seed}`],
    ['ran', `${showSpan(run.virtual_us / 1e6)} of virtual time in ${showSpan(speed.wall_ms / 1000)}`],
    ['views', `${count(views.entered)} entered, ${count(views.timed_out)} timed out`],
    ['blocks', `${count(blocks.committed)} committed of ${count(blocks.proposed)} proposed`],
    ['messages', `${count(messages.delivered)} delivered (${count(Math.round(speed.delivered_per_s))}/s)`],
    [
      'commit after',
      `${milliseconds(latency_us.commit.p50)} (median), ${milliseconds(latency_us.commit.p99)} (p99)`,
    ],
    ['safety', safety.total === 0 ? 'holds' : `${count(safety.total)} violations`],
    ['liveness', liveness.total === 0 ? 'holds' : `${count(liveness.total)} violations`],
    ['digest', result.digest],
  ];
  if (shipped)
    rows.push(['events', `${count(shipped.delivered)} shipped, ${count(shipped.dropped)} dropped`]);
  if (safety.total + liveness.total > 0) rows.push(['replay', replay]);
  const violations = [...safety.violations, ...liveness.violations].slice(0, 10);
  const lines = rows.map(([name, text]) => `${name.padEnd(13)} ${text}`);
  return [...lines, ...violations.map((violation) => `  ${JSON.stringify(violation)}`)].join('\n');
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}

function milliseconds(us: number | null): string {
  return us === null ? '-' : `${(us / 1000).toFixed(1)} ms`;
}
