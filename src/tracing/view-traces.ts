/**
 * The traces of all chains: hears records, verdicts and findings, and hands the spans of the views worth keeping to a
 * sink, within their budget. Loads nothing of OpenTelemetry.
 *
 * Listens on the hot path: what it does per healthy view that is not kept is one hash.
 */
import type { Clock, Timer } from '../base/clock.js';
import type { FindingListener } from '../domains/consensus/findings/finding.js';
import type { RecordListener } from '../domains/consensus/record/view-record.js';
import type { VerdictListener } from '../domains/consensus/verdict/view-verdict.js';
import type { ConsensusWatch, WatchedChain } from '../domains/consensus/watch.js';
import type { Board } from '../metrics/board.js';
import type { Counter } from '../metrics/series.js';
import { tracingMetrics as m } from './catalogue.js';
import { ChainTraces, type KeepOptions } from './chain-traces.js';
import { SpanBudget, type SpanLimits } from './span-budget.js';
import type { ViewSpan } from './view-span.js';
import { keptReasons, type KeptReason } from './view-story.js';

/** What tracing needs. */
export interface ViewTracesOptions extends KeepOptions {
  readonly limits: SpanLimits;
  readonly board: Board;
  readonly clock: Clock;
  /** Where spans go. Quick, and never throws. */
  readonly sink: (spans: readonly ViewSpan[]) => void;
}

/** How often it is looked which views have waited long enough, microseconds. */
const TICK_US = 250_000;

type Reason = KeptReason | 'passed_by';

/** All traces. */
export class ViewTraces {
  readonly records: RecordListener;
  readonly verdicts: VerdictListener;
  readonly findings: FindingListener;
  readonly #options: ViewTracesOptions;
  readonly #budget: SpanBudget;
  readonly #chains = new Map<string, ChainTraces>();
  readonly #views: Readonly<Record<Reason, Counter>>;
  readonly #timer: Timer;
  #watch: ConsensusWatch | undefined;

  constructor(options: ViewTracesOptions) {
    const { board, clock, limits } = options;
    this.#options = options;
    this.#budget = new SpanBudget(limits, clock);
    const counters = [...keptReasons, 'passed_by' as const].map((reason) => [
      reason,
      board.counter(m.views).at(reason),
    ]);
    this.#views = Object.fromEntries(counters) as Record<Reason, Counter>;
    this.records = {
      closed: (record) => this.#chain(record.chain).closed(record),
      amended: (record) => this.#chains.get(record.chain)?.amended(record),
    };
    this.verdicts = {
      verdict: (verdict) => this.#chain(verdict.chain).verdict(verdict, false),
      settled: (verdict) => this.#chain(verdict.chain).verdict(verdict, true),
    };
    this.findings = { finding: (finding) => this.#chain(finding.chain).finding(finding) };
    this.#timer = clock.every(TICK_US, () => this.#tick());
  }

  /** Where the records are read again when a view is told; called once, before any event. */
  follow(watch: ConsensusWatch): void {
    this.#watch = watch;
  }

  /** Views that wait to be told. */
  get waiting(): number {
    let waiting = 0;
    for (const chain of this.#chains.values()) waiting += chain.size;
    return waiting;
  }

  /** Tells everything as it stands; nothing is told after it. */
  close(): void {
    this.#timer.stop();
    for (const chain of this.#chains.values()) chain.close();
    this.#chains.clear();
  }

  #tick(): void {
    for (const [name, chain] of this.#chains) {
      chain.tick();
      if (chain.size === 0 && this.#watch?.views(name) === undefined) this.#chains.delete(name);
    }
  }

  #chain(name: string): ChainTraces {
    const known = this.#chains.get(name);
    if (known !== undefined) return known;
    const { clock, share, slowQuantile } = this.#options;
    const opened = new ChainTraces({
      clock,
      share,
      slowQuantile,
      watched: () => watchedOf(this.#watch, name),
      told: (spans) => this.#told(spans),
      seen: (reason) => this.#views[reason].add(),
    });
    this.#chains.set(name, opened);
    return opened;
  }

  #told(spans: readonly ViewSpan[]): void {
    const { board, sink } = this.#options;
    const { admitted, overView, overRate } = this.#budget.admit(spans.length);
    if (overView > 0) board.counter(m.dropped).at('view_limit').add(overView);
    if (overRate > 0) board.counter(m.dropped).at('rate_limit').add(overRate);
    if (admitted === 0) return;
    board.counter(m.spans).at().add(admitted);
    sink(admitted === spans.length ? spans : spans.slice(0, admitted));
  }
}

function watchedOf(watch: ConsensusWatch | undefined, chain: string): WatchedChain | undefined {
  const views = watch?.views(chain);
  const participation = watch?.participation(chain);
  return views && participation && { views, participation };
}
