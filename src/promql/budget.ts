/**
 * What one query may use: samples held at once, series, time. Long work is cut into slices; between them
 * the process does its other work, and the query sees that it was given up or ran out of time. Time here
 * is the machine's, whatever clock the data follows.
 */
import type { Clock } from '../base/clock.js';
import { executionProblem, interruption } from './problem.js';

/** Limits of a query. */
export interface QueryLimits {
  /** Samples loaded or computed that may be held at the same time. Default 5,000,000. */
  readonly maxSamples: number;
  /** Series that one selector may find. Default 100,000. */
  readonly maxSeries: number;
  /** Steps of a range query. Default 11,000. */
  readonly maxSteps: number;
  /** Default 30 s. */
  readonly timeoutMs: number;
}

export const defaultLimits: QueryLimits = {
  maxSamples: 5_000_000,
  maxSeries: 100_000,
  maxSteps: 11_000,
  timeoutMs: 30_000,
};

/** How long a query keeps the process to itself, unless whoever asks says so. */
const SLICE_US = 5000;
/** How long the regular expressions of a query may take in all: a source tests them without a pause. */
const MATCHING_US = 250_000;

/** The allowance of one query. */
export class Budget {
  readonly limits: QueryLimits;
  readonly #clock: Pick<Clock, 'monoUs'>;
  readonly #signal: AbortSignal | undefined;
  readonly #deadlineUs: number;
  readonly #sliceUs: number;
  #sliceEndUs: number;
  #held = 0;
  #peak = 0;
  #matchingUs = 0;

  constructor(limits: QueryLimits, clock: Pick<Clock, 'monoUs'>, signal?: AbortSignal, sliceUs = SLICE_US) {
    this.limits = limits;
    this.#clock = clock;
    this.#signal = signal;
    const nowUs = clock.monoUs();
    this.#deadlineUs = nowUs + limits.timeoutMs * 1000;
    this.#sliceUs = sliceUs;
    this.#sliceEndUs = nowUs + sliceUs;
  }

  /** The most samples held at once. */
  get peakSamples(): number {
    return this.#peak;
  }

  /**
   * Takes room for `samples`.
   * @throws QuorumscopeError `promql.execution` when there is none
   */
  hold(samples: number): void {
    this.#held += samples;
    if (this.#held > this.#peak) this.#peak = this.#held;
    if (this.#held > this.limits.maxSamples)
      throw executionProblem(
        `query processing would load too many samples into memory in query execution (limit ${this.limits.maxSamples})`,
      );
  }

  /** Samples held now. */
  get held(): number {
    return this.#held;
  }

  /** States what is held once a part of the query is computed. */
  settle(held: number): void {
    this.#held = held;
  }

  release(samples: number): void {
    this.#held -= samples;
  }

  /** Whether it is time to pause. Cheap enough to ask every few microseconds of work. */
  isDue(): boolean {
    return this.#clock.monoUs() >= this.#sliceEndUs;
  }

  /**
   * Lets the process do its other work.
   * @throws QuorumscopeError `promql.timeout` or `promql.canceled`
   */
  async pause(): Promise<void> {
    await new Promise<void>((resolve) => setImmediate(resolve));
    this.check();
    this.#sliceEndUs = this.#clock.monoUs() + this.#sliceUs;
  }

  /**
   * Makes one test of a regular expression.
   * @throws QuorumscopeError `promql.execution` when they have taken too long in all
   */
  measureMatching(test: () => boolean): boolean {
    const startUs = this.#clock.monoUs();
    const answer = test();
    this.#matchingUs += this.#clock.monoUs() - startUs;
    if (this.#matchingUs > MATCHING_US)
      throw executionProblem('regular expressions take too long to match; use simpler ones or fewer series');
    return answer;
  }

  /** Throws when the query was given up or has run out of time. */
  check(): void {
    if (this.#signal?.aborted === true)
      throw interruption('canceled', 'query was canceled in expression evaluation');
    if (this.#clock.monoUs() >= this.#deadlineUs)
      throw interruption('timeout', 'query timed out in expression evaluation');
  }
}
