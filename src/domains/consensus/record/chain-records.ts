/**
 * The record books of one chain, and what they share: the listener, the memory they may use, and the
 * strings that all nodes say alike.
 *
 * Memory: a record takes about a kilobyte and a vote 64 bytes. The chain's budget is divided among the
 * books, so that 100 nodes of 100 validators stay below 50 MB; a book keeps 16 to 1,024 views.
 */
import type { ValidatorNames } from '../../domain.js';
import type { SharedTexts } from '../shared-texts.js';
import type { ChainViews, RecordListener, ViewRecord } from './view-record.js';

const CHAIN_RECORDS = 20_480;
const CHAIN_VOTES = 320_000;
const MOST_RECORDS = 1_024;
/** What a book keeps however many there are. */
export const LEAST_RECORDS = 16;

/** A book, as the chain sees it. */
interface Book {
  at(view: number): ViewRecord | undefined;
  records(): Iterable<ViewRecord>;
}

/** All books of a chain. */
export class ChainRecords implements ChainViews {
  readonly chain: string;
  readonly names: ValidatorNames;
  readonly texts: SharedTexts;
  readonly #listeners: RecordListener[] = [];
  readonly #amenders: RecordListener[] = [];
  readonly #books = new Map<string, Book>();

  constructor(chain: string, names: ValidatorNames, texts: SharedTexts) {
    this.chain = chain;
    this.names = names;
    this.texts = texts;
  }

  /** From now on `listener` hears of the records of all nodes, after those who asked before. */
  listen(listener: RecordListener): void {
    this.#listeners.push(listener);
    if (listener.amended !== undefined) this.#amenders.push(listener);
  }

  /** Views that one book may hold now. */
  get recordsPerBook(): number {
    const share = Math.floor(CHAIN_RECORDS / Math.max(1, this.#books.size));
    return Math.min(MOST_RECORDS, Math.max(LEAST_RECORDS, share));
  }

  /** Votes that one book may hold now, in all its records; it always keeps the newest 16 records. */
  get votesPerBook(): number {
    return Math.floor(CHAIN_VOTES / Math.max(1, this.#books.size));
  }

  /** Votes, and wishes, that one record may hold: four of every validator. */
  get votesPerRecord(): number {
    return 4 * Math.max(64, this.names.members.length);
  }

  add(node: string, book: Book): void {
    this.#books.set(node, book);
  }

  remove(node: string): void {
    this.#books.delete(node);
  }

  closed(record: ViewRecord): void {
    const listeners = this.#listeners;
    for (let i = 0; i < listeners.length; i++) listeners[i]!.closed(record);
  }

  amended(record: ViewRecord): void {
    const amenders = this.#amenders;
    for (let i = 0; i < amenders.length; i++) amenders[i]!.amended?.(record);
  }

  nodes(): Iterable<string> {
    return this.#books.keys();
  }

  record(node: string, view: number): ViewRecord | undefined {
    return this.#books.get(node)?.at(view);
  }

  records(node: string): Iterable<ViewRecord> {
    return this.#books.get(node)?.records() ?? [];
  }

  view(view: number): readonly ViewRecord[] {
    const found: ViewRecord[] = [];
    for (const book of this.#books.values()) {
      const record = book.at(view);
      if (record !== undefined) found.push(record);
    }
    return found;
  }
}
