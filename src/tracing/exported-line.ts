/**
 * A log line as plain data on its way to an exporter: what may leave of its fields, in bounded form. Ids of trace and span are no fields
 * any more: they say where the line belongs. Knows nothing of OpenTelemetry.
 */
import type { LogFields } from '../base/logger.js';

/** Levels that are exported. */
export type ExportedLevel = 'info' | 'warn' | 'error';

/** What a field can be. */
export type FieldValue = string | number | boolean | readonly string[];

/** One line. */
export interface ExportedLine {
  readonly level: ExportedLevel;
  readonly message: string;
  readonly fields: Readonly<Record<string, FieldValue>>;
  /** Microseconds since the Unix epoch. */
  readonly atUs: number;
  /** The trace of the view that it is about. */
  readonly traceId: string | undefined;
  readonly spanId: string | undefined;
}

const MOST_FIELDS = 32;
const MOST_ITEMS = 32;
const LONGEST = 1_000;

/** The line; never throws. */
export function exportedLine(
  level: ExportedLevel,
  message: string,
  { trace_id: traceId, span_id: spanId, ...others }: LogFields,
  atUs: number,
): ExportedLine {
  const fields: Record<string, FieldValue> = {};
  for (const [name, value] of Object.entries(others).slice(0, MOST_FIELDS)) {
    const bounded = valueOf(value);
    if (bounded !== undefined) fields[name] = bounded;
  }
  const textual = (id: unknown): string | undefined => (typeof id === 'string' ? id : undefined);
  return {
    level,
    message: cut(message),
    fields,
    atUs,
    traceId: textual(traceId),
    spanId: textual(spanId),
  };
}

function valueOf(value: unknown): FieldValue | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'boolean' || typeof value === 'number') return value;
  if (Array.isArray(value)) return value.slice(0, MOST_ITEMS).map(textOf);
  return textOf(value);
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return cut(value);
  if (value instanceof Error) return cut(value.message);
  try {
    return cut(typeof value === 'bigint' ? value.toString() : (JSON.stringify(value) ?? String(value)));
  } catch {
    return 'not convertible';
  }
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text;
}
