/**
 * The time stamps of hook events: one reading of the monotonic clock per event, the wall clock derived
 * from it. The wall offset is checked at most once a second and moved only when it is provably wrong,
 * so that stamps neither jitter with the millisecond steps of `Date.now` nor miss a step of NTP.
 *
 * Never throws; a clock of the caller's that does is an event that cannot be stamped.
 */

/** Where stamps come from. Microseconds; fractions are cut. */
export interface HookClock {
  /** Wall time since the Unix epoch. */
  nowUs(): number;
  /** Monotonic time; only differences mean anything. */
  monoUs(): number;
}

/** Takes a stamp into its fields, so that a stamp allocates nothing. */
export interface Stamper {
  /** Integer microseconds since the Unix epoch. */
  readonly tsUs: number;
  /** Integer microseconds of a monotonic clock. */
  readonly monoUs: number;
  /** Reads the clock; false when it has no valid time, and the fields are then as before. */
  stamp(): boolean;
}

const CHECK_INTERVAL_MS = 1_000;

// Bound once: a third cheaper than the method call, which looks up and checks its receiver each time.
const monotonicMs: () => number = performance.now.bind(performance);

/** Stamps by the machine's clock. */
export class MachineStamper implements Stamper {
  tsUs = 0;
  monoUs = 0;
  #wallOffsetMs = performance.timeOrigin;
  #checkAtMs = Number.NEGATIVE_INFINITY;

  stamp(): boolean {
    const nowMs = monotonicMs();
    if (nowMs >= this.#checkAtMs) this.#check(nowMs);
    // Whole microseconds: a fraction costs more to print than the event's ids, and lengthens each line.
    this.monoUs = Math.floor(nowMs * 1_000);
    this.tsUs = Math.floor((nowMs + this.#wallOffsetMs) * 1_000);
    return true;
  }

  /** True wall time lies in [Date.now(), Date.now() + 1 ms): the offset moves to the nearer end, or not at all. */
  #check(nowMs: number): void {
    // eslint-disable-next-line no-restricted-syntax -- this is a clock
    const ahead = nowMs + this.#wallOffsetMs - Date.now();
    if (ahead < 0) this.#wallOffsetMs -= ahead;
    else if (ahead > 1) this.#wallOffsetMs -= ahead - 1;
    this.#checkAtMs = nowMs + CHECK_INTERVAL_MS;
  }
}

/** Stamps by a clock of the caller's: a simulation, a test. */
export class ClockStamper implements Stamper {
  tsUs = 0;
  monoUs = 0;
  readonly #clock: HookClock;

  constructor(clock: HookClock) {
    this.#clock = clock;
  }

  stamp(): boolean {
    try {
      const tsUs = Math.floor(this.#clock.nowUs());
      const monoUs = Math.floor(this.#clock.monoUs());
      if (!Number.isSafeInteger(tsUs) || !Number.isSafeInteger(monoUs) || tsUs < 0) return false;
      this.tsUs = tsUs;
      this.monoUs = monoUs;
      return true;
    } catch {
      return false;
    }
  }
}
