/**
 * A YAML file as a tree of which every part knows its place, read strictly: a key that nobody asked for and a value
 * of the wrong shape are problems, gathered and never thrown, so that all of them are told at once. Scalars are
 * taken as they are written: what looks like a number is text where text is meant.
 */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';

/** Something wrong in a file. */
export interface FileProblem {
  /** `file:line:column`. */
  readonly where: string;
  readonly message: string;
}

interface Source {
  readonly document: Document;
  readonly place: (offset: number) => string;
  readonly problems: FileProblem[];
}

/** One value of the file, or where one would be. */
export class YamlTree {
  readonly #source: Source;
  readonly #node: Node | undefined;
  readonly #at: number;

  private constructor(source: Source, node: unknown, at: number) {
    this.#source = source;
    const given = (node ?? undefined) as Node | undefined;
    this.#node = isAlias(given) ? given.resolve(source.document) : given;
    this.#at = this.#node?.range?.[0] ?? at;
  }

  /** Reads a file. Text that is no YAML gives a problem and nothing else. */
  static read(name: string, text: string): { readonly root: YamlTree; readonly problems: FileProblem[] } {
    const lines = new LineCounter();
    const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
    const place = (offset: number): string => {
      const { line, col } = lines.linePos(offset);
      return `${name}:${line}:${col}`;
    };
    const problems = document.errors.map((error) => ({
      where: place(error.pos[0]),
      message: `not valid YAML: ${error.message}`,
    }));
    const contents = problems.length > 0 ? undefined : document.contents;
    return { root: new YamlTree({ document, place, problems }, contents, 0), problems };
  }

  /** `file:line:column`. */
  get where(): string {
    return this.#source.place(this.#at);
  }

  /** Nothing stands here. */
  get isAbsent(): boolean {
    return this.#node === undefined || (isScalar(this.#node) && this.#node.value === null);
  }

  /** Says what is wrong here. */
  problem(message: string): void {
    this.#source.problems.push({ where: this.where, message });
  }

  /** The values by key; all but `known` keys are problems. */
  fields<K extends string>(known: readonly K[]): Readonly<Record<K, YamlTree>> {
    const found = new Map<string, YamlTree>();
    if (!this.isAbsent && !isMap(this.#node)) this.problem(`expected ${known.join(', ')}, one per line`);
    for (const [name, key, value] of this.#pairs()) {
      if ((known as readonly string[]).includes(name)) found.set(name, value);
      else key.problem(`field ${name} is not known here, expected one of ${known.join(', ')}`);
    }
    const absent = new YamlTree(this.#source, undefined, this.#at);
    return Object.fromEntries(known.map((name) => [name, found.get(name) ?? absent])) as Record<K, YamlTree>;
  }

  /** Which keys stand here. */
  keys(): readonly string[] {
    return this.#pairs().map(([name]) => name);
  }

  /** Names with their values and the places of both; none where nothing stands. */
  entries(what: string): readonly (readonly [name: string, key: YamlTree, value: YamlTree])[] {
    if (!this.isAbsent && !isMap(this.#node)) this.problem(`expected ${what}, one per line`);
    return this.#pairs();
  }

  /** Whether names with values stand here. */
  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** Whether a list stands here. */
  get isList(): boolean {
    return isSeq(this.#node);
  }

  /** What stands here as JSON would have it; null where nothing stands. */
  toJson(): unknown {
    return this.#node === undefined ? null : (this.#node.toJS(this.#source.document) as unknown);
  }

  /** The items of a list; none where nothing stands. */
  items(what: string): readonly YamlTree[] {
    if (this.isAbsent) return [];
    if (isSeq(this.#node)) return this.#node.items.map((item) => new YamlTree(this.#source, item, this.#at));
    this.problem(`expected a list of ${what}`);
    return [];
  }

  /** Texts by name, with the place of each. */
  texts(): readonly (readonly [name: string, value: string, tree: YamlTree])[] {
    if (this.isAbsent) return [];
    if (!isMap(this.#node)) {
      this.problem('expected names and texts, one per line');
      return [];
    }
    return this.#pairs().map(([name, , tree]) => [name, tree.text() ?? '', tree]);
  }

  /** The scalar as it is written; undefined where nothing stands. */
  text(): string | undefined {
    if (this.isAbsent) return undefined;
    if (isScalar(this.#node)) {
      const { value, source } = this.#node;
      return typeof value === 'string' ? value : (source ?? String(value));
    }
    this.problem('expected a text');
    return undefined;
  }

  /** A scalar that `read` understands; undefined where nothing stands or it is not understood. */
  scalar<T>(expected: string, read: (text: string) => T | undefined): T | undefined {
    const text = this.text();
    if (text === undefined) return undefined;
    const value = read(text);
    if (value === undefined) this.problem(`found ${JSON.stringify(text)}, expected ${expected}`);
    return value;
  }

  #pairs(): readonly (readonly [name: string, key: YamlTree, value: YamlTree])[] {
    if (!isMap(this.#node)) return [];
    return this.#node.items.map(({ key, value }) => {
      const keyTree = new YamlTree(this.#source, key, this.#at);
      return [keyTree.text() ?? '', keyTree, new YamlTree(this.#source, value, keyTree.#at)] as const;
    });
  }
}
