/**
 * How a message of OTLP is described: fields by number, name and kind, as opentelemetry-proto numbers them. One
 * description serves both encodings, protobuf and JSON. Data only; the readers are in `read-protobuf.ts` and `read-json.ts`.
 *
 * Kinds are what a value becomes here: `nanos` are whole microseconds, `hex` a text, `int64` a number where it is exact
 * and a decimal text where it is not.
 */

/** Kinds of values that are no messages. */
export type ScalarKind =
  | 'string'
  | 'bool'
  | 'bytes'
  | 'hex'
  | 'double'
  | 'enum'
  | 'uint32'
  | 'fixed32'
  | 'sint32'
  | 'int64'
  | 'uint64'
  | 'fixed64'
  | 'sfixed64'
  | 'nanos';

/** One field. */
export interface MessageField {
  readonly number: number;
  /** As JSON writes it. */
  readonly name: string;
  readonly kind: ScalarKind | Message;
  readonly isRepeated: boolean;
}

/** One message. */
export interface Message {
  readonly name: string;
  /** By number; empty where there is none. */
  readonly byNumber: readonly (MessageField | undefined)[];
  readonly byName: ReadonlyMap<string, MessageField>;
}

/** What was read: fields by name; what was absent is absent. */
export type Decoded = Record<string, unknown>;

/** Messages within messages: beyond it a request is refused. OTLP itself needs eight; the rest is nested values. */
export const MOST_DEPTH = 100;

/** Why bytes are no message. Never leaves the room: `decode.ts` catches it. */
export class Undecodable extends Error {
  override readonly name = 'Undecodable';
}

type Kind = ScalarKind | Message;
type Declared =
  readonly [number: number, kind: Kind] | readonly [number: number, kind: Kind, repeated: 'list'];

/** Describes a message. */
export function message(name: string, fields: Readonly<Record<string, Declared>>): Message {
  const byNumber: MessageField[] = [];
  const byName = new Map<string, MessageField>();
  for (const [field, [number, kind, repeated]] of Object.entries(fields)) {
    const one = { number, name: field, kind, isRepeated: repeated === 'list' };
    byNumber[number] = one;
    byName.set(field, one);
  }
  return { name, byNumber, byName };
}
