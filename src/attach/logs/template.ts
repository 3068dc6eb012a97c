/**
 * What a line must look like: text with `<captures>`, as in `entering view view=v<view> role=<role>`. A capture takes
 * as little as possible up to the next piece of text; the last one takes the rest. One space stands for one or more.
 *
 * Invariant: matching goes over the text once, by indexOf. There are no alternatives, no repetition and nothing to go
 * back to, so no line and no template can make it slow.
 */

/** What the captures caught, by name. */
export type Caught = Record<string, string>;

/** A template that can be matched. */
export interface Template {
  /** The longest piece of fixed text: a line without it cannot match. */
  readonly literal: string;
  /** The fixed text that it begins with; empty when it begins with a capture. */
  readonly head: string;
  /** Fills `caught`; false when `text` is not of this form, and then `caught` may hold a part. */
  match(text: string, caught: Caught): boolean;
}

/** A capture that is thrown away. */
const NOTHING = '_';

/** Compiles a template. @returns what is wrong with it, as a text, where it is none */
export function compileTemplate(source: string): Template | string {
  const pieces = source.split(/<([a-z_][a-z0-9_]*)>/);
  const names = pieces.filter((_, index) => index % 2 === 1);
  const texts = pieces.filter((_, index) => index % 2 === 0);
  if (texts.slice(1, -1).includes('')) return 'two captures without text between them';
  const twice = names.find((name, index) => name !== NOTHING && names.indexOf(name) !== index);
  if (twice !== undefined) return `<${twice}> is there twice`;
  const literal = texts
    .flatMap((text) => text.split(' '))
    .reduce((longest, text) => (text.length > longest.length ? text : longest), '');
  if (texts.every((text) => text === '')) return 'no fixed text';
  return { literal, head: texts[0]!, match: (text, caught) => matchPieces(texts, names, text, caught) };
}

function matchPieces(
  texts: readonly string[],
  names: readonly string[],
  text: string,
  caught: Caught,
): boolean {
  let at = endOfPiece(texts[0]!, text, 0);
  if (at < 0) return false;
  for (let i = 0; i < names.length; i++) {
    const next = texts[i + 1]!;
    const isLast = i === names.length - 1;
    let from = text.length;
    let end = text.length;
    if (next !== '') {
      [from, end] = isLast ? lastPiece(next, text, at) : findPiece(next, text, at);
      if (from < 0) return false;
    }
    const name = names[i]!;
    if (name !== NOTHING) caught[name] = text.slice(at, from).trim();
    at = end;
  }
  return at === text.length;
}

/** Where `piece` ends when it stands at `at`, or -1. A space of it stands for one or more. */
function endOfPiece(piece: string, text: string, at: number): number {
  let i = at;
  for (let k = 0; k < piece.length; k++) {
    if (text[i] !== piece[k]) return -1;
    i++;
    if (piece[k] === ' ') while (text[i] === ' ' && piece[k + 1] !== ' ') i++;
  }
  return i;
}

/** The first place of `piece` at or behind `at`: where it begins and ends, or -1 twice. */
function findPiece(piece: string, text: string, at: number): [number, number] {
  const first = piece[0]!;
  for (let from = text.indexOf(first, at); from >= 0; from = text.indexOf(first, from + 1)) {
    const end = endOfPiece(piece, text, from);
    if (end >= 0) return [from, end];
  }
  return [-1, -1];
}

/** The piece behind the last capture stands at the end of the text. */
function lastPiece(piece: string, text: string, at: number): [number, number] {
  const from = text.length - piece.length;
  return from >= at && text.endsWith(piece) ? [from, text.length] : [-1, -1];
}
