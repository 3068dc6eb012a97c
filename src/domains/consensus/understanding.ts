/**
 * What is understood of a chain beyond counting: the view records of its nodes and everything that reads
 * them. Observers of series know nothing of it, and it knows nothing of them.
 */
import type { ChainObserver, ChainScope } from '../domain.js';
import { Participation } from './participation/participation.js';
import { ChainRecords } from './record/chain-records.js';
import { PhaseObserver } from './record/phase-observer.js';
import { RecordBook } from './record/record-book.js';
import type { ConsensusWatch } from './watch.js';

/** Opens the records of a chain and what reads them. */
export function openUnderstanding(chain: ChainScope, watch: ConsensusWatch): ChainObserver {
  const records = new ChainRecords(chain.chain, chain.names);
  const participation = new Participation(chain, records);
  const { records: listener } = watch.listeners;
  records.listen(participation);
  if (listener !== undefined) records.listen(listener);
  watch.open(chain.chain, { views: records, participation });
  return {
    node: (scope) => {
      const phases = new PhaseObserver(scope);
      return [new RecordBook(scope, records, [phases]), phases, participation.observer(scope)];
    },
    validators: () => participation.validators(),
    tick: () => participation.tick(),
    retired: () => watch.close(chain.chain),
  };
}
