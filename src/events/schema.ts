/**
 * How an event is declared. One declaration is the single source of the TypeScript type, the compiled
 * scanner, validator and encoder, the published JSON Schema, the typed hook and docs/EVENTS.md.
 *
 * An event is flat: fields hold scalars, lists of ids, or small maps with bounded values. Names are
 * snake_case with the unit last. Nothing here does work at run time beyond building the tables.
 */

/** What a field may hold on the wire. */
export type FieldKind =
  | 'id' // non-empty string, at most 256 characters: a validator, peer, block hash, transaction
  | 'text' // string, at most 1,024 characters, never a label value
  | 'enum' // one of a closed list of strings
  | 'uint' // integer 0..2^53-1; a decimal string is accepted
  | 'uint64' // integer 0..2^64-1; above 2^53-1 as decimal string
  | 'int' // signed safe integer; a decimal string is accepted
  | 'number' // any finite number
  | 'duration' // finite number >= 0, microseconds, fractions allowed
  | 'weight' // finite number >= 1; in the envelope of sampled events only
  | 'bool'
  | 'ids' // list of at most 10,000 ids
  | 'amounts' // map from a closed list of names to uint64
  | 'labels' // map of strings, at most 32 entries
  | 'bounds' // strictly ascending list of finite numbers, at most 256
  | 'validators' // list of {id, power, name?, public_key?}, at most 10,000
  | 'sequences'; // map from domain to uint

/** One member of the validator set as `hello` and `epoch_changed` announce it. */
export interface ValidatorEntry {
  readonly id: string;
  /** Voting power; 1 where all are equal. */
  readonly power: number | bigint;
  readonly name?: string;
  readonly public_key?: string;
}

/** A field's declaration; `T` is its TypeScript type, `O` says whether it may be absent. */
export interface Field<T = unknown, O extends boolean = boolean> {
  readonly kind: FieldKind;
  readonly optional: O;
  readonly doc: string;
  /** The closed list of an `enum`, or the keys of `amounts`. */
  readonly values?: readonly string[];
  /** Carries the type only; never present at run time. */
  readonly type?: T;
}

const field = <T>(kind: FieldKind, doc: string, values?: readonly string[]): Field<T, false> =>
  values === undefined ? { kind, optional: false, doc } : { kind, optional: false, doc, values };

export const id = (doc: string): Field<string, false> => field('id', doc);
export const text = (doc: string): Field<string, false> => field('text', doc);
export const uint = (doc: string): Field<number, false> => field('uint', doc);
export const uint64 = (doc: string): Field<number | bigint, false> => field('uint64', doc);
/** @public Completes the kinds; no event of ours has a signed integer yet. */
export const int = (doc: string): Field<number, false> => field('int', doc);
export const number = (doc: string): Field<number, false> => field('number', doc);
export const duration = (doc: string): Field<number, false> => field('duration', doc);
export const weight = (doc: string): Field<number, false> => field('weight', doc);
export const bool = (doc: string): Field<boolean, false> => field('bool', doc);
export const ids = (doc: string): Field<readonly string[], false> => field('ids', doc);
export const labels = (doc: string): Field<Readonly<Record<string, string>>, false> => field('labels', doc);
export const bounds = (doc: string): Field<readonly number[], false> => field('bounds', doc);
export const validators = (doc: string): Field<readonly ValidatorEntry[], false> => field('validators', doc);
export const sequences = (doc: string): Field<Readonly<Record<string, number>>, false> =>
  field('sequences', doc);

/** One of `values`, which are also the only label values that this field can produce. */
export function oneOf<const V extends readonly string[]>(doc: string, values: V): Field<V[number], false> {
  return field('enum', doc, values);
}

/** A map whose keys are all from `values` and whose values are uint64. */
export function amounts<const V extends readonly string[]>(
  doc: string,
  values: V,
): Field<Readonly<Partial<Record<V[number], number | bigint>>>, false> {
  return field('amounts', doc, values);
}

/** The same field, but it may be absent. */
export function optional<T>(of: Field<T, false>): Field<T, true> {
  return { ...of, optional: true };
}

/** The fields of one event type. */
export type Fields = Readonly<Record<string, Field>>;

type RequiredKeys<F extends Fields> = { [K in keyof F]: F[K]['optional'] extends true ? never : K }[keyof F];
type OptionalKeys<F extends Fields> = Exclude<keyof F, RequiredKeys<F>>;
type TypeOf<F> = F extends Field<infer T> ? T : never;
type Flat<T> = { [K in keyof T]: T[K] };

/** The TypeScript type of an event's own fields. */
export type Body<F extends Fields> = Flat<
  { readonly [K in RequiredKeys<F>]: TypeOf<F[K]> } & {
    readonly [K in OptionalKeys<F>]?: TypeOf<F[K]> | undefined;
  }
>;

/**
 * Which events go first when a queue is full: `bulk` (messages, samples), then `normal`, and `vital`
 * (views, proposals, votes, certificates, commits) last.
 */
export type Priority = 'bulk' | 'normal' | 'vital';

/** What the author of an event states about it. */
export interface EventDeclaration<F extends Fields> {
  readonly doc: string;
  /** The attachment level that this event belongs to (docs/PROTOCOL.md); none for other domains. */
  readonly level?: 1 | 2 | 3 | 4;
  readonly priority: Priority;
  /** May be sampled at the source and then carries `weight`. Vital events never may. */
  readonly sampled?: boolean;
  readonly fields: F;
}

/** `viewEntered` -> `view_entered`. */
export type SnakeCase<S extends string> = S extends `${infer Head}${infer Tail}`
  ? Head extends Lowercase<Head>
    ? `${Head}${SnakeCase<Tail>}`
    : `_${Lowercase<Head>}${SnakeCase<Tail>}`
  : S;

/** `viewEntered` -> `view_entered`. */
export function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A declared event with its names filled in. */
export interface EventSchema<F extends Fields = Fields> extends EventDeclaration<F> {
  /** `<domain>.<past verb>`; `hello` and `source.dropped` are the stream's own. */
  readonly type: string;
  readonly domain: string;
  /** The hook's name: the same words in camelCase. */
  readonly hook: string;
}

type Declared = Readonly<Record<string, EventDeclaration<Fields>>>;

/** A domain's events by hook name. */
export type DomainEvents<D extends Declared> = { readonly [K in keyof D]: EventSchema<D[K]['fields']> };

/** Declares one event; exists so that its fields' types are kept. */
export function event<const F extends Fields>(declaration: EventDeclaration<F>): EventDeclaration<F> {
  return declaration;
}

/** Declares the events of a domain, keyed by hook name. */
export function domain<D extends Declared>(name: string, events: D): DomainEvents<D> {
  const named = Object.entries(events).map(([hook, declaration]) => {
    const schema: EventSchema = { ...declaration, type: `${name}.${snakeCase(hook)}`, domain: name, hook };
    return [hook, schema] as const;
  });
  return Object.fromEntries(named) as DomainEvents<D>;
}
