/**
 * The records of one book by view. Views that follow each other lie beside each other, so that a node that goes on
 * finds its place without hashing; any other views are found too.
 *
 * Invariants: a power of two of places, at most half of them taken; a record lies at the place of its view or, where that
 * is taken, at the next that is free; no free place lies between the two.
 */
import type { OpenRecord } from './open-record.js';

const LEAST_PLACES = 64;

/** Records by view. */
export class ViewTable {
  #places: (OpenRecord | undefined)[] = new Array<undefined>(LEAST_PLACES).fill(undefined);
  #mask = LEAST_PLACES - 1;
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(view: number): OpenRecord | undefined {
    const places = this.#places;
    for (let place = view & this.#mask; ; place = (place + 1) & this.#mask) {
      const record = places[place];
      if (record === undefined || record.view === view) return record;
    }
  }

  /** @param record of a view that has none */
  add(record: OpenRecord): void {
    if (2 * (this.#size + 1) > this.#places.length) this.#grow();
    this.#places[this.#freeFrom(record.view & this.#mask)] = record;
    this.#size++;
  }

  /** @param record that is held */
  delete(record: OpenRecord): void {
    const places = this.#places;
    const mask = this.#mask;
    let gap = record.view & mask;
    while (places[gap] !== record) gap = (gap + 1) & mask;
    places[gap] = undefined;
    this.#size--;
    // Whoever had to go past the place that is free now moves up.
    for (let place = (gap + 1) & mask; ; place = (place + 1) & mask) {
      const next = places[place];
      if (next === undefined) return;
      const wayToGap = (gap - next.view) & mask;
      const way = (place - next.view) & mask;
      if (wayToGap > way) continue;
      places[gap] = next;
      places[place] = undefined;
      gap = place;
    }
  }

  clear(): void {
    this.#places.fill(undefined);
    this.#size = 0;
  }

  /** All records, in no order. */
  values(): OpenRecord[] {
    return this.#places.filter((record) => record !== undefined);
  }

  #freeFrom(place: number): number {
    let free = place;
    while (this.#places[free] !== undefined) free = (free + 1) & this.#mask;
    return free;
  }

  #grow(): void {
    const records = this.values();
    const places = 2 * this.#places.length;
    this.#places = new Array<undefined>(places).fill(undefined);
    this.#mask = places - 1;
    for (const record of records) this.#places[this.#freeFrom(record.view & this.#mask)] = record;
  }
}
