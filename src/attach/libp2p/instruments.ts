/**
 * libp2p's instruments over a shelf: one object per registration, as its modules call it. Timers measure
 * seconds. Nothing here keeps state of its own, so that two registrations of a name are one metric.
 */
import type {
  Counter,
  CounterGroup,
  Histogram,
  HistogramGroup,
  Metric,
  MetricGroup,
  StopTimer,
} from '@libp2p/interface';
import type { Clock } from '../../base/clock.js';
import type { Shelved } from './metric-shelf.js';

type Seconds = (record: (seconds: number) => void) => StopTimer;
type Values = Partial<Record<string, number | true>>;

/** Makes instruments that time by `clock`. */
export class Instruments {
  readonly #startTimer: Seconds;

  constructor(clock: Pick<Clock, 'monoUs'>) {
    this.#startTimer = (record) => {
      const startUs = clock.monoUs();
      return () => record((clock.monoUs() - startUs) / 1e6);
    };
  }

  metric(at: Shelved): Metric {
    return {
      update: (value) => at.set(value),
      increment: (value = 1) => at.add(value),
      decrement: (value = 1) => at.add(-value),
      reset: () => at.reset(),
      timer: () => this.#startTimer((seconds) => at.set(seconds)),
    };
  }

  metricGroup(at: Shelved): MetricGroup {
    return {
      update: (values) => each(values, (key, value) => at.set(value, key)),
      increment: (values) => each(values, (key, value) => at.add(value, key)),
      decrement: (values) => each(values, (key, value) => at.add(-value, key)),
      reset: () => at.reset(),
      timer: (key) => this.#startTimer((seconds) => at.set(seconds, key)),
    };
  }

  counter(at: Shelved): Counter {
    return { increment: (value = 1) => at.add(value), reset: () => at.reset() };
  }

  /** @param also hears every key that grew, beside the counter */
  counterGroup(at: Shelved, also?: (key: string) => void): CounterGroup {
    return {
      increment: (values) =>
        each(values, (key, value) => {
          at.add(value, key);
          also?.(key);
        }),
      reset: () => at.reset(),
    };
  }

  /** Histograms and summaries have one face. */
  histogram(at: Shelved): Histogram {
    return {
      observe: (value) => at.observe(value),
      reset: () => at.reset(),
      timer: () => this.#startTimer((seconds) => at.observe(seconds)),
    };
  }

  histogramGroup(at: Shelved): HistogramGroup {
    return {
      observe: (values) => each(values, (key, value) => at.observe(value, key)),
      reset: () => at.reset(),
      timer: (key) => this.#startTimer((seconds) => at.observe(seconds, key)),
    };
  }
}

function each(values: Values, use: (key: string, value: number) => void): void {
  for (const [key, value] of Object.entries(values ?? {}))
    if (value !== undefined) use(key, value === true ? 1 : value);
}
