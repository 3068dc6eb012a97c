/** A command's world for tests: what it writes is kept, time is a manual clock, and it can be told to stop. */
import { Readable } from 'node:stream';
import { ManualClock } from '../../../src/base/clock.js';
import type { CliContext, Output } from '../../../src/cli/context.js';
import { runProgram } from '../../../src/cli/program.js';

class Kept implements Output {
  text = '';
  readonly isTTY: boolean;
  readonly columns = 80;

  constructor(isTTY: boolean) {
    this.isTTY = isTTY;
  }

  write(text: string): void {
    this.text += text;
  }
}

/** A world and what was written in it. */
export function createWorld(
  options: { stdin?: string; environment?: Record<string, string>; terminal?: boolean } = {},
) {
  const stdout = new Kept(options.terminal === true);
  const stderr = new Kept(options.terminal === true);
  const stopping = new AbortController();
  const context: CliContext = {
    stdout,
    stderr,
    stdin: Readable.from([Buffer.from(options.stdin ?? '')]),
    environment: options.environment ?? {},
    clock: new ManualClock(),
    stop: stopping.signal,
    atExit: () => undefined,
    self: [],
  };
  return { context, stdout, stderr, stop: () => stopping.abort() };
}

/** Runs a command line to its end. */
export async function runWords(words: readonly string[], options: Parameters<typeof createWorld>[0] = {}) {
  const world = createWorld(options);
  const code = await runProgram(words, world.context);
  return { code, out: world.stdout.text, err: world.stderr.text };
}
