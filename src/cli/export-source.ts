/**
 * Where an export takes samples from, a stretch of time at a time, so that the length of the range does not matter: a
 * data folder, or any server that answers Prometheus's API.
 */
import type { ArchiveReader } from '../history/archive/archive-reader.js';
import { readStretch } from '../history/archive/stretches.js';
import { Labels } from '../promql/labels.js';
import { parseSelector } from '../promql/parse.js';
import type { Series } from '../promql/series.js';

/** Gives samples. */
export interface ExportSource {
  /** When the first of all was taken, milliseconds since the epoch; undefined where nobody can say. */
  firstMs(): Promise<number | undefined>;
  /** Samples after `afterMs` and up to `toMs`. Rejects with what to tell the user. */
  read(afterMs: number, toMs: number): Promise<readonly Series[]>;
}

/** Samples of a data folder. */
export function folderSource(reader: ArchiveReader, selector: string): ExportSource {
  const matchers = parseSelector(selector);
  return {
    firstMs: async () => {
      const firstMs = await reader.firstMs();
      return firstMs === undefined ? undefined : firstMs - 1;
    },
    read: (afterMs, toMs) => readStretch(reader, matchers, { afterMs, toMs }),
  };
}

/** Samples of a server. */
export function serverSource(base: string, selector: string, signal: AbortSignal): ExportSource {
  return {
    firstMs: () => Promise.resolve(undefined),
    read: async (afterMs, toMs) => {
      // A range is open at its begin: one after the other they give each sample once.
      const query = `${selector}[${Math.round(toMs - afterMs)}ms]`;
      const url = new URL('api/v1/query', `${base.replace(/\/$/, '')}/`);
      const body = new URLSearchParams({ query, time: String(toMs / 1000) });
      const response = await fetch(url, { method: 'POST', body, signal });
      const answer = (await response.json()) as Answer;
      if (answer.status !== 'success') throw new Error(answer.error ?? `it answered ${response.status}`);
      return answer.data.result.map(({ metric, values }) => ({
        labels: Labels.from(Object.entries(metric)),
        times: Float64Array.from(values, ([seconds]) => Math.round(seconds * 1000)),
        values: Float64Array.from(values, ([, text]) => numberOf(text)),
      }));
    },
  };
}

interface Answer {
  readonly status: string;
  readonly error?: string;
  readonly data: {
    readonly result: readonly {
      readonly metric: Readonly<Record<string, string>>;
      readonly values: readonly (readonly [seconds: number, value: string])[];
    }[];
  };
}

function numberOf(text: string): number {
  return text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text);
}
