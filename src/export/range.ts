/**
 * What was, on its way out: the port to whatever keeps samples, and the way of its series into a document, piece by piece. A
 * piece is made when the one before was taken, so that memory is that of a piece and of one series, however long the range.
 */
import { QuorumscopeError } from '../base/errors.js';

/** Which samples are wanted; both ends inclusive, microseconds since the Unix epoch. */
export interface RangeRequest {
  /** Globs of metric names, of which one must match; of an empty list everything does. */
  readonly match: readonly string[];
  readonly fromUs: number;
  readonly toUs: number;
}

/** One series of numbers, as Prometheus would have scraped it. */
export interface RangeSeries {
  /** Of the sample, such as `hotstuff_network_latency_seconds_bucket`. */
  readonly name: string;
  /** Of the metric that it is a part of; where that is unknown, the sample's. `name` begins with it. */
  readonly metric: string;
  readonly kind: 'counter' | 'gauge' | 'histogram' | 'summary' | 'unknown';
  /** Base unit, where it is known and the metric has one. */
  readonly unit: string | undefined;
  /** Which number of the metric it is. */
  readonly field: 'value' | 'bucket' | 'quantile' | 'sum' | 'count';
  /** Without the name, sorted by name, no empty values. `le` and `quantile` are among them. */
  readonly labels: readonly (readonly [name: string, value: string])[];
}

/** Samples of one series in order of time, as many times as values, at most some thousands. */
export interface RangeBlock {
  /** Microseconds since the Unix epoch. */
  readonly timesUs: ArrayLike<number>;
  /** NaN and infinities are values; that a series ended is told by its having no more samples. */
  readonly values: ArrayLike<number>;
}

/** Where ranges are read from. Works in small steps; both may reject. */
export interface RangeSource {
  /**
   * Every series that matches and may have a sample in the range, in the source's order. Of a long range a series may come
   * again, with later samples.
   */
  series(request: RangeRequest, signal: AbortSignal): AsyncIterable<RangeSeries>;
  /** The samples of a series that `series` has just given, both ends inclusive. None is fine. */
  read(series: RangeSeries, fromUs: number, toUs: number, signal: AbortSignal): AsyncIterable<RangeBlock>;
}

/** A range as encoders are given it. */
export interface Range {
  readonly fromUs: number;
  readonly toUs: number;
  /** Each with its samples, which are read before the next series is asked for, or not at all. */
  readonly series: AsyncIterable<{
    readonly series: RangeSeries;
    readonly blocks: AsyncIterable<RangeBlock>;
  }>;
}

/** Writes ranges in one format. */
export interface RangeEncoder {
  readonly format: string;
  readonly contentType: string;
  /** Small texts that make up the document; or bytes, when all of it is bytes. */
  encode(range: Range): AsyncIterable<string | Uint8Array>;
}

/** Pieces have about this size, characters. */
const PIECE_LENGTH = 65_536;

/**
 * The document of a range, in pieces.
 * @throws QuorumscopeError `export.aborted` when `signal` is before the end, so that no half passes for a whole; whatever
 * the source throws
 */
export async function* rangeDocument(
  source: RangeSource,
  encoder: RangeEncoder,
  request: RangeRequest,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const { fromUs, toUs } = request;
  let text = '';
  for await (const part of encoder.encode({ fromUs, toUs, series: opened(source, request, signal) })) {
    if (typeof part !== 'string') {
      yield part;
      continue;
    }
    text += part;
    if (text.length < PIECE_LENGTH) continue;
    yield Buffer.from(text);
    text = '';
  }
  if (signal.aborted) throw new QuorumscopeError('export.aborted', 'input', 'the export was broken off');
  if (text !== '') yield Buffer.from(text);
}

async function* opened(
  source: RangeSource,
  request: RangeRequest,
  signal: AbortSignal,
): AsyncGenerator<{ readonly series: RangeSeries; readonly blocks: AsyncIterable<RangeBlock> }> {
  for await (const series of source.series(request, signal)) {
    if (signal.aborted) return;
    yield { series, blocks: source.read(series, request.fromUs, request.toUs, signal) };
  }
}
