/**
 * Sums of floating-point numbers with Kahan's compensation in Neumaier's form, as Prometheus adds: the
 * error of each addition is collected beside the sum. The running pair lives in an object that callers
 * keep, so that adding allocates nothing.
 */
export class CompensatedSum {
  sum: number;
  compensation = 0;

  constructor(start = 0) {
    this.sum = start;
  }

  add(value: number): void {
    const total = this.sum + value;
    if (total === Infinity || total === -Infinity) this.compensation = 0;
    else if (Math.abs(this.sum) >= Math.abs(value)) this.compensation += this.sum - total + value;
    else this.compensation += value - total + this.sum;
    this.sum = total;
  }

  /** The sum with what was lost on the way. */
  get value(): number {
    return this.sum + this.compensation;
  }
}

/**
 * The mean, by a compensated sum as long as that stays finite and then by a running mean, so that large
 * values do not overflow.
 */
export class CompensatedMean {
  readonly #running = new CompensatedSum();
  #count = 0;
  #isIncremental = false;

  add(value: number): void {
    const running = this.#running;
    const count = ++this.#count;
    if (count === 1) {
      running.sum = value;
      return;
    }
    if (!this.#isIncremental) {
      const { sum, compensation } = running;
      running.add(value);
      if (running.sum !== Infinity && running.sum !== -Infinity) return;
      this.#isIncremental = true;
      running.sum = sum / (count - 1);
      running.compensation = compensation / (count - 1);
    }
    const weight = (count - 1) / count;
    running.sum *= weight;
    running.compensation *= weight;
    running.add(value / count);
  }

  get value(): number {
    const { sum, compensation } = this.#running;
    return this.#isIncremental ? sum + compensation : sum / this.#count + compensation / this.#count;
  }
}
