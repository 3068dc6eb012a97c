/**
 * A tiny validator to test: it votes for one proposal a view, commits the grandparent of what it votes for, and
 * states all of it through the hooks it is given. A real node is larger, and calls the same hooks.
 */
export class TinyNode {
  #hooks;
  #view = 0;
  #chain = [];

  constructor(hooks) {
    this.#hooks = hooks;
  }

  /** Enters `view`, led by `leader`, because of a certificate (`qc`) or because the view before failed (`tc`). */
  enter(view, leader, trigger = 'qc') {
    this.#view = view;
    this.#hooks.consensus.viewEntered({ view, trigger, leader });
  }

  /** The timer of the view has expired. */
  expire(leader, timeoutUs) {
    this.#hooks.consensus.viewTimedOut({ view: this.#view, leader, timeout_us: timeoutUs, consecutive: 1 });
  }

  /** Votes for a proposal of the present view; refuses one of a view that is over. */
  propose({ view, height, block, parent, proposer, transactions }) {
    const { consensus } = this.#hooks;
    if (view < this.#view) {
      consensus.proposalRejected({ view, validator: proposer, reason: 'stale_view', block });
      return;
    }
    consensus.proposalReceived({ view, height, block, parent, validator: proposer, transactions });
    consensus.voteSent({ view, vote: 'vote1', block });
    this.#chain.push({ view, height, block, parent, proposer, transactions });
    const final = this.#chain.at(-3);
    if (final) consensus.blockCommitted(final);
  }
}

/** Blocks 1 to `count`, one a view, led by four validators in turn. */
export function proposals(count) {
  return Array.from({ length: count }, (_, i) => ({
    view: i + 1,
    height: i + 1,
    block: `0x${(i + 1).toString(16)}`,
    parent: `0x${i.toString(16)}`,
    proposer: `validator-${(i + 1) % 4}`,
    transactions: 10,
  }));
}

/** Lets a node live through `count` views in which all goes well. */
export function live(node, count) {
  for (const proposal of proposals(count)) {
    node.enter(proposal.view, proposal.proposer);
    node.propose(proposal);
  }
}
