/**
 * What a node did with the blocks that it committed: executed them, applied and kept their results. Followed per node for the last
 * blocks, as times of its wall clock at the entry of the block's view, so that they fit the view's own spans.
 *
 * A node may state the end of executing when it has executed, or only when the results are durable too. Where it also states how
 * long applying took in all (`state.transition_applied`), that tells the two apart:
 *
 *   |---- execution ----|---- persistence ----|        applied.duration = both, or the second alone
 *
 * Bounded: so many heights and views per node. Never throws.
 */
import type { EventMap } from '../events/vocabulary.js';
import type { NodeObserver } from '../domains/domain.js';

type Stamp = Pick<EventMap['execution.block_executed'], 'ts_us' | 'mono_us'>;
type Executed = EventMap['execution.block_executed'];

/** From when to when, microseconds since the Unix epoch. */
export interface Stretch {
  readonly startUs: number;
  readonly endUs: number;
}

/** What is known of one block. */
export interface BlockWork {
  readonly height: number;
  readonly executed: (Stretch & { readonly event: Executed }) | undefined;
  readonly persisted: Stretch | undefined;
}

/** Heights and views followed per node: a healthy node is a few behind. */
const MOST = 256;

interface Followed {
  readonly height: number;
  view: number;
  executed: Executed | undefined;
  applied: EventMap['state.transition_applied'] | undefined;
  /** The last result of a transaction that became durable. */
  result: Stamp | undefined;
}

/** The blocks of one node. */
export class NodeWork implements NodeObserver {
  readonly handlers = {
    'consensus.view_entered': (event: EventMap['consensus.view_entered']) => {
      this.#entries[event.view % MOST] = { view: event.view, at: event };
    },
    'consensus.block_committed': ({ height, view }: EventMap['consensus.block_committed']) => {
      this.#of(height).view = view;
    },
    'execution.block_executed': (event: Executed) => {
      const followed = this.#of(event.height);
      if (event.view !== undefined) followed.view = event.view;
      followed.executed = event;
      this.#hasExecuted = true;
    },
    'state.transition_applied': (event: EventMap['state.transition_applied']) => {
      this.#of(event.height).applied = event;
    },
    'execution.result_persisted': (event: EventMap['execution.result_persisted']) => {
      this.#of(event.height).result = event;
    },
  };
  readonly #entries: ({ readonly view: number; readonly at: Stamp } | undefined)[] = [];
  readonly #blocks: (Followed | undefined)[] = [];
  #hasExecuted = false;

  hello(_hello: unknown, isNewRun: boolean): void {
    if (!isNewRun) return;
    // The monotonic clock began anew.
    this.#entries.length = 0;
    this.#blocks.length = 0;
  }

  /** Whether the node says when it executes. */
  get isTold(): boolean {
    return this.#hasExecuted;
  }

  /** What was done with the block of a view. */
  of(view: number): BlockWork | undefined {
    const followed = this.#blocks.find((one) => one?.view === view);
    return followed === undefined ? undefined : this.#workOf(followed);
  }

  /** The view of a committed height, while it is known. */
  viewOf(height: number): number | undefined {
    const followed = this.#blocks[height % MOST];
    return followed?.height === height && followed.view >= 0 ? followed.view : undefined;
  }

  #of(height: number): Followed {
    const known = this.#blocks[height % MOST];
    if (known?.height === height) return known;
    const followed = { height, view: -1, executed: undefined, applied: undefined, result: undefined };
    this.#blocks[height % MOST] = followed;
    return followed;
  }

  #workOf({ height, view, executed, applied, result }: Followed): BlockWork {
    const appliedUs = applied && this.#atUs(view, applied);
    const applyingUs = appliedUs === undefined ? undefined : appliedUs - applied!.duration_us;
    const ranUs = executed && this.#atUs(view, executed);
    // Stated only after it was applied: execution began no later than applying did.
    const beganUs = ranUs === undefined ? undefined : ranUs - executed!.duration_us;
    const startUs = beganUs === undefined ? undefined : Math.min(beganUs, applyingUs ?? beganUs);
    const endUs = startUs === undefined ? undefined : startUs + executed!.duration_us;
    const resultUs = result && this.#atUs(view, result);
    const keptUs = Math.max(appliedUs ?? -Infinity, resultUs ?? -Infinity);
    const keepingUs = Math.max(endUs ?? -Infinity, applyingUs ?? -Infinity);
    const isKept = Number.isFinite(keptUs) && Number.isFinite(keepingUs) && keptUs >= keepingUs;
    return {
      height,
      executed: startUs === undefined ? undefined : { startUs, endUs: endUs!, event: executed! },
      persisted: isKept ? { startUs: keepingUs, endUs: keptUs } : undefined,
    };
  }

  /** By the monotonic clock from the entry of the view, where both say it. */
  #atUs(view: number, { ts_us: tsUs, mono_us: monoUs }: Stamp): number {
    const entry = this.#entries[view % MOST];
    if (entry?.view !== view || monoUs === undefined || entry.at.mono_us === undefined) return tsUs;
    return entry.at.ts_us + (monoUs - entry.at.mono_us);
  }
}
