/**
 * What is understood of a chain beyond counting: the view records of its nodes and everything that reads
 * them. Observers of series know nothing of it, and it knows nothing of them.
 */
import type { ChainObserver, ChainScope } from '../domain.js';
import { ChainRecords } from './record/chain-records.js';
import { RecordBook } from './record/record-book.js';
import type { ConsensusWatch } from './watch.js';

/** Opens the records of a chain and what reads them. */
export function openUnderstanding(chain: ChainScope, watch: ConsensusWatch): ChainObserver {
  const { records: listener } = watch.listeners;
  const records = new ChainRecords(chain.chain, chain.names, listener === undefined ? [] : [listener]);
  watch.open(chain.chain, records);
  return {
    node: (scope) => [new RecordBook(scope, records)],
    closed: () => watch.close(chain.chain),
  };
}
