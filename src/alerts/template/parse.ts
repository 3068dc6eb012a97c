/**
 * Templates as trees. What is understood of Go's text/template: text, fields, methods, variables, pipelines, calls,
 * parentheses, `if`/`else if`/`else`, `with`, `range`, `break`, `continue`, `end`; and `define`, `template` and `block`
 * where templates may know of each other, which those of rules may not. Every unknown function or variable is a
 * problem when the file is read, never when an alert fires.
 */
import { lex, TemplateProblem, type Piece, type Place, type Word } from './lex.js';

/** What a word of a pipeline stands for. */
export type Operand =
  | { readonly kind: 'dot' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | undefined }
  | { readonly kind: 'variable'; readonly name: string }
  | {
      readonly kind: 'fields';
      readonly of: Operand;
      readonly path: readonly string[];
      /** Arguments of the last one, which is a method then. */
      readonly args: readonly Operand[];
    }
  | { readonly kind: 'call'; readonly name: string; readonly args: readonly Operand[] }
  | { readonly kind: 'pipeline'; readonly commands: readonly Operand[] };

/** A pipeline, and the variables that take its result. */
export interface Pipeline {
  /** One name; for `range` two: index and element. */
  readonly declares: readonly string[];
  readonly isAssignment: boolean;
  readonly value: Operand;
}

export type TemplateNode =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'action'; readonly pipeline: Pipeline }
  | {
      readonly kind: 'if' | 'with' | 'range';
      readonly pipeline: Pipeline;
      readonly body: readonly TemplateNode[];
      readonly otherwise: readonly TemplateNode[];
    }
  | { readonly kind: 'break' | 'continue' }
  | { readonly kind: 'template'; readonly name: string; readonly pipeline: Pipeline | undefined };

/** A use of a template by its name, which may be defined later. */
export interface NamedUse {
  readonly name: string;
  readonly place: Place;
}

/** What a text may use, and where what it defines goes. */
export interface Known {
  readonly functions: ReadonlySet<string>;
  readonly variables: readonly string[];
  /** Absent where templates may not know of each other. */
  readonly named?: {
    readonly defined: Map<string, readonly TemplateNode[]>;
    readonly used: NamedUse[];
  };
}

/** Reads a template. @throws TemplateProblem with the line and what is wrong */
export function parseTemplate(text: string, known: Known): readonly TemplateNode[] {
  const reader = new Reader(lex(text), known);
  return reader.list(false).nodes;
}

const NAMING = new Set(['define', 'template', 'block']);
/** More blocks within blocks, and parentheses within parentheses, are nobody's intention. */
const DEEPEST = 100;
const BLOCKS = new Set(['if', 'with', 'range']);

interface List {
  readonly nodes: readonly TemplateNode[];
  /** The words after `else`; undefined where `end` or the end of the text closed it. */
  readonly elseWords: readonly Word[] | undefined;
}

class Reader {
  readonly #pieces: readonly Piece[];
  readonly #functions: ReadonlySet<string>;
  readonly #known: Known;
  #variables: string[];
  #at = 0;
  #depth = 0;
  #ranges = 0;

  constructor(pieces: readonly Piece[], known: Known) {
    this.#pieces = pieces;
    this.#functions = known.functions;
    this.#known = known;
    this.#variables = ['$', ...known.variables];
  }

