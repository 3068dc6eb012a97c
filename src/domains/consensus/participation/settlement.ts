/**
 * Which views are ready to be judged. A view is judged once its collector has gone on for twice the view
 * timer, by the time it spent in views: until then late votes are on their way. Not by our clock,
 * because a stream may lag behind, and not by the wall clocks of nodes, because they may jump.
 *
 *   closed by a node -> waiting (for its collector, if attached) -> settled, in order of closing
 *
 * A collector that has died keeps nobody waiting for longer than another node takes to live through twice
 * that time; then the view is settled by what is known.
 *
 * Of a node whose clock is coarse only whole steps of it count: what is finer is when a line happened to be read, and
 * must not decide whether a view near the end is settled.
 */
import type { ViewRecord } from '../record/view-record.js';
import { hasCollected, type Witness } from './judge.js';

/** Where a node does not say its timer. */
const DEFAULT_TIMER_US = 2_000_000;
const TIMERS = 2;

/** The run of a node that is not followed any more: no record is of it. */
const NO_RUN = '';

/** So many closings in a row of views that are settled already mean that the chain was begun anew. */
const MOST_BEHIND = 64;

interface Waiting {
  readonly view: number;
  node: Progress;
  dueUs: number;
  isCollected: boolean;
  isBroken: boolean;
  /** The node that closed the view last, and when that has lived on for long enough. */
  other: Progress;
  otherDueUs: number;
}

/** How far a node has come, in its present run. */
interface Progress {
  readonly node: string;
  run: string;
  /** Time spent in views that it has left. Infinite for a node that is not followed any more. */
  livedUs: number;
  tellsLate: boolean;
}

/** Views that wait for late votes. */
export class Settlement implements Witness {
  readonly #settle: (view: number) => void;
  readonly #most: () => number;
  readonly #waiting = new Map<number, Waiting>();
  readonly #progress = new Map<string, Progress>();
  /** By node, how coarse its clock is; nodes with a fine clock are not in it. */
  readonly #resolutions = new Map<string, number>();
  /** The highest view settled so far. */
  #settled = -1;
  #behind = 0;
  /** The node by whose time the view being settled has waited long enough; undefined where it has not. */
  #settledBy: Progress | undefined;

  /**
   * @param settle judges a view
   * @param most how many views may wait: then the oldest is settled without having waited long enough
   */
  constructor(settle: (view: number) => void, most: () => number) {
    this.#settle = settle;
    this.#most = most;
  }

  /** A node left a view. True when that shows that the chain was begun anew. */
  left(record: ViewRecord): boolean {
    const progress = this.#of(record);
    progress.livedUs += Math.max(0, this.#spentUs(record));
    this.#behind = record.view > this.#settled ? 0 : this.#behind + 1;
    const isAnew = this.#behind > MOST_BEHIND;
    if (isAnew) this.#restart();
    if (record.view > this.#settled) this.#wait(record, progress);
    this.#settleDue();
    return isAnew;
  }

  /** How coarse the clock of a node is, microseconds; undefined where it is fine. */
  resolution(node: string, us: number | undefined): void {
    if (us === undefined || us <= 0) this.#resolutions.delete(node);
    else this.#resolutions.set(node, us);
  }

  /** A vote came late to a node. */
  cameLate(record: ViewRecord): void {
    this.#of(record).tellsLate = true;
  }

  /** Events of a node were lost: the late votes of all views that wait may have been among them. */
  gap(node: string): void {
    for (const waiting of this.#waiting.values()) if (waiting.node.node === node) waiting.isBroken = true;
  }

  forget(node: string): void {
    const progress = this.#progress.get(node);
    if (progress !== undefined) {
      progress.livedUs = Number.POSITIVE_INFINITY;
      progress.run = NO_RUN;
    }
    this.#progress.delete(node);
    this.#resolutions.delete(node);
  }

  isSettled(record: ViewRecord): boolean {
    const by = this.#settledBy;
    return by !== undefined && record.node === by.node && record.run === by.run;
  }

  tellsLate(record: ViewRecord): boolean {
    return this.#progress.get(record.node)?.tellsLate === true;
  }

  /** What a node spent in a view that it has left, in steps of its clock. */
  #spentUs({ node, enteredAtUs, leftUs = 0 }: ViewRecord): number {
    const stepUs = this.#resolutions.get(node);
    if (stepUs === undefined) return leftUs;
    return stepUs * (Math.floor((enteredAtUs + leftUs) / stepUs) - Math.floor(enteredAtUs / stepUs));
  }

  #restart(): void {
    this.#behind = 0;
    this.#settled = -1;
    this.#waiting.clear();
  }

  #of({ node, run }: ViewRecord): Progress {
    const known = this.#progress.get(node);
    if (known?.run === run) return known;
    if (known === undefined) {
      const progress: Progress = { node, run, livedUs: 0, tellsLate: false };
      this.#progress.set(node, progress);
      return progress;
    }
    known.run = run;
    known.livedUs = 0;
    known.tellsLate = false;
    return known;
  }

  #wait(record: ViewRecord, node: Progress): void {
    const { view } = record;
    const graceUs = TIMERS * (record.timerUs ?? DEFAULT_TIMER_US);
    const dueUs = node.livedUs + graceUs;
    const otherDueUs = dueUs + graceUs;
    const waiting = this.#waiting.get(view);
    if (waiting === undefined) {
      const isCollected = hasCollected(record);
      const other = node;
      this.#waiting.set(view, { view, node, dueUs, isCollected, isBroken: false, other, otherDueUs });
    } else if (!waiting.isCollected && hasCollected(record)) {
      waiting.node = node;
      waiting.dueUs = dueUs;
      waiting.isCollected = true;
      waiting.isBroken = false;
    } else if (waiting.node !== node) {
      waiting.other = node;
      waiting.otherDueUs = otherDueUs;
    }
  }

  #settleDue(): void {
    for (const waiting of this.#waiting.values()) {
      const { view, node, other } = waiting;
      const isDue = node.livedUs >= waiting.dueUs;
      const isLongDue = isDue || other.livedUs >= waiting.otherDueUs;
      if (!isLongDue && this.#waiting.size <= this.#most()) return;
      this.#waiting.delete(view);
      if (view > this.#settled) this.#settled = view;
      this.#settledBy = isDue && !waiting.isBroken ? node : undefined;
      this.#settle(view);
    }
  }
}
