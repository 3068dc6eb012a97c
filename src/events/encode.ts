/** Events to lines: canonical key order (type, envelope, then the fields as declared), no newline. */
import { schemas, type StreamEvent } from './vocabulary.js';

/** Writes one event of a known schema from its parts. `body` is not kept. */
export type RecordEncoder = (
  node: string | undefined,
  tsUs: number,
  monoUs: number | undefined,
  seq: number | undefined,
  weight: number | undefined,
  body: Readonly<Record<string, unknown>>,
) => string;

/** One encoder per schema, by its index in `schemas`. Throws on a body that JSON cannot hold. */
export const encoders: readonly RecordEncoder[] = schemas.map(
  (schema) => (node, tsUs, monoUs, seq, weight, body) =>
    stringify({ type: schema.type, node, ts_us: tsUs, mono_us: monoUs, seq, weight, ...body }),
);

/** Writes a whole event. */
export function encodeEvent(event: StreamEvent): string {
  return stringify(event);
}

function stringify(value: object): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));
}
