/**
 * Records that bear the name of an event of ours: its fields are attributes of the same names, behind a beginning or as they
 * are. Never guesses: another name is none. `hello` and `source.dropped` may be stated too, so that a node can say of itself
 * what its events do not.
 */
import { schemaByType } from '../../events/vocabulary.js';
import type { Expression, Value } from '../logs/expression.js';
import type { Told } from '../logs/told.js';
import type { OtlpMapping } from './mapping.js';
import type { RecordView } from './record.js';

/** Knows the events that a mapping lets programs state. */
export class StatedEvents {
  readonly #names: readonly string[];
  readonly #fields: readonly string[];
  readonly #stamps: Readonly<Record<'seq' | 'weight' | 'mono_us', readonly string[]>>;
  readonly #told = new Map<string, Told>();

  constructor({ names, fields }: NonNullable<OtlpMapping['stated']>) {
    this.#names = names;
    this.#fields = fields;
    const paths = (name: string): readonly string[] => fields.map((before) => `${before}${name}`);
    this.#stamps = { seq: paths('seq'), weight: paths('weight'), mono_us: paths('mono_us') };
  }

  /** What a record of this name tells; undefined where that is no event of ours. */
  told(name: string): Told | undefined {
    for (const before of this.#names) {
      if (!name.startsWith(before)) continue;
      const type = name.slice(before.length);
      if (schemaByType.has(type)) return this.#toldOf(type);
    }
    return undefined;
  }

  /** What a record says of its own envelope. */
  stamp(field: 'seq' | 'weight' | 'mono_us', view: Pick<RecordView, 'value'>): Value {
    for (const path of this.#stamps[field]) {
      const value = view.value(path);
      if (value !== undefined) return value;
    }
    return undefined;
  }

  #toldOf(type: string): Told {
    const known = this.#told.get(type);
    if (known) return known;
    const paths = (name: string): readonly string[] => this.#fields.map((before) => `${before}${name}`);
    const fields = Object.keys(schemaByType.get(type)!.fields).map((name) => {
      const tried = paths(name);
      const of: Expression = (scope) => {
        for (const path of tried) {
          const value = scope.line(path);
          if (value !== undefined) return value;
        }
        // What a span measured is how long it took.
        return name === 'duration_us' ? scope.line('span.duration_us') : undefined;
      };
      return { name, of };
    });
    const made = { type, fields };
    this.#told.set(type, made);
    return made;
  }
}
