/**
 * Time between two events of one node. The monotonic clock counts when both events carry it, else the
 * wall clock. A negative span is counted by its metric and never recorded.
 */
import type { Envelope } from '../events/envelope.js';
import type { Gauge, Histogram } from '../metrics/series.js';

type Stamp = Pick<Envelope, 'ts_us' | 'mono_us'>;

/** A remembered moment; reused, so that marking allocates nothing. */
export class Mark {
  #tsUs = Number.NaN;
  #monoUs: number | undefined;

  get isSet(): boolean {
    return this.#tsUs === this.#tsUs;
  }

  set(at: Stamp): void {
    this.#tsUs = at.ts_us;
    this.#monoUs = at.mono_us;
  }

  clear(): void {
    this.#tsUs = Number.NaN;
    this.#monoUs = undefined;
  }

  /** Microseconds from the mark to `until`; NaN while nothing is marked. */
  spanUs(until: Stamp): number {
    if (this.#monoUs !== undefined && until.mono_us !== undefined) return until.mono_us - this.#monoUs;
    return until.ts_us - this.#tsUs;
  }
}

/** A histogram of seconds that takes microseconds between events. */
export class SpanHistogram {
  readonly #histogram: Histogram;
  readonly #negative: () => void;

  constructor(histogram: Histogram, negative: () => void) {
    this.#histogram = histogram;
    this.#negative = negative;
  }

  /** Records a span of `us`; NaN (nothing was marked) is ignored, a negative one is counted instead. */
  observeUs(us: number, weight = 1): void {
    if (us >= 0) this.#histogram.observe(us / 1e6, weight);
    else if (us < 0) this.#negative();
  }
}

/** Sets `gauge` to a value, or makes it absent where the value is not known. */
export function setOrClear(gauge: Gauge, value: number | undefined): void {
  if (value === undefined) gauge.clear();
  else gauge.set(value);
}
