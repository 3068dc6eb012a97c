/**
 * The account of one node at one door: what became of every line. A line is entered as received and
 * under exactly one of processed, duplicate, unknown, dropped (by priority) or invalid (by reason);
 * between the two it is pending in the queue.
 */
import type { InvalidReason } from '../events/problem.js';
import type { Board } from '../metrics/board.js';
import type { Counter } from '../metrics/series.js';
import { intakeMetrics } from './catalogue.js';
import { priorities } from './event-index.js';

/** What became of lines. */
export interface Totals {
  received: number;
  processed: number;
  duplicate: number;
  unknown: number;
  dropped: number;
  invalid: number;
}

/** Counts of nothing. */
export function noTotals(): Totals {
  return { received: 0, processed: 0, duplicate: 0, unknown: 0, dropped: 0, invalid: 0 };
}

/** Binds its handles once; the seldom ones when they are first needed. */
export class Account {
  readonly door: string;
  readonly node: string;
  readonly received: Counter;
  readonly processed: Counter;
  readonly duplicate: Counter;
  readonly unknown: Counter;
  readonly #board: Board;
  readonly #dropped: (Counter | undefined)[] = priorities.map(() => undefined);
  readonly #invalid = new Map<InvalidReason, Counter>();
  #unknownFields: Counter | undefined;

  constructor(board: Board, door: string, node: string) {
    this.#board = board;
    this.door = door;
    this.node = node;
    this.received = board.counter(intakeMetrics.received).at(door, node);
    this.processed = board.counter(intakeMetrics.processed).at(door, node);
    this.duplicate = board.counter(intakeMetrics.duplicate).at(door, node);
    this.unknown = board.counter(intakeMetrics.unknown).at(door, node);
  }

  /** @param priority position in `priorities` */
  drop(priority: number): void {
    const family = this.#board.counter(intakeMetrics.dropped);
    (this.#dropped[priority] ??= family.at(this.door, this.node, priorities[priority]!)).add();
  }

  /** Enters a line both as received and as invalid. */
  refuse(reason: InvalidReason): void {
    let counter = this.#invalid.get(reason);
    if (!counter) {
      counter = this.#board.counter(intakeMetrics.invalid).at(this.door, this.node, reason);
      this.#invalid.set(reason, counter);
    }
    this.received.add();
    counter.add();
  }

  /** Counts fields that no schema knows. */
  ignoreFields(count: number): void {
    const family = this.#board.counter(intakeMetrics.unknownFields);
    (this.#unknownFields ??= family.at(this.door, this.node)).add(count);
  }

  /** Adds what became of this account's lines to `totals`; a folded series is added once, by `seen`. */
  addTo(totals: Totals, seen: Set<Counter>): void {
    const add = (what: keyof Totals, counter: Counter | undefined): void => {
      if (!counter || seen.has(counter)) return;
      seen.add(counter);
      totals[what] += counter.value;
    };
    add('received', this.received);
    add('processed', this.processed);
    add('duplicate', this.duplicate);
    add('unknown', this.unknown);
    for (const counter of this.#dropped) add('dropped', counter);
    for (const counter of this.#invalid.values()) add('invalid', counter);
  }

  /** Takes the account's series off the board. Nothing is entered any more. */
  close(): void {
    const bound = [this.received, this.processed, this.duplicate, this.unknown, this.#unknownFields];
    for (const counter of [...bound, ...this.#dropped, ...this.#invalid.values()]) {
      // Beyond the budget the handle is the one that many share: it is not ours to release.
      const isOwn = counter?.labelValues[0] === this.door && counter.labelValues[1] === this.node;
      if (isOwn) counter.release();
    }
  }
}
