/**
 * What an adapter is: how lines of a program's log become events of ours, as data. Shipped adapters are YAML files in
 * `adapters/`; a user's own have the same form. Reading one finds all its problems; a read adapter cannot fail later.
 *
 * An adapter states what its log cannot tell (`cannot_tell`), so that what stays unknown is known to stay so.
 */
import { parse } from 'yaml';
import { schemaByType } from '../../events/vocabulary.js';
import { protocolVariants } from '../../events/envelope.js';
import type { Generic } from './generic.js';
import { compileExpression, type Expression } from './expression.js';
import { compileTemplate, type Template } from './template.js';
import type { Told } from './told.js';
import { timeForms, type TimeForm } from './time.js';

/** One kind of line. */
export interface LinePattern {
  readonly name: string;
  /** A line without this text is none of this kind. */
  readonly literal: string;
  /** The form of the message, in text logs. */
  readonly message: Template | undefined;
  /** What fields must hold, in JSON logs. */
  readonly when: readonly { readonly path: string; readonly is: string }[];
  readonly tells: readonly Told[];
  /** What later lines may need, by name. */
  readonly keep: readonly { readonly name: string; readonly of: Expression }[];
  /** What later lines may ask by key. */
  readonly remember: readonly {
    readonly memory: string;
    readonly key: Expression;
    readonly value: Expression;
  }[];
  /** The program has started anew. */
  readonly beginsRun: boolean;
}

/** An adapter that has been read. */
export interface Adapter {
  readonly id: string;
  readonly title: string;
  /** The versions that it was made for and tested with. */
  readonly versions: string;
  readonly protocol: (typeof protocolVariants)[number];
  readonly framing: 'text' | 'json' | 'json_tail';
  /** The form of a whole line, in text logs; it catches `message`. */
  readonly line: Template | undefined;
  /** `isCoarse`: while a log is followed, the moment at which a line came is nearer the truth than what it prints. */
  readonly time: { readonly field: string; readonly form: TimeForm; readonly isCoarse: boolean };
  /** Lines of other nodes in the same log are passed over: the field must be prefix and validator. */
  readonly own: { readonly field: string; readonly prefix: string } | undefined;
  /** Leaders take turns over the validators in the order given; undefined where no rule is known. */
  readonly rotation: { readonly offset: number } | undefined;
  readonly patterns: readonly LinePattern[];
  /** The program states our events itself. */
  readonly generic: Generic | undefined;
  readonly cannotTell: readonly string[];
}

type Raw = Readonly<Record<string, unknown>>;

/** Reads an adapter. @returns all its problems, each with its place, where it has some */
export function readAdapter(text: string): Adapter | { readonly problems: readonly string[] } {
  const problems: string[] = [];
  let raw: Raw;
  try {
    raw = mapOf(parse(text, { maxAliasCount: 0 }));
  } catch (error) {
    return { problems: [`no YAML: ${error instanceof Error ? error.message : String(error)}`] };
  }
  const at = (place: string, problem: string): undefined => void problems.push(`${place}: ${problem}`);
  const word = (key: string): string =>
    typeof raw[key] === 'string' ? raw[key] : (at(key, 'expected a text') ?? '');
  const framing = oneOf(raw['framing'], ['text', 'json', 'json_tail'] as const);
  if (!framing) at('framing', 'expected text, json or json_tail');
  const protocol = oneOf(raw['protocol'], protocolVariants);
  if (!protocol) at('protocol', `expected one of ${protocolVariants.join(', ')}`);
  const time = mapOf(raw['time']);
  const form = oneOf(time['form'], timeForms);
  if (!form) at('time.form', `expected one of ${timeForms.join(', ')}`);
  const line = raw['line'] === undefined ? undefined : compileTemplate(textOf(raw['line']));
  if (typeof line === 'string') at('line', line);
  else if (framing !== 'json' && line === undefined) at('line', 'expected the form of a line');
  const own = raw['own'] === undefined ? undefined : mapOf(raw['own']);
  const patterns = listOf(raw['patterns']).map((pattern, index) =>
    readPattern(mapOf(pattern), `patterns[${index}]`, framing ?? 'text', at),
  );
  const generic = raw['generic'] === undefined ? undefined : readGeneric(mapOf(raw['generic']), at);
  if (generic && framing !== 'json') at('generic', 'needs framing json');
  if (patterns.length === 0 && !generic) at('patterns', 'expected at least one');
  const adapter: Adapter = {
    id: word('id'),
    title: word('title'),
    versions: word('versions'),
    protocol: protocol ?? 'other',
    framing: framing ?? 'text',
    line: typeof line === 'string' ? undefined : line,
    time: {
      field: textOf(time['field']),
      form: form ?? 'rfc3339',
      isCoarse: time['coarse'] === true,
    },
    own: own && { field: textOf(own['field']), prefix: textOf(own['prefix']) },
    rotation:
      raw['rotation'] === undefined ? undefined : { offset: Number(mapOf(raw['rotation'])['offset']) },
    patterns,
    generic,
    cannotTell: listOf(raw['cannot_tell']).map(String),
  };
  return problems.length > 0 ? { problems } : adapter;
}

