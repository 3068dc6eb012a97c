/**
 * Templates as trees. What is understood is the part of Go's text/template that rule files use: text, fields,
 * variables, pipelines, calls, parentheses, `if`/`else if`/`else`, `with`, `range`, `end`. What is not
 * (`define`, `template`, `block`, `break`, `continue`) and every unknown function or variable is a problem when
 * the file is read, never when an alert fires.
 */
import { lex, TemplateProblem, type Piece, type Word } from './lex.js';

/** What a word of a pipeline stands for. */
export type Operand =
  | { readonly kind: 'dot' }
  | { readonly kind: 'literal'; readonly value: string | number | boolean | undefined }
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'fields'; readonly of: Operand; readonly path: readonly string[] }
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
    };

/** Reads a template. @throws TemplateProblem with the line and what is wrong */
export function parseTemplate(
  text: string,
  known: { readonly functions: ReadonlySet<string>; readonly variables: readonly string[] },
): readonly TemplateNode[] {
  const reader = new Reader(lex(text), known.functions, ['$', ...known.variables]);
  return reader.list(false).nodes;
}

const UNSUPPORTED = new Set(['define', 'template', 'block', 'break', 'continue']);
const BLOCKS = new Set(['if', 'with', 'range']);

interface List {
  readonly nodes: readonly TemplateNode[];
  /** The words after `else`; undefined where `end` or the end of the text closed it. */
  readonly elseWords: readonly Word[] | undefined;
}

class Reader {
  readonly #pieces: readonly Piece[];
  readonly #functions: ReadonlySet<string>;
  #variables: string[];
  #at = 0;

  constructor(pieces: readonly Piece[], functions: ReadonlySet<string>, variables: string[]) {
    this.#pieces = pieces;
    this.#functions = functions;
    this.#variables = variables;
  }

  list(isInner: boolean): List {
    const nodes: TemplateNode[] = [];
    for (; ; this.#at++) {
      const piece = this.#pieces[this.#at];
      if (piece === undefined) {
        if (isInner) throw new TemplateProblem('unexpected end of the template: an {{end}} is missing');
        return { nodes, elseWords: undefined };
      }
      if (piece.kind === 'text') {
        nodes.push(piece);
        continue;
      }
      const [head, ...rest] = piece.words;
      if (head === undefined) throw new TemplateProblem(`${piece.line}: missing value for command`);
      const isKeyword = head.kind === 'name';
      if (isKeyword && (head.text === 'end' || head.text === 'else')) {
        if (!isInner) throw new TemplateProblem(`${piece.line}: unexpected {{${head.text}}}`);
        return { nodes, elseWords: head.text === 'else' ? withoutSpace(rest) : undefined };
      }
      if (isKeyword && UNSUPPORTED.has(head.text))
        throw new TemplateProblem(`${piece.line}: {{${head.text}}} is not supported`);
      if (isKeyword && BLOCKS.has(head.text))
        nodes.push(this.#block(head.text as 'if', withoutSpace(rest), piece.line));
      else nodes.push({ kind: 'action', pipeline: this.#pipeline(piece.words, piece.line, false) });
    }
  }

  #block(kind: 'if' | 'with' | 'range', words: readonly Word[], line: number): TemplateNode {
    const outer = [...this.#variables];
    const pipeline = this.#pipeline(words, line, kind === 'range');
    this.#at++;
    const { nodes: body, elseWords } = this.list(true);
    this.#variables = [...outer];
    let otherwise: readonly TemplateNode[] = [];
    if (elseWords !== undefined) {
      const [head, ...rest] = elseWords;
      if (head === undefined) {
        this.#at++;
        const inner = this.list(true);
        if (inner.elseWords !== undefined) throw new TemplateProblem(`${line}: a second {{else}}`);
        otherwise = inner.nodes;
      } else if (head.kind === 'name' && (head.text === 'if' || head.text === 'with') && kind !== 'range') {
        otherwise = [this.#block(head.text, withoutSpace(rest), line)];
      } else throw new TemplateProblem(`${line}: unexpected ${head.text} after else`);
    }
    this.#variables = outer;
    return { kind, pipeline, body, otherwise };
  }

  #pipeline(words: readonly Word[], line: number, isRange: boolean): Pipeline {
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
          throw new TemplateProblem(`${line}: unexpected ${text} before ${solid[mark]!.text}`);
      }
      const isGood = names.length === 1 || (isRange && names.length === 2);
      if (!isGood) throw new TemplateProblem(`${line}: too many declarations`);
      rest = words.slice(words.indexOf(solid[mark]!) + 1);
    }
    const value = new Operands(withoutSpace(rest), line, this.#functions, this.#variables).whole();
    if (isAssignment) for (const name of names) this.#mustKnow(name, line);
    else this.#variables.push(...names);
    return { declares: names, isAssignment, value };
  }

  #mustKnow(name: string, line: number): void {
    if (!this.#variables.includes(name)) throw new TemplateProblem(`${line}: undefined variable "${name}"`);
  }
}

/** Reads the words of one pipeline. */
class Operands {
  readonly #words: readonly Word[];
  readonly #line: number;
  readonly #functions: ReadonlySet<string>;
  readonly #variables: readonly string[];
  #at = 0;

  constructor(
    words: readonly Word[],
    line: number,
    functions: ReadonlySet<string>,
    variables: readonly string[],
  ) {
    this.#words = words;
    this.#line = line;
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
      if (command.kind !== 'call') throw this.#problem('only functions may stand after |');
      commands.push(command);
    }
    return commands.length === 1 ? commands[0]! : { kind: 'pipeline', commands };
  }

  #command(): Operand {
    this.#skipSpace();
    const word = this.#words[this.#at];
    if (word?.kind === 'name' && !CONSTANTS.has(word.text)) {
      this.#at++;
      const args: Operand[] = [];
      for (;;) {
        this.#skipSpace();
        const next = this.#words[this.#at];
        if (next === undefined || this.#isMark('|') || this.#isMark(')')) break;
        args.push(this.#operand());
      }
      return this.#call(word.text, args);
    }
    const operand = this.#operand();
    this.#skipSpace();
    const next = this.#words[this.#at];
    if (next !== undefined && !this.#isMark('|') && !this.#isMark(')'))
      throw this.#problem(`unexpected ${JSON.stringify(next.text)}: only functions take arguments`);
    return operand;
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
    return path.length === 0 ? base : { kind: 'fields', of: base, path };
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
    const inner = this.#pipeline();
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
    return new TemplateProblem(`${this.#line}: ${what}`);
  }
}

const CONSTANTS = new Set(['true', 'false', 'nil']);

function withoutSpace(words: readonly Word[]): readonly Word[] {
  return words[0]?.kind === 'space' ? words.slice(1) : words;
}
