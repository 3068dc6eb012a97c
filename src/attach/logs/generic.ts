/**
 * Structured logs of programs that state our events themselves: the name of the event in a field, its fields by our
 * names beside it or nested. For the usual loggers of Rust and Go; a table of messages stands in for a name.
 *
 * Never guesses: a line without a name that we know, and whose message is in no table, is none.
 */
import { schemaByType } from '../../events/vocabulary.js';
import type { Expression } from './expression.js';
import type { Told } from './adapter.js';

/** Where a structured log has what. */
export interface Generic {
  /** Paths that may name the event, such as `event` and `event.name`. */
  readonly name: readonly string[];
  /** Path of the message. */
  readonly message: string;
  /** Where the fields are: a path with its dot, or empty for the top level. */
  readonly fields: string;
  /** Event by message, for lines that name none. */
  readonly messages: ReadonlyMap<string, string>;
}

const told = new Map<string, Told | undefined>();

/** What a line tells that states an event of ours; undefined when it is none. `field` reads the line. */
export function statedEvent(generic: Generic, field: (path: string) => unknown): Told | undefined {
  for (const path of generic.name) {
    const name = field(path);
    if (typeof name === 'string' && schemaByType.has(name)) return toldOf(generic.fields, name);
  }
  const message = field(generic.message);
  const type = typeof message === 'string' ? generic.messages.get(message) : undefined;
  return type === undefined ? undefined : toldOf(generic.fields, type);
}

/** The fields of an event by their own names. At most one entry per event and place of fields. */
function toldOf(prefix: string, type: string): Told | undefined {
  const key = `${prefix}${type}`;
  if (told.has(key)) return told.get(key);
  const schema = schemaByType.get(type)!;
  const isOurs = schema.domain !== 'stream' && schema.domain !== 'source';
  const fields = Object.keys(schema.fields).map((name) => {
    const of: Expression = (scope) => scope.line(`${prefix}${name}`);
    return { name, of };
  });
  const entry = isOurs ? { type, fields } : undefined;
  told.set(key, entry);
  return entry;
}
