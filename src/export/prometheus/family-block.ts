/**
 * The rendered lines of one metric. The bytes stay between pages; an update compares each value with
 * the one shown and rewrites what differs: in place while numbers keep their length, else by one
 * pass over the rest into a second buffer. What did not change is never formatted again.
 *
 * Series lines are the same bytes in both formats, so that alternating them costs nothing and can
 * never rename a series.
 */
import { boundLabel } from '../../metrics/bound-label.js';
import type { FamilyView } from '../../metrics/board.js';
import type { Format } from './format.js';
import { labelSet, metadataLines } from './lines.js';
import type { NumberWriter } from './number-writer.js';

const NEWLINE = 10;
/** Longest number (`-1.2345678901234567e-308`) with room to spare. */
const NUMBER_ROOM = 32;
/** Below this many bytes a loop beats the call that copies natively. */
const SHORT_COPY = 128;

/** One metric's part of the page. */
export class FamilyBlock {
  readonly view: FamilyView;
  readonly #numbers: NumberWriter;
  readonly #heads = new Map<string, Buffer>();
  /** Per line: the value to show, the value shown, where it starts in the text, and its length. */
  readonly #current: Float64Array;
  readonly #shown: Float64Array;
  readonly #valueAt: Uint32Array;
  readonly #valueLength: Uint8Array;
  #text: Uint8Array;
  #length: number;
  #spare: Uint8Array = new Uint8Array(0);

  constructor(view: FamilyView, numbers: NumberWriter) {
    this.view = view;
    this.#numbers = numbers;
    const prefixes = linePrefixes(view);
    this.#current = new Float64Array(prefixes.length);
    this.#shown = new Float64Array(prefixes.length);
    this.#valueAt = new Uint32Array(prefixes.length);
    this.#valueLength = new Uint8Array(prefixes.length).fill(1);
    // Every line begins by showing 0; the first update does the rest.
    this.#text = Buffer.from(prefixes.map((prefix) => `${prefix} 0\n`).join(''), 'utf8');
    this.#length = this.#text.length;
    let at = 0;
    for (let i = 0; i < prefixes.length; i++) {
      at += Buffer.byteLength(prefixes[i]!) + 1;
      this.#valueAt[i] = at;
      at += 2;
    }
  }

  /** The series lines as of the last update; valid until the next one. */
  get lines(): Uint8Array {
    return this.#text.subarray(0, this.#length);
  }

  /** The metadata lines in `format`. */
  head(format: Format, mayDropTotal: boolean): Buffer {
    const key = `${format} ${mayDropTotal}`;
    let head = this.#heads.get(key);
    if (!head) {
      head = Buffer.from(metadataLines(this.view.definition, format, mayDropTotal), 'utf8');
      this.#heads.set(key, head);
    }
    return head;
  }

  /** Brings the lines up to date with the board's `values`. */
  update(values: Float64Array): void {
    this.#read(values);
    const current = this.#current;
    const shown = this.#shown;
    for (let i = 0; i < current.length; i++) {
      const value = current[i]!;
      if (value === shown[i]! || (value !== value && shown[i] !== shown[i])) continue;
      if (this.#numbers.format(value) !== this.#valueLength[i]!) return this.#rewriteFrom(i);
      this.#numbers.copyTo(this.#text, this.#valueAt[i]!);
      shown[i] = value;
    }
  }

  /** Collects the value of each line; buckets become cumulative. */
  #read(values: Float64Array): void {
    const current = this.#current;
    const { definition, series } = this.view;
    let line = 0;
    if (definition.kind !== 'histogram') {
      for (const { slot, width } of series) {
        for (let i = 0; i < width; i++) current[line++] = values[slot + i]!;
      }
      return;
    }
    for (const { slot, width } of series) {
      let count = 0;
      for (let i = 0; i < width - 1; i++) current[line++] = count += values[slot + i]!;
      current[line++] = values[slot + width - 1]!;
      current[line++] = count;
    }
  }

  /** Writes the text anew from line `first` on, whose number has another length now. */
  #rewriteFrom(first: number): void {
    const room = this.#length + (this.#current.length - first) * NUMBER_ROOM;
    if (this.#spare.length < room) this.#spare = new Uint8Array(room);
    const source = this.#text;
    const target = this.#spare;
    const numbers = this.#numbers;
    /** Up to where the source is written already, and up to where the target is. */
    let read = 0;
    let write = 0;
    for (let i = first; i < this.#current.length; i++) {
      const value = this.#current[i]!;
      const at = this.#valueAt[i]!;
      const end = at + this.#valueLength[i]!;
      const moved = write - read;
      this.#valueAt[i] = at + moved;
      if (value === this.#shown[i]! || (value !== value && this.#shown[i] !== this.#shown[i])) continue;
      copyBytes(source, read, at, target, write);
      this.#valueLength[i] = numbers.format(value);
      write = numbers.copyTo(target, at + moved);
      target[write++] = NEWLINE;
      read = end + 1;
      this.#shown[i] = value;
    }
    copyBytes(source, read, this.#length, target, write);
    this.#length = write + this.#length - read;
    this.#text = target;
    this.#spare = source;
  }
}

/** What stands before the value, line by line. */
function linePrefixes({ definition, series }: FamilyView): string[] {
  const { name, kind, labels } = definition;
  if (kind === 'counter' || kind === 'gauge') {
    return series.map(({ labelValues }) => name + labelSet(labels, labelValues));
  }
  const isHistogram = kind === 'histogram';
  const steps = isHistogram ? [...(definition.bounds ?? []), Infinity] : (definition.quantiles ?? []);
  const stepLabels = [...labels, isHistogram ? 'le' : 'quantile'];
  const stepValues = steps.map(boundLabel);
  const stepName = isHistogram ? `${name}_bucket` : name;
  return series.flatMap(({ labelValues }) => {
    const own = labelSet(labels, labelValues);
    return [
      ...stepValues.map((step) => stepName + labelSet(stepLabels, [...labelValues, step])),
      `${name}_sum${own}`,
      `${name}_count${own}`,
    ];
  });
}

function copyBytes(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): void {
  if (end - start > SHORT_COPY) {
    target.set(source.subarray(start, end), at);
    return;
  }
  for (let i = start; i < end; i++) target[at + i - start] = source[i]!;
}
