/**
 * Answers to range queries that are kept: of each question one stretch of steps, in the memory that is allowed. What was
 * used longest ago goes first; what belongs to another version of the samples than the one asked for goes at once.
 *
 * Kept answers are never changed: whoever holds one may go on reading while another takes its place.
 */
import type { MatrixSeries } from '../promql/engine.js';

/** A stretch of an answer: steps are numbered from the epoch. */
export interface KeptAnswer {
  /** Of the samples that it was made from. */
  readonly version: string;
  readonly firstStep: number;
  /** Inclusive. */
  readonly lastStep: number;
  readonly series: readonly MatrixSeries[];
}

/** Why an answer is kept no longer. */
export type DropReason = 'changed' | 'space';

/** Hears of what is dropped, and of the memory that is used. */
export interface KeptAnswersMeter {
  dropped(reason: DropReason): void;
  bytes(bytes: number): void;
}

interface Entry {
  readonly answer: KeptAnswer;
  readonly bytes: number;
}

/** One answer may take this share of the memory. */
const MOST_OF_ALL = 1 / 4;
/** Beside the samples, about: objects, and labels that are shared with the source while it has the series. */
const BYTES_PER_SERIES = 400;
const BYTES_PER_ENTRY = 400;

/** All that are kept, by question. */
export class KeptAnswers {
  readonly #maxBytes: number;
  readonly #meter: KeptAnswersMeter;
  /** Used longest ago first. */
  readonly #entries = new Map<string, Entry>();
  #bytes = 0;

  /** @param maxBytes most memory, about */
  constructor(maxBytes: number, meter: KeptAnswersMeter) {
    this.#maxBytes = maxBytes;
    this.#meter = meter;
    meter.bytes(0);
  }

  /** What is kept of a question, as long as it was made from this version of the samples. */
  get(question: string, version: string): KeptAnswer | undefined {
    const entry = this.#entries.get(question);
    if (entry === undefined) return undefined;
    this.#entries.delete(question);
    if (entry.answer.version === version) {
      this.#entries.set(question, entry);
      return entry.answer;
    }
    this.#bytes -= entry.bytes;
    this.#meter.dropped('changed');
    this.#meter.bytes(this.#bytes);
    return undefined;
  }

  /** Keeps an answer in the place of what was kept of the question, where there is room. */
  set(question: string, answer: KeptAnswer): void {
    const bytes = bytesOf(question, answer);
    const before = this.#entries.get(question);
    if (bytes > this.#maxBytes * MOST_OF_ALL) return;
    if (before !== undefined) {
      this.#entries.delete(question);
      this.#bytes -= before.bytes;
    }
    this.#entries.set(question, { answer, bytes });
    this.#bytes += bytes;
    for (const [oldest, entry] of this.#entries) {
      if (this.#bytes <= this.#maxBytes) break;
      this.#entries.delete(oldest);
      this.#bytes -= entry.bytes;
      this.#meter.dropped('space');
    }
    this.#meter.bytes(this.#bytes);
  }
}

function bytesOf(question: string, { series }: KeptAnswer): number {
  let bytes = BYTES_PER_ENTRY + 2 * question.length;
  for (const { times } of series) bytes += BYTES_PER_SERIES + 16 * times.length;
  return bytes;
}
