/**
 * Lets a bounded number of queries run and a bounded number wait: whoever comes to a full house is told at once, so
 * that dashboards cannot pile up work that nobody waits for any more.
 */
import type { Clock } from '../base/clock.js';
import { ApiProblem } from './api-problem.js';

/** How many, and for how long. */
export interface GateOptions {
  readonly running: number;
  readonly waiting: number;
  readonly clock: Pick<Clock, 'after'>;
}

/** A door with a queue before it. */
export class Gate {
  readonly #options: GateOptions;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(options: GateOptions) {
    this.#options = options;
  }

  /**
   * Runs `work` when there is room.
   * @throws ApiProblem `unavailable` when too many wait, `timeout` after `patienceMs`, `canceled` when `signal` says so
   */
  async run<T>(work: () => Promise<T>, patienceMs: number, signal: AbortSignal): Promise<T> {
    const { running, waiting } = this.#options;
    if (this.#running >= running) {
      if (this.#queue.length >= waiting)
        throw new ApiProblem(
          'unavailable',
          `too many queries: ${running} run and ${waiting} wait; try again later`,
        );
      await this.#turn(patienceMs, signal);
    } else this.#running++;
    try {
      return await work();
    } finally {
      // Whoever waited takes the place over, so that nobody slips in between.
      const next = this.#queue.shift();
      if (next) next();
      else this.#running--;
    }
  }

  #turn(patienceMs: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (): void => {
        timer.stop();
        signal.removeEventListener('abort', canceled);
        const at = this.#queue.indexOf(admit);
        if (at >= 0) this.#queue.splice(at, 1);
      };
      const refuse = (problem: ApiProblem): void => {
        settle();
        reject(problem);
      };
      const admit = (): void => {
        settle();
        resolve();
      };
      const canceled = (): void => refuse(new ApiProblem('canceled', 'query was canceled in query queue'));
      const late = (): void => refuse(new ApiProblem('timeout', 'query timed out in query queue'));
      const timer = this.#options.clock.after(patienceMs * 1000, late);
      signal.addEventListener('abort', canceled, { once: true });
      this.#queue.push(admit);
    });
  }
}
