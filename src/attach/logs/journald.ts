/**
 * The journal of a unit, as `journalctl` prints it: one child process that follows, begun again when it ends,
 * behind the last entry that was read, so that nothing is lost or read twice.
 *
 * States: open -> closed. Whatever the child does (is not there, ends, prints nonsense) is said once for each new
 * reason and tried again. Nothing is written to the journal.
 */
import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { Clock, Timer } from '../../base/clock.js';
import { LineSplitter } from '../../events/lines.js';

/** Takes what the journal holds. */
export interface JournalSink {
  /** One message, which may have several lines; `tsUs` is when the journal got it, if it says so. */
  message(text: string, tsUs: number | undefined): void;
  /** Resolves when there is room for more. */
  ready(): Promise<void>;
  /** The child has ended and another follows. */
  restarted(): void;
  /** Once for each new reason. */
  unreadable(problem: string): void;
}

/** What to follow. */
export interface JournalOptions {
  /** As systemd names it, such as `monad-bft.service`. */
  readonly unit: string;
  readonly from: 'begin' | 'end';
  /** The last entry read before, behind which to go on; counts more than `from`. */
  readonly cursor?: string;
  /** Where the journal is, if it is not that of this machine. */
  readonly directory?: string;
  readonly sink: JournalSink;
  readonly clock: Clock;
  /** The program; `journalctl` of the path if not given. */
  readonly command?: string;
}

const FIRST_WAIT_US = 1_000_000;
const LONGEST_WAIT_US = 30_000_000;

/** One entry as `-o json` prints it; of one without a message only the place counts. */
interface Entry {
  readonly text: string;
  readonly cursor: string | undefined;
  readonly tsUs: number | undefined;
}

/** Follows the journal of one unit. */
export class JournalFollower {
  readonly #options: JournalOptions;
  #child: ChildProcessByStdio<null, Readable, Readable> | undefined;
  #cursor: string | undefined;
  #waitUs = FIRST_WAIT_US;
  #timer: Timer | undefined;
  #problem = '';
  #closed = false;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#cursor = options.cursor;
  }

  /** The last entry that was given; undefined while none was. */
  get cursor(): string | undefined {
    return this.#cursor;
  }

  /** Begins. Returns at once. */
  start(): void {
    void this.#follow();
  }

  /** Ends the child; resolves when it is gone. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timer?.stop();
    const child = this.#child;
    if (child === undefined) return;
    const gone = new Promise<void>((resolve) => child.once('close', () => resolve()));
    child.kill();
    await gone;
  }

  async #follow(): Promise<void> {
    const { command = 'journalctl', sink } = this.#options;
    const child = spawn(command, this.#words(), { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    let complaint = '';
    child.stderr.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-500)));
    const ended = new Promise<string>((resolve) => {
      child.once('error', (error) => resolve(error.message));
      child.once('close', (code, signal) => resolve(`${command} ended with ${signal ?? String(code)}`));
    });
    await this.#read(child.stdout);
    const how = await ended;
    this.#child = undefined;
    if (this.#closed) return;
    this.#report(complaint.trim() === '' ? how : `${how}: ${complaint.trim()}`);
    this.#timer = this.#options.clock.after(this.#waitUs, () => {
      sink.restarted();
      void this.#follow();
    });
    this.#waitUs = Math.min(this.#waitUs * 2, LONGEST_WAIT_US);
  }

  #words(): string[] {
    const { unit, from, directory } = this.#options;
    const where = directory === undefined ? [] : [`--directory=${directory}`];
    const start =
      this.#cursor !== undefined
        ? ['--lines=all', `--after-cursor=${this.#cursor}`]
        : [`--lines=${from === 'end' ? '0' : 'all'}`];
    return [
      '--output=json',
      '--follow',
      // Else following is of this boot alone, and what was said before a reboot would be lost.
      '--merge',
      '--no-pager',
      '--quiet',
      '--all',
      `--unit=${unit}`,
      ...where,
      ...start,
    ];
  }

  async #read(stdout: Readable): Promise<void> {
    const { sink } = this.#options;
    const splitter = new LineSplitter({
      line: (line) => this.#entry(line),
      problem: (reason) => this.#report(`an entry cannot be read: ${reason}`),
    });
    try {
      for await (const chunk of stdout as AsyncIterable<Buffer>) {
        splitter.write(chunk);
        await sink.ready();
      }
    } catch {
      // The pipe broke with the child, whose end says more.
    }
  }

  #entry(line: string): void {
    const entry = readEntry(line);
    if (entry === undefined) return this.#report('an entry is not what journalctl -o json prints');
    this.#cursor = entry.cursor ?? this.#cursor;
    this.#waitUs = FIRST_WAIT_US;
    this.#options.sink.message(entry.text, entry.tsUs);
  }

  #report(problem: string): void {
    if (problem === this.#problem) return;
    this.#problem = problem;
    this.#options.sink.unreadable(problem);
  }
}

/** An entry of `journalctl -o json`; undefined where the line is none. Never throws. */
export function readEntry(line: string): Entry | undefined {
  let found: Readonly<Record<string, unknown>> | null;
  try {
    found = JSON.parse(line) as Readonly<Record<string, unknown>> | null;
  } catch {
    return undefined;
  }
  if (typeof found !== 'object' || found === null) return undefined;
  if (!('MESSAGE' in found) && !('__CURSOR' in found)) return undefined;
  const { MESSAGE: message, __CURSOR: cursor, __REALTIME_TIMESTAMP: stamp } = found;
  const tsUs = typeof stamp === 'string' || typeof stamp === 'number' ? Number(stamp) : Number.NaN;
  return {
    text: textOf(message),
    cursor: typeof cursor === 'string' ? cursor : undefined,
    tsUs: Number.isSafeInteger(tsUs) && tsUs > 0 ? tsUs : undefined,
  };
}

/** A text, a list of its bytes where it is no UTF-8, or a list of either where an entry has the field several times. */
function textOf(message: unknown): string {
  if (typeof message === 'string') return message;
  if (!Array.isArray(message)) return '';
  if (message.some((one) => typeof one !== 'number')) return message.map(textOf).join('\n');
  return Buffer.from(message as readonly number[]).toString('utf8');
}
