/** Puts the demo's eyes beside the sidecar's own domains. It has no metrics, so nothing that it sees is on the page. */
import type { Domain, NodeObserver, NodeScope } from '../../domains/domain.js';
import type { NetworkWatch } from './network-watch.js';

/** @param watch hears every event of the consensus domain */
export function watchDomain(watch: NetworkWatch): Domain {
  return {
    name: 'demo',
    events: 'consensus',
    metrics: {},
    open: () => ({ node: (scope) => [observe(watch, scope)] }),
  };
}

function observe(watch: NetworkWatch, { chain, clock, names, node }: NodeScope): NodeObserver {
  const announce = (): void => watch.announce(chain, names.members);
  announce();
  return {
    handlers: {
      'consensus.view_entered': (event) => watch.viewEntered(event, clock.nowUs()),
      'consensus.view_timed_out': (event) => watch.viewTimedOut(event, clock.nowUs()),
      'consensus.proposal_received': (event) => watch.proposalReceived(event, clock.nowUs()),
      'consensus.vote_sent': (event) => watch.voteSent(event, clock.nowUs()),
      'consensus.vote_received': (event) => watch.voteReceived(event, clock.nowUs()),
      'consensus.qc_formed': (event) => watch.qcFormed(event, clock.nowUs()),
      'consensus.block_committed': (event) => watch.blockCommitted(event, clock.nowUs()),
    },
    hello: (hello) => {
      announce();
      watch.attached(node, hello.validator, hello.view_timeout_us, clock.nowUs());
    },
    validators: announce,
  };
}
