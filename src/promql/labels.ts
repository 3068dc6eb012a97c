/**
 * Label sets: immutable, sorted by name, without empty values (an empty value is an absent label).
 * A source hands out the same object for the same series each time, so that whatever is derived from
 * labels alone (groups, join keys, names dropped) is computed once per query and kept by identity.
 *
 * `nameDropped` marks a label set whose metric name will be removed at the very end (delayed name
 * removal); it is no part of the key.
 */
import { quote } from './quoting.js';

export const METRIC_NAME = '__name__';
/** What every operation that changes a metric's meaning removes. */
const METADATA: readonly string[] = [METRIC_NAME, '__type__', '__unit__'];

/** An immutable set of labels. */
export class Labels {
  readonly names: readonly string[];
  readonly values: readonly string[];
  readonly nameDropped: boolean;
  #key: string | undefined;

  private constructor(names: readonly string[], values: readonly string[], nameDropped = false) {
    this.names = names;
    this.values = values;
    this.nameDropped = nameDropped;
  }

  // Not a static field: the compiler names the class in an initializer before it has that name.
  static #empty: Labels | undefined;

  /** No labels; always the same object. */
  static get empty(): Labels {
    return (this.#empty ??= new Labels([], []));
  }

  /** From names and values in any order; empty values are left out, of a repeated name the last value counts. */
  static from(entries: Iterable<readonly [string, string]>): Labels {
    const map = new Map(entries);
    const names = [...map.keys()].filter((name) => map.get(name) !== '').sort(compareStrings);
    return names.length === 0
      ? Labels.empty
      : new Labels(
          names,
          names.map((name) => map.get(name)!),
        );
  }

  /** The value of a label, or the empty string. */
  get(name: string): string {
    const at = this.names.indexOf(name);
    return at < 0 ? '' : this.values[at]!;
  }

  /** The same string for equal label sets, and for no others. */
  get key(): string {
    return (this.#key ??= keyOf(this.names, this.values));
  }

  /** With one label set, or removed when `value` is empty. Setting the metric name undoes its pending removal. */
  with(name: string, value: string): Labels {
    const entries = this.entries().filter(([other]) => other !== name);
    entries.push([name, value]);
    const changed = Labels.from(entries);
    return this.nameDropped && name !== METRIC_NAME ? changed.droppingName() : changed;
  }

  /** Only these labels. */
  keeping(names: readonly string[]): Labels {
    return this.#filter((name) => names.includes(name));
  }

  /** All but these labels. */
  without(names: readonly string[]): Labels {
    return this.#filter((name) => !names.includes(name));
  }

  /** Without the metric name and what describes it. */
  withoutName(): Labels {
    return this.without(METADATA);
  }

  /** The same labels with the name's removal still to come. */
  droppingName(): Labels {
    return this.nameDropped ? this : new Labels(this.names, this.values, true);
  }

  /** The same labels with no removal to come. */
  settled(): Labels {
    return this.nameDropped ? new Labels(this.names, this.values) : this;
  }

  entries(): [string, string][] {
    return this.names.map((name, i) => [name, this.values[i]!]);
  }

  /** `{name="value", ...}` with the metric name among the labels, as error messages show it. */
  toString(): string {
    return `{${this.names.map((name, i) => `${labelName(name)}=${quote(this.values[i]!)}`).join(', ')}}`;
  }

  #filter(keep: (name: string) => boolean): Labels {
    const names: string[] = [];
    const values: string[] = [];
    for (let i = 0; i < this.names.length; i++) {
      if (!keep(this.names[i]!)) continue;
      names.push(this.names[i]!);
      values.push(this.values[i]!);
    }
    return names.length === this.names.length ? this.settled() : new Labels(names, values);
  }
}

/** The key of the labels named, taken in the order given; absent ones count as empty. */
export function keyOfNames(labels: Labels, names: readonly string[]): string {
  let key = '';
  for (const name of names) key += `${labels.get(name)}\u0000`;
  return key;
}

/** The key of all labels but those named. */
export function keyOfOthers(labels: Labels, excluded: readonly string[]): string {
  let key = '';
  for (let i = 0; i < labels.names.length; i++)
    if (!excluded.includes(labels.names[i]!)) key += `${labels.names[i]!}\u0000${labels.values[i]!}\u0000`;
  return key;
}

/** Order of label sets: name by name, value by value, the shorter first. */
export function compareLabels(a: Labels, b: Labels): number {
  const shared = Math.min(a.names.length, b.names.length);
  for (let i = 0; i < shared; i++) {
    const order = compareStrings(a.names[i]!, b.names[i]!) || compareStrings(a.values[i]!, b.values[i]!);
    if (order !== 0) return order;
  }
  return a.names.length - b.names.length;
}

export function compareStrings(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** A label name as it is written in a query: quoted when it is not of the classic form. */
export function labelName(name: string): string {
  return /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name) ? name : quote(name);
}

function keyOf(names: readonly string[], values: readonly string[]): string {
  const parts: string[] = [];
  for (let i = 0; i < names.length; i++) parts.push(names[i]!, values[i]!);
  // One string of its own; one that is added up stays a tree of its parts, at six times the memory.
  parts.push('');
  return parts.join('\u0000');
}
