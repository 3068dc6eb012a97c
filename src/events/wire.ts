/**
 * What a line of each event type carries, in canonical order: `type`, the envelope, the event's own
 * fields. Interpreter, scanner, acceptor, encoder, JSON Schema and docs all read this one table.
 *
 * `seq` is required of every counted domain, optional in `source.dropped`, absent from `hello`.
 * `weight` belongs to events that may be sampled and is refused on all others.
 */
import { envelopeFields } from './envelope.js';
import { optional, type EventSchema, type Field } from './schema.js';
import { schemas } from './vocabulary.js';

/** One field of a line. */
export interface WireField {
  readonly name: string;
  readonly field: Field;
}

/** The form of one event type on the wire. */
export interface WireForm {
  readonly schema: EventSchema;
  /** Position in `schemas`. */
  readonly index: number;
  /** Whether `v` is written: only `hello` needs to state it. */
  readonly statesVersion: boolean;
  /** Everything after `v` and `type`, in canonical order; `node` is always the first. */
  readonly fields: readonly WireField[];
  /** Whether the event may carry `weight`. */
  readonly sampled: boolean;
  /** Every key that a line of this type may have without it counting as unknown. */
  readonly keys: ReadonlySet<string>;
}

/** The wire form of every schema, by its index. */
export const wireForms: readonly WireForm[] = schemas.map(formOf);

/** Wire form by type string. */
export const wireFormByType: ReadonlyMap<string, WireForm> = new Map(
  wireForms.map((form) => [form.schema.type, form]),
);

function formOf(schema: EventSchema, index: number): WireForm {
  const { node, ts_us, mono_us, seq, weight } = envelopeFields;
  const envelope: Record<string, Field> = { node, ts_us, mono_us };
  if (schema.domain === 'source') envelope['seq'] = optional(seq);
  else if (schema.domain !== 'stream') envelope['seq'] = seq;
  const sampled = schema.sampled === true;
  if (sampled) envelope['weight'] = weight;
  const fields = Object.entries({ ...envelope, ...schema.fields }).map(([name, field]) => ({ name, field }));
  const keys = new Set(['v', 'type', ...fields.map(({ name }) => name)]);
  return { schema, index, statesVersion: schema.domain === 'stream', fields, sampled, keys };
}
