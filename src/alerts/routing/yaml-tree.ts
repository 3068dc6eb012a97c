/**
 * Reads a YAML document field by field. Whatever does not fit is a problem with its line and column, and reading goes
 * on, so that an operator sees all problems at once. A field that nobody asked for is a problem too: nothing is
 * ignored in silence.
 */
import type { Place } from '../template/lex.js';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { parseDuration } from '../../base/duration.js';
import type { Secret } from '../../base/secret.js';

/** Something wrong in a file. */
export interface FileProblem {
  readonly line: number;
  readonly column: number;
  /** `route.routes[1].group_wait`. */
  readonly path: string;
  readonly message: string;
  /** The file, where it is another one than the one that is read. */
  readonly file?: string;
}

/** A document and what was wrong with it so far. */
export class YamlTree {
  readonly problems: FileProblem[] = [];
  readonly document: Document;
  readonly #lines = new LineCounter();
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
    this.document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { pos, message } of this.document.errors) this.#add(pos[0], '', `not valid YAML: ${message}`);
  }

  /** The top of the file. */
  root(): Fields {
    return this.fields(this.document.contents, '', 0);
  }

  /** @param at where to point when there is nothing */
  fields(given: unknown, path: string, at: number): Fields {
    const node = this.resolve(given);
    if (node !== undefined && !isMap(node) && !isNull(node))
      this.problem(node, path, 'expected a map of settings');
    return new Fields(this, isMap(node) ? node : undefined, path, node?.range?.[0] ?? at);
  }

  problem(node: Node | number | undefined, path: string, message: string): void {
    this.#add(typeof node === 'number' ? node : (node?.range?.[0] ?? 0), path, message);
  }

  /** A problem within a text of the file, at a line and column of that text. */
  problemWithin(node: Node, path: string, place: Place, message: string): void {
    const offset = offsetWithin(this.#text, node, place);
    if (offset !== undefined) this.problem(offset, path, message);
    else this.problem(node, path, `${place.line}:${place.column} of the text: ${message}`);
  }

  resolve(given: unknown): Node | undefined {
    const node = (given ?? undefined) as Node | undefined;
    return isAlias(node) ? node.resolve(this.document) : node;
  }

  #add(offset: number, path: string, message: string): void {
    const { line, col } = this.#lines.linePos(offset);
    this.problems.push({ line, column: col, path, message });
  }
}

/** A map, whose fields are asked for by name. */
export class Fields {
  readonly path: string;
  readonly #tree: YamlTree;
  readonly #offset: number;
  readonly #values = new Map<string, { readonly node: Node | undefined; readonly at: number }>();
  readonly #asked = new Set<string>();

