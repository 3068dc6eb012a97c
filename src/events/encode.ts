/**
 * Events to lines: canonical key order (type, envelope, then the fields as declared), no newline.
 * `hello` states the version, all else leaves it out. Throws `events.encoding` on a value that the
 * decoder would refuse; nothing half-written comes out.
 *
 * One encoder per schema is generated; where the process forbids that, they are interpreted.
 */
import type { Envelope } from './envelope.js';
import { encoderSource, headOf, textFunctions, wordsByField } from './encoder-source.js';
import { generate, type FunctionMaker } from './generate.js';
import { MicrosecondsText, valueText, type Words } from './value-text.js';
import type { StreamEvent } from './vocabulary.js';
import { wireFormByType, wireForms, type WireField, type WireForm } from './wire.js';

/**
 * Writes one event of a known schema from its parts. `body` is not kept; keys that the schema does not
 * know are ignored, and so are `seq` and `weight` where the type has none.
 */
export type RecordEncoder = (
  node: string | undefined,
  tsUs: number,
  monoUs: number | undefined,
  seq: number | undefined,
  weight: number | undefined,
  body: Readonly<Record<string, unknown>>,
) => string;

const wall = new MicrosecondsText();
const mono = new MicrosecondsText();

/** Generates the encoders by index, or interprets where code generation is not allowed. */
export function createEncoders(make?: FunctionMaker): readonly RecordEncoder[] {
  return wireForms.map((form) => {
    const scope = { ...valueText, wall, mono, words: wordsByField(form) };
    return generate<RecordEncoder>(encoderSource(form), scope, make) ?? interpretingEncoder(form);
  });
}

/** One encoder per schema, by its index in `schemas`. */
export const encoders: readonly RecordEncoder[] = createEncoders();

/** Writes a whole event. */
export function encodeEvent(event: StreamEvent): string {
  const { type, node, ts_us, mono_us, seq, weight, ...body } = event as WholeEvent;
  return encoders[wireFormByType.get(type)!.index]!(node, ts_us, mono_us, seq, weight, body);
}

type WholeEvent = Partial<Envelope> & Pick<Envelope, 'type' | 'ts_us'>;

function interpretingEncoder(form: WireForm): RecordEncoder {
  const words = wordsByField(form);
  return (node, ts_us, mono_us, seq, weight, body) => {
    const values: Readonly<Record<string, unknown>> = { ...body, node, ts_us, mono_us, seq, weight };
    let line = headOf(form);
    for (const { name, field } of form.fields) {
      const value = values[name];
      if (field.optional && (value === undefined || value === null)) continue;
      line += `,"${name}":${textOf({ name, field }, value, words)}`;
    }
    return `${line}}`;
  };
}

function textOf({ name, field }: WireField, value: unknown, words: ReadonlyMap<string, Words>): string {
  if (field.kind === 'enum') return valueText.wordText(value, name, words.get(name)!);
  if (field.kind in textFunctions)
    return valueText[textFunctions[field.kind as keyof typeof textFunctions]](value, name);
  return valueText.structureText(value, name, field);
}
