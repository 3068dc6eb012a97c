/**
 * Certificates of one node: collected, received, refused; the lock and the highest ones known. Highest
 * views only rise; the lock is shown as stated, since a lock that falls is what an operator must see.
 */
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter, Gauge } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel } from '../scoped-series.js';
import { certificateMetrics as m, type certificateKinds } from './certificate-metrics.js';

type Kind = (typeof certificateKinds)[number];
type Reason = EventMap['consensus.certificate_rejected']['reason'];

interface Formed {
  readonly view: number;
  readonly signers?: readonly string[] | undefined;
  readonly collect_us?: number | undefined;
}

/** QCs, DCs, TCs and what they move. */
export function observeCertificates({ series }: NodeScope): NodeObserver {
  const formed = new ClosedLabel((kind: Kind) => ({
    count: series.counter(m.formed, kind),
    collect: series.histogram(m.collect, kind),
    signers: series.histogram(m.signers, kind),
  }));
  const received = new ClosedLabel((kind: Kind) => series.counter(m.received, kind));
  const rejected = new ClosedLabel(
    (kind: Kind) => new ClosedLabel<Reason, Counter>((reason) => series.counter(m.rejected, kind, reason)),
  );
  const lockedView = series.gauge(m.lockedView);
  const locks = series.counter(m.locks);
  const highest = {
    qc: series.gauge(m.highestQc),
    dc: series.gauge(m.highestDc),
    tc: series.gauge(m.highestTc),
  };
  const onFormed = (kind: Kind, event: Formed): void => {
    const { count, collect, signers } = formed.at(kind);
    count.add();
    if (event.collect_us !== undefined) collect.observe(event.collect_us / 1e6);
    if (event.signers !== undefined) signers.observe(event.signers.length);
    raise(highest[kind], event.view);
  };
  const onReceived = (kind: Kind, view: number): void => {
    received.at(kind).add();
    raise(highest[kind], view);
  };
  return {
    handlers: {
      'consensus.qc_formed': (event) => onFormed('qc', event),
      'consensus.dc_formed': (event) => onFormed('dc', event),
      'consensus.tc_formed': (event) => onFormed('tc', event),
      'consensus.qc_received': (event) => onReceived('qc', event.view),
      'consensus.dc_received': (event) => onReceived('dc', event.view),
      'consensus.tc_received': (event) => onReceived('tc', event.view),
      'consensus.high_qc_updated': (event) => raise(highest.qc, event.view),
      'consensus.certificate_rejected': (event) => rejected.at(event.certificate).at(event.reason).add(),
      'consensus.lock_updated': (event) => {
        locks.add();
        lockedView.set(event.view);
      },
    },
    hello: (_hello, isNewRun) => {
      if (!isNewRun) return;
      // What a process has not said, it may have lost: it speaks again of the certificates it knows.
      for (const gauge of [highest.qc, highest.dc, highest.tc, lockedView]) gauge.clear();
    },
  };
}

function raise(gauge: Gauge, view: number): void {
  if (gauge.value === undefined || view > gauge.value) gauge.set(view);
}
