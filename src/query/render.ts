/**
 * Answers as the JSON of Prometheus's API. Text is put together by hand: labels of a series are written once, and
 * numbers never pass through objects that are thrown away.
 */
import type { MatrixSeries, QueryValue } from '../promql/engine.js';
import type { Labels } from '../promql/labels.js';
import { formatSample } from '../promql/numbers.js';

/** What an answer carries besides its data. */
export interface Remarks {
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

/** A successful answer around `data`, which is JSON already. */
export function renderSuccess(data: string, { warnings = [], infos = [] }: Remarks = {}): string {
  const remarks =
    (warnings.length > 0 ? `,"warnings":${JSON.stringify(warnings)}` : '') +
    (infos.length > 0 ? `,"infos":${JSON.stringify(infos)}` : '');
  return `{"status":"success","data":${data}${remarks}}\n`;
}

/** An error. */
export function renderError(errorType: string, error: string): string {
  return `${JSON.stringify({ status: 'error', errorType, error })}\n`;
}

/** Samples written before others get a turn on the event loop: a few milliseconds. */
const SAMPLES_A_TURN = 10_000;

/** At most `limit` series of a query's answer. Long ones are written in many turns; `isGivenUp` ends that early. */
export async function renderValue(
  value: QueryValue,
  limit = Infinity,
  isGivenUp = (): boolean => false,
): Promise<string> {
  const pieces: string[] = [];
  let written = 0;
  for (const { text, samples } of resultOf(value, limit)) {
    pieces.push(text);
    written += samples;
    if (written < SAMPLES_A_TURN) continue;
    written = 0;
    await new Promise(setImmediate);
    if (isGivenUp()) break;
  }
  return `{"resultType":"${value.type}","result":${pieces.join('')}}`;
}

/** How many series an answer has. */
export function seriesIn(value: QueryValue): number {
  if (value.type === 'vector') return value.samples.length;
  return value.type === 'matrix' ? value.series.length : 0;
}

/** A label set as an object. */
export function renderLabels({ names, values }: Labels): string {
  return `{${names.map((name, i) => `${JSON.stringify(name)}:${JSON.stringify(values[i])}`).join(',')}}`;
}

/** A stretch of an answer's text. */
interface Piece {
  readonly text: string;
  readonly samples: number;
}

function* resultOf(value: QueryValue, limit: number): Generator<Piece> {
  switch (value.type) {
    case 'scalar':
      yield { text: sample(value.timeMs, value.value), samples: 1 };
      return;
    case 'string':
      yield { text: `[${value.timeMs / 1000},${JSON.stringify(value.value)}]`, samples: 1 };
      return;
    case 'vector':
      yield* list(value.samples, limit, function* (one) {
        const at = sample(value.timeMs, one.value);
        yield { text: `{"metric":${renderLabels(one.labels)},"value":${at}}`, samples: 1 };
      });
      return;
    case 'matrix':
      yield* list(value.series, limit, matrixRow);
  }
}

function* list<T>(
  items: readonly T[],
  limit: number,
  render: (item: T) => Iterable<Piece>,
): Generator<Piece> {
  yield { text: '[', samples: 0 };
  for (let i = 0; i < items.length && i < limit; i++) {
    if (i > 0) yield { text: ',', samples: 0 };
    yield* render(items[i]!);
  }
  yield { text: ']', samples: 0 };
}

function* matrixRow({ labels, times, values }: MatrixSeries): Generator<Piece> {
  yield { text: `{"metric":${renderLabels(labels)},"values":[`, samples: 0 };
  for (let from = 0; from < times.length; from += SAMPLES_A_TURN) {
    const to = Math.min(times.length, from + SAMPLES_A_TURN);
    let text = from === 0 ? '' : ',';
    for (let i = from; i < to; i++) text += `${i === from ? '' : ','}${sample(times[i]!, values[i]!)}`;
    yield { text, samples: to - from };
  }
  yield { text: ']}', samples: 0 };
}

function sample(timeMs: number, value: number): string {
  return `[${timeMs / 1000},"${formatSample(value)}"]`;
}
