/**
 * The committed chain of one node: counts, height, time, throughput, efficiency, catching up. What a
 * node commits while it catches up is counted, but left out of throughput and efficiency: it says
 * nothing about the present of the chain.
 */
import type { EventMap } from '../../events/vocabulary.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { setOrClear } from '../span.js';
import { ratioOf, SlidingTotal } from '../window.js';
import { commitMetrics as m } from './commit-metrics.js';

type Committed = EventMap['consensus.block_committed'];
type Entered = EventMap['consensus.view_entered'];

/** Commits, and views between them. */
export class CommitObserver implements NodeObserver {
  readonly handlers = {
    'consensus.view_entered': (event: Entered) => this.#entered(event),
    'consensus.block_committed': (event: Committed) => this.#committed(event),
    'consensus.block_pruned': () => this.#pruned.add(),
  };
  readonly #count;
  readonly #transactions;
  readonly #height;
  readonly #view;
  readonly #lastCommit;
  readonly #sinceCommit;
  readonly #perCommit;
  readonly #blockTransactions;
  readonly #blockBytes;
  readonly #pruned;
  readonly #blocksPerSecond;
  readonly #transactionsPerSecond;
  readonly #efficiency;
  readonly #blocks: SlidingTotal;
  readonly #views: SlidingTotal;
  readonly #confirmed: SlidingTotal;
  #saysTransactions = false;
  #viewsSince = 0;
  /** False until a commit, or after a gap: then the views since the last commit are not all known. */
  #knowsViews = false;

  constructor({ series, windowUs, clock }: NodeScope) {
    this.#count = series.counter(m.blocksCommitted);
    this.#transactions = series.counter(m.transactionsCommitted);
    this.#height = series.gauge(m.committedHeight);
    this.#view = series.gauge(m.committedView);
    this.#lastCommit = series.gauge(m.lastCommit);
    this.#sinceCommit = series.gauge(m.viewsSinceCommit);
    this.#perCommit = series.histogram(m.viewsPerCommit);
    this.#blockTransactions = series.histogram(m.blockTransactions);
    this.#blockBytes = series.histogram(m.blockBytes);
    this.#pruned = series.counter(m.blocksPruned);
    this.#blocksPerSecond = series.gauge(m.blocksPerSecond);
    this.#transactionsPerSecond = series.gauge(m.transactionsPerSecond);
    this.#efficiency = series.gauge(m.efficiency);
    const nowUs = clock.nowUs();
    this.#blocks = new SlidingTotal(windowUs, nowUs);
    this.#views = new SlidingTotal(windowUs, nowUs);
    this.#confirmed = new SlidingTotal(windowUs, nowUs);
  }

  hello(_hello: unknown, isNewRun: boolean): void {
    if (isNewRun) this.#knowsViews = false;
  }

  gap(domain: string): void {
    if (domain !== 'consensus') return;
    this.#knowsViews = false;
    this.detached();
  }

  tick(nowUs: number): void {
    for (const total of [this.#blocks, this.#views, this.#confirmed]) total.advance(nowUs);
    setOrClear(this.#blocksPerSecond, this.#blocks.perSecond);
    setOrClear(this.#transactionsPerSecond, this.#saysTransactions ? this.#confirmed.perSecond : undefined);
    setOrClear(this.#efficiency, ratioOf(this.#blocks, this.#views));
  }

  detached(): void {
    for (const total of [this.#blocks, this.#views, this.#confirmed]) total.restart();
    this.#blocksPerSecond.clear();
    this.#transactionsPerSecond.clear();
    this.#efficiency.clear();
  }

  #entered(event: Entered): void {
    this.#sinceCommit.set(++this.#viewsSince);
    if (event.trigger !== 'sync') this.#views.add(1);
  }

  #committed(event: Committed): void {
    this.#count.add();
    this.#height.set(event.height);
    this.#view.set(event.view);
    this.#lastCommit.set(event.ts_us / 1e6);
    if (event.transactions !== undefined) {
      this.#transactions.add(event.transactions);
      this.#blockTransactions.observe(event.transactions);
    }
    if (event.bytes !== undefined) this.#blockBytes.observe(event.bytes);
    if (event.syncing !== true) this.#live(event);
    this.#knowsViews = event.syncing !== true;
    this.#viewsSince = 0;
    this.#sinceCommit.set(0);
  }

  #live(event: Committed): void {
    this.#blocks.add(1);
    this.#saysTransactions = event.transactions !== undefined;
    this.#confirmed.add(event.transactions ?? 0);
    if (this.#knowsViews) this.#perCommit.observe(this.#viewsSince);
  }
}

/** Catching up from others. */
export function observeSync({ series }: NodeScope): NodeObserver {
  const syncing = series.gauge(m.syncing);
  const syncs = series.counter(m.syncs);
  const blocks = series.counter(m.syncBlocks);
  const duration = series.histogram(m.syncDuration);
  return {
    handlers: {
      'consensus.sync_started': () => {
        syncs.add();
        syncing.set(1);
      },
      'consensus.sync_completed': (event) => {
        syncing.set(0);
        blocks.add(event.blocks);
        duration.observe(event.duration_us / 1e6);
      },
    },
    hello: (_hello, isNewRun) => {
      if (isNewRun) syncing.clear();
    },
    gap: (domain) => {
      if (domain === 'consensus') syncing.clear();
    },
  };
}
