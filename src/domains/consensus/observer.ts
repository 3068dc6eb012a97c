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
import { observeMembership, validatorSetSeries } from './validator-observer.js';
import { observePacemaker, ViewObserver } from './view-observer.js';
import { observeVotes } from './vote-observer.js';

/** Views, proposals, votes, certificates, commits, validators. */
export const consensusDomain: Domain = {
  name: 'consensus',
  events: 'consensus',
  metrics: consensusMetrics,
  open(chain: ChainScope): ChainObserver {
    const set = validatorSetSeries(chain);
    return {
      node: (scope: NodeScope) => [
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
      validators: () => set.update(),
    };
  },
};
