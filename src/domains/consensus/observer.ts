/**
 * The consensus domain: one observer per subject and node, and the validator set per chain. Subjects do
 * not know each other; what two of them need, both hear.
 */
import type { ChainObserver, ChainScope, Domain, NodeScope } from '../domain.js';
import { consensusMetrics } from './catalogue.js';
import { observeCertificates } from './certificate-observer.js';
import { CommitObserver, observeSync } from './commit-observer.js';
import { ChainRecords } from './record/chain-records.js';
import { RecordBook } from './record/record-book.js';
import type { RecordListener } from './record/view-record.js';
import { BlockObserver, observeProposals } from './proposal-observer.js';
import { observeReports } from './report-observer.js';
import { observeMembership, validatorSetSeries } from './validator-observer.js';
import { VerdictBook } from './verdict/verdict-book.js';
import { VerdictSeries } from './verdict/verdict-series.js';
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
  const listeners: RecordListener[] = [];
  const records = new ChainRecords(chain.chain, chain.names, listeners);
  const verdictSeries = new VerdictSeries(chain);
  const verdicts = new VerdictBook({
    ...chain,
    views: records,
    listeners: [verdictSeries, watch.listeners.verdicts].filter((listener) => listener !== undefined),
  });
  listeners.push(...[watch.listeners.records].filter((listener) => listener !== undefined), verdicts);
  watch.open(chain.chain, records);
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
      // Before the records, so that where a node is now is known when one of them closes.
      verdicts.watch(scope.node),
      new RecordBook(scope, records),
    ],
    validators: () => {
      set.update();
      verdicts.validators();
      verdictSeries.validators();
    },
    tick: () => verdicts.tick(),
    closed: () => {
      verdicts.close();
      watch.close(chain.chain);
    },
  };
}
