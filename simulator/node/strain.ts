/**
 * What weighs on one node's machine while faults last, and how wrong its wall clock is. The fault ledger
 * writes it, the machine's parts read it; a node without faults has the values given here.
 */

/** From a moment on, a clock is off by so much, and by so much more per microsecond. */
interface ClockError {
  readonly fromUs: number;
  readonly offsetUs: number;
  readonly perUs: number;
}

/** The strain on one node. */
export class Strain {
  /** Added to every sync of the disk, microseconds. */
  syncDelayUs = 0;
  /** How many times as long the processor takes. */
  processorFactor = 1;
  /** Bytes that the process loses track of per second, and since when. */
  leakBytesPerSecond = 0;
  leakSinceUs = 0;
  #clockErrors: ClockError[] = [];

  /** From `nowUs` on the wall clock is off by `offsetUs` and `driftPpm`. */
  setClock(nowUs: number, offsetUs: number, driftPpm: number): void {
    this.#clockErrors.push({ fromUs: nowUs, offsetUs, perUs: driftPpm / 1_000_000 });
  }

  /** How far off the wall clock is, or was, at `atUs`; whole microseconds. */
  clockErrorUs(atUs: number): number {
    for (let i = this.#clockErrors.length - 1; i >= 0; i--) {
      const error = this.#clockErrors[i];
      if (error === undefined || error.fromUs > atUs) continue;
      return error.offsetUs + Math.round((atUs - error.fromUs) * error.perUs);
    }
    return 0;
  }

  /** What a process that started at `bornUs` has leaked by now, bytes. */
  leakedBytes(bornUs: number, nowUs: number): number {
    const sinceUs = Math.max(bornUs, this.leakSinceUs);
    return Math.round((this.leakBytesPerSecond * Math.max(0, nowUs - sinceUs)) / 1_000_000);
  }
}
