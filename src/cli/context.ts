/**
 * What a command gets of the world: streams, environment, time, and the wish to stop. `main.ts` fills it once; a
 * test fills it with its own.
 */
import type { Clock } from '../base/clock.js';

/** A stream to write to. */
export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
}

/** A terminal's or a pipe's other end. */
export interface Input extends AsyncIterable<Uint8Array> {
  readonly isTTY?: boolean | undefined;
  /** Keys as they are pressed, without echo; terminals only. */
  setRawMode?(on: boolean): unknown;
}

/** The world of one command. */
export interface CliContext {
  readonly stdout: Output;
  readonly stderr: Output;
  readonly stdin: Input;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly clock: Clock;
  /** Aborted by SIGINT and SIGTERM: finish cleanly. */
  readonly stop: AbortSignal;
  /** Runs `action` on every SIGHUP; without it nobody sends one. */
  readonly onHangup?: (action: () => void) => void;
  /** Runs `action` when the process ends, however it ends short of a kill. */
  readonly atExit: (action: () => void) => void;
  /** How to start this program again: what `node` is given before the command's words. */
  readonly self: readonly string[];
}

/** 0 done, 1 the thing checked does not hold, 2 wrong usage or configuration. */
export type ExitCode = 0 | 1 | 2;

/** Whether to colour what goes to `output`. */
export function wantsColour(output: Output, environment: CliContext['environment']): boolean {
  const refused = (environment['NO_COLOR'] ?? '') !== '';
  return output.isTTY === true && !refused && environment['TERM'] !== 'dumb';
}

/** Resolves when the wish to stop comes. */
export function stopped(stop: AbortSignal): Promise<void> {
  if (stop.aborted) return Promise.resolve();
  return new Promise((resolve) => stop.addEventListener('abort', () => resolve(), { once: true }));
}
