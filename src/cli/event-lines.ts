/**
 * Composes the event lines of many nodes that share a file. What consecutive lines have in common is copied
 * instead of written again: the opening of a node's lines of a type, the stamps of an instant, and all that
 * follows the envelope where the same body is stated by one node after the other, as simulated nodes do.
 *
 * Copies are taken from lines earlier in the same chunk, as long as it is not emptied. It writes exactly what
 * the encoder writes, or nothing.
 */
import type { EventPlan } from '../attach/hooks/event-plan.js';
import { lineValues, NOT_PLAIN } from '../attach/hooks/line-values.js';
import { tailWriter } from '../attach/hooks/line-writer.js';
import { LineMemory, SLACK, wordsOf, type Target } from '../attach/hooks/words.js';
import { schemas } from '../events/vocabulary.js';

/** What a tap is given, and by whom. */
export interface TappedEvent {
  readonly plan: EventPlan;
  readonly tsUs: number;
  readonly monoUs: number;
  readonly seq: number;
  /** Never changed once it was stated: the same object has the same text. */
  readonly body: Readonly<Record<string, unknown>>;
}

/** Room for stamps and `seq` with their names, and for what copying writes beyond the text. */
const ENVELOPE_BYTES = 128;

/** Bodies remembered per type: one record of a disk makes two events of a type. */
const BODIES = 2;

const TS = wordsOf(',"ts_us":');
const TS_LENGTH = ',"ts_us":'.length;
const MONO = wordsOf(',"mono_us":');
const MONO_LENGTH = ',"mono_us":'.length;
const SEQ = wordsOf(',"seq":');
const SEQ_LENGTH = ',"seq":'.length;

/** How the lines of one type of one node begin: `{"type":"...","node":"..."`. */
interface Opening {
  readonly length: number;
  readonly words: readonly number[];
  /** Whether its bytes are its characters. */
  readonly isPlain: boolean;
  /** The most bytes that such a line may need, lists apart. */
  readonly room: number;
}

/** Who states the events of a stream that shares its file with others. */
export class LineAuthor {
  readonly node: string;
  readonly #openings: (Opening | undefined)[] = schemas.map(() => undefined);

  constructor(node: string) {
    this.node = node;
  }

  /** How this author's lines of a type begin. */
  opening(plan: EventPlan): Opening {
    return this.#openings[plan.index] ?? this.#open(plan);
  }

  #open({ index, type }: EventPlan): Opening {
    const text = `{"type":"${type}","node":${JSON.stringify(this.node)}`;
    const { length } = text;
    const room = length + ENVELOPE_BYTES + tailWriter(index).maxBytes;
    const opening = { length, words: wordsOf(text), isPlain: Buffer.byteLength(text) === length, room };
    this.#openings[index] = opening;
    return opening;
  }
}

/** Writes the lines of one chunk after the other. */
export class EventLines {
  readonly #target: Target;
  readonly #memory = new LineMemory();
  // Where the stamps stand that were written last.
  #tsUs = -1;
  #monoUs = -1;
  #stampsAt = 0;
  #stampsEnd = 0;
  // By type, the bodies that were written last and where their text stands.
  readonly #bodies: (object | undefined)[] = new Array<object | undefined>(BODIES * schemas.length);
  readonly #starts = new Int32Array(BODIES * schemas.length);
  readonly #ends = new Int32Array(BODIES * schemas.length);

  /** @param target the chunk; all lines go there */
  constructor(target: Target) {
    this.#target = target;
    this.emptied();
  }

  /** The chunk was emptied: its lines are not there any more. */
  emptied(): void {
    this.#tsUs = -1;
    this.#bodies.fill(undefined);
  }

  /** Writes a line to `at`, where there is `opening.room`. @returns the position after it, or `NOT_PLAIN` */
  put(at: number, opening: Opening, { plan, tsUs, monoUs, seq, body }: TappedEvent): number {
    if (!opening.isPlain) return NOT_PLAIN;
    const { view } = this.#target;
    const { words } = opening;
    for (let i = 0, to = at; i < words.length; i++, to += 8) view.setFloat64(to, words[i]!, true);
    const stamped = this.#putStamps(at + opening.length, tsUs, monoUs);
    if (stamped < 0) return NOT_PLAIN;
    const counted = lineValues.putUint(this.#target, stamped, seq);
    const end = counted < 0 ? NOT_PLAIN : this.#putTail(counted, plan.index, body);
    // Another line will be written over this one, stamps and all.
    if (end < 0) this.#tsUs = -1;
    return end;
  }

  #putStamps(at: number, tsUs: number, monoUs: number): number {
    if (tsUs === this.#tsUs && monoUs === this.#monoUs)
      return copy(this.#target.view, this.#stampsAt, this.#stampsEnd, at);
    const target = this.#target;
    const { view } = target;
    view.setFloat64(at, TS[0]!, true);
    view.setFloat64(at + 8, TS[1]!, true);
    const wall = lineValues.putWall(target, at + TS_LENGTH, tsUs, this.#memory);
    if (wall < 0) return NOT_PLAIN;
    view.setFloat64(wall, MONO[0]!, true);
    view.setFloat64(wall + 8, MONO[1]!, true);
    const mono = lineValues.putMono(target, wall + MONO_LENGTH, monoUs, this.#memory);
    if (mono < 0) return NOT_PLAIN;
    view.setFloat64(mono, SEQ[0]!, true);
    this.#tsUs = tsUs;
    this.#monoUs = monoUs;
    this.#stampsAt = at;
    this.#stampsEnd = mono + SEQ_LENGTH;
    return this.#stampsEnd;
  }

  #putTail(at: number, index: number, body: TappedEvent['body']): number {
    const newer = BODIES * index;
    const bodies = this.#bodies;
    for (let i = newer; i < newer + BODIES; i++)
      if (bodies[i] === body) return this.#copyTail(this.#starts[i]!, this.#ends[i]!, at);
    const end = tailWriter(index).write(this.#target, at, body, this.#memory);
    if (end < 0) return NOT_PLAIN;
    bodies[newer + 1] = bodies[newer];
    this.#starts[newer + 1] = this.#starts[newer]!;
    this.#ends[newer + 1] = this.#ends[newer]!;
    bodies[newer] = body;
    this.#starts[newer] = at;
    this.#ends[newer] = end;
    return end;
  }

  #copyTail(start: number, end: number, at: number): number {
    const { bytes, view } = this.#target;
    // A long list may have more text than a line is sure to have room for.
    return at + end - start + SLACK > bytes.length ? NOT_PLAIN : copy(view, start, end, at);
  }
}

/** Copies earlier text; `SLACK` covers what the last word writes beyond it. */
function copy(view: DataView, start: number, end: number, at: number): number {
  let to = at;
  for (let from = start; from < end; from += 8, to += 8)
    view.setFloat64(to, view.getFloat64(from, true), true);
  return at + end - start;
}
