/** Exemplars: single measurements of a series that name the trace they were part of. The board's owner hands them in. */
import { Labels } from '../../promql/labels.js';

/** One exemplar. */
export interface ArchivedExemplar {
  /** Of its series, the name included. */
  readonly labels: Labels;
  readonly value: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Milliseconds since the epoch. */
  readonly timeMs: number;
}

/** Hands out exemplars. */
export interface ExemplarSource {
  /** What was measured since the last call. */
  take(): readonly ArchivedExemplar[];
}

type Stored = readonly [
  labels: readonly (readonly [string, string])[],
  value: number,
  traceId: string,
  timeMs: number,
  spanId: string,
];

/** Of each series the newest: what a scrape would have met that is made now. */
export function newestOfEach(exemplars: readonly ArchivedExemplar[]): readonly ArchivedExemplar[] {
  const newest = new Map<string, ArchivedExemplar>();
  for (const one of exemplars) {
    const known = newest.get(one.labels.key);
    if (known === undefined || one.timeMs >= known.timeMs) newest.set(one.labels.key, one);
  }
  return [...newest.values()];
}

/** As they stand in the journal. */
export function encodeExemplars(exemplars: readonly ArchivedExemplar[]): Buffer {
  return Buffer.from(
    JSON.stringify(
      exemplars.map(({ labels, value, traceId, timeMs, spanId }): Stored => [
        labels.entries(),
        value,
        traceId,
        timeMs,
        spanId,
      ]),
    ),
  );
}

/** None for what cannot be read. */
export function decodeExemplars(bytes: Uint8Array): ArchivedExemplar[] {
  try {
    const stored = JSON.parse(
      Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'),
    ) as readonly Stored[];
    return stored.map(([labels, value, traceId, timeMs, spanId]) => ({
      labels: Labels.from(labels),
      value,
      traceId,
      timeMs,
      spanId,
    }));
  } catch {
    return [];
  }
}
