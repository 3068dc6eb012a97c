/** Counts what became of the lines of one log. Every kind of line of its adapter is there from the start, at 0. */
import type { Board } from '../../metrics/board.js';
import type { Counter } from '../../metrics/series.js';
import type { Adapter } from './adapter.js';
import { logMetrics } from './catalogue.js';
import type { LineVerdict } from './translator.js';

/** The counters of one log. */
export class LogMeter {
  readonly #outcomes: Readonly<Record<LineVerdict['was'], Counter>>;
  readonly #unreadable: Counter;
  readonly #drift: ReadonlyMap<string, Counter>;

  constructor(board: Board, log: string, { id, patterns }: Adapter) {
    const lines = board.counter(logMetrics.lines);
    this.#outcomes = {
      matched: lines.at(id, log, 'matched'),
      ignored: lines.at(id, log, 'ignored'),
      foreign: lines.at(id, log, 'foreign'),
      failed: lines.at(id, log, 'failed'),
    };
    this.#unreadable = lines.at(id, log, 'unreadable');
    const drift = board.counter(logMetrics.drift);
    this.#drift = new Map(patterns.map(({ name }) => [name, drift.at(id, name)]));
  }

  /** One line that was read. */
  count({ was, pattern }: LineVerdict): void {
    this.#outcomes[was].add();
    if (was === 'failed' && pattern !== undefined) this.#drift.get(pattern)?.add();
  }

  /** One line that is none: binary, or too long. */
  countUnreadable(): void {
    this.#unreadable.add();
  }
}