  list(isInner: boolean): List {
    const nodes: TemplateNode[] = [];
    for (; ; this.#at++) {
      const piece = this.#pieces[this.#at];
      if (piece === undefined) {
        if (isInner)
          throw new TemplateProblem(undefined, 'unexpected end of the template: an {{end}} is missing');
        return { nodes, elseWords: undefined };
      }
      if (piece.kind === 'text') {
        nodes.push(piece);
        continue;
      }
      const [head, ...rest] = piece.words;
      if (head === undefined) throw new TemplateProblem(piece.place, `missing value for command`);
      const isKeyword = head.kind === 'name';
      if (isKeyword && (head.text === 'end' || head.text === 'else')) {
        if (!isInner) throw new TemplateProblem(piece.place, `unexpected {{${head.text}}}`);
        return { nodes, elseWords: head.text === 'else' ? withoutSpace(rest) : undefined };
      }
      if (isKeyword && NAMING.has(head.text)) {
        const node = this.#naming(head.text, withoutSpace(rest), piece.place, isInner);
        if (node !== undefined) nodes.push(node);
      } else if (isKeyword && (head.text === 'break' || head.text === 'continue')) {
        if (this.#ranges === 0) throw new TemplateProblem(piece.place, `{{${head.text}}} outside {{range}}`);
        nodes.push({ kind: head.text });
      } else if (isKeyword && BLOCKS.has(head.text))
        nodes.push(this.#block(head.text as 'if', withoutSpace(rest), piece.place));
      else nodes.push({ kind: 'action', pipeline: this.#pipeline(piece.words, piece.place, false) });
    }
  }

  /** `template`, `block` and `define`; the last leaves nothing where it stands. */
  #naming(keyword: string, words: readonly Word[], place: Place, isInner: boolean): TemplateNode | undefined {
    const { named } = this.#known;
    if (named === undefined) throw new TemplateProblem(place, `{{${keyword}}} is not supported`);
    const [head, ...rest] = words;
    if (head?.kind !== 'string') throw new TemplateProblem(place, `{{${keyword}}} needs a name in quotes`);
    const { text: name } = head;
    const tail = withoutSpace(rest);
    if (keyword === 'define') {
      if (isInner) throw new TemplateProblem(place, 'unexpected {{define}}: it stands within another block');
      if (tail.length > 0) throw new TemplateProblem(place, `unexpected ${JSON.stringify(tail[0]!.text)}`);
      this.#body(name, named.defined);
      return undefined;
    }
    const pipeline = tail.length === 0 ? undefined : this.#pipeline(tail, place, false);
    if (keyword === 'block') {
      if (pipeline === undefined) throw new TemplateProblem(place, 'missing value for block clause');
      this.#body(name, named.defined);
    } else named.used.push({ name, place });
    return { kind: 'template', name, pipeline };
  }

  /** What is defined sees nothing of what is around it. */
  #body(name: string, defined: Map<string, readonly TemplateNode[]>): void {
    const [outer, ranges] = [this.#variables, this.#ranges];
    this.#variables = ['$', ...this.#known.variables];
    this.#ranges = 0;
    this.#at++;
    const { nodes, elseWords } = this.list(true);
    if (elseWords !== undefined) throw new TemplateProblem(undefined, `{{else}} in the template ${name}`);
    [this.#variables, this.#ranges] = [outer, ranges];
    // As in Go: what has nothing to say does not take the place of what has.
    const isEmpty = nodes.every((node) => node.kind === 'text' && node.text.trim() === '');
    if (!isEmpty || !defined.has(name)) defined.set(name, nodes);
  }

  #block(kind: 'if' | 'with' | 'range', words: readonly Word[], place: Place): TemplateNode {
    if (++this.#depth > DEEPEST)
      throw new TemplateProblem(place, `more than ${DEEPEST} blocks within blocks`);
    const outer = [...this.#variables];
    const pipeline = this.#pipeline(words, place, kind === 'range');
    this.#at++;
    if (kind === 'range') this.#ranges++;
    const { nodes: body, elseWords } = this.list(true);
    if (kind === 'range') this.#ranges--;
    this.#variables = [...outer];
    let otherwise: readonly TemplateNode[] = [];
    if (elseWords !== undefined) {
      const [head, ...rest] = elseWords;
      if (head === undefined) {
        this.#at++;
        const inner = this.list(true);
        if (inner.elseWords !== undefined) throw new TemplateProblem(place, `a second {{else}}`);
        otherwise = inner.nodes;
      } else if (head.kind === 'name' && (head.text === 'if' || head.text === 'with') && kind !== 'range') {
        otherwise = [this.#block(head.text, withoutSpace(rest), place)];
      } else throw new TemplateProblem(place, `unexpected ${head.text} after else`);
    }
    this.#variables = outer;
    this.#depth--;
    return { kind, pipeline, body, otherwise };
  }

  #pipeline(words: readonly Word[], place: Place, isRange: boolean): Pipeline {
    const solid = words.filter((word) => word.kind !== 'space');
    const mark = solid.findIndex(({ kind, text }) => kind === 'mark' && (text === ':=' || text === '='));
    const names: string[] = [];
    let isAssignment = false;
    let rest = words;
    if (mark >= 0) {
      isAssignment = solid[mark]!.text === '=';
      for (const { kind, text } of solid.slice(0, mark)) {
        if (kind === 'variable' && text !== '$') names.push(text);
        else if (kind !== 'mark' || text !== ',')
          throw new TemplateProblem(place, `unexpected ${text} before ${solid[mark]!.text}`);
      }
      const isGood = names.length === 1 || (isRange && names.length === 2);
      if (!isGood) throw new TemplateProblem(place, `too many declarations`);
      rest = words.slice(words.indexOf(solid[mark]!) + 1);
    }
    const value = new Operands(withoutSpace(rest), place, this.#functions, this.#variables).whole();
    if (isAssignment) for (const name of names) this.#mustKnow(name, place);
    else this.#variables.push(...names);
    return { declares: names, isAssignment, value };
  }

  #mustKnow(name: string, place: Place): void {
    if (!this.#variables.includes(name)) throw new TemplateProblem(place, `undefined variable "${name}"`);
  }
}

/** Reads the words of one pipeline. */
class Operands {
  readonly #words: readonly Word[];
  readonly #place: Place;
  readonly #functions: ReadonlySet<string>;
  readonly #variables: readonly string[];
  #at = 0;
  #depth = 0;

  constructor(
    words: readonly Word[],
    place: Place,
    functions: ReadonlySet<string>,
    variables: readonly string[],
  ) {
    this.#words = words;
    this.#place = place;
    this.#functions = functions;
    this.#variables = variables;
  }

  whole(): Operand {
    const value = this.#pipeline();
    const left = this.#words[this.#at];
    if (left !== undefined) throw this.#problem(`unexpected ${JSON.stringify(left.text)}`);
    return value;
  }

  #pipeline(): Operand {
    const commands = [this.#command()];
    while (this.#isMark('|')) {
      this.#at++;
      const command = this.#command();
      if (command.kind !== 'call' && command.kind !== 'fields')
        throw this.#problem('only functions may stand after |');
      commands.push(command);
    }
    return commands.length === 1 ? commands[0]! : { kind: 'pipeline', commands };
  }

  #command(): Operand {
    this.#skipSpace();
    const word = this.#words[this.#at];
    if (word?.kind === 'name' && !CONSTANTS.has(word.text)) {
      this.#at++;
      return this.#call(word.text, this.#arguments());
    }
    const operand = this.#operand();
    this.#skipSpace();
    const next = this.#words[this.#at];
    if (next !== undefined && operand.kind === 'fields' && !this.#isMark('|') && !this.#isMark(')'))
      return { ...operand, args: this.#arguments() };
    if (next !== undefined && !this.#isMark('|') && !this.#isMark(')'))
      throw this.#problem(`unexpected ${JSON.stringify(next.text)}: only functions take arguments`);
    return operand;
  }

  #arguments(): Operand[] {
    const args: Operand[] = [];
    for (;;) {
      this.#skipSpace();
      const next = this.#words[this.#at];
      if (next === undefined || this.#isMark('|') || this.#isMark(')')) return args;
      args.push(this.#operand());
    }
  }

  #call(name: string, args: readonly Operand[]): Operand {
    if (!this.#functions.has(name)) throw this.#problem(`function "${name}" not defined`);
    return { kind: 'call', name, args };
  }

  #operand(): Operand {
    const base = this.#base();
    const path: string[] = [];
    for (let next = this.#words[this.#at]; next?.kind === 'field'; next = this.#words[this.#at]) {
      path.push(next.text);
      this.#at++;
    }
    return path.length === 0 ? base : { kind: 'fields', of: base, path, args: [] };
  }

  #base(): Operand {
    const word = this.#words[this.#at];
    if (word === undefined) throw this.#problem('missing value for command');
    if (word.kind === 'field') return { kind: 'dot' };
    this.#at++;
    switch (word.kind) {
      case 'variable':
        if (!this.#variables.includes(word.text)) throw this.#problem(`undefined variable "${word.text}"`);
        return { kind: 'variable', name: word.text };
      case 'string':
        return { kind: 'literal', value: word.text };
      case 'number':
        return { kind: 'literal', value: Number(word.text.replaceAll('_', '')) };
      case 'name':
        if (word.text === 'nil') return { kind: 'literal', value: undefined };
        return CONSTANTS.has(word.text)
          ? { kind: 'literal', value: word.text === 'true' }
          : this.#call(word.text, []);
      default:
        return this.#marked(word.text);
    }
  }

  #marked(mark: string): Operand {
    if (mark === '.') return { kind: 'dot' };
    if (mark !== '(') throw this.#problem(`unexpected ${JSON.stringify(mark)}`);
    if (++this.#depth > DEEPEST) throw this.#problem(`more than ${DEEPEST} parentheses within parentheses`);
    const inner = this.#pipeline();
    this.#depth--;
    this.#skipSpace();
    if (!this.#isMark(')')) throw this.#problem('unclosed left parenthesis');
    this.#at++;
    return inner;
  }

  #isMark(text: string): boolean {
    this.#skipSpace();
    const word = this.#words[this.#at];
    return word?.kind === 'mark' && word.text === text;
  }

  #skipSpace(): void {
    while (this.#words[this.#at]?.kind === 'space') this.#at++;
  }

  #problem(what: string): TemplateProblem {
    return new TemplateProblem(this.#place, what);
  }
}

const CONSTANTS = new Set(['true', 'false', 'nil']);

function withoutSpace(words: readonly Word[]): readonly Word[] {
  return words[0]?.kind === 'space' ? words.slice(1) : words;
}
