/**
 * The shape of docs/REQUIREMENTS.md as data: one row per item of the specification documents, saying
 * what the item became and whether that is done. A row is never dropped: what a document says about
 * another kind of product is mapped to its equivalent here, and a note says how.
 *
 * Invariants (held by test/tidy/requirements.test.ts): ids are unique; what a row names exists in the
 * code; a done row names the test file that shows it.
 */

/** What an item can become. `feature` is said in words; all others are names that exist in the code. */
export const mappingKinds = [
  'event',
  'metric',
  'setting',
  'command',
  'route',
  'document',
  'feature',
] as const;

export type MappingKind = (typeof mappingKinds)[number];

/** One thing that an item became. */
export interface Mapping {
  readonly kind: MappingKind;
  /** Type string, metric name, setting path, command line, `METHOD /path`, file, or words. */
  readonly name: string;
}

/** One item of a specification document. */
export interface Row {
  /** Unique: document, section, item, such as `S4.consensus.blocks_proposed`. */
  readonly id: string;
  readonly section: string;
  /** The document's own words, short. */
  readonly item: string;
  readonly maps: readonly Mapping[];
  readonly state: 'done' | 'open';
  /** Path of the test file that shows it; given exactly when the row is done. */
  readonly shownBy?: string;
  readonly note?: string;
}

/** A section of a specification document, in the document's order. */
export interface Section {
  readonly id: string;
  readonly title: string;
  /** How the words of the section translate, where it speaks of another kind of product. */
  readonly note?: string;
  readonly rows: readonly Row[];
}

/** A specification document. */
export interface Specification {
  /** `S0` to `S4`. */
  readonly id: string;
  readonly title: string;
  /** What it is about, and how its words translate to ours. */
  readonly about: string;
  readonly sections: readonly Section[];
}

/** `metric hotstuff_x_total`, `event consensus.vote_sent`, `feature in words`; or a `note` in words. */
export type Reference = `${MappingKind | 'note'} ${string}`;

/** A row before its section has completed it. */
export type Entry = Omit<Row, 'section'>;

/** An item that nothing shows yet. */
export function open(id: string, item: string, became: Reference | readonly Reference[]): Entry {
  return { id, item, state: 'open', ...read(became) };
}

/** An item that the test file `shownBy` shows. */
export function done(
  shownBy: string,
  id: string,
  item: string,
  became: Reference | readonly Reference[],
): Entry {
  return { id, item, state: 'done', shownBy, ...read(became) };
}

/** Completes the entries of a section: ids get the section's in front. */
export function section(id: string, title: string, entries: readonly Entry[], note?: string): Section {
  const rows = entries.map((entry) => ({ ...entry, id: `${id}.${entry.id}`, section: title }));
  return { id, title, rows, ...(note === undefined ? {} : { note }) };
}

function read(became: Reference | readonly Reference[]): Pick<Row, 'maps' | 'note'> {
  const references = typeof became === 'string' ? [became] : became;
  const notes = references.filter((reference) => reference.startsWith('note ')).map(restOf);
  const maps = references.flatMap((reference): Mapping[] => {
    const kind = mappingKinds.find((known) => reference.startsWith(`${known} `));
    return kind === undefined ? [] : [{ kind, name: restOf(reference) }];
  });
  return notes.length === 0 ? { maps } : { maps, note: notes.join(' ') };
}

function restOf(reference: string): string {
  return reference.slice(reference.indexOf(' ') + 1);
}
