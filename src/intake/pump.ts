/**
 * Takes events from the queue to their dispatch, in slices that leave the event loop to others: HTTP
 * is answered between any two of them. Contains whatever a dispatch throws.
 *
 * Never concurrent: a batch that is asked for from within a batch does nothing.
 */
import type { Clock } from '../base/clock.js';
import { domainNames, type DomainEvent, type HelloEvent, type StreamEvent } from '../events/vocabulary.js';
import type { Board } from '../metrics/board.js';
import type { Gauge } from '../metrics/series.js';
import { intakeMetrics } from './catalogue.js';
import type { Containment } from './containment.js';
import type { Dispatcher } from './dispatcher.js';
import { domainOf, HELLO } from './event-index.js';
import { NO_GAP, type NodeState } from './node.js';
import type { EventQueue } from './queue.js';

const SLICE_MS = 2;
/** Small enough that asking for the time is not felt, and that a slice ends about when it should. */
const BATCH_EVENTS = 32;

/** What the pump works with. */
export interface PumpOptions {
  readonly board: Board;
  readonly clock: Clock;
  readonly dispatcher: Dispatcher;
  readonly containment: Containment;
  /** Hears the time of every stream as it is processed; with it, time is virtual and lag means nothing. */
  readonly onTime?: ((stream: string, tsUs: number) => void) | undefined;
}

/** The only caller of the dispatch. */
export class Pump {
  readonly #options: PumpOptions;
  readonly #queue: EventQueue;
  readonly #nodes: Iterable<NodeState>;
  readonly #queued: Gauge;
  #scheduled = false;
  #running = false;
  #waitingForRoom: (() => void)[] = [];
  #waitingForEmpty: (() => void)[] = [];

  constructor(options: PumpOptions, queue: EventQueue, nodes: Iterable<NodeState>) {
    this.#options = options;
    this.#queue = queue;
    this.#nodes = nodes;
    this.#queued = options.board.gauge(intakeMetrics.queued).at();
    this.#queued.set(0);
  }

  /** Makes sure that a slice follows soon. */
  schedule(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(this.#slice);
  }

  /** Processes one batch now. @returns false when nothing was done */
  step(): boolean {
    if (this.#running || this.#queue.size === 0) return false;
    this.#batch();
    return true;
  }

  /** Resolves when half of the queue is free. */
  relaxed(): Promise<void> {
    return this.#queue.isRelaxed
      ? Promise.resolve()
      : new Promise((resolve) => this.#waitingForRoom.push(resolve));
  }

  /** Resolves when the queue is empty and every gap has been told. */
  drained(): Promise<void> {
    if (this.#queue.size === 0 && !this.#scheduled) return Promise.resolve();
    return new Promise((resolve) => this.#waitingForEmpty.push(resolve));
  }

  readonly #slice = (): void => {
    this.#scheduled = false;
    // CPU time of this thread, whatever clock the events follow.
    const deadlineMs = performance.now() + SLICE_MS;
    while (this.step()) if (performance.now() >= deadlineMs) break;
    this.#queued.set(this.#queue.size);
    if (this.#queue.isRelaxed) for (const resolve of this.#waitingForRoom.splice(0)) resolve();
    if (this.#queue.size > 0) return this.schedule();
    this.#settle();
    for (const resolve of this.#waitingForEmpty.splice(0)) resolve();
  };

  #batch(): void {
    const { clock, onTime } = this.#options;
    const queue = this.#queue;
    const nowUs = onTime ? Number.NaN : clock.nowUs();
    this.#running = true;
    for (let i = 0; i < BATCH_EVENTS && queue.take(); i++) {
      const { taken } = queue;
      const speaker = taken.speaker!;
      const event = taken.event!;
      try {
        if (!onTime) measureLag(speaker.node, nowUs - event.ts_us);
        else if (speaker.feed.reach(event.ts_us)) onTime(speaker.feed.stream, event.ts_us);
        this.#deliver(speaker.node, taken.index, event, taken.gap);
      } catch (error) {
        this.#options.containment.report(error, { node: speaker.node.node, type: event.type });
      }
      speaker.account.processed.add();
      if (speaker.feed.pending === 0) speaker.feed.idle();
    }
    this.#running = false;
  }

  #deliver(node: NodeState, index: number, event: StreamEvent, gap: number): void {
    const dispatch = node.dispatch;
    if (index === HELLO) {
      const hello = event as HelloEvent;
      if (dispatch) dispatch.hello(hello);
      else node.dispatch = this.#options.dispatcher.attach(hello);
      return;
    }
    if (!dispatch) return;
    if (gap !== NO_GAP) dispatch.gap(domainNames[domainOf[index]!]!, gap);
    dispatch.dispatch(index, event as DomainEvent);
  }

  /** The queue is empty: whoever is owed a gap hears of it now, and not only with a next event. */
  #settle(): void {
    const { containment } = this.#options;
    for (const node of this.#nodes)
      if (node.owes) containment.run(() => node.settleAll(), { node: node.node });
  }
}

function measureLag(node: NodeState, lagUs: number): void {
  if (lagUs >= 0) node.lag.observe(lagUs / 1_000_000);
  else node.ahead.add();
}
