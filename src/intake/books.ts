/**
 * The accounts of all doors. The sums of a door include those of nodes that were forgotten, so that
 * they only grow.
 */
import type { Board } from '../metrics/board.js';
import type { Counter } from '../metrics/series.js';
import { Account, noTotals, type Totals } from './account.js';
import { intakeMetrics } from './catalogue.js';

/** The state of one door. `pending` is received and not yet under any other heading. */
export interface DoorStatus extends Readonly<Totals> {
  readonly door: string;
  readonly connections: number;
  readonly pending: number;
}

interface DoorBooks {
  connections: number;
  readonly accounts: Map<string, Account>;
  readonly forgotten: Totals;
}

/** Opens, sums and closes accounts. */
export class Books {
  readonly #board: Board;
  readonly #doors = new Map<string, DoorBooks>();

  constructor(board: Board) {
    this.#board = board;
  }

  /** Makes a door known, so that it shows as having no connection. */
  declareDoor(door: string): void {
    this.connect(door, 0);
  }

  /** @param change +1 for a connection opened, -1 for one closed */
  connect(door: string, change: number): void {
    const books = this.#of(door);
    books.connections += change;
    this.#board.gauge(intakeMetrics.sourceConnected).at(door).set(books.connections);
  }

  /** The account of `node` at `door`; the empty name stands for lines of nobody known. */
  account(door: string, node: string): Account {
    const { accounts } = this.#of(door);
    let account = accounts.get(node);
    if (!account) {
      account = new Account(this.#board, door, node);
      accounts.set(node, account);
    }
    return account;
  }

  /** Closes the accounts of a node at every door; the sums of the doors keep what they held. */
  forget(node: string): void {
    for (const { accounts, forgotten } of this.#doors.values()) {
      const account = accounts.get(node);
      if (!account) continue;
      account.addTo(forgotten, new Set());
      account.close();
      accounts.delete(node);
    }
  }

  /** Every door, in the order in which they became known. */
  status(): DoorStatus[] {
    return [...this.#doors].map(([door, { connections, accounts, forgotten }]) => {
      const totals = { ...forgotten };
      const seen = new Set<Counter>();
      for (const account of accounts.values()) account.addTo(totals, seen);
      const { received, processed, duplicate, unknown, dropped, invalid } = totals;
      const pending = received - processed - duplicate - unknown - dropped - invalid;
      return { door, connections, ...totals, pending };
    });
  }

  #of(door: string): DoorBooks {
    let books = this.#doors.get(door);
    if (!books) {
      books = { connections: 0, accounts: new Map(), forgotten: noTotals() };
      this.#doors.set(door, books);
    }
    return books;
  }
}
