/**
 * Views and the pacemaker of one node.
 *
 * Durations live between events of one run without a gap: a new run or a gap drops the open ones. A
 * jump by sync is one view change and ends every open duration unrecorded, because the node did not
 * live through the views it skipped.
 */
import type { EventMap, HelloEvent } from '../../events/vocabulary.js';
import type { Counter } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel } from '../scoped-series.js';
import { Mark, setOrClear } from '../span.js';
import { ValidatorTable } from '../validator-table.js';
import { SlidingTotal } from '../window.js';
import { viewMetrics as m, viewOutcomes } from './view-metrics.js';

type Entered = EventMap['consensus.view_entered'];
type TimedOut = EventMap['consensus.view_timed_out'];

/** Entry, duration, timeout. */
export class ViewObserver implements NodeObserver {
  readonly handlers = {
    'consensus.view_entered': (event: Entered) => this.#entered(event),
    'consensus.view_timed_out': (event: TimedOut) => this.#timedOut(event),
  };
  readonly #scope: NodeScope;
  readonly #currentView;
  readonly #viewTimer;
  readonly #timeouts;
  readonly #consecutive;
  readonly #changeDuration;
  readonly #changes;
  readonly #durations;
  readonly #perSecond;
  readonly #decided: SlidingTotal;
  readonly #entry = new Mark();
  readonly #expiry = new Mark();
  #view = -1;
  #expiredView = -1;
  #expiredInARow = 0;
  #self: string | undefined;
  #led: Counter | undefined;

  constructor(scope: NodeScope) {
    const { series } = scope;
    this.#scope = scope;
    this.#currentView = series.gauge(m.currentView);
    this.#viewTimer = series.gauge(m.viewTimer);
    this.#timeouts = series.counter(m.viewTimeouts);
    this.#consecutive = series.gauge(m.consecutiveTimeouts);
    this.#changeDuration = series.span(m.viewChangeDuration);
    this.#changes = new ClosedLabel((trigger: Entered['trigger']) => series.counter(m.viewChanges, trigger));
    this.#durations = new ClosedLabel(
      (outcome: (typeof viewOutcomes)[number]) => series.span(m.viewDuration, outcome),
      viewOutcomes,
    );
    this.#perSecond = series.gauge(m.viewsPerSecond);
    this.#decided = new SlidingTotal(scope.windowUs, scope.clock.nowUs());
  }

  hello(hello: HelloEvent, isNewRun: boolean): void {
    this.#self = hello.validator;
    if (this.#self !== undefined) this.#led ??= this.#scope.series.counter(m.viewsLed);
    if (!isNewRun) return;
    this.#forget();
    this.#view = -1;
    this.#expiredInARow = 0;
    this.#viewTimer.clear();
    this.#consecutive.clear();
  }

  gap(domain: string): void {
    if (domain !== 'consensus') return;
    this.#forget();
    this.detached();
  }

  tick(nowUs: number): void {
    this.#decided.advance(nowUs);
    setOrClear(this.#perSecond, this.#decided.perSecond);
  }

  detached(): void {
    this.#decided.restart();
    this.#perSecond.clear();
  }

  #entered(event: Entered): void {
    const { view, trigger } = event;
    this.#changes.at(trigger).add();
    this.#currentView.set(view);
    if (event.timeout_us !== undefined) this.#viewTimer.set(event.timeout_us / 1e6);
    if (this.#self === event.leader) this.#led?.add();
    const isDecided = trigger === 'qc' || trigger === 'dc';
    if (isDecided) {
      this.#decided.add(1);
      this.#expiredInARow = 0;
      this.#consecutive.set(0);
    }
    const isLivedThrough = trigger !== 'sync' && trigger !== 'start' && view > this.#view;
    if (isLivedThrough) {
      this.#durations.at(isDecided ? 'decided' : 'failed').observeUs(this.#entry.spanUs(event));
      this.#changeDuration.observeUs(this.#expiry.spanUs(event));
    }
    this.#view = view;
    this.#expiry.clear();
    this.#entry.set(event);
  }

  #timedOut(event: TimedOut): void {
    this.#timeouts.add();
    if (event.timeout_us !== undefined) this.#viewTimer.set(event.timeout_us / 1e6);
    // A timer that expires again in the same view is another timeout, but no other view.
    const isAgain = this.#expiry.isSet && event.view === this.#expiredView;
    if (!isAgain) {
      this.#expiredInARow++;
      this.#expiredView = event.view;
      this.#expiry.set(event);
    }
    this.#consecutive.set(event.consecutive ?? this.#expiredInARow);
  }

  #forget(): void {
    this.#entry.clear();
    this.#expiry.clear();
  }
}

/** Leader wait, status and wish messages. */
export function observePacemaker({ series, names }: NodeScope): NodeObserver {
  const waits = new ClosedLabel((path: 'responsive' | 'waited') => series.histogram(m.leaderWait, path));
  const statusesSent = series.counter(m.statusesSent);
  const statusesReceived = series.counter(m.statusesReceived);
  const wishesSent = series.counter(m.wishesSent);
  const wishesReceived = series.counter(m.wishesReceived);
  const validators = new ValidatorTable(
    names,
    (label) => ({
      wishes: series.counter(m.validatorWishes, label),
      lastView: series.gauge(m.validatorLastWish, label),
    }),
    ({ wishes, lastView }) => {
      series.release(wishes);
      series.release(lastView);
    },
  );
  return {
    handlers: {
      'consensus.leader_waited': (event) => waits.at(event.path).observe(event.wait_us / 1e6),
      'consensus.status_sent': () => statusesSent.add(),
      'consensus.status_received': () => statusesReceived.add(),
      'consensus.wish_sent': () => wishesSent.add(),
      'consensus.wish_received': (event) => {
        wishesReceived.add();
        const { wishes, lastView } = validators.of(event.validator);
        wishes.add();
        lastView.set(Math.max(lastView.value ?? 0, event.view));
      },
    },
    hello: (_hello, isNewRun) => {
      // A chain that was begun anew counts its views from the start again.
      if (isNewRun) for (const { lastView } of validators.entries()) lastView.clear();
    },
    validators: () => validators.changed(),
  };
}
