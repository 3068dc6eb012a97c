/** The series of one validator's participation, brought in line with its standing. */
import type { Counter, Gauge, Handle } from '../../../metrics/series.js';
import type { ScopedSeries } from '../../scoped-series.js';
import { setOrClear } from '../../span.js';
import { windows, type WindowSize } from './outcome-window.js';
import { participationMetrics as m } from './participation-metrics.js';
import type { LeadOutcome, Standing, VoteOutcome } from './standing.js';

/** Series of one validator. */
export class ValidatorSeries {
  readonly votes: Readonly<Record<VoteOutcome, Counter>>;
  readonly leads: Readonly<Record<LeadOutcome, Counter>>;
  readonly #participation: readonly (readonly [WindowSize, Gauge])[];
  readonly #reputation: Gauge;
  readonly #silent: Gauge;
  #shown = -1;

  constructor(series: ScopedSeries, label: string) {
    this.votes = {
      in_time: series.counter(m.votes, label, 'in_time'),
      late: series.counter(m.votes, label, 'late'),
      absent: series.counter(m.votes, label, 'absent'),
    };
    this.leads = {
      proposed: series.counter(m.leads, label, 'proposed'),
      failed: series.counter(m.leads, label, 'failed'),
    };
    this.#participation = windows.map((size) => [size, series.gauge(m.participation, label, String(size))]);
    this.#reputation = series.gauge(m.reputation, label);
    this.#silent = series.gauge(m.silent, label);
  }

  show(standing: Standing): void {
    if (this.#shown === standing.version) return;
    this.#shown = standing.version;
    for (const [size, gauge] of this.#participation) setOrClear(gauge, standing.participation(size));
    setOrClear(this.#reputation, standing.score);
    setOrClear(this.#silent, standing.judged === 0 ? undefined : Number(standing.isSilent));
  }

  release(series: ScopedSeries): void {
    const handles: Handle[] = [...Object.values(this.votes), ...Object.values(this.leads)];
    handles.push(...this.#participation.map(([, gauge]) => gauge), this.#reputation, this.#silent);
    for (const handle of handles) series.release(handle);
  }
}
