/**
 * The consensus domain: one observer per subject and node, and the validator set per chain. Subjects do
 * not know each other; what two of them need, both hear.
 */
import type { ChainObserver, ChainScope, Domain, NodeScope } from '../domain.js';
import { consensusMetrics } from './catalogue.js';
import { observeCertificates } from './certificate-observer.js';
import { CommitObserver, observeSync } from './commit-observer.js';
import { BlockObserver, observeProposals } from './proposal-observer.js';
import { observeReports } from './report-observer.js';
import { openUnderstanding } from './understanding.js';
import { observeMembership, validatorSetSeries } from './validator-observer.js';
import { observePacemaker, ViewObserver } from './view-observer.js';
import { observeVotes } from './vote-observer.js';
import { ConsensusWatch } from './watch.js';

/** Views, proposals, votes, certificates, commits, validators; `watch` is where others hear and read of them. */
export function consensusDomain(watch: ConsensusWatch = new ConsensusWatch()): Domain {
  return {
    name: 'consensus',
    events: 'consensus',
    metrics: consensusMetrics,
    open: (chain) => openChain(chain, watch),
  };
}

function openChain(chain: ChainScope, watch: ConsensusWatch): ChainObserver {
  const set = validatorSetSeries(chain);
  const understanding = openUnderstanding(chain, watch);
  return {
    counting: (scope: NodeScope) => [
      new ViewObserver(scope),
      observePacemaker(scope),
      observeProposals(scope),
      new BlockObserver(scope),
      observeVotes(scope),
      observeCertificates(scope),
      new CommitObserver(scope),
      observeSync(scope),
      observeMembership(scope),
      observeReports(scope),
    ],
    node: (scope: NodeScope) => understanding.node(scope),
    validators: () => {
      set.update();
      understanding.validators?.();
    },
    tick: (nowUs) => understanding.tick?.(nowUs),
    retired: () => understanding.retired?.(),
  };
}
