/**
 * Time as a port. Whatever stamps or waits takes a `Clock`; only deadlines of I/O use wall time
 * directly. Three clocks exist: wall (`run`), stream (`replay`: time is what the attached streams
 * say, so hours pass at full speed) and manual (tests).
 *
 * All times are microseconds: `nowUs` since the Unix epoch, `monoUs` since an arbitrary start.
 * Virtual clocks fire timers in order of their due time, each at exactly its due time.
 */

/** A timer that can be stopped; stopping twice is fine. */
export interface Timer {
  stop(): void;
}

/** Where time comes from. */
export interface Clock {
  /** Wall time, integer microseconds since the Unix epoch. */
  nowUs(): number;
  /** Monotonic time in microseconds; only differences mean anything. */
  monoUs(): number;
  /** Calls `action` every `intervalUs`, first after one interval. A late timer skips, it never bunches. */
  every(intervalUs: number, action: () => void): Timer;
  /** Calls `action` once, `delayUs` from now. */
  after(delayUs: number, action: () => void): Timer;
}

/** How long a wall offset may be trusted before NTP may have moved it. */
const OFFSET_LIFETIME_US = 1_000_000;

/** The machine's clock with microsecond resolution; timers do not keep the process alive. */
export class WallClock implements Clock {
  #offsetUs = 0;
  #offsetReadAtUs = Number.NEGATIVE_INFINITY;

  nowUs(): number {
    const monoUs = this.monoUs();
    if (monoUs - this.#offsetReadAtUs > OFFSET_LIFETIME_US) {
      // eslint-disable-next-line no-restricted-syntax -- this is the Clock
      this.#offsetUs = Date.now() * 1000 - monoUs;
      this.#offsetReadAtUs = monoUs;
    }
    return Math.floor(monoUs + this.#offsetUs);
  }

  monoUs(): number {
    return performance.now() * 1000;
  }

  every(intervalUs: number, action: () => void): Timer {
    const handle = setInterval(action, intervalUs / 1000).unref();
    return { stop: () => clearInterval(handle) };
  }

  after(delayUs: number, action: () => void): Timer {
    const handle = setTimeout(action, delayUs / 1000).unref();
    return { stop: () => clearTimeout(handle) };
  }
}

interface Due {
  atUs: number;
  readonly order: number;
  readonly intervalUs: number | undefined;
  readonly action: () => void;
  stopped: boolean;
}

/** Timers of a virtual clock; few at a time, so a sorted scan is enough. */
class VirtualTimers {
  readonly #due = new Set<Due>();
  #order = 0;

  add(atUs: number, intervalUs: number | undefined, action: () => void): Timer {
    const due: Due = { atUs, order: this.#order++, intervalUs, action, stopped: false };
    this.#due.add(due);
    return {
      stop: () => {
        due.stopped = true;
        this.#due.delete(due);
      },
    };
  }

  /** Runs everything due up to `untilUs`; `setNow` is called before each action with its due time. */
  run(untilUs: number, setNow: (us: number) => void): void {
    for (let next = this.#next(untilUs); next !== undefined; next = this.#next(untilUs)) {
      setNow(next.atUs);
      if (next.intervalUs === undefined) this.#due.delete(next);
      else next.atUs += next.intervalUs;
      next.action();
    }
    setNow(untilUs);
  }

  /** Moves every timer by `us`: used once, when a stream clock learns its first time. */
  shift(us: number): void {
    for (const due of this.#due) due.atUs += us;
  }

  #next(untilUs: number): Due | undefined {
    let first: Due | undefined;
    for (const due of this.#due) {
      if (due.atUs > untilUs) continue;
      if (!first || due.atUs < first.atUs || (due.atUs === first.atUs && due.order < first.order))
        first = due;
    }
    return first;
  }
}

/** A clock that moves when told to. */
export class ManualClock implements Clock {
  #nowUs: number;
  readonly #startUs: number;
  readonly #timers = new VirtualTimers();

  constructor(startUs = 1_700_000_000_000_000) {
    this.#startUs = startUs;
    this.#nowUs = startUs;
  }

  nowUs(): number {
    return this.#nowUs;
  }

  monoUs(): number {
    return this.#nowUs - this.#startUs;
  }

  every(intervalUs: number, action: () => void): Timer {
    return this.#timers.add(this.#nowUs + intervalUs, intervalUs, action);
  }

  after(delayUs: number, action: () => void): Timer {
    return this.#timers.add(this.#nowUs + delayUs, undefined, action);
  }

  /** Lets `us` microseconds pass and fires what falls due. */
  advance(us: number): void {
    this.#timers.run(this.#nowUs + us, (nowUs) => (this.#nowUs = nowUs));
  }
}

/**
 * Time as the attached streams tell it: the lowest watermark over the open ones. It never goes back;
 * a stream that lags holds it, a stream that closes no longer does. Until the first time is known
 * it stands at 0, and timers set before then count from that first time.
 */
export class StreamClock implements Clock {
  #nowUs = 0;
  #startUs = 0;
  readonly #watermarks = new Map<string, number>();
  readonly #timers = new VirtualTimers();

  nowUs(): number {
    return this.#nowUs;
  }

  monoUs(): number {
    return this.#nowUs - this.#startUs;
  }

  every(intervalUs: number, action: () => void): Timer {
    return this.#timers.add(this.#nowUs + intervalUs, intervalUs, action);
  }

  after(delayUs: number, action: () => void): Timer {
    return this.#timers.add(this.#nowUs + delayUs, undefined, action);
  }

  /** Says that `stream` has reached `tsUs`; an earlier time than before is ignored. */
  advance(stream: string, tsUs: number): void {
    const before = this.#watermarks.get(stream);
    if (before !== undefined && tsUs <= before) return;
    this.#watermarks.set(stream, tsUs);
    this.#move();
  }

  /** Says that `stream` has ended, so that it no longer holds time back. */
  close(stream: string): void {
    if (this.#watermarks.delete(stream)) this.#move();
  }

  /** Lets time pass in which no stream says anything. */
  pass(us: number): void {
    this.#timers.run(this.#nowUs + us, (nowUs) => (this.#nowUs = nowUs));
  }

  #move(): void {
    let lowest = Number.POSITIVE_INFINITY;
    for (const watermark of this.#watermarks.values()) lowest = Math.min(lowest, watermark);
    if (lowest === Number.POSITIVE_INFINITY || lowest <= this.#nowUs) return;
    if (this.#nowUs === 0) {
      this.#startUs = lowest;
      this.#nowUs = lowest;
      this.#timers.shift(lowest);
      return;
    }
    this.#timers.run(lowest, (nowUs) => (this.#nowUs = nowUs));
  }
}
