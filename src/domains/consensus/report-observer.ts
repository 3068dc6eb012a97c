/** What the node itself reports: broken safety rules, misbehaving validators, signature work. */
import { safetyKinds } from '../../events/consensus.js';
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel } from '../scoped-series.js';
import { ValidatorTable } from '../validator-table.js';
import { reportMetrics as m } from './report-metrics.js';

type ByzantineKind = EventMap['consensus.byzantine_detected']['kind'];
type Operation = EventMap['consensus.signature_processed']['operation'];

/** Safety, misbehaviour, signatures. */
export function observeReports({ series, names }: NodeScope): NodeObserver {
  // At zero from the start, so that the first violation is an increase.
  const safety = new ClosedLabel(
    (kind: (typeof safetyKinds)[number]) => series.counter(m.safetyViolations, kind),
    safetyKinds,
  );
  const byzantine = new ValidatorTable(
    names,
    (label) =>
      new ClosedLabel<ByzantineKind, Counter>((kind) => series.counter(m.byzantineBehaviors, kind, label)),
    (kinds) => {
      for (const counter of kinds.entries()) series.release(counter);
    },
  );
  const operations = new ClosedLabel((operation: Operation) => ({
    signatures: series.counter(m.signatures, operation),
    duration: series.histogram(m.signatureDuration, operation),
  }));
  return {
    handlers: {
      'consensus.safety_violated': (event) => safety.at(event.kind).add(),
      'consensus.byzantine_detected': (event) => byzantine.of(event.validator).at(event.kind).add(),
      'consensus.signature_processed': (event) => {
        const weight = event.weight ?? 1;
        const { signatures, duration } = operations.at(event.operation);
        signatures.add((event.signatures ?? 1) * weight);
        duration.observe(event.duration_us / 1e6, weight);
      },
    },
    validators: () => byzantine.changed(),
  };
}
