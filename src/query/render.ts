/**
 * Answers as the JSON of Prometheus's API. Text is put together by hand: labels of a series are written once, and
 * numbers never pass through objects that are thrown away.
 */
import type { QueryValue } from '../promql/engine.js';
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

/** At most `limit` series of a query's answer. */
export function renderValue(value: QueryValue, limit = Infinity): string {
  return `{"resultType":"${value.type}","result":${resultOf(value, limit)}}`;
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

function resultOf(value: QueryValue, limit: number): string {
  switch (value.type) {
    case 'scalar':
      return sample(value.timeMs, value.value);
    case 'string':
      return `[${value.timeMs / 1000},${JSON.stringify(value.value)}]`;
    case 'vector':
      return list(value.samples, limit, (one) => {
        const at = sample(value.timeMs, one.value);
        return `{"metric":${renderLabels(one.labels)},"value":${at}}`;
      });
    case 'matrix':
      return list(value.series, limit, ({ labels, times, values }) => {
        let text = `{"metric":${renderLabels(labels)},"values":[`;
        for (let i = 0; i < times.length; i++)
          text += `${i === 0 ? '' : ','}${sample(times[i]!, values[i]!)}`;
        return `${text}]}`;
      });
  }
}

function list<T>(items: readonly T[], limit: number, render: (item: T) => string): string {
  return `[${(items.length > limit ? items.slice(0, limit) : items).map(render).join(',')}]`;
}

function sample(timeMs: number, value: number): string {
  return `[${timeMs / 1000},"${formatSample(value)}"]`;
}
