/**
 * What is understood of a chain beyond counting: the view records of its nodes and everything that reads
 * them. Observers of series know nothing of it, and it knows nothing of them.
 */
import type { ChainObserver, ChainScope } from '../domain.js';
import { ChainRecords } from './record/chain-records.js';
import { RecordBook } from './record/record-book.js';
import type { RecordListener } from './record/view-record.js';
import { VerdictBook } from './verdict/verdict-book.js';
import { VerdictSeries } from './verdict/verdict-series.js';
import type { ConsensusWatch } from './watch.js';

/** Opens the records of a chain and what reads them. */
export function openUnderstanding(chain: ChainScope, watch: ConsensusWatch): ChainObserver {
  const { records: recordListener, verdicts: verdictListener } = watch.listeners;
  const listeners: RecordListener[] = recordListener === undefined ? [] : [recordListener];
  const records = new ChainRecords(chain.chain, chain.names, listeners);
  const series = new VerdictSeries(chain);
  const verdicts = new VerdictBook({
    chain: chain.chain,
    names: chain.names,
    clock: chain.clock,
    views: records,
    listeners: verdictListener === undefined ? [series] : [series, verdictListener],
  });
  listeners.push(verdicts);
  watch.open(chain.chain, records);
  return {
    // The standing before the records, so that where a node is now is known when one of them closes.
    node: (scope) => [verdicts.watch(scope.node), new RecordBook(scope, records)],
    validators: () => {
      verdicts.validators();
      series.validators();
    },
    tick: () => verdicts.tick(),
    closed: () => {
      verdicts.close();
      watch.close(chain.chain);
    },
  };
}
