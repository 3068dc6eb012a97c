/** Contains what domains throw: counted by domain, logged once per domain and occasion. */
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Board } from '../metrics/board.js';
import { domainMetrics } from './domain-metrics.js';

/** Runs what belongs to a domain. */
export class Faults {
  readonly #board: Board;
  readonly #logger: Logger;
  readonly #logged = new Set<string>();

  constructor(board: Board, logger: Logger) {
    this.#board = board;
    this.#logger = logger;
  }

  /** Runs `action`; what it throws stays here. */
  contain(domain: string, occasion: string, action: () => void): void {
    try {
      action();
    } catch (thrown) {
      this.record(domain, occasion, thrown);
    }
  }

  /** Counts what `domain` threw on `occasion`, an event type or a step of its life. */
  record(domain: string, occasion: string, thrown: unknown): void {
    this.#board.counter(domainMetrics.errors).at(domain).add();
    const key = `${domain} ${occasion}`;
    if (this.#logged.has(key)) return;
    this.#logged.add(key);
    this.#logger.error('a domain failed; further failures of this kind are only counted', {
      domain,
      occasion,
      error: messageOf(thrown),
    });
  }
}
