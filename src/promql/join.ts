/**
 * Matching of two instant vectors by labels. What depends on labels alone - which rows have the same join
 * key, what a pair's result is called - is worked out once for a pair of label arrays and kept.
 */
import type { BinaryExpr, VectorMatching } from './ast.js';
import { keyOfNames, keyOfOthers, METRIC_NAME, type Labels } from './labels.js';
import { arithmeticOf } from './operators.js';

/** The join keys of both sides as small numbers, and the results of pairs met so far. */
export interface Join {
  readonly left: Int32Array;
  readonly right: Int32Array;
  readonly keys: number;
  readonly pairs: PairLabels;
}

export function joinKeys(left: readonly Labels[], right: readonly Labels[], expr: BinaryExpr): Join {
  const { on, labels } = expr.matching!;
  const excluded = [METRIC_NAME, ...labels];
  const keys = new Map<string, number>();
  const keyed = (rows: readonly Labels[]): Int32Array =>
    Int32Array.from(rows, (row) => {
      const key = on ? keyOfNames(row, labels) : keyOfOthers(row, excluded);
      const known = keys.get(key) ?? keys.size;
      keys.set(key, known);
      return known;
    });
  const leftKeys = keyed(left);
  const rightKeys = keyed(right);
  return { left: leftKeys, right: rightKeys, keys: keys.size, pairs: new PairLabels(expr) };
}

/** Result rows of pairs of a "many" row and a "one" row. */
export class PairLabels {
  readonly #expr: BinaryExpr;
  readonly #rowOfPair = new Map<number, number>();
  readonly #rowOfKey = new Map<string, number>();
  readonly #labels: Labels[] = [];
  #snapshot: readonly Labels[] = [];

  constructor(expr: BinaryExpr) {
    this.#expr = expr;
  }

  get rows(): number {
    return this.#labels.length;
  }

  /** The labels of all rows so far; the same array until there are more. */
  get labels(): readonly Labels[] {
    if (this.#snapshot.length !== this.#labels.length) this.#snapshot = [...this.#labels];
    return this.#snapshot;
  }

  /** The result row of a pair. `pair` is the same number for the same rows. */
  row(pair: number, many: Labels, one: Labels, delayed: boolean): number {
    const known = this.#rowOfPair.get(pair);
    if (known !== undefined) return known;
    const labels = resultLabels(many, one, this.#expr, delayed);
    let row = this.#rowOfKey.get(labels.key);
    if (row === undefined) {
      row = this.#labels.push(labels) - 1;
      this.#rowOfKey.set(labels.key, row);
    }
    this.#rowOfPair.set(pair, row);
    return row;
  }
}

/** What a matched pair's result is called. */
function resultLabels(many: Labels, one: Labels, expr: BinaryExpr, delayed: boolean): Labels {
  const { returnBool, operator } = expr;
  const matching = expr.matching!;
  const changesMeaning = arithmeticOf(operator) !== undefined;
  let labels = changesMeaning || (returnBool && !delayed) ? many.withoutName() : many;
  labels = labels.settled();
  if (matching.cardinality === 'one-to-one') labels = narrowed(labels, matching);
  for (const name of matching.include) labels = labels.with(name, one.get(name));
  return returnBool && delayed ? labels.droppingName() : labels;
}

function narrowed(labels: Labels, { on, labels: names }: VectorMatching): Labels {
  return on ? labels.keeping(names) : labels.without(names);
}

/** The labels by which rows match, to name a group in a message. */
export function matchLabels(labels: Labels, { on, labels: names }: VectorMatching): Labels {
  return on ? labels.keeping(names) : labels.without([METRIC_NAME, ...names]);
}
