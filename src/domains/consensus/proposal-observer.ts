/**
 * Proposals of one node, and each block's way to its commit.
 *
 * A block is followed from its proposal here to its commit, at most `MOST_BLOCKS` at a time: the oldest
 * makes room, unrecorded. A new run or a gap drops them all.
 */
import type { EventMap } from '../../events/vocabulary.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel } from '../scoped-series.js';
import { Mark } from '../span.js';
import { ValidatorTable } from '../validator-table.js';
import { proposalMetrics as m, stages } from './proposal-metrics.js';

/** A healthy pipeline holds three or four; a chain that certifies without committing holds more. */
const MOST_BLOCKS = 256;

interface Followed {
  readonly proposed: Mark;
  readonly certified: Mark;
}

type Reason = EventMap['consensus.proposal_rejected']['reason'];
type Committed = EventMap['consensus.block_committed'];

/** What is counted when a proposal goes out, comes in or is refused. */
export function observeProposals({ series, names }: NodeScope): NodeObserver {
  const proposed = series.counter(m.blocksProposed);
  const empty = series.counter(m.emptyBlocksProposed);
  const build = series.histogram(m.blockBuild);
  const received = series.counter(m.proposalsReceived);
  const processing = series.histogram(m.proposalProcessing);
  const rejected = new ClosedLabel((reason: Reason) => series.counter(m.proposalsRejected, reason));
  const validators = new ValidatorTable(
    names,
    (label) => ({
      accepted: series.counter(m.validatorProposals, label, 'accepted'),
      rejected: series.counter(m.validatorProposals, label, 'rejected'),
    }),
    (entry) => {
      series.release(entry.accepted);
      series.release(entry.rejected);
    },
  );
  return {
    handlers: {
      'consensus.proposal_sent': (event) => {
        proposed.add();
        if (event.transactions === 0) empty.add();
        if (event.build_us !== undefined) build.observe(event.build_us / 1e6);
      },
      'consensus.proposal_received': (event) => {
        received.add();
        validators.of(event.validator).accepted.add();
        if (event.processing_us !== undefined) processing.observe(event.processing_us / 1e6);
      },
      'consensus.proposal_rejected': (event) => {
        rejected.at(event.reason).add();
        validators.of(event.validator).rejected.add();
      },
    },
    validators: () => validators.changed(),
  };
}

/** Stages, commit duration and finalization latency of blocks. */
export class BlockObserver implements NodeObserver {
  readonly handlers = {
    'consensus.view_entered': (event: EventMap['consensus.view_entered']) => {
      this.#view = event.view;
      this.#entry.set(event);
    },
    'consensus.proposal_sent': (event: EventMap['consensus.proposal_sent']) => {
      if (event.view === this.#view) this.#proposal.observeUs(this.#entry.spanUs(event));
      this.#follow(event.block).proposed.set(event);
    },
    'consensus.proposal_received': (event: EventMap['consensus.proposal_received']) => {
      if (event.view === this.#view) this.#stages.at('propose').observeUs(this.#entry.spanUs(event));
      const followed = this.#follow(event.block);
      if (!followed.proposed.isSet) followed.proposed.set(event);
    },
    'consensus.vote_sent': (event: EventMap['consensus.vote_sent']) => {
      const followed = event.vote === 'vote1' ? this.#blocks.get(event.block) : undefined;
      if (followed) this.#stages.at('vote').observeUs(followed.proposed.spanUs(event));
    },
    'consensus.qc_formed': (event: EventMap['consensus.qc_formed']) => this.#certified(event),
    'consensus.qc_received': (event: EventMap['consensus.qc_received']) => this.#certified(event),
    'consensus.block_committed': (event: Committed) => this.#committed(event),
    'consensus.block_pruned': (event: EventMap['consensus.block_pruned']) => {
      this.#blocks.delete(event.block);
    },
  };
  readonly #stages;
  readonly #proposal;
  readonly #commit;
  readonly #finalization;
  readonly #blocks = new Map<string, Followed>();
  readonly #entry = new Mark();
  #view = -1;

  constructor({ series }: NodeScope) {
    this.#stages = new ClosedLabel(
      (stage: (typeof stages)[number]) => series.span(m.stageDuration, stage),
      stages,
    );
    this.#proposal = series.span(m.blockProposal);
    this.#commit = series.span(m.blockCommit);
    this.#finalization = series.span(m.blockFinalization);
  }

  hello(_hello: unknown, isNewRun: boolean): void {
    if (isNewRun) this.#forget();
  }

  gap(domain: string): void {
    if (domain === 'consensus') this.#forget();
  }

  #forget(): void {
    this.#entry.clear();
    this.#view = -1;
    this.#blocks.clear();
  }

  #follow(block: string): Followed {
    const known = this.#blocks.get(block);
    if (known) return known;
    if (this.#blocks.size >= MOST_BLOCKS) {
      const [oldest] = this.#blocks.keys();
      if (oldest !== undefined) this.#blocks.delete(oldest);
    }
    const followed = { proposed: new Mark(), certified: new Mark() };
    this.#blocks.set(block, followed);
    return followed;
  }

  #certified(event: EventMap['consensus.qc_formed'] | EventMap['consensus.qc_received']): void {
    const followed = this.#blocks.get(event.block);
    if (!followed || followed.certified.isSet) return;
    followed.certified.set(event);
    this.#stages.at('certify').observeUs(followed.proposed.spanUs(event));
  }

  #committed(event: Committed): void {
    const followed = this.#blocks.get(event.block);
    this.#blocks.delete(event.block);
    if (event.syncing === true) return;
    // A genesis block, or a node without block times, states 0.
    if (event.proposed_at_us !== undefined && event.proposed_at_us > 0)
      this.#finalization.observeUs(event.ts_us - event.proposed_at_us);
    if (!followed) return;
    this.#commit.observeUs(followed.proposed.spanUs(event));
    this.#stages.at('commit').observeUs(followed.certified.spanUs(event));
  }
}
