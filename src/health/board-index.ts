/**
 * Finds series of the board by metric name and leading label values, without searching: one pass over the board
 * whenever its layout has changed. Only reads.
 */
import type { Board } from '../metrics/board.js';
import type { MetricDefinition } from '../metrics/definition.js';
import type { Series } from '../metrics/series.js';

interface Indexed {
  readonly definition: MetricDefinition;
  readonly all: readonly Series[];
  /** By the first one and by the first two label values. */
  readonly leading: ReadonlyMap<string, readonly Series[]>;
}

const NONE: readonly Series[] = [];

/** Series by name and labels. */
export class BoardIndex {
  readonly #board: Board;
  #layout = -1;
  readonly #byName = new Map<string, Indexed | undefined>();
  #families = new Map<
    string,
    { readonly definition: MetricDefinition; readonly series: readonly Series[] }
  >();

  constructor(board: Board) {
    this.#board = board;
  }

  /** All values of the board. */
  get values(): Float64Array {
    return this.#board.slots.values;
  }

  /** @param leading none, a chain, or a chain and a node */
  series(name: string, leading: readonly string[]): readonly Series[] {
    const indexed = this.#indexed(name);
    if (indexed === undefined) return NONE;
    if (leading.length === 0) return indexed.all;
    return indexed.leading.get(leading.join('\0')) ?? NONE;
  }

  #indexed(name: string): Indexed | undefined {
    if (this.#layout !== this.#board.layout) {
      this.#families = new Map(this.#board.families().map((family) => [family.definition.name, family]));
      this.#layout = this.#board.layout;
      this.#byName.clear();
    }
    const known = this.#byName.get(name);
    if (known !== undefined || this.#byName.has(name)) return known;
    // The prefix may be configured; names here are as the catalogues have them.
    const family = this.#families.get(this.#board.declared(name)?.name ?? '');
    const indexed = family && indexOf(family);
    this.#byName.set(name, indexed);
    return indexed;
  }
}

function indexOf({
  definition,
  series,
}: {
  definition: MetricDefinition;
  series: readonly Series[];
}): Indexed {
  const leading = new Map<string, Series[]>();
  for (const one of series) {
    const [first, second] = one.labelValues;
    if (first === undefined) continue;
    add(leading, first, one);
    if (second !== undefined) add(leading, `${first}\0${second}`, one);
  }
  return { definition, all: series, leading };
}

function add(map: Map<string, Series[]>, key: string, series: Series): void {
  const known = map.get(key);
  if (known) known.push(series);
  else map.set(key, [series]);
}
