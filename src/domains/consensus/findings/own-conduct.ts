/**
 * What a node says about itself, in order: its locks, votes, views and heights never go back. Lock and
 * last vote are durable, so they hold across restarts; view and height are compared within one run.
 *
 * "Before" and "after" are the node's own: by `seq` within a run, by its clock across runs, never by the
 * order of arrival. A gap forgets everything: nothing is concluded across it. Locks, votes and views are
 * compared within one epoch: a new set begins upon the last final block of the old one, whatever was
 * locked or voted for above it.
 */
import type { Statement } from './finding.js';
import { statementOf } from './finding.js';

interface Said {
  readonly type: string;
  readonly node: string;
  readonly ts_us: number;
  readonly seq: number;
  readonly epoch?: number | undefined;
}

const NO_EPOCH = -1;

/**
 * Something that only grows, with the statement that raised it last. What every statement is compared with is
 * beside the value: the statement itself is of long ago, and out of the cache.
 */
class Mark<E extends Said> {
  value = -1;
  event: E | undefined;
  #tsUs = Number.NaN;
  #seq = 0;
  #epoch = NO_EPOCH;
  #run = 0;
  #floorRun = -1;
  #floorSeq = -1;

  /** Whether `event` was stated after the mark was made, in its epoch. */
  isBefore(event: Said, run: number): boolean {
    // False as well while there is no mark.
    if (!(event.ts_us >= this.#tsUs)) return false;
    if ((event.epoch ?? NO_EPOCH) !== this.#epoch) return false;
    return this.#run < run || event.seq > this.#seq;
  }

  raise(value: number, event: E, run: number): void {
    if (run === this.#floorRun && event.seq < this.#floorSeq) return;
    const epoch = event.epoch ?? NO_EPOCH;
    const isNone = this.#tsUs !== this.#tsUs;
    const isHigher = value > this.value && epoch === this.#epoch;
    if (!isNone && epoch <= this.#epoch && !isHigher) return;
    this.value = value;
    this.event = event;
    this.#tsUs = event.ts_us;
    this.#seq = event.seq;
    this.#epoch = epoch;
    this.#run = run;
  }

  /** @param since what was stated in this run before does not count when it comes late */
  clear(run = -1, since = -1): void {
    this.value = -1;
    this.event = undefined;
    this.#tsUs = Number.NaN;
    this.#epoch = NO_EPOCH;
    this.#floorRun = run;
    this.#floorSeq = since;
  }
}

interface Locked extends Said {
  readonly view: number;
  readonly old_view?: number | undefined;
}

interface Voted extends Said {
  readonly view: number;
  readonly vote: string;
  readonly justify_view?: number | undefined;
  readonly lock_view?: number | undefined;
}

interface Entered extends Said {
  readonly view: number;
}

interface Committed extends Said {
  readonly view: number;
  readonly height: number;
}

/** A rule that the node broke. */
export interface Misconduct {
  readonly kind:
    'vote_below_lock' | 'vote_regression' | 'lock_regression' | 'view_regression' | 'height_regression';
  readonly detail: string;
  readonly view: number;
  readonly height?: number;
  readonly statements: readonly Statement[];
}

/** One node's conduct. */
export class OwnConduct {
  readonly #lock = new Mark<Locked>();
  readonly #vote = new Mark<Voted>();
  readonly #view = new Mark<Entered>();
  readonly #height = new Mark<Committed>();
  #run = 0;
  #statesLocks = false;

  /** The process was started anew. */
  newRun(): void {
    this.#run++;
    this.#view.clear();
    this.#height.clear();
  }

  /** A new epoch began, told by an event of this `seq`. */
  newEpoch(seq: number): void {
    for (const mark of [this.#lock, this.#vote, this.#view]) mark.clear(this.#run, seq);
  }

  /** Events were lost, or another identity speaks. */
  forget(): void {
    for (const mark of [this.#lock, this.#vote, this.#view, this.#height]) mark.clear();
  }

  locked(event: Locked): Misconduct | undefined {
    this.#statesLocks = true;
    const { value, event: before } = this.#lock;
    const isAfter = this.#lock.isBefore(event, this.#run);
    this.#lock.raise(event.view, event, this.#run);
    if (!isAfter || before === undefined) return undefined;
    if (event.view < value)
      return broken(
        'lock_regression',
        `locked view ${event.view} after view ${value}`,
        event.view,
        before,
        event,
      );
    const { old_view: old } = event;
    if (old === undefined || old >= value) return undefined;
    return broken('lock_regression', `had forgotten its lock of view ${value}`, event.view, before, event);
  }

  /** @param hasRankRule whether the protocol forbids votes for what is justified below the lock */
  voted(event: Voted, hasRankRule: boolean): Misconduct | undefined {
    if (event.vote !== 'vote1') return undefined;
    const below = hasRankRule ? this.#belowLock(event) : undefined;
    const { value, event: before } = this.#vote;
    const isAfter = this.#vote.isBefore(event, this.#run);
    this.#vote.raise(event.view, event, this.#run);
    if (below !== undefined) return below;
    if (!isAfter || before === undefined || event.view >= value) return undefined;
    return broken(
      'vote_regression',
      `voted in view ${event.view} after view ${value}`,
      event.view,
      before,
      event,
    );
  }

  entered(event: Entered): Misconduct | undefined {
    const { value, event: before } = this.#view;
    const isAfter = this.#view.isBefore(event, this.#run);
    this.#view.raise(event.view, event, this.#run);
    if (!isAfter || before === undefined || event.view >= value) return undefined;
    return broken(
      'view_regression',
      `entered view ${event.view} after view ${value}`,
      event.view,
      before,
      event,
    );
  }

  committed(event: Committed): Misconduct | undefined {
    const { value, event: before } = this.#height;
    const isAfter = this.#height.isBefore(event, this.#run);
    this.#height.raise(event.height, event, this.#run);
    if (!isAfter || before === undefined || event.height >= value) return undefined;
    const detail = `committed height ${event.height} after height ${value}`;
    return { ...broken('height_regression', detail, event.view, before, event), height: event.height };
  }

  /** The highest height that the node committed since the last start or gap; -1 when none. */
  get height(): number {
    return this.#height.value;
  }

  #belowLock(event: Voted): Misconduct | undefined {
    const { view, justify_view: justify, lock_view: said } = event;
    if (justify === undefined) return undefined;
    const { value, event: lock } = this.#lock;
    // A lock of the vote's own view or later came after the vote, whatever the order of the statements.
    const isLocked = lock !== undefined && value < view && this.#lock.isBefore(event, this.#run);
    if (isLocked && justify < value)
      return broken(
        'vote_below_lock',
        `voted for what view ${justify} justifies, locked on view ${value}`,
        view,
        lock,
        event,
      );
    // A node that never states its locks may still state one with its vote; else it may be a later one.
    if (this.#statesLocks || said === undefined || said >= view || justify >= said) return undefined;
    return broken(
      'vote_below_lock',
      `voted for what view ${justify} justifies, locked on view ${said}`,
      view,
      undefined,
      event,
    );
  }
}

function broken(
  kind: Misconduct['kind'],
  detail: string,
  view: number,
  before: Said | undefined,
  event: Said,
): Misconduct {
  const statements = before === undefined ? [statementOf(event)] : [statementOf(before), statementOf(event)];
  return { kind, detail, view, statements };
}
