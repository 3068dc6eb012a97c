/**
 * Sampled transactions on their way from final to durable: each is told when its result is durable here, or soon after it became
 * final where the node does not say. All that came before, the node states with the commit.
 *
 * Hears every transaction that becomes final: for one that is not sampled it costs a hash of its id. Bounded: so many wait
 * per node; beyond it the oldest is told as it stands.
 */
import type { Clock } from '../base/clock.js';
import type { NodeObserver, NodeScope } from '../domains/domain.js';
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import type { EventMap, HelloEvent } from '../events/vocabulary.js';
import type { NodeWork } from './block-work.js';
import type { Speaker } from './own-spans.js';
import { isTransactionSampled } from './transaction-sampling.js';
import { transactionSpans } from './transaction-spans.js';
import type { ViewSpan } from './view-span.js';

/** What the transactions of a node need. */
export interface TransactionTracesOptions {
  /** Share of the transactions, 0 to 1. */
  readonly share: number;
  readonly clock: Clock;
  /** The node's record of a view, while there is one. */
  readonly record: (chain: string, node: string, view: number) => ViewRecord | undefined;
  readonly told: (spans: readonly ViewSpan[]) => void;
  /** One was told before its result was durable, or before the node had told it: too many wait. */
  readonly crowdedOut: () => void;
  /** The node has been retired; all is told. */
  readonly gone: () => void;
}

const MOST_WAITING = 1_024;
/** How long a result is waited for where the node executes, and where it does not say so. */
const RESULT_WAIT_US = 10_000_000;
const NO_RESULT_WAIT_US = 250_000;

type Committed = EventMap['mempool.transaction_committed'];

interface Waiting {
  readonly tx: string;
  readonly event: Committed;
  readonly sinceUs: number;
}

/** The transactions of one node. */
export class TransactionTraces implements NodeObserver {
  readonly handlers = {
    'mempool.transaction_committed': (event: Committed) => {
      const { tx } = event;
      if (tx !== undefined && isTransactionSampled(tx, this.#options.share)) this.#wait(tx, event);
    },
    'execution.result_persisted': ({ tx, ts_us: tsUs }: EventMap['execution.result_persisted']) => {
      this.#hasResults = true;
      const waiting = tx === undefined || this.#waiting.size === 0 ? undefined : this.#waiting.get(tx);
      if (waiting !== undefined) this.#tell(waiting, tsUs);
    },
  };
  readonly #options: TransactionTracesOptions;
  readonly #work: NodeWork;
  readonly #waiting = new Map<string, Waiting>();
  #speaker: Speaker;
  #hasResults = false;

  constructor(options: TransactionTracesOptions, { chain, node }: NodeScope, work: NodeWork) {
    this.#options = options;
    this.#work = work;
    this.#speaker = { chain, node, self: undefined };
  }

  hello({ chain, node, validator: self }: HelloEvent): void {
    this.#speaker = { chain, node, self };
  }

  retired(): void {
    this.close();
    this.#options.gone();
  }

  /** Tells what has waited long enough; also called between collections. */
  tick(): void {
    const waitUs = this.#hasResults ? RESULT_WAIT_US : NO_RESULT_WAIT_US;
    const dueUs = this.#options.clock.nowUs() - waitUs;
    for (const waiting of this.#waiting.values()) {
      // In order of arrival.
      if (waiting.sinceUs > dueUs) return;
      this.#tell(waiting, undefined);
    }
  }

  /** Tells everything as it stands. */
  close(): void {
    for (const waiting of this.#waiting.values()) this.#tell(waiting, undefined);
  }

  #wait(tx: string, event: Committed): void {
    const [oldest] = this.#waiting.values();
    if (this.#waiting.size >= MOST_WAITING && oldest !== undefined) {
      this.#options.crowdedOut();
      this.#tell(oldest, undefined);
    }
    this.#waiting.set(tx, { tx, event, sinceUs: this.#options.clock.nowUs() });
  }

  #tell({ tx, event }: Waiting, persistedUs: number | undefined): void {
    this.#waiting.delete(tx);
    const { chain, node } = this.#speaker;
    const view = this.#work.viewOf(event.height);
    this.#options.told(
      transactionSpans({
        speaker: this.#speaker,
        tx,
        height: event.height,
        submittedUs: event.submitted_at_us,
        admittedUs: event.admitted_at_us,
        committedUs: event.ts_us,
        persistedUs,
        record: view === undefined ? undefined : this.#options.record(chain, node, view),
      }),
    );
  }
}
