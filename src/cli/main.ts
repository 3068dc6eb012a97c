#!/usr/bin/env node
/**
 * The command line's entry: the only place that reads the arguments, the environment and signals, and that exits.
 *
 * The first SIGINT or SIGTERM asks the command to end; a second one, or five seconds, end it whatever it does.
 */
import { WallClock } from '../base/clock.js';
import type { CliContext } from './context.js';
import { runProgram } from './program.js';

const HARD_DEADLINE_MS = 5_000;

const stopping = new AbortController();
const clock = new WallClock();

function onSignal(): void {
  if (stopping.signal.aborted) process.exit(1);
  stopping.abort();
  setTimeout(() => process.exit(1), HARD_DEADLINE_MS).unref();
}

process.on('SIGINT', onSignal);
process.on('SIGTERM', onSignal);
// Whoever reads our output may leave first (`| head`): that is no failure.
for (const output of [process.stdout, process.stderr]) {
  output.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

const context: CliContext = {
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  environment: process.env,
  clock,
  stop: stopping.signal,
  onHangup: (action) => process.on('SIGHUP', action),
  atExit: (action) => process.once('exit', action),
  self: [...process.execArgv, process.argv[1]!],
};

// A pending promise alone does not keep a process alive; what waits for a signal needs this.
const alive = setInterval(() => undefined, 60_000);
const code = await runProgram(process.argv.slice(2), context);
clearInterval(alive);
await new Promise<void>((resolve) => process.stdout.write('', () => resolve()));
process.exit(code);