  constructor(
    tree: YamlTree,
    map: { items: { key: unknown; value: unknown }[] } | undefined,
    path: string,
    at: number,
  ) {
    this.#tree = tree;
    this.path = path;
    this.#offset = at;
    for (const { key, value } of map?.items ?? []) {
      const name = scalarText(key as Node) ?? '';
      const keyAt = (key as Node).range?.[0] ?? at;
      if (this.#values.has(name)) tree.problem(keyAt, this.#inner(name), 'is given twice');
      const node = tree.resolve(value);
      this.#values.set(name, { node: isNull(node) ? undefined : node, at: keyAt });
    }
  }

  /** Names of all fields. */
  get names(): readonly string[] {
    return [...this.#values.keys()];
  }

  has(name: string): boolean {
    return this.#values.get(name)?.node !== undefined;
  }

  /** Says that something about a field, or about the whole, is wrong. */
  problem(message: string, name?: string): void {
    const at = name === undefined ? this.#offset : (this.#values.get(name)?.at ?? this.#offset);
    this.#tree.problem(at, name === undefined ? this.path : this.#inner(name), message);
  }

  text(name: string): string | undefined {
    const { node, at } = this.#ask(name);
    if (node === undefined) return undefined;
    const text = scalarText(node);
    if (text === undefined) this.#tree.problem(at, this.#inner(name), 'expected text');
    else if (text.includes('{{')) this.problem('templates are not supported here', name);
    return text;
  }

  /** A text that may be a template. */
  words(name: string): string | undefined {
    const { node, at } = this.#ask(name);
    if (node === undefined) return undefined;
    const text = scalarText(node);
    if (text === undefined) this.#tree.problem(at, this.#inner(name), 'expected text');
    return text;
  }

  /** Says that something within a text is wrong, at a line and column of it. */
  problemWithin(name: string, place: Place, message: string): void {
    const node = this.#values.get(name)?.node;
    if (node === undefined) this.problem(message, name);
    else this.#tree.problemWithin(node, this.#inner(name), place, message);
  }

  toggle(name: string, fallback: boolean): boolean {
    const text = this.text(name);
    if (text === undefined || text === 'true' || text === 'false')
      return text === undefined ? fallback : text === 'true';
    this.problem(`found ${JSON.stringify(text)}, expected true or false`, name);
    return fallback;
  }

  whole(name: string, fallback: number): number {
    const text = this.text(name);
    if (text === undefined) return fallback;
    if (/^\d{1,9}$/.test(text)) return Number(text);
    this.problem(`found ${JSON.stringify(text)}, expected a whole number`, name);
    return fallback;
  }

  /** Microseconds. */
  duration(name: string, least = 0): number | undefined {
    const text = this.text(name);
    if (text === undefined) return undefined;
    const us = parseDuration(text);
    if (us !== undefined && us >= least) return us;
    this.problem(
      `found ${JSON.stringify(text)}, expected a duration such as 30s or 5m${least > 0 ? ', above 0' : ''}`,
      name,
    );
    return undefined;
  }

  /** Texts; one text is not a list. */
  texts(name: string): readonly string[] {
    return this.items(name).flatMap(({ node, path }) => {
      const text = scalarText(node);
      if (text === undefined) this.#tree.problem(node, path, 'expected text');
      return text ?? [];
    });
  }

  /** The items of a list, each with where it stands. */
  items(
    name: string,
  ): readonly { readonly node: Node | undefined; readonly path: string; readonly at: number }[] {
    const { node, at } = this.#ask(name);
    if (node === undefined) return [];
    const path = this.#inner(name);
    if (!isSeq(node)) {
      this.#tree.problem(at, path, 'expected a list');
      return [];
    }
    return node.items.map((item, i) => {
      const inner = this.#tree.resolve(item);
      return { node: inner, path: `${path}[${i}]`, at: inner?.range?.[0] ?? at };
    });
  }

  /** The maps of a list. */
  list(name: string): readonly Fields[] {
    return this.items(name).map(({ node, path, at }) => this.#tree.fields(node, path, at));
  }

  /** A map within; empty where it is absent. */
  map(name: string): Fields {
    const { node, at } = this.#ask(name);
    return this.#tree.fields(node, this.#inner(name), at);
  }

  /** A secret, written out or as `NAME_file`. */
  secret(name: string): Secret | undefined {
    const { node } = this.#ask(name);
    const text = node === undefined ? undefined : scalarText(node);
    if (node !== undefined && text === undefined) this.problem('expected text', name);
    const file = this.text(`${name}_file`);
    if (text !== undefined && file !== undefined)
      this.problem(`${name} and ${name}_file exclude each other`, name);
    if (text !== undefined && text !== '') return { text };
    return file === undefined || file === '' ? undefined : { file };
  }

  /** Tells of every field that was not asked for. `known` says why some are not taken. */
  finish(known: Readonly<Record<string, string>> = {}): void {
    for (const name of this.#values.keys())
      if (!this.#asked.has(name)) this.problem(known[name] ?? 'is not supported by quorumscope', name);
  }

  #ask(name: string): { readonly node: Node | undefined; readonly at: number } {
    this.#asked.add(name);
    return this.#values.get(name) ?? { node: undefined, at: this.#offset };
  }

  #inner(name: string): string {
    return this.path === '' ? name : `${this.path}.${name}`;
  }
}

/** Where a place of a scalar's text is in the file; undefined where folding or escapes moved it. */
function offsetWithin(source: string, node: Node, { line, column }: Place): number | undefined {
  if (!isScalar(node) || node.range === undefined || node.range === null) return undefined;
  const [start, end] = node.range;
  if (node.type === 'BLOCK_LITERAL') {
    const body = source.slice(start, end).split('\n').slice(1);
    const indent = /^ */.exec(body.find((one) => one.trim() !== '') ?? '')![0].length;
    const before = source.slice(start, end).split('\n').slice(0, line);
    return start + before.reduce((sum, one) => sum + one.length + 1, 0) + indent + column - 1;
  }
  const head = source.slice(start, end).slice(0, column + 1);
  const isFolded = line > 1 || node.type === 'BLOCK_FOLDED';
  const isEscaped = (node.type === 'QUOTE_DOUBLE' && head.includes('\\')) || /^'.*''/.test(head);
  return isFolded || isEscaped ? undefined : start + (node.type === 'PLAIN' ? 0 : 1) + column - 1;
}

function isNull(node: Node | undefined): boolean {
  return isScalar(node) && node.value === null;
}

/** A scalar as it is written. */
function scalarText(node: Node | undefined): string | undefined {
  if (!isScalar(node) || node.value === null) return undefined;
  if (typeof node.value === 'string') return node.value;
  return node.source ?? JSON.stringify(node.value);
}
