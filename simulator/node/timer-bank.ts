/**
 * The timers of one process run. A replica sets its view timer anew in every view, and nearly all of
 * them never fire; so each timer keeps at most one wake-up in the event queue, which looks at the
 * deadline when it comes and goes on waiting when the deadline has moved.
 */
import type { EventQueue } from '../core/event-queue.js';
import { Happening } from '../core/happenings.js';
import type { TimerName } from '../protocol/effects.js';

const TIMERS = 3;

/** Deadlines and wake-ups by timer. */
export class TimerBank {
  readonly #queue: EventQueue;
  readonly #node: number;
  readonly #life: number;
  readonly #deadlines = new Float64Array(TIMERS).fill(Number.POSITIVE_INFINITY);
  readonly #wakeUps = new Float64Array(TIMERS).fill(Number.POSITIVE_INFINITY);
  readonly #views = new Float64Array(TIMERS);

  constructor(queue: EventQueue, node: number, life: number) {
    this.#queue = queue;
    this.#node = node;
    this.#life = life;
  }

  /** Sets `timer`, which forgets what it was set to before. */
  set(timer: TimerName, view: number, nowUs: number, delayUs: number): void {
    this.#deadlines[timer] = nowUs + delayUs;
    this.#views[timer] = view;
    if ((this.#wakeUps[timer] as number) > nowUs + delayUs) this.#wake(timer, nowUs + delayUs);
  }

  /** A wake-up came: the view that the timer was set with if it is due now, else undefined. */
  due(timer: TimerName, nowUs: number): number | undefined {
    if (this.#wakeUps[timer] !== nowUs) return undefined;
    this.#wakeUps[timer] = Number.POSITIVE_INFINITY;
    const deadline = this.#deadlines[timer] as number;
    if (deadline > nowUs) {
      if (deadline !== Number.POSITIVE_INFINITY) this.#wake(timer, deadline);
      return undefined;
    }
    this.#deadlines[timer] = Number.POSITIVE_INFINITY;
    return this.#views[timer];
  }

  #wake(timer: TimerName, atUs: number): void {
    this.#wakeUps[timer] = atUs;
    this.#queue.push(atUs, Happening.timer, this.#node, this.#life, timer, undefined);
  }
}
