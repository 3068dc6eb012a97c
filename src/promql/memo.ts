/**
 * Keeps what a node of a query derived from the labels of its operands. A source hands out the same label
 * objects each time, and every stage keeps its label array as long as its input's stays, so that a rule
 * evaluated every second computes its groups, join keys and shortened names once.
 */
import type { Labels } from './labels.js';

/** The last derivation from one array of label sets. */
export class LabelsMemo<T> {
  #input: readonly Labels[] | undefined;
  #output: T | undefined;

  /** What `derive` gave for this very array last time, or gives now. */
  of(input: readonly Labels[], derive: (labels: readonly Labels[]) => T): T {
    if (this.#input === input) return this.#output as T;
    const output = derive(input);
    this.#input = input;
    this.#output = output;
    return output;
  }
}

/** The last derivation from two arrays of label sets. */
export class LabelsPairMemo<T> {
  #left: readonly Labels[] | undefined;
  #right: readonly Labels[] | undefined;
  #output: T | undefined;

  of(left: readonly Labels[], right: readonly Labels[], derive: () => T): T {
    if (this.#left === left && this.#right === right) return this.#output as T;
    const output = derive();
    this.#left = left;
    this.#right = right;
    this.#output = output;
    return output;
  }
}

/** Gives back the previous array when it holds the same objects, so that identity carries over. */
export class SameArray {
  #last: readonly Labels[] = [];

  of(labels: readonly Labels[]): readonly Labels[] {
    const last = this.#last;
    if (last.length === labels.length && labels.every((label, i) => label === last[i])) return last;
    this.#last = labels;
    return labels;
  }
}
