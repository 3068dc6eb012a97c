/**
 * The records of one book by view. Views that follow each other lie beside each other, so that a node that goes on
 * finds its place without hashing; views that fall upon the same place are chained.
 *
 * Invariants: a power of two of places, no fewer than records; a record is in the chain of the place of its view, once.
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
    let record = this.#places[view & this.#mask];
    while (record !== undefined && record.view !== view) record = record.chained;
    return record;
  }

  /** @param record of a view that has none */
  add(record: OpenRecord): void {
    if (this.#size >= this.#places.length) this.#grow();
    this.#put(record);
    this.#size++;
  }

  /** @param record that is held */
  delete(record: OpenRecord): void {
    const place = record.view & this.#mask;
    let before = this.#places[place];
    if (before === record) this.#places[place] = record.chained;
    else {
      while (before !== undefined && before.chained !== record) before = before.chained;
      if (before !== undefined) before.chained = record.chained;
    }
    record.chained = undefined;
    this.#size--;
  }

  clear(): void {
    this.#places.fill(undefined);
    this.#size = 0;
  }

  /** All records, in no order. */
  values(): OpenRecord[] {
    const records: OpenRecord[] = [];
    for (const first of this.#places)
      for (let record = first; record !== undefined; record = record.chained) records.push(record);
    return records;
  }

  #put(record: OpenRecord): void {
    const place = record.view & this.#mask;
    record.chained = this.#places[place];
    this.#places[place] = record;
  }

  #grow(): void {
    const records = this.values();
    const places = 2 * this.#places.length;
    this.#places = new Array<undefined>(places).fill(undefined);
    this.#mask = places - 1;
    for (const record of records) this.#put(record);
  }
}
