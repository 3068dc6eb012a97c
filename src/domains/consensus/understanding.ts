/**
 * What is understood of a chain beyond counting: the view records of its nodes and everything that reads
 * them. Observers of series know nothing of it, and it knows nothing of them.
 */
import type { ChainObserver, ChainScope } from '../domain.js';
import { ChainFindings } from './findings/chain-findings.js';
import { ChainRecords } from './record/chain-records.js';
import { RecordBook } from './record/record-book.js';
import type { ConsensusWatch } from './watch.js';

/** Opens the records of a chain and what reads them, and its findings. */
export function openUnderstanding(chain: ChainScope, watch: ConsensusWatch): ChainObserver {
  const { records: listener } = watch.listeners;
  const records = new ChainRecords(chain.chain, chain.names, listener === undefined ? [] : [listener]);
  const findings = new ChainFindings(chain, watch.listeners.findings);
  watch.open(chain.chain, records);
  return {
    node: (scope) => [new RecordBook(scope, records), ...findings.node(scope)],
    validators: () => findings.validators(),
    closed: () => watch.close(chain.chain),
  };
}
