/**
 * Steps in a journal of their own: one record each, as JSON. What they amount to is now and then written anew between
 * two marks, in a file of its own, and everything before it is deleted; a crash between the marks leaves what was before.
 */
import { messageOf } from '../../base/errors.js';
import { silentLogger, type Logger } from '../../base/logger.js';
import type { Journal } from '../../journal/journal.js';
import type { Step } from './held.js';
import type { StepStore } from './ledger.js';

type Entry = Step | { readonly is: 'begin' } | { readonly is: 'end' };

/** A store over an open journal. */
export class JournalStore implements StepStore {
  readonly #journal: Journal;
  #length = 0;

  private constructor(journal: Journal) {
    this.#journal = journal;
  }

  /**
   * Reads what the journal holds. A record that cannot be read is left out, which is logged.
   * @throws what the system throws when a file cannot be read
   */
  static async open(
    journal: Journal,
    logger: Logger = silentLogger,
  ): Promise<{ readonly store: JournalStore; readonly steps: readonly Step[] }> {
    const store = new JournalStore(journal);
    let steps: Step[] = [];
    let rewritten: Step[] | undefined;
    for await (const { payload, sequence } of journal.read()) {
      store.#length++;
      const entry = readEntry(payload);
      if (typeof entry === 'string')
        logger.warn('a record of the notifier cannot be read', { sequence, error: entry });
      else if (entry.is === 'begin') rewritten = [];
      else if (entry.is === 'end') {
        steps = rewritten ?? steps;
        rewritten = undefined;
      } else (rewritten ?? steps).push(entry);
    }
    return { store, steps };
  }

  get length(): number {
    return this.#length;
  }

  append(step: Step): void {
    this.#write(step);
  }

  async flush(): Promise<boolean> {
    return (await this.#journal.flush()).ok;
  }

  replace(steps: readonly Step[]): void {
    const first = this.#journal.nextSequence;
    this.#journal.startSegment();
    this.#length = 0;
    for (const entry of [{ is: 'begin' } as const, ...steps, { is: 'end' } as const]) this.#write(entry);
    // What stands for the old files must be durable before they go.
    void this.#journal.flush().then(({ ok }) => (ok ? this.#journal.removeBefore(first) : undefined));
  }

  async close(): Promise<void> {
    await this.#journal.close();
  }

  #write(entry: Entry): void {
    this.#length++;
    this.#journal.append(Buffer.from(JSON.stringify(entry)));
  }
}

/** The entry, or why it is none. */
function readEntry(payload: Buffer): Entry | string {
  try {
    const entry = JSON.parse(payload.toString('utf8')) as Entry;
    return typeof entry.is === 'string' ? entry : 'it names no step';
  } catch (error) {
    return messageOf(error);
  }
}
