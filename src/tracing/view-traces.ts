/**
 * The traces of all chains: hears records, verdicts and findings, and hands the spans of the views worth keeping to a
 * sink, within their budget. Loads nothing of OpenTelemetry.
 *
 * Listens on the hot path: what it does per healthy view that is not kept is one hash.
 */
import type { Clock, Timer } from '../base/clock.js';
import type { Domain, NodeObserver, NodeScope } from '../domains/domain.js';
import type { FindingListener } from '../domains/consensus/findings/finding.js';
import type { RecordListener } from '../domains/consensus/record/view-record.js';
import type { VerdictListener } from '../domains/consensus/verdict/view-verdict.js';
import type { ConsensusWatch, WatchedChain } from '../domains/consensus/watch.js';
import type { Board } from '../metrics/board.js';
import type { ExemplarBook } from '../metrics/exemplars.js';
import type { Counter } from '../metrics/series.js';
import type { NodeWork } from './block-work.js';
import { tracingMetrics as m } from './catalogue.js';
import { ChainTraces, type KeepOptions } from './chain-traces.js';
import { observationsOf } from './exemplar-observations.js';
import { ownSpan } from './own-spans.js';
import { SpanBudget, type SpanLimits } from './span-budget.js';
import { TracedWork } from './traced-work.js';
import { TransactionTraces } from './transaction-traces.js';
import type { ViewSpan } from './view-span.js';
import { keptReasons, type KeptReason, type ViewStory } from './view-story.js';

/** What tracing needs. */
export interface ViewTracesOptions extends KeepOptions {
  /** Share of the transactions, 0 to 1. */
  readonly transactions: number;
  readonly limits: SpanLimits;
  /** Takes an observation of a view that is told. */
  readonly exemplars?: ExemplarBook | undefined;
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
  /** To be watched beside the domains: what traces hear besides. */
  readonly domain: Domain;
  readonly #work: TracedWork;
  readonly #transactions = new Set<TransactionTraces>();
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
    this.#work = new TracedWork((scope, work) => this.#watchTransactions(scope, work));
    this.domain = this.#work.domain;
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
    for (const transactions of this.#transactions) transactions.close();
    for (const chain of this.#chains.values()) chain.close();
    this.#chains.clear();
  }

  #tick(): void {
    for (const transactions of this.#transactions) transactions.tick();
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
      work: (node) => this.#work.of(name, node),
      told: (spans, stories) => {
        if (this.#told(spans)) this.#addExemplars(stories);
      },
      seen: (reason) => this.#views[reason].add(),
    });
    this.#chains.set(name, opened);
    return opened;
  }

  /** Says whether all of them may leave. */
  #told(spans: readonly ViewSpan[]): boolean {
    const { board, sink } = this.#options;
    const { admitted, overView, overRate } = this.#budget.admit(spans.length);
    if (overView > 0) board.counter(m.dropped).at('view_limit').add(overView);
    if (overRate > 0) board.counter(m.dropped).at('rate_limit').add(overRate);
    if (admitted === 0) return false;
    board.counter(m.spans).at().add(admitted);
    sink(admitted === spans.length ? spans : spans.slice(0, admitted));
    return admitted === spans.length;
  }

  /** Only of traces that left whole: an exemplar must lead somewhere. */
  #addExemplars(stories: readonly ViewStory[]): void {
    const { board, exemplars } = this.#options;
    if (exemplars === undefined) return;
    let added = 0;
    for (const { record, work } of stories) {
      const pointer = ownSpan(record, record);
      for (const observation of observationsOf(record, work))
        if (exemplars.note(observation, { atUs: observation.atUs, ...pointer })) added++;
    }
    if (added > 0) board.counter(m.exemplars).at().add(added);
  }

  #watchTransactions(scope: NodeScope, work: NodeWork): NodeObserver | undefined {
    const { transactions: share, clock, board } = this.#options;
    if (share <= 0) return undefined;
    const outcomes = board.counter(m.transactions);
    const watching: TransactionTraces = new TransactionTraces(
      {
        share,
        clock,
        record: (chain, node, view) => this.#watch?.views(chain)?.record(node, view),
        told: (spans) => {
          outcomes.at('told').add();
          this.#told(spans);
        },
        crowdedOut: () => outcomes.at('crowded_out').add(),
        gone: () => this.#transactions.delete(watching),
      },
      scope,
      work,
    );
    this.#transactions.add(watching);
    return watching;
  }
}

function watchedOf(watch: ConsensusWatch | undefined, chain: string): WatchedChain | undefined {
  const views = watch?.views(chain);
  const participation = watch?.participation(chain);
  return views && participation && { views, participation };
}
