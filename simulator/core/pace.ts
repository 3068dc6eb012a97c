/**
 * How fast virtual time runs: as fast as the machine can, or in step with a clock. Pacing decides
 * only when the next event is handled, never which, so that the order and the digest are the same.
 */
import type { Clock } from '../../src/base/clock.js';

/** Waits until virtual time may go on. */
export interface Pace {
  /** The virtual time up to which events may be handled now, microseconds from the start of the run. */
  allowedUs(): number;
  /** Resolves when `virtualUs` is due, or somewhat earlier; at once when it already is. */
  until(virtualUs: number): Promise<void>;
  /** Wakes a waiting `until`, because something was scheduled before what it waits for. */
  wake(): void;
}

/** A longer wait is cut, so that a stop is noticed. */
const LONGEST_WAIT_US = 250_000;

/** No waiting: gives way to the process's other work now and then. */
export function fullSpeed(): Pace {
  return {
    allowedUs: () => Number.POSITIVE_INFINITY,
    until: () => new Promise((resolve) => setImmediate(resolve)),
    wake: () => undefined,
  };
}

/** In step with `clock`, from now on. */
export function realTime(clock: Clock): Pace {
  const startUs = clock.monoUs();
  let wake: (() => void) | undefined;
  return {
    allowedUs: () => clock.monoUs() - startUs,
    until: (virtualUs) =>
      new Promise((resolve) => {
        const waitUs = Math.min(virtualUs - (clock.monoUs() - startUs), LONGEST_WAIT_US);
        if (waitUs <= 0) {
          setImmediate(resolve);
          return;
        }
        const timer = clock.after(waitUs, () => wake?.());
        wake = () => {
          wake = undefined;
          timer.stop();
          resolve();
        };
      }),
    wake: () => wake?.(),
  };
}
