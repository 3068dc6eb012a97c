/**
 * Feeds the metrics of phases from one node's records as they close. A record is read once, when the node
 * has left its view, and not at all when events of consensus were lost in it.
 */
import type { EventMap, HelloEvent } from '../../../events/vocabulary.js';
import type { NodeObserver, NodeScope } from '../../domain.js';
import { ClosedLabel } from '../../scoped-series.js';
import { ValidatorTable } from '../../validator-table.js';
import { phaseMetrics as m } from './phase-metrics.js';
import { certificateOf, closingOf } from './phases.js';
import type { CertificateSeen, RecordListener, ViewRecord, ViewTrigger } from './view-record.js';

type Entered = EventMap['consensus.view_entered'];

/** Closing gaps, second phase, timer use, back-off, skipped views. */
export class PhaseObserver implements NodeObserver, RecordListener {
  readonly handlers = { 'consensus.view_entered': (event: Entered): void => this.entered(event) };
  readonly #closingGap;
  readonly #secondPhase;
  readonly #timerUse;
  readonly #backoff;
  readonly #skipped;
  readonly #closings;
  #baseUs = 0;
  /** The view entered last, or -1 where it is not known. */
  #view = -1;

  constructor({ series, names }: NodeScope) {
    this.#closingGap = series.span(m.closingGap);
    this.#secondPhase = series.span(m.secondPhase);
    this.#timerUse = series.histogram(m.timerUse);
    this.#backoff = series.gauge(m.backoff);
    this.#skipped = new ClosedLabel((trigger: ViewTrigger) => series.counter(m.skipped, trigger));
    this.#closings = new ValidatorTable(
      names,
      (label) => series.counter(m.closings, label),
      (counter) => series.release(counter),
    );
  }

  /** The node is in another view. */
  entered({ view, trigger, timeout_us: timerUs }: Entered): void {
    if (timerUs !== undefined && this.#baseUs > 0) this.#backoff.set(timerUs / this.#baseUs);
    const skipped = this.#view < 0 || trigger === 'start' ? 0 : view - this.#view - 1;
    if (skipped > 0) this.#skipped.at(trigger).add(skipped);
    this.#view = view;
  }

  hello(hello: HelloEvent, isNewRun: boolean): void {
    this.#baseUs = hello.view_timeout_us ?? 0;
    if (!isNewRun) return;
    this.#backoff.clear();
    this.#view = -1;
  }

  gap(domain: string): void {
    if (domain === 'consensus') this.#view = -1;
  }

  validators(): void {
    this.#closings.changed();
  }

  closed(record: ViewRecord): void {
    const { leftUs, leftBy, timerUs } = record;
    if (leftUs === undefined || (record.incomplete.length > 0 && record.incomplete.includes('consensus')))
      return;
    const first = certificateOf(record, 'vote1');
    const second = certificateOf(record, 'vote2');
    if (first !== undefined) this.#closed(record, first);
    if (second !== undefined) this.#closed(record, second);
    const secondUs = second?.atUs ?? (leftBy === 'dc' ? leftUs : undefined);
    if (first !== undefined && secondUs !== undefined) this.#secondPhase.observeUs(secondUs - first.atUs);
    const isDecided = leftBy === 'qc' || leftBy === 'dc';
    if (isDecided && timerUs !== undefined && timerUs > 0 && leftUs >= 0)
      this.#timerUse.observe(leftUs / timerUs);
  }

  #closed(record: ViewRecord, certificate: CertificateSeen): void {
    if (!certificate.isFormedHere) return;
    const closing = closingOf(record, certificate);
    if (closing === undefined) return;
    this.#closings.of(closing.validator).add();
    if (closing.afterUs !== undefined) this.#closingGap.observeUs(closing.afterUs);
  }
}
