/** The counters of the OTLP door. Those of every kind of record are there from the start, at 0. */
import type { Board } from '../../metrics/board.js';
import { otlpMetrics } from './catalogue.js';
import type { Signal } from './requests.js';
import { recordKinds, type Tally } from './tally.js';

/** What becomes of requests. */
export type RequestOutcome =
  | 'accepted'
  | 'partial'
  | 'malformed'
  | 'too_large'
  | 'media_type'
  | 'encoding'
  | 'method'
  | 'path'
  | 'unauthorized'
  | 'foreign'
  | 'busy'
  | 'broken_off'
  | 'failed';

/** Counts what comes. */
export class OtlpMeter {
  readonly #board: Board;

  constructor(board: Board) {
    this.#board = board;
    for (const kind of recordKinds)
      for (const of of [otlpMetrics.received, otlpMetrics.mapped, otlpMetrics.ignored])
        board.counter(of).at(kind).add(0);
    board.counter(otlpMetrics.resets).at().add(0);
    board.gauge(otlpMetrics.resources).at().set(0);
  }

  /** @param signal undefined where the path names none */
  request(signal: Signal | undefined, outcome: RequestOutcome, tookUs: number): void {
    const of = signal ?? 'none';
    this.#board.counter(otlpMetrics.requests).at(of, outcome).add();
    this.#board
      .histogram(otlpMetrics.duration)
      .at(of)
      .observe(tookUs / 1e6);
  }

  bytes(signal: Signal, count: number): void {
    this.#board.counter(otlpMetrics.bytes).at(signal).add(count);
  }

  /** What became of the records of a request. */
  records({ kinds }: Tally): void {
    for (const [kind, { received, mapped, ignored, rejected }] of kinds) {
      if (received === 0) continue;
      this.#board.counter(otlpMetrics.received).at(kind).add(received);
      this.#board.counter(otlpMetrics.mapped).at(kind).add(mapped);
      this.#board.counter(otlpMetrics.ignored).at(kind).add(ignored);
      for (const [reason, count] of rejected)
        this.#board.counter(otlpMetrics.rejected).at(kind, reason).add(count);
    }
  }

  /** A counter or histogram began anew. */
  reset(): void {
    this.#board.counter(otlpMetrics.resets).at().add();
  }

  resources(count: number): void {
    this.#board.gauge(otlpMetrics.resources).at().set(count);
  }
}
