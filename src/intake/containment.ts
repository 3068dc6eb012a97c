/**
 * Holds a defect behind the dispatch where it is: what is thrown there is counted and logged, and the
 * intake goes on. A sidecar must not stop hearing its node because one conclusion went wrong.
 */
import { messageOf } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import type { Board } from '../metrics/board.js';
import type { Counter } from '../metrics/series.js';
import { intakeMetrics } from './catalogue.js';

const FAILURES_LOGGED = 10;

/** Counts and logs what was thrown. */
export class Containment {
  readonly #logger: Logger;
  readonly #failures: Counter;

  constructor(board: Board, logger: Logger) {
    this.#logger = logger;
    this.#failures = board.counter(intakeMetrics.failures).at();
  }

  /** Runs `action`; what it throws goes no further. */
  run(action: () => void, where: Readonly<Record<string, string>>): void {
    try {
      action();
    } catch (error) {
      this.report(error, where);
    }
  }

  /** Counts a failure; the first few are logged with their stack. */
  report(error: unknown, where: Readonly<Record<string, string>>): void {
    this.#failures.add();
    if (this.#failures.value > FAILURES_LOGGED) return;
    const stack = error instanceof Error ? error.stack : undefined;
    this.#logger.error('processing failed inside the sidecar', { ...where, error: messageOf(error), stack });
  }
}
