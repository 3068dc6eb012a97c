/**
 * A setting that holds many things by name, each of one kind with settings of its own: exporters. In the
 * file it is a map by name, or a list whose items have a `name`. Every problem in it is told with the
 * place of its own value; what is a secret is never repeated in one.
 */
import { z } from 'zod';
import { parse as parseYaml } from 'yaml';
import { nearest } from './nearest.js';
import { showFound } from './problem.js';
import type { Contradiction, Settings, Values } from './section.js';
import type { Fault, Setting } from './setting.js';

/** Settings of one kind of thing, and what the code gets. A key may have a dot, as in sections. */
export interface Kind<S extends Settings = Settings, B = unknown> {
  readonly doc: string;
  readonly settings: S;
  rules?(values: Partial<Values<S>>): readonly Contradiction<keyof S & string>[];
  build(values: Values<S>): B;
}

/** Declares a kind; exists so that its types are inferred. */
export function kindOf<const S extends Settings, B>(declared: Kind<S, B>): Kind<S, B> {
  return declared;
}

/** A thing with its name and kind. */
export type Named<K extends Readonly<Record<string, Kind>>> = {
  readonly [N in keyof K & string]: { readonly name: string; readonly kind: N } & (K[N] extends Kind<
    infer _S,
    infer B
  >
    ? B
    : never);
}[keyof K & string];

const NAME = /^[a-zA-Z0-9][a-zA-Z0-9_.-]{0,62}$/;

/** Things by name, of these kinds; none by default. */
export function named<const K extends Readonly<Record<string, Kind>>>(
  kinds: K,
  about: { readonly doc: string; readonly formerly?: readonly string[] },
): Setting<readonly Named<K>[]> {
  return {
    ...about,
    // What is within is read part by part, so that every problem has its own place.
    schema: z.custom<readonly Named<K>[]>(() => true),
    type: 'map or list',
    expected: 'a map by name, or a list of things with a name',
    fallback: {},
    fromText: (text) => {
      try {
        return parseYaml(text, { schema: 'failsafe' }) as unknown;
      } catch {
        return text;
      }
    },
    textual: true,
    parts: { kinds, read: (value) => new Reader(kinds).read(value) },
  };
}

type Tree = Readonly<Record<string, unknown>>;

const isTree = (value: unknown): value is Tree =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Reads one value and gathers what is wrong in it. */
class Reader {
  readonly #kinds: Readonly<Record<string, Kind>>;
  readonly #faults: Fault[] = [];

  constructor(kinds: Readonly<Record<string, Kind>>) {
    this.#kinds = kinds;
  }

  read(value: unknown): { values: readonly unknown[]; faults: readonly Fault[] } {
    const values: unknown[] = [];
    const names = new Set<string>();
    for (const { at, name, tree } of this.#entries(value)) {
      if (!NAME.test(name))
        this.#fault([at], `its name is ${showFound(name)}, expected letters, digits, _ . -`);
      if (names.has(name)) this.#fault([at], `there are two of the name ${name}`);
      names.add(name);
      values.push(this.#thing(at, name, tree));
    }
    return { values, faults: this.#faults };
  }

  #entries(value: unknown): { at: string; name: string; tree: Tree }[] {
    if (value === null) return [];
    if (!Array.isArray(value) && !isTree(value)) {
      this.#fault([], 'found a single value, expected a map by name, or a list of things with a name');
      return [];
    }
    const pairs = Array.isArray(value)
      ? value.map((one: unknown, i) => [`[${i}]`, one] as const)
      : Object.entries(value);
    return pairs.flatMap(([at, one]) => {
      if (!isTree(one)) {
        this.#fault([at], 'found no settings, expected some, one per line');
        return [];
      }
      if (!Array.isArray(value)) return [{ at, name: at, tree: one }];
      const { name, ...tree } = one;
      if (typeof name === 'string') return [{ at, name, tree }];
      this.#fault([at], 'has no name: in a list each needs one');
      return [];
    });
  }

  #thing(at: string, name: string, { kind, ...tree }: Tree): unknown {
    const declared =
      typeof kind === 'string' && Object.hasOwn(this.#kinds, kind) ? this.#kinds[kind] : undefined;
    if (declared === undefined) {
      const hint = typeof kind === 'string' ? nearest(kind, Object.keys(this.#kinds)) : undefined;
      const found = kind === undefined ? 'is missing' : `found ${showFound(kind)}`;
      this.#fault([at, 'kind'], `${found}, expected one of ${Object.keys(this.#kinds).join(', ')}`, hint);
      return undefined;
    }
    const before = this.#faults.length;
    const given = this.#flat(at, declared.settings, tree, '');
    const values: Record<string, unknown> = {};
    for (const [key, setting] of Object.entries(declared.settings)) {
      const value = this.#value(at, key, setting, given);
      if (value !== undefined) values[key] = value;
    }
    for (const { key, message } of declared.rules?.(values) ?? [])
      this.#fault([at, ...key.split('.')], message);
    if (this.#faults.length > before) return undefined;
    return { name, kind, ...(declared.build(values) as object) };
  }

  /** The settings in `tree` by key; what belongs to none is a fault. */
  #flat(at: string, settings: Settings, tree: Tree, prefix: string): Map<string, unknown> {
    const flat = new Map<string, unknown>();
    for (const [word, value] of Object.entries(tree)) {
      const key = prefix + word;
      if (Object.hasOwn(settings, key)) flat.set(key, value);
      else if (isTree(value) && Object.keys(settings).some((known) => known.startsWith(`${key}.`)))
        for (const [inner, one] of this.#flat(at, settings, value, `${key}.`)) flat.set(inner, one);
      else this.#fault([at, ...key.split('.')], 'unknown setting', nearest(key, Object.keys(settings)));
    }
    return flat;
  }

  #value(at: string, key: string, setting: Setting, given: ReadonlyMap<string, unknown>): unknown {
    if (!given.has(key) && setting.isRequired) {
      this.#fault([at, ...key.split('.')], `is missing, expected ${setting.expected}`);
      return undefined;
    }
    const raw = given.has(key) ? given.get(key) : setting.fallback;
    const value = typeof raw === 'string' ? setting.fromText(raw) : raw;
    const result = setting.schema.safeParse(value);
    if (result.success) return result.data;
    // An address may have a password in it, which is one reason to refuse it.
    const shown = showFound(value).replace(/\/\/[^/@]*@/, '//...@');
    const found = setting.isSecret ? 'found something else' : `found ${shown}`;
    this.#fault([at, ...key.split('.')], `${found}, expected ${setting.expected}`);
    return undefined;
  }

  #fault(at: readonly string[], message: string, hint?: string): void {
    this.#faults.push(hint === undefined ? { at, message } : { at, message, hint });
  }
}
