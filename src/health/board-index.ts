/**
 * Finds series of the board by metric name and label values, without searching: one pass over a metric for each set of
 * labels that is asked for, and again when its series have changed. Only reads.
 */
import type { Board } from '../metrics/board.js';
import type { Series } from '../metrics/series.js';
import type { FamilyView } from '../metrics/shelf.js';

/** Label values that a series must have. */
export type Where = Readonly<Record<string, string | readonly string[]>>;

/** A metric as it is now, and what was looked up in it so far. */
interface Indexed {
  readonly view: FamilyView;
  /** By how many leading values and by which labels, then by their values. */
  readonly groups: Map<string, ReadonlyMap<string, readonly Series[]>>;
}

const NONE: readonly Series[] = [];
const EVERYWHERE: Where = {};

/** Series by name and labels. */
export class BoardIndex {
  readonly #board: Board;
  #layout = -1;
  #byName = new Map<string, FamilyView>();
  /** By the names that were asked for: the prefix may be configured, and names here are as the catalogues have them. */
  readonly #asked = new Map<string, FamilyView | undefined>();
  readonly #indexed = new Map<string, Indexed>();

  constructor(board: Board) {
    this.#board = board;
  }

  /** All values of the board. */
  get values(): Float64Array {
    return this.#board.slots.values;
  }

  /**
   * @param leading none, a chain, or a chain and a node
   * @param where further labels; in the order of the board, except that of several values the first one's come first
   */
  series(name: string, leading: readonly string[], where = EVERYWHERE): readonly Series[] {
    const view = this.#view(name);
    if (view === undefined) return NONE;
    const labels = Object.keys(where);
    if (leading.length + labels.length === 0) return view.series;
    const groups = this.#groups(name, view);
    const shape = `${leading.length} ${labels.join(' ')}`;
    let group = groups.get(shape);
    if (group === undefined) groups.set(shape, (group = groupOf(view, leading.length, labels)));
    return found(group, leading.join('\0'), Object.values(where));
  }

  /** What was looked up in a metric whose series are the same is known still. */
  #groups(name: string, view: FamilyView): Indexed['groups'] {
    let indexed = this.#indexed.get(name);
    if (indexed?.view !== view) this.#indexed.set(name, (indexed = { view, groups: new Map() }));
    return indexed.groups;
  }

  #view(name: string): FamilyView | undefined {
    if (this.#layout !== this.#board.layout) {
      this.#byName = new Map(this.#board.families().map((view) => [view.definition.name, view]));
      this.#layout = this.#board.layout;
      this.#asked.clear();
    }
    const known = this.#asked.get(name);
    if (known !== undefined || this.#asked.has(name)) return known;
    const view = this.#byName.get(this.#board.declared(name)?.name ?? '');
    this.#asked.set(name, view);
    return view;
  }
}

/** Series by the values of so many leading labels and of these ones; none where the metric lacks one. */
function groupOf(
  { definition, series }: FamilyView,
  leading: number,
  labels: readonly string[],
): ReadonlyMap<string, readonly Series[]> {
  const group = new Map<string, Series[]>();
  const places = labels.map((label) => definition.labels.indexOf(label));
  if (places.includes(-1)) return group;
  for (const one of series) {
    const { labelValues } = one;
    if (labelValues.length < leading) continue;
    let key = labelValues.slice(0, leading).join('\0');
    for (const place of places) key += `\0${labelValues[place]!}`;
    const known = group.get(key);
    if (known) known.push(one);
    else group.set(key, [one]);
  }
  return group;
}

/** The series under `key` and one value of each of the rest. */
function found(
  group: ReadonlyMap<string, readonly Series[]>,
  key: string,
  [values, ...rest]: readonly (string | readonly string[])[],
): readonly Series[] {
  if (values === undefined) return group.get(key) ?? NONE;
  if (typeof values === 'string') return found(group, `${key}\0${values}`, rest);
  return values.flatMap((value) => found(group, `${key}\0${value}`, rest));
}
