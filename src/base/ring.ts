/**
 * A bounded first-in-first-out ring. It never grows: `push` says no when full, `overwrite` gives the
 * oldest back instead. No allocation after construction.
 */
export class Ring<T> {
  readonly capacity: number;
  readonly #items: (T | undefined)[];
  #head = 0;
  #size = 0;

  /** @param capacity at least 1 */
  constructor(capacity: number) {
    this.capacity = Math.max(1, Math.floor(capacity));
    this.#items = new Array<T | undefined>(this.capacity).fill(undefined);
  }

  get size(): number {
    return this.#size;
  }

  /** Appends `item`, or returns false when full. */
  push(item: T): boolean {
    if (this.#size === this.capacity) return false;
    this.#items[this.#index(this.#size)] = item;
    this.#size++;
    return true;
  }

  /** Appends `item`; when full the oldest makes room and is returned. */
  overwrite(item: T): T | undefined {
    const evicted = this.#size === this.capacity ? this.shift() : undefined;
    this.push(item);
    return evicted;
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    if (this.#size === 0) return undefined;
    const item = this.#items[this.#head];
    this.#items[this.#head] = undefined;
    this.#head = this.#head + 1 === this.capacity ? 0 : this.#head + 1;
    this.#size--;
    return item;
  }

  /** The item at `position`, 0 being the oldest. */
  at(position: number): T | undefined {
    return position >= 0 && position < this.#size ? this.#items[this.#index(position)] : undefined;
  }

  /** Oldest first. */
  *[Symbol.iterator](): Iterator<T> {
    for (let i = 0; i < this.#size; i++) yield this.#items[this.#index(i)] as T;
  }

  clear(): void {
    this.#items.fill(undefined);
    this.#head = 0;
    this.#size = 0;
  }

  #index(position: number): number {
    const index = this.#head + position;
    return index >= this.capacity ? index - this.capacity : index;
  }
}
