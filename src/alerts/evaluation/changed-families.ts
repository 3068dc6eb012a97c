/**
 * Which of the metrics that are watched have news: their values, or which series they have, are not what they were at the last
 * look. A metric that changes at most looks has no news, only a pulse: the next cycle is soon enough for it.
 *
 * Looks at counters and gauges alone, and keeps one copy of their values. Reading changes nothing but late writers' debts.
 */
import type { Board } from '../../metrics/board.js';
import type { FamilyView } from '../../metrics/shelf.js';

/** A metric that changes at more than this share of looks has a pulse. */
const PULSE = 0.6;
/** How much the last look weighs in that share. */
const WEIGHT = 1 / 32;

interface Watched {
  view: FamilyView | undefined;
  values: Float64Array;
  /** Share of looks at which it had changed, the recent ones more. */
  share: number;
}

/** Looks at metrics of a board. */
export class ChangedFamilies {
  readonly #board: Board;
  #watched = new Map<string, Watched>();

  constructor(board: Board) {
    this.#board = board;
  }

  /** From now on these are watched, and no others; what they are now is no news. */
  watch(names: Iterable<string>): void {
    const before = this.#watched;
    this.#watched = new Map();
    for (const name of names)
      this.#watched.set(name, before.get(name) ?? { view: undefined, values: new Float64Array(0), share: 0 });
    this.look();
  }

  /** The watched metrics that have news since the last look. */
  look(): readonly string[] {
    const news: string[] = [];
    if (this.#watched.size === 0) return news;
    for (const view of this.#board.families()) {
      const { name, kind } = view.definition;
      const watched = kind === 'counter' || kind === 'gauge' ? this.#watched.get(name) : undefined;
      if (watched === undefined) continue;
      const isChanged = this.#take(watched, view);
      const wasQuiet = watched.share < PULSE;
      watched.share += ((isChanged ? 1 : 0) - watched.share) * WEIGHT;
      if (isChanged && wasQuiet) news.push(name);
    }
    return news;
  }

  /** Copies what it is now. @returns whether that is something else than before */
  #take(watched: Watched, view: FamilyView): boolean {
    const { series } = view;
    const { values } = this.#board.slots;
    let isChanged = watched.view !== view;
    watched.view = view;
    if (watched.values.length < series.length) watched.values = new Float64Array(series.length * 2);
    const kept = watched.values;
    for (let i = 0; i < series.length; i++) {
      const value = values[series[i]!.slot]!;
      if (kept[i] === value) continue;
      kept[i] = value;
      isChanged = true;
    }
    return isChanged;
  }
}
