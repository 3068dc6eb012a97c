/**
 * A stream clock that can be told what time it is: once everything up to a time is processed, no quiet stream holds it back.
 * As on a wall, a node that says nothing does not stop the time.
 */
import { StreamClock } from '../../src/base/clock.js';

/** Stands for time itself where no stream is open. */
const NOBODY = 'nobody';

export class ReachedClock extends StreamClock {
  readonly #streams = new Set<string>();

  override advance(stream: string, tsUs: number): void {
    this.#streams.add(stream);
    super.advance(stream, tsUs);
  }

  override close(stream: string): void {
    this.#streams.delete(stream);
    super.close(stream);
  }

  /** Everything up to `nowUs` is processed. */
  reach(nowUs: number): void {
    for (const stream of this.#streams) super.advance(stream, nowUs);
    super.advance(NOBODY, nowUs);
    super.close(NOBODY);
  }
}
