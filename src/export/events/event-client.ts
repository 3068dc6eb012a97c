/**
 * One client of the event stream: which events it wants and how far it has read. It has no queue of its own: it reads the
 * common buffer at its own pace, and what leaves the buffer before it was read is counted and told as a gap.
 */
import { anyOf } from '../selection.js';
import { recordText, type EventRecord } from '../event-record.js';
import type { EventBuffer } from './event-buffer.js';

/** Globs; of an empty list everything passes. */
export interface EventFilter {
  readonly types: readonly string[];
  readonly chains: readonly string[];
  readonly nodes: readonly string[];
}

/** Of what a gap counts: of the events asked for, or of all. */
export interface Gap {
  readonly missed: number | null;
  readonly of: 'matching' | 'all';
}

/** Most text and most events looked at for one piece. */
const PIECE_LENGTH = 65_536;
const PIECE_EVENTS = 2_048;

/** Reads the buffer. */
export class EventClient {
  /** Number of the next event to look at. */
  cursor: number;
  readonly #wants: (record: EventRecord) => boolean;
  #gap: Gap | undefined;
  #wake: (() => void) | undefined;
  #isAwake = false;

  constructor(filter: EventFilter, cursor: number, gap: Gap | undefined) {
    this.#wants = wanting(filter);
    this.cursor = cursor;
    this.#gap = gap;
  }

  /** An event leaves the buffer; says whether that is a loss to this client. */
  lose(number: number, record: EventRecord): boolean {
    if (this.cursor > number) return false;
    this.cursor = number + 1;
    if (!this.#wants(record)) return false;
    // A gap that is not told yet grows, whatever it counts: told twice would be read twice.
    const { missed, of } = this.#gap ?? { missed: 0, of: 'matching' };
    this.#gap = { missed: missed === null ? null : missed + 1, of };
    return true;
  }

  /** The next piece of the stream: empty where nothing of what was looked at is wanted. */
  take(buffer: EventBuffer, epoch: string): { readonly text: string; readonly events: number } {
    let text = '';
    let events = 0;
    if (this.#gap !== undefined) {
      text = `id: ${epoch}-${this.cursor - 1}\nevent: gap\ndata: ${JSON.stringify(this.#gap)}\n\n`;
      this.#gap = undefined;
    }
    const end = Math.min(buffer.next, this.cursor + PIECE_EVENTS);
    while (this.cursor < end && text.length < PIECE_LENGTH) {
      const number = this.cursor++;
      const record = buffer.at(number)!;
      if (!this.#wants(record)) continue;
      events++;
      text += `id: ${epoch}-${number}\nevent: ${record.type}\ndata: ${recordText(record)}\n\n`;
    }
    return { text, events };
  }

  /** Resolves when it is woken, at once if it has been since the last time. */
  awake(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
      if (this.#isAwake) this.wake();
    });
  }

  /** There is something to do. */
  wake(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    this.#isAwake = wake === undefined;
    wake?.();
  }
}

function wanting({ types, chains, nodes }: EventFilter): (record: EventRecord) => boolean {
  const type = judging(types);
  const chain = judging(chains);
  const node = judging(nodes);
  return (record) =>
    type(record.type) &&
    chain(record.chain) &&
    (nodes.length === 0 || (record.node !== undefined && node(record.node)));
}

/** Most names whose verdict is remembered: names come from outside. */
const JUDGED = 1_000;

function judging(globs: readonly string[]): (text: string) => boolean {
  if (globs.length === 0) return () => true;
  const matches = anyOf(globs);
  const judged = new Map<string, boolean>();
  return (text) => {
    let verdict = judged.get(text);
    if (verdict === undefined) {
      if (judged.size >= JUDGED) judged.clear();
      judged.set(text, (verdict = matches(text)));
    }
    return verdict;
  };
}
