/**
 * The rendered lines of one metric. The bytes stay between pages; an update compares each value with
 * the one shown and rewrites what differs: in place while numbers keep their length, else by one
 * pass over the rest into a second buffer. What did not change is never formatted again.
 *
 * Series lines are the same bytes in both formats, so that alternating them costs nothing and can
 * never rename a series. Exemplars are put between them where the page is OpenMetrics.
 */
import type { FamilyView } from '../../metrics/board.js';
import { boundLabel } from '../../metrics/bound-label.js';
import { labelSet } from '../../metrics/label-text.js';
import type { ExemplarReader } from '../../metrics/exemplars.js';
import type { Series } from '../../metrics/series.js';
import type { Format } from './format.js';
import { exemplarText, isShortenedCounter, metadataLines } from './lines.js';
import type { NumberWriter } from './number-writer.js';

const NEWLINE = 10;
/** Longest number (`-1.2345678901234567e-308`) with room to spare. */
const NUMBER_ROOM = 32;
/** Above this many bytes the native call that copies beats a loop. */
const LONG_COPY = 400;

/** The same memory twice. */
interface Bytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

/** One metric's part of the page. */
export class FamilyBlock {
  readonly view: FamilyView;
  readonly #numbers: NumberWriter;
  readonly #heads = new Map<string, Buffer>();
  /** Bucket lines of a series; 0 when its lines simply show its slots. */
  readonly #bucketLines: number;
  /** Per line: the slot (for a count that of the sum before it), the value to show, the value shown, where it starts in the text, and its length. */
  readonly #slots: Uint32Array;
  readonly #current: Float64Array;
  readonly #shown: Float64Array;
  readonly #valueAt: Uint32Array;
  readonly #valueLength: Uint8Array;
  #text: Bytes;
  #length: number;
  #spare = bytesOf(new Uint8Array(0));

  constructor(view: FamilyView, numbers: NumberWriter) {
    this.view = view;
    this.#numbers = numbers;
    const prefixes = linePrefixes(view);
    const isHistogram = view.definition.kind === 'histogram';
    this.#bucketLines = isHistogram ? (view.definition.bounds?.length ?? 0) + 1 : 0;
    this.#slots = Uint32Array.from(view.series.flatMap((series) => lineSlots(series, isHistogram)));
    this.#current = new Float64Array(prefixes.length);
    this.#shown = new Float64Array(prefixes.length);
    this.#valueAt = new Uint32Array(prefixes.length);
    this.#valueLength = new Uint8Array(prefixes.length).fill(1);
    // Every line begins by showing 0; the first update does the rest.
    this.#text = bytesOf(Buffer.from(prefixes.map((prefix) => `${prefix} 0\n`).join(''), 'utf8'));
    this.#length = this.#text.bytes.length;
    let at = 0;
    for (let i = 0; i < prefixes.length; i++) {
      at += Buffer.byteLength(prefixes[i]!) + 1;
      this.#valueAt[i] = at;
      at += 2;
    }
  }

  /** The series lines as of the last update; valid until the next one. */
  get lines(): Uint8Array {
    return this.#text.bytes.subarray(0, this.#length);
  }

  /** The same with exemplars, which only OpenMetrics has; in pieces, valid until the next update. */
  *linesWith(exemplars: Pick<ExemplarReader, 'of'>): Generator<Uint8Array> {
    const { bytes } = this.#text;
    const linesEach = this.#bucketLines === 0 ? 1 : this.#bucketLines + 2;
    let from = 0;
    for (const [i, series] of this.view.series.entries()) {
      for (const [bucket, exemplar] of exemplars.of(series)?.entries() ?? []) {
        if (exemplar === undefined) continue;
        const line = i * linesEach + bucket;
        const end = this.#valueAt[line]! + this.#valueLength[line]!;
        yield bytes.subarray(from, end);
        yield Buffer.from(exemplarText(exemplar));
        from = end;
      }
    }
    yield bytes.subarray(from, this.#length);
  }

  /** The metadata lines in `format`; `names` are those that the page uses. */
  head(format: Format, names: ReadonlySet<string>): Buffer {
    const { definition } = this.view;
    const key = `${format} ${isShortenedCounter(definition, names)}`;
    let head = this.#heads.get(key);
    if (!head) {
      head = Buffer.from(metadataLines(definition, format, names), 'utf8');
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
      this.#numbers.copyTo(this.#text.bytes, this.#valueAt[i]!);
      shown[i] = value;
    }
  }

  /** Collects the value of each line; buckets become cumulative. */
  #read(values: Float64Array): void {
    const current = this.#current;
    const slots = this.#slots;
    const { length } = current;
    if (this.#bucketLines === 0) {
      for (let line = 0; line < length; line++) current[line] = values[slots[line]!]!;
      return;
    }
    for (let line = 0; line < length;) {
      let count = 0;
      for (const end = line + this.#bucketLines; line < end; line++) {
        count += values[slots[line]!]!;
        current[line] = count;
      }
      current[line] = values[slots[line]!]!;
      current[line + 1] = count;
      line += 2;
    }
  }

  /** Writes the text anew from line `first` on, whose number has another length now. */
  #rewriteFrom(first: number): void {
    const room = this.#length + (this.#current.length - first) * NUMBER_ROOM;
    if (this.#spare.bytes.length < room) this.#spare = bytesOf(new Uint8Array(room));
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
      write = numbers.copyTo(target.bytes, at + moved);
      target.bytes[write++] = NEWLINE;
      read = end + 1;
      this.#shown[i] = value;
    }
    copyBytes(source, read, this.#length, target, write);
    this.#length = write + this.#length - read;
    this.#text = target;
    this.#spare = source;
  }
}

/** The slots that a series' lines show, in order; a histogram has one line more than slots. */
function lineSlots({ slot, width }: Series, isHistogram: boolean): number[] {
  const slots = Array.from({ length: width }, (_, i) => slot + i);
  return isHistogram ? [...slots, slot + width - 1] : slots;
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

/** Copies four bytes at a time: through a DataView that needs no alignment, and for the length of a line
 * it takes a third of the native call's time. */
function copyBytes(source: Bytes, start: number, end: number, target: Bytes, at: number): void {
  if (end - start > LONG_COPY) {
    target.bytes.set(source.bytes.subarray(start, end), at);
    return;
  }
  const from = source.view;
  const to = target.view;
  let i = start;
  let j = at;
  for (; i + 4 <= end; i += 4, j += 4) to.setInt32(j, from.getInt32(i, true), true);
  for (; i < end; i++, j++) target.bytes[j] = source.bytes[i]!;
}

function bytesOf(bytes: Uint8Array): Bytes {
  return { bytes, view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}
