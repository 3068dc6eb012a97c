/**
 * What an observer keeps per validator, by id. Members of the set have an entry each; everybody else
 * shares the one of `other`, so that unknown senders cost nothing. When the set changes, the entries
 * of those who left, or whose label changed, are closed.
 */
import { OTHER } from '../metrics/family.js';
import type { ValidatorNames } from './domain.js';

/** Entries by validator id. */
export class ValidatorTable<T> {
  readonly #names: ValidatorNames;
  readonly #open: (label: string) => T;
  readonly #close: (entry: T) => void;
  readonly #entries = new Map<string, T>();
  readonly #labels = new Map<string, string>();
  #other: T | undefined;

  constructor(names: ValidatorNames, open: (label: string) => T, close: (entry: T) => void) {
    this.#names = names;
    this.#open = open;
    this.#close = close;
  }

  /** The entry of validator `id`. */
  of(id: string): T {
    return this.#entries.get(id) ?? this.#opened(id);
  }

  /** Closes the entries whose validator left or is called otherwise now. */
  changed(): void {
    for (const [id, label] of this.#labels) {
      if (this.#names.label(id) === label) continue;
      this.#close(this.#entries.get(id) as T);
      this.#entries.delete(id);
      this.#labels.delete(id);
    }
  }

  /** What has been opened so far. */
  *entries(): Iterable<T> {
    yield* this.#entries.values();
    if (this.#other !== undefined) yield this.#other;
  }

  #opened(id: string): T {
    const label = this.#names.label(id);
    if (label === OTHER) return (this.#other ??= this.#open(OTHER));
    const entry = this.#open(label);
    this.#entries.set(id, entry);
    this.#labels.set(id, label);
    return entry;
  }
}
