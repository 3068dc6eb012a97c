/**
 * Cuts a template into text and the words of its `{{ actions }}`, as Go's text/template does: `{{-` and `-}}`
 * trim the text beside them, `{{/* ... *\/}}` is a comment. Never throws on bad text by accident: what it
 * cannot read is a `TemplateProblem` with its line.
 */
import { unquote } from '../../promql/quoting.js';

/** What is wrong with a template, found before it is ever run. */
export class TemplateProblem extends Error {
  override readonly name = 'TemplateProblem';
  /** Where the action begins that is wrong; undefined when it is the whole. */
  readonly place: Place | undefined;

  /** @param what what is wrong; the line is said before it */
  constructor(place: Place | undefined, what: string) {
    super(place === undefined ? what : `${place.line}: ${what}`);
    this.place = place;
  }
}

/** Where something stands, both from 1. */
export interface Place {
  readonly line: number;
  readonly column: number;
}

/** One word within an action. */
export interface Word {
  readonly kind: 'field' | 'variable' | 'name' | 'string' | 'number' | 'mark' | 'space';
  /** As written; of a string what it stands for. */
  readonly text: string;
}

/** A stretch of a template. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly words: readonly Word[]; readonly place: Place };

const WORD =
  /\s+|"(?:[^"\\\n]|\\.)*"|`[^`]*`|'(?:[^'\\\n]|\\.)+'|\$[A-Za-z0-9_]*|\.[A-Za-z_][A-Za-z0-9_]*|[+-]?(?:0x[0-9a-fA-F]+|[0-9][0-9_]*(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?|\.[0-9]+)|[A-Za-z_][A-Za-z0-9_]*|:=|[|(),=.]/y;

const COMMENT = /\s*\/\*[^]*?\*\/(\s+-)?\}\}/y;

/** The pieces of a template, in order. @throws TemplateProblem */
export function lex(template: string): Piece[] {
  const pieces: Piece[] = [];
  const placeOf = places(template);
  let at = 0;
  let trims = false;
  for (;;) {
    const open = template.indexOf('{{', at);
    let text = open < 0 ? template.slice(at) : template.slice(at, open);
    if (trims) text = text.trimStart();
    if (open < 0) {
      if (text !== '') pieces.push({ kind: 'text', text });
      return pieces;
    }
    const place = placeOf(open);
    const trimsBefore = /^-\s/.test(template.slice(open + 2, open + 4));
    if (trimsBefore) text = text.trimEnd();
    if (text !== '') pieces.push({ kind: 'text', text });
    const action = readAction(template, open + 2 + (trimsBefore ? 2 : 0), place);
    if (action.words !== undefined) pieces.push({ kind: 'action', words: action.words, place });
    trims = action.trims;
    at = action.end;
  }
}

/** Places of offsets that only grow: the text is gone through once. */
function places(template: string): (offset: number) => Place {
  let line = 1;
  let start = 0;
  return (offset) => {
    for (let next = template.indexOf('\n', start); next >= 0 && next < offset;) {
      line++;
      start = next + 1;
      next = template.indexOf('\n', start);
    }
    return { line, column: offset - start + 1 };
  };
}

interface Action {
  readonly words: readonly Word[] | undefined;
  readonly trims: boolean;
  readonly end: number;
}

function readAction(template: string, start: number, place: Place): Action {
  COMMENT.lastIndex = start;
  const comment = COMMENT.exec(template);
  if (comment !== null)
    return { words: undefined, trims: comment[1] !== undefined, end: start + comment[0].length };
  const words: Word[] = [];
  let at = start;
  for (;;) {
    const rest = template.slice(at, at + 4);
    if (rest.startsWith('}}')) return { words: trimmed(words), trims: false, end: at + 2 };
    if (/^-\}\}/.test(rest) && words.at(-1)?.kind === 'space')
      return { words: trimmed(words), trims: true, end: at + 3 };
    WORD.lastIndex = at;
    const found = WORD.exec(template)?.[0];
    if (found === undefined) {
      if (at >= template.length) throw new TemplateProblem(place, `unclosed action`);
      throw new TemplateProblem(place, `unexpected ${JSON.stringify(template[at])} in an action`);
    }
    words.push(wordOf(found, place));
    at += found.length;
  }
}

function trimmed(words: Word[]): Word[] {
  if (words[0]?.kind === 'space') words.shift();
  if (words.at(-1)?.kind === 'space') words.pop();
  return words;
}

function wordOf(text: string, place: Place): Word {
  const first = text[0]!;
  if (/\s/.test(first)) return { kind: 'space', text };
  if (first === '"' || first === '`') {
    const read = unquote(text);
    if (typeof read !== 'string') throw new TemplateProblem(place, `${read.problem} in ${text}`);
    return { kind: 'string', text: read };
  }
  if (first === "'") throw new TemplateProblem(place, `character constants are not supported: ${text}`);
  if (first === '$') return { kind: 'variable', text };
  if (/^[+-]?\.?[0-9]/.test(text)) return { kind: 'number', text };
  if (first === '.' && text.length > 1) return { kind: 'field', text: text.slice(1) };
  if (/[A-Za-z_]/.test(first)) return { kind: 'name', text };
  return { kind: 'mark', text };
}
