/**
 * A section of the configuration: its settings by key, rules over several of them, and the object that the code
 * gets. A key may have a dot (`record.file`), which is one level deeper in the file; an empty key is the section
 * itself, where it is one setting.
 */
import type { Setting } from './setting.js';

/** The settings of a section by key. */
export type Settings = Readonly<Record<string, Setting>>;

/** The parsed values of a section by key. */
export type Values<S extends Settings> = {
  readonly [K in keyof S]: S[K] extends Setting<infer T> ? T : never;
};

/** Something wrong with a value because of another one. */
export interface Contradiction<K extends string = string> {
  /** The setting to blame. */
  readonly key: K;
  /** Whole sentences: what is wrong and what to do. */
  readonly message: string;
}

/** One section; `name` is empty for the settings at the top of the file. */
export interface Section<S extends Settings = Settings, B = unknown> {
  readonly name: string;
  readonly doc: string;
  readonly settings: S;
  /** Called with those values that are valid by themselves. */
  readonly rules?: (values: Partial<Values<S>>) => readonly Contradiction<keyof S & string>[];
  readonly build: (values: Values<S>) => B;
}

/** Declares a section; exists so that its types are inferred. */
export function section<const S extends Settings, B>(declared: Section<S, B>): Section<S, B> {
  return declared;
}

/** What the code gets of a section. */
export type Built<T> = T extends { readonly build: (values: never) => infer B } ? B : never;