/** Takes note of a problem. */
export type Complain = (place: string, problem: string) => undefined;

/** Reads one pattern; its problems go to `at`. A framing other than text has fields to look at. */
export function readPattern(raw: Raw, place: string, framing: Adapter['framing'], at: Complain): LinePattern {
  const expression = (source: unknown, where: string): Expression => {
    const compiled = compileExpression(String(source));
    if (typeof compiled !== 'string') return compiled;
    at(where, compiled);
    return () => undefined;
  };
  const message = raw['message'] === undefined ? undefined : compileTemplate(textOf(raw['message']));
  if (typeof message === 'string') at(`${place}.message`, message);
  if (typeof message === 'object' && message.literal === '') at(`${place}.message`, 'no fixed word');
  const when = Object.entries(mapOf(raw['when'])).map(([path, is]) => ({ path, is: String(is) }));
  if (framing === 'text' && message === undefined) at(`${place}.message`, 'expected the form of the message');
  if (framing !== 'text' && when.length === 0 && message === undefined)
    at(`${place}.when`, 'expected a field and what it holds');
  const named = (key: string): { name: string; of: Expression }[] =>
    Object.entries(mapOf(raw[key])).map(([name, source]) => ({
      name,
      of: expression(source, `${place}.${key}.${name}`),
    }));
  return {
    name: textOf(raw['name']) || place,
    literal: typeof message === 'object' ? message.literal : (when[0]?.is ?? ''),
    message: typeof message === 'object' ? message : undefined,
    when,
    tells: listOf(raw['tells']).map((told, index) =>
      readTold(mapOf(told), `${place}.tells[${index}]`, expression, at),
    ),
    keep: named('keep'),
    remember: Object.entries(mapOf(raw['remember'])).map(([memory, pair]) => ({
      memory,
      key: expression(listOf(pair)[0], `${place}.remember.${memory}`),
      value: expression(listOf(pair)[1], `${place}.remember.${memory}`),
    })),
    beginsRun: raw['begins_run'] === true,
  };
}

function readGeneric(raw: Raw, at: Complain): Generic {
  const messages = new Map<string, string>();
  for (const [message, type] of Object.entries(mapOf(raw['messages']))) {
    if (schemaByType.has(textOf(type))) messages.set(message, textOf(type));
    else at(`generic.messages.${message}`, `${JSON.stringify(type)} is no event`);
  }
  const fields = textOf(raw['fields']);
  return {
    name: listOf(raw['name']).map(textOf),
    message: textOf(raw['message']),
    fields: fields === '' ? '' : `${fields}.`,
    messages,
  };
}

function readTold(
  raw: Raw,
  place: string,
  expression: (source: unknown, where: string) => Expression,
  at: Complain,
): Told {
  const type = String(raw['event']);
  const schema = schemaByType.get(type);
  if (!schema || schema.domain === 'stream' || schema.domain === 'source')
    at(`${place}.event`, `${JSON.stringify(type)} is no event`);
  const fields = Object.entries(mapOf(raw['fields'])).map(([name, source]) => {
    if (schema && !(name in schema.fields)) at(`${place}.fields`, `${type} has no field ${name}`);
    return { name, of: expression(source, `${place}.fields.${name}`) };
  });
  for (const [name, field] of Object.entries(schema?.fields ?? {}))
    if (!field.optional && !fields.some((one) => one.name === name))
      at(`${place}.fields`, `${type} needs ${name}`);
  return { type, fields };
}

function mapOf(found: unknown): Raw {
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? (found as Raw) : {};
}

function textOf(found: unknown): string {
  return typeof found === 'string' ? found : '';
}

function listOf(found: unknown): readonly unknown[] {
  return Array.isArray(found) ? found : [];
}

function oneOf<const T extends string>(found: unknown, of: readonly T[]): T | undefined {
  return of.find((one) => one === found);
}
