/**
 * The YAML file. Every value knows its line and column, and scalars of textual settings are taken as written, so
 * that `0x8f31` stays an id. A file that is no YAML is a problem like any other; only a file that cannot be
 * read is an error of its own.
 */
import { readFileSync } from 'node:fs';
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node } from 'yaml';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import { showFound, type ConfigProblem } from './problem.js';
import { settingByPath } from './sections.js';
import { unknownSetting, type Given, type Reading } from './source.js';

/** A configuration file's name, for messages, and its text. */
export interface ConfigFile {
  readonly name: string;
  readonly text: string;
}

/** Read when no other file is named. */
export const DEFAULT_CONFIG_FILE = '/etc/quorumscope/quorumscope.yaml';

/**
 * The named file, else the default one if it is there.
 * @throws QuorumscopeError `config.unreadable`
 */
export function readConfigFile(path: string | undefined): ConfigFile | undefined {
  const name = path ?? DEFAULT_CONFIG_FILE;
  try {
    return { name, text: readFileSync(name, 'utf8') };
  } catch (error) {
    if (path === undefined && (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    const message = `cannot read the configuration file ${name}: ${messageOf(error)}`;
    throw new QuorumscopeError('config.unreadable', 'configuration', message, {
      details: { file: name },
      cause: error,
    });
  }
}

/** The settings in a file. */
export function readFile(file: ConfigFile): Reading {
  const lines = new LineCounter();
  const document = parseDocument(file.text, { lineCounter: lines, prettyErrors: false });
  const place = (offset: number): string => {
    const { line, col } = lines.linePos(offset);
    return `${file.name}:${line}:${col}`;
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({
      path: '',
      where: place(error.pos[0]),
      message: `not valid YAML: ${error.message}`,
    }));
    return { given: [], problems };
  }
  const walk = new Walk(document, place);
  walk.visit('', document.contents, 0);
  return walk;
}

const prefixes = new Set(
  [...settingByPath.keys()].flatMap((path) => {
    const parts = path.split('.');
    return parts.slice(0, -1).map((_, i) => parts.slice(0, i + 1).join('.'));
  }),
);

/** Goes through the tree of a file once. */
class Walk implements Reading {
  readonly given: Given[] = [];
  readonly problems: ConfigProblem[] = [];
  readonly #document: Document;
  readonly #place: (offset: number) => string;

  constructor(document: Document, place: (offset: number) => string) {
    this.#document = document;
    this.#place = place;
  }

  /** `at` is the offset of the key, for values that are not there. */
  visit(path: string, given: unknown, at: number): void {
    const node = this.#resolve(given);
    const where = this.#place(node?.range?.[0] ?? at);
    const setting = settingByPath.get(path);
    if (setting) {
      const value = setting.textual ? asWritten(node, this.#document) : valueOf(node, this.#document);
      if (setting.parts === undefined) this.given.push({ path, value, where });
      else {
        const places = new Map<string, string>();
        this.#findPlaces(node, [], places);
        this.given.push({ path, value, where, places });
      }
    } else if (path !== '' && !prefixes.has(path)) {
      this.problems.push(unknownSetting(path, this.#place(at), valueOf(node, this.#document)));
    } else if (isMap(node)) {
      for (const { key, value } of node.items) {
        const name = String(asWritten(key as Node, this.#document));
        const keyAt = (key as Node).range?.[0] ?? at;
        this.visit(path === '' ? name : `${path}.${name}`, value, keyAt);
      }
    } else if (valueOf(node, this.#document) !== null) {
      const found = showFound(valueOf(node, this.#document));
      this.problems.push({ path, where, message: `found ${found}, expected settings, one per line` });
    }
  }

  /** Where each value within `node` is. */
  #findPlaces(given: unknown, at: readonly string[], places: Map<string, string>): void {
    const node = this.#resolve(given);
    if (node?.range) places.set(at.join('\n'), this.#place(node.range[0]));
    // No setting is this deep; an alias to what it is in would never end.
    if (at.length >= 4) return;
    if (isMap(node))
      for (const { key, value } of node.items) {
        const inner = [...at, String(asWritten(key as Node, this.#document))];
        const keyAt = (key as Node).range?.[0];
        if (keyAt !== undefined) places.set(inner.join('\n'), this.#place(keyAt));
        this.#findPlaces(value, inner, places);
      }
    else if (isSeq(node)) node.items.forEach((item, i) => this.#findPlaces(item, [...at, `[${i}]`], places));
  }

  #resolve(given: unknown): Node | undefined {
    const node = (given ?? undefined) as Node | undefined;
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}

/** The value as YAML understands it. */
function valueOf(node: Node | undefined, document: Document): unknown {
  return node === undefined ? null : (node.toJS(document) as unknown);
}

/** The value with every scalar as the text that stands in the file, except null. */
function asWritten(node: Node | undefined, document: Document): unknown {
  if (isScalar(node)) {
    if (node.value === null || typeof node.value === 'string') return node.value;
    return node.source ?? JSON.stringify(node.value);
  }
  if (isSeq(node)) return node.items.map((item) => asWritten(item as Node, document));
  if (!isMap(node)) return valueOf(node, document);
  return Object.fromEntries(
    node.items.map(({ key, value }) => [
      String(asWritten(key as Node, document)),
      asWritten((value ?? undefined) as Node | undefined, document),
    ]),
  );
}
