/**
 * Which number stands for which series, kept in a journal of its own so that a restart goes on with the same numbers.
 * Definitions are written before the rows that use them; whoever reads a folder reads this first.
 *
 * A record is a list of definitions, deflated JSON: `[[id, kind, [name, value, ...]], ...]`.
 */
import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { Labels, METRIC_NAME } from '../../promql/labels.js';
import type { SeriesDefinition, SeriesKind } from './series-definition.js';

/** Definitions in one record: what is compressed at once on the event loop. */
const PER_RECORD = 250;

type Stored = readonly [id: number, kind: SeriesKind, labels: readonly string[]];

/** One series. What was read is kept as it was read until its labels are asked for: of most in a folder they never are. */
class Known {
  readonly id: number;
  readonly kind: SeriesKind;
  #is: readonly string[] | SeriesDefinition;

  constructor(id: number, kind: SeriesKind, is: readonly string[] | SeriesDefinition) {
    this.id = id;
    this.kind = kind;
    this.#is = is;
  }

  get name(): string {
    const is = this.#is;
    if ('labels' in is) return is.labels.get(METRIC_NAME);
    const at = is.indexOf(METRIC_NAME);
    return at < 0 ? '' : is[at + 1]!;
  }

  get definition(): SeriesDefinition {
    const { id, kind } = this;
    return 'labels' in this.#is ? this.#is : (this.#is = { id, kind, labels: labelsOf(this.#is) });
  }
}

/** Definitions by id, by labels and by name. */
export class SeriesIds {
  readonly #byId = new Map<number, Known>();
  readonly #byName = new Map<string, Known[]>();
  /** Made when a series is first looked for by its labels. */
  #byKey: Map<string, Known> | undefined;
  #next = 0;

  get size(): number {
    return this.#byId.size;
  }

  /** No series has this id or a higher one. */
  get next(): number {
    return this.#next;
  }

  get(id: number): SeriesDefinition | undefined {
    return this.#byId.get(id)?.definition;
  }

  *all(): Generator<SeriesDefinition> {
    for (const { definition } of this.#byId.values()) yield definition;
  }

  /** The series of a metric. */
  named(name: string): readonly SeriesDefinition[] {
    return this.#byName.get(name)?.map(({ definition }) => definition) ?? [];
  }

  names(): Iterable<string> {
    return this.#byName.keys();
  }

  /** The definition of a label set; a new one where it has none, of which `made` is told. */
  of(labels: Labels, kind: SeriesKind, made: (definition: SeriesDefinition) => void): SeriesDefinition {
    if (this.#byKey === undefined) {
      this.#byKey = new Map();
      for (const known of this.#byId.values()) this.#index(this.#byKey, known);
    }
    const known = this.#byKey.get(labels.key);
    if (known !== undefined) return known.definition;
    const definition = { id: this.#next, labels, kind };
    this.add(definition);
    made(definition);
    return definition;
  }

  /** Takes a definition that was read; the first one of an id and of a label set counts. */
  add(definition: SeriesDefinition): void {
    this.#take(new Known(definition.id, definition.kind, definition));
  }

  /** Takes the definitions of a record. @returns false when it is none */
  read(payload: Uint8Array): boolean {
    try {
      const stored = JSON.parse(inflateRawSync(payload).toString('utf8')) as readonly Stored[];
      for (const [id, kind, labels] of stored) this.#take(new Known(id, kind, labels));
      return true;
    } catch {
      return false;
    }
  }

  #take(known: Known): void {
    const { id, name } = known;
    if (this.#byId.has(id)) return;
    this.#byId.set(id, known);
    if (this.#byKey !== undefined) this.#index(this.#byKey, known);
    const named = this.#byName.get(name);
    if (named) named.push(known);
    else this.#byName.set(name, [known]);
    this.#next = Math.max(this.#next, id + 1);
  }

  #index(byKey: Map<string, Known>, known: Known): void {
    const { key } = known.definition.labels;
    if (!byKey.has(key)) byKey.set(key, known);
  }
}

/** The records of these definitions. */
export function definitionRecords(definitions: readonly SeriesDefinition[]): Buffer[] {
  const records: Buffer[] = [];
  for (let from = 0; from < definitions.length; from += PER_RECORD) {
    const part = definitions.slice(from, from + PER_RECORD);
    const stored = part.map(({ id, kind, labels }): Stored => [id, kind, labels.entries().flat()]);
    records.push(deflateRawSync(JSON.stringify(stored), { level: 6 }));
  }
  return records;
}

function labelsOf(flat: readonly string[]): Labels {
  const entries: [string, string][] = [];
  for (let i = 0; i < flat.length; i += 2) entries.push([flat[i]!, flat[i + 1]!]);
  return Labels.from(entries);
}
