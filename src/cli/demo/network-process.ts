/**
 * The simulated network as a process of its own: it takes commands on its stdin and tells the truth on its stdout, one
 * JSON object per line. It ends when its stdin ends, so it never outlives the demo.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { ControlLine } from '../simulate-control.js';

/** How the process ended. */
export interface NetworkEnd {
  /** Exit code or signal. */
  readonly how: string;
  /** The last of what it said on stderr. */
  readonly stderr: string;
}

const KEPT_STDERR = 4_000;

/** A running network. */
export class NetworkProcess {
  /** Resolves when the process has ended, for whatever reason. */
  readonly ended: Promise<NetworkEnd>;
  readonly #child: ChildProcessByStdio<Writable, Readable, Readable>;

  /** @param words of the command line, @param onLine hears every line of the truth channel */
  constructor(self: readonly string[], words: readonly string[], onLine: (line: ControlLine) => void) {
    this.#child = spawn(process.execPath, [...self, ...words], { stdio: ['pipe', 'pipe', 'pipe'] });
    // A command written while the process ends has nowhere to go.
    this.#child.stdin.on('error', () => undefined);
    let stderr = '';
    this.#child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr = (stderr + text).slice(-KEPT_STDERR);
    });
    createInterface({ input: this.#child.stdout }).on('line', (text) => {
      const line = parseLine(text);
      if (line) onLine(line);
    });
    this.ended = new Promise((resolve) => {
      this.#child.once('error', (error) => resolve({ how: error.message, stderr }));
      this.#child.once('close', (code, signal) =>
        resolve({ how: signal ?? `exit code ${code}`, stderr: stderr.trim() }),
      );
    });
  }

  /** Sends one command: `crash v2`. */
  command(text: string): void {
    this.#child.stdin.write(`${text}\n`);
  }

  /** Asks it to end, and makes it end when it does not within a second and a half. */
  async stop(): Promise<void> {
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill('SIGKILL'), 1_500);
    await this.ended;
    clearTimeout(kill);
  }
}

function parseLine(text: string): ControlLine | undefined {
  try {
    return JSON.parse(text) as ControlLine;
  } catch {
    return undefined;
  }
}
