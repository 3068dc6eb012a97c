/**
 * `quorumscope simulate --swarm N`: many drawn runs, what they reached, and the command that replays the one that
 * failed. Exit 1 when one did.
 */
import type { Reached, SwarmResult } from '../../simulator/swarm/swarm.js';
import { runSwarm } from '../../simulator/swarm/swarm.js';
import { VERSION } from '../version.js';
import { showSpan } from './age.js';
import type { CliContext, ExitCode } from './context.js';
import { readSwarmOptions } from './simulate-options.js';
import type { RawOptions } from './simulate-words.js';
import { renderTable } from './table.js';

export async function simulateSwarm(
  raw: RawOptions,
  context: CliContext,
  scenario?: string,
): Promise<ExitCode> {
  const { runs, seed, json } = readSwarmOptions(raw, scenario);
  const isShown = context.stderr.isTTY === true && context.stdout.isTTY === true;
  const result = await runSwarm({
    runs,
    seed,
    version: VERSION,
    isStopped: () => context.stop.aborted,
    ...(isShown ? { progress: (done) => context.stderr.write(`\r\x1b[K${done} of ${runs} runs`) } : {}),
  });
  if (isShown) context.stderr.write('\r\x1b[K');
  const replay = result.failure && `quorumscope simulate --swarm-run ${result.failure.seed}`;
  const text = json ? JSON.stringify({ ...result, replay }, null, 2) : renderSwarm(result, replay);
  context.stdout.write(`${text}\n`);
  return result.failure === undefined ? 0 : 1;
}

function renderSwarm(swarm: SwarmResult, replay: string | undefined): string {
  const { failure, coverage } = swarm;
  const lines = [
    `${swarm.runs} runs from seed ${swarm.seed}, ${showSpan(swarm.virtual_us / 1e6)} of virtual time, ` +
      `${swarm.delivered.toLocaleString('en-US')} messages`,
    '',
    table('INGREDIENT', 'RUNS', coverage.ingredients),
    '',
    table('RULE', 'JUDGED', coverage.rules),
    '',
    table('BRANCH', 'TIMES', coverage.branches),
    '',
  ];
  if (failure === undefined) lines.push(`every rule held, digest ${swarm.digest}`);
  else {
    const broken = [...failure.result.safety.violations, ...failure.result.liveness.violations];
    lines.push(...broken.map((violation) => JSON.stringify(violation)));
    if (failure.convergence !== undefined) lines.push(failure.convergence);
    lines.push(`seed ${failure.seed} failed; replay  ${replay}`);
  }
  return lines.join('\n');
}

function table(what: string, times: string, rows: readonly Reached[]): string {
  return renderTable(
    [what, times],
    rows.map((row) => [row.name, row.times]),
  );
}
