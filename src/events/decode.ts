/**
 * Lines to events. A line is one JSON object; decoding validates it against its schema and
 * fills in `node`. Nothing here throws on bad input: the verdict is in the decoder's fields.
 *
 * The decoder is one object per stream, reused for every line, so that a good line allocates nothing
 * but its event.
 */
import { envelopeFields, MAX_LINE_BYTES, PROTOCOL_VERSION } from './envelope.js';
import type { FieldProblem, InvalidReason } from './problem.js';
import { checkFields } from './validate.js';
import { schemaByType, schemas, type StreamEvent } from './vocabulary.js';
import type { EventSchema } from './schema.js';

/** What became of a line. */
export type Verdict = 'event' | 'unknown' | 'invalid';

/** Position of each schema in `schemas`. */
const indexOf: ReadonlyMap<EventSchema, number> = new Map(schemas.map((schema, i) => [schema, i]));

/** Decodes the lines of one stream. Read the fields after each `decode`. */
export class LineDecoder {
  /** The node that lines without `node` speak for; the owner sets it from `hello`. */
  node: string | undefined;
  /** Index in `schemas` of the last event. */
  index = -1;
  event: StreamEvent | undefined;
  reason: InvalidReason = 'not_json';
  /** For people: path, what was found, what was expected. */
  detail = '';
  /** Fields of the last event that its schema does not know: tolerated, counted. */
  unknownFields = 0;
  /** The type of a line of unknown type. */
  unknownType = '';

  /** @param line one line without its newline */
  decode(line: string): Verdict {
    this.event = undefined;
    this.unknownFields = 0;
    if (line.length > MAX_LINE_BYTES) return this.#invalid('oversize', `a line of ${line.length} characters`);
    let value: unknown;
    try {
      value = JSON.parse(line);
    } catch (error) {
      return this.#invalid('not_json', (error as Error).message);
    }
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      return this.#invalid('not_an_object', 'expected one JSON object');
    }
    return this.#decodeObject(value as Record<string, unknown>);
  }

  #decodeObject(raw: Record<string, unknown>): Verdict {
    const type = raw['type'];
    if (raw['v'] !== undefined && raw['v'] !== PROTOCOL_VERSION) {
      return this.#invalid(
        'wrong_version',
        `v: found ${JSON.stringify(raw['v'])}, expected ${PROTOCOL_VERSION}`,
      );
    }
    if (typeof type !== 'string') return this.#invalid('missing_field', 'type: expected a string');
    const schema = schemaByType.get(type);
    if (!schema) {
      this.unknownType = type;
      return 'unknown';
    }
    raw['node'] ??= this.node;
    if (raw['node'] === undefined) return this.#invalid('no_hello', 'node: absent, and no hello named it');
    const { seq: _seq, ...withoutSeq } = envelopeFields;
    const envelope = schema.domain === 'stream' || schema.domain === 'source' ? withoutSeq : envelopeFields;
    const problem: FieldProblem | undefined = checkFields(raw, envelope) ?? checkFields(raw, schema.fields);
    if (problem) return this.#invalid(problem.reason, problem.detail);
    for (const key in raw) {
      if (key !== 'type' && key !== 'v' && !(key in envelopeFields) && !(key in schema.fields))
        this.unknownFields++;
    }
    this.index = indexOf.get(schema)!;
    this.event = raw as unknown as StreamEvent;
    return 'event';
  }

  #invalid(reason: InvalidReason, detail: string): Verdict {
    this.reason = reason;
    this.detail = detail;
    return 'invalid';
  }
}
