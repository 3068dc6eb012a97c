/**
 * How far one feed has come: shared by the feed that takes lines in and the pump that processes them.
 *
 * Time on a feed is the highest timestamp processed so far. A single timestamp far ahead of all others
 * is a broken one, and would let years of timers fire: a leap counts only when the next event confirms it.
 */

/** A pause in a stream that is believed at once. */
const LEAP_US = 24 * 3600 * 1_000_000;

/** Progress of one feed. */
export class FeedProgress {
  /** Names the stream towards the clock. */
  readonly stream: string;
  /** Whether whoever writes may be kept waiting: then its events follow each other, and those of other such feeds. */
  readonly canWait: boolean;
  /** Events in the queue, and how many of them go the long way; the queue's. */
  pending = 0;
  long = 0;
  readonly #onEnd: () => void;
  #ended = false;
  #waiting: (() => void)[] = [];
  #timeUs = 0;
  #leapUs = 0;

  /** @param onEnd called once, when the feed has ended and all its events are processed */
  constructor(stream: string, canWait: boolean, onEnd: () => void) {
    this.stream = stream;
    this.canWait = canWait;
    this.#onEnd = onEnd;
  }

  /** The last pending event has been processed. */
  idle(): void {
    for (const resolve of this.#waiting.splice(0)) resolve();
    if (!this.#ended) return;
    this.#ended = false;
    this.#onEnd();
  }

  /** Nothing more will be written. */
  end(): void {
    this.#ended = true;
    if (this.pending === 0) this.idle();
  }

  /** Resolves when nothing is pending. */
  drained(): Promise<void> {
    return this.pending === 0 ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Takes an event's timestamp. @returns whether the feed's time has moved on to it */
  reach(tsUs: number): boolean {
    if (tsUs <= this.#timeUs) return false;
    if (this.#timeUs > 0 && tsUs - this.#timeUs > LEAP_US) {
      const isConfirmed = this.#leapUs > 0 && Math.abs(tsUs - this.#leapUs) <= LEAP_US;
      if (!isConfirmed) {
        this.#leapUs = tsUs;
        return false;
      }
    }
    this.#leapUs = 0;
    this.#timeUs = tsUs;
    return true;
  }
}
