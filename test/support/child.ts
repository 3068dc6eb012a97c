/** A child process of a test: waits for lines it prints, and is gone when the test is. */
import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The built command line. */
export const cli = join(root, 'dist/src/cli/main.js');

/** What a child inherits: not the settings of whoever runs the tests. */
const inherited = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !name.startsWith('QUORUMSCOPE_')),
);

/** A running program with everything it printed so far. */
export class Child {
  readonly process: ChildProcess;
  readonly #watchers = new Set<() => void>();
  #output = '';
  readonly exited: Promise<number | null>;

  constructor(command: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) {
    this.process = spawn(command, args, {
      cwd: root,
      env: { ...inherited, NO_COLOR: '1', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own, so that a signal reaches what it started too, as Ctrl-C does in a terminal.
      detached: true,
    });
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.#output += text;
        for (const watcher of this.#watchers) watcher();
      });
    }
    this.exited = new Promise((resolve) => {
      this.process.once('exit', (code) => {
        resolve(code);
        for (const watcher of this.#watchers) watcher();
      });
      this.process.once('error', () => resolve(null));
    });
  }

  /** Runs the built command line. */
  static cli(args: readonly string[], env: NodeJS.ProcessEnv = {}): Child {
    return new Child(process.execPath, [cli, ...args], env);
  }

  /** Everything printed so far, both streams. */
  get output(): string {
    return this.#output;
  }

  /** Waits until the output matches; fails with the whole output when the child ends first. */
  printed(pattern: RegExp): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        const match = pattern.exec(this.#output);
        if (match) done(() => resolve(match));
        else if (this.process.exitCode !== null || this.process.signalCode !== null) {
          done(() => reject(new Error(`ended before printing ${String(pattern)}:\n${this.#output}`)));
        }
      };
      const done = (settle: () => void): void => {
        this.#watchers.delete(look);
        settle();
      };
      this.#watchers.add(look);
      look();
    });
  }

  /** Sends a signal to it and to what it started, where it has not ended. */
  signal(signal: NodeJS.Signals): void {
    const { pid, exitCode, signalCode } = this.process;
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
  }

  /** Sends a signal and waits for the end; resolves to the exit code. */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    this.signal(signal);
    return this.exited;
  }
}

/** Calls `probe` until it returns something, or fails with what it last saw after `withinMs`. */
export async function eventually<T>(
  probe: () => T | undefined | Promise<T | undefined>,
  withinMs: number,
  what: string,
): Promise<T> {
  const deadline = Date.now() + withinMs;
  let last: unknown;
  while (Date.now() < deadline) {
    try {
      const result = await probe();
      if (result !== undefined) return result;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not within ${withinMs} ms: ${what}${last instanceof Error ? ` (${last.message})` : ''}`);
}
