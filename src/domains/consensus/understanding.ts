/**
 * What is understood of a chain beyond counting: the view records of its nodes and everything that reads
 * them. Observers of series know nothing of it, and it knows nothing of them.
 */
import type { ChainObserver, ChainScope } from '../domain.js';
import { ChainFindings } from './findings/chain-findings.js';
import type { Finding } from './findings/finding.js';
import { NodeUnderstanding } from './node-understanding.js';
import { Participation } from './participation/participation.js';
import { ChainRecords } from './record/chain-records.js';
import { PhaseObserver } from './record/phase-observer.js';
import { RecordBook } from './record/record-book.js';
import { SharedTexts } from './shared-texts.js';
import { ValidatorNumbers } from './validator-numbers.js';
import { VerdictBook } from './verdict/verdict-book.js';
import { VerdictSeries } from './verdict/verdict-series.js';
import type { ConsensusWatch } from './watch.js';

/** Opens the records of a chain and what reads them, and its findings. */
export function openUnderstanding(chain: ChainScope, watch: ConsensusWatch): ChainObserver {
  const { records: recordListener, verdicts: verdictListener } = watch.listeners;
  const texts = new SharedTexts(new ValidatorNumbers(chain.names));
  const records = new ChainRecords(chain.chain, chain.names, texts);
  const participation = new Participation(chain, records);
  const series = new VerdictSeries(chain);
  const verdicts = new VerdictBook({
    chain: chain.chain,
    names: chain.names,
    clock: chain.clock,
    views: records,
    listeners: verdictListener === undefined ? [series] : [series, verdictListener],
  });
  const found = {
    finding: (finding: Finding) => {
      verdicts.found(finding);
      watch.listeners.findings?.finding(finding);
    },
  };
  const findings = new ChainFindings(chain, found, texts);
  records.listen(participation);
  if (recordListener !== undefined) records.listen(recordListener);
  records.listen(verdicts);
  watch.open(chain.chain, { views: records, participation });
  return {
    node: (scope) => {
      const phases = new PhaseObserver(scope);
      return [
        new NodeUnderstanding({
          standing: verdicts.watch(scope.node),
          records: new RecordBook(scope, records, phases),
          phases,
          participation: participation.observer(scope),
          findings: findings.watch(scope),
          clock: findings.clock(),
        }),
      ];
    },
    validators: () => {
      texts.validators.members();
      participation.validators();
      verdicts.validators();
      series.validators();
      findings.validators();
    },
    tick: () => {
      verdicts.tick();
      participation.tick();
    },
    retired: () => {
      verdicts.close();
      watch.close(chain.chain);
    },
  };
}
