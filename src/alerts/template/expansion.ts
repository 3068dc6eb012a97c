/**
 * One run of a template over data: its text, or what it failed of. What functions there are and what is written how is
 * for whoever runs it to say. A run has a budget of steps and of text, so that no template takes long or fills memory;
 * `define`d templates are found by name and see nothing but what they are given.
 */
import type { Operand, Pipeline, TemplateNode } from './parse.js';
import { isList, isMap, natureOf, TemplateFailure, textOf, truth, type Value } from './values.js';

/** Most steps of one run; some 60 ms of work. */
const MOST_STEPS = 200_000;
/** Longest text, in UTF-16 units, of a run and of any value within it. */
export const LONGEST_TEXT = 262_144;
/** Deepest call of templates by templates. */
const DEEPEST = 100;

/** Where text goes, and how values become text. */
export interface Writing {
  /** Text of the template itself. */
  literal(text: string): void;
  /** A value. `isEncoded` when the template itself made it fit for an address. */
  value(value: Value, isEncoded: boolean): void;
  readonly text: string;
}

/** What a run needs besides the template. */
export interface Surroundings {
  /** `.` and `$`. */
  readonly root: Value;
  /** By name with `$`. */
  readonly variables: Readonly<Record<string, Value>>;
  readonly definitions: ReadonlyMap<string, readonly TemplateNode[]>;
  /** @throws TemplateFailure */
  call(name: string, args: readonly Value[]): Value;
  readonly writing: Writing;
}

/** Writes values as they print. */
export class PlainWriting implements Writing {
  text = '';

  literal(text: string): void {
    this.text += text;
  }

  value(value: Value): void {
    this.text += textOf(value);
  }
}

/** The text. @throws TemplateFailure, and whatever `call` throws */
export function expand(nodes: readonly TemplateNode[], surroundings: Surroundings): string {
  new Run(surroundings).template(nodes, surroundings.root);
  return surroundings.writing.text;
}

type Leaves = 'break' | 'continue' | undefined;

class Run {
  readonly #with: Surroundings;
  #steps = 0;
  #depth = 0;

  constructor(surroundings: Surroundings) {
    this.#with = surroundings;
  }

  template(nodes: readonly TemplateNode[], dot: Value): void {
    if (++this.#depth > DEEPEST) throw new TemplateFailure(`more than ${DEEPEST} templates within templates`);
    const scope = new Scope(undefined);
    scope.declare('$', dot);
    for (const [name, value] of Object.entries(this.#with.variables)) scope.declare(name, value);
    this.#list(nodes, dot, scope);
    this.#depth--;
  }

  #list(nodes: readonly TemplateNode[], dot: Value, scope: Scope): Leaves {
    for (const node of nodes) {
      const leaves = this.#node(node, dot, scope);
      if (leaves !== undefined) return leaves;
    }
    return undefined;
  }

  #node(node: TemplateNode, dot: Value, scope: Scope): Leaves {
    this.#step(1);
    const { writing, definitions } = this.#with;
    switch (node.kind) {
      case 'text':
        writing.literal(node.text);
        this.#mustFit(writing.text);
        return undefined;
      case 'action': {
        const value = this.#pipeline(node.pipeline, dot, scope);
        if (node.pipeline.declares.length === 0) writing.value(value, isEncoding(node.pipeline.value));
        this.#mustFit(writing.text);
        return undefined;
      }
      case 'break':
      case 'continue':
        return node.kind;
      case 'template': {
        const defined = definitions.get(node.name);
        if (defined === undefined)
          throw new TemplateFailure(`template ${JSON.stringify(node.name)} not defined`);
        this.template(defined, node.pipeline && this.#pipeline(node.pipeline, dot, scope));
        return undefined;
      }
      case 'range':
        return this.#range(node, dot, new Scope(scope));
      default: {
        const inner = new Scope(scope);
        const value = this.#pipeline(node.pipeline, dot, inner);
        if (truth(value)) return this.#list(node.body, node.kind === 'with' ? value : dot, inner);
        return this.#list(node.otherwise, dot, inner);
      }
    }
  }

  #range(node: Extract<TemplateNode, { otherwise: unknown }>, dot: Value, scope: Scope): Leaves {
    const { declares, value: operand } = node.pipeline;
    const entries = entriesOf(this.#operand(operand, dot, scope));
    if (entries.length === 0) return this.#list(node.otherwise, dot, scope);
    for (const [key, value] of entries) {
      const inner = new Scope(scope);
      const [first, second] = declares;
      if (second !== undefined) {
        inner.declare(first!, key);
        inner.declare(second, value);
      } else if (first !== undefined) inner.declare(first, value);
      if (this.#list(node.body, value, inner) === 'break') break;
    }
    return undefined;
  }

  #pipeline({ declares, isAssignment, value: operand }: Pipeline, dot: Value, scope: Scope): Value {
    const value = this.#operand(operand, dot, scope);
    for (const name of declares)
      if (isAssignment) scope.assign(name, value);
      else scope.declare(name, value);
    return value;
  }

  #operand(operand: Operand, dot: Value, scope: Scope, piped: readonly Value[] = []): Value {
    this.#step(1);
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'literal':
        return operand.value;
      case 'variable':
        return scope.get(operand.name);
      case 'fields': {
        const of = this.#operand(operand.of, dot, scope);
        const args = [...operand.args.map((arg) => this.#operand(arg, dot, scope)), ...piped];
        const last = operand.path.length - 1;
        return this.#bounded(
          operand.path.reduce((value, name, i) => fieldOf(value, name, i === last ? args : []), of),
        );
      }
      case 'call':
        return this.#call(operand, dot, scope, piped);
      case 'pipeline': {
        const [first, ...rest] = operand.commands;
        let value = this.#operand(first!, dot, scope);
        for (const command of rest) value = this.#operand(command, dot, scope, [value]);
        return value;
      }
    }
  }

  #call(
    { name, args }: Extract<Operand, { kind: 'call' }>,
    dot: Value,
    scope: Scope,
    piped: readonly Value[],
  ): Value {
    if (name === 'and' || name === 'or') {
      // What decides is what comes first; the rest may be what could not be asked for.
      let value: Value;
      for (const arg of args) {
        value = this.#operand(arg, dot, scope);
        if (truth(value) === (name === 'or')) return value;
      }
      return piped.length === 0 ? value : piped[0];
    }
    const given = args.map((arg) => this.#operand(arg, dot, scope));
    const all = [...given, ...piped];
    for (const value of all) if (typeof value === 'string') this.#step(value.length >> 3);
    return this.#bounded(this.#with.call(name, all));
  }

  #bounded(value: Value): Value {
    if (typeof value === 'string') this.#mustFit(value);
    this.#step(typeof value === 'string' ? value.length >> 6 : isList(value) ? value.length : 0);
    return value;
  }

  #mustFit(text: string): void {
    if (text.length > LONGEST_TEXT) throw new TemplateFailure(`longer than ${LONGEST_TEXT} characters`);
  }

  #step(cost: number): void {
    this.#steps += cost;
    if (this.#steps > MOST_STEPS) throw new TemplateFailure(`more than ${MOST_STEPS} steps`);
  }
}

function isEncoding(operand: Operand): boolean {
  const last = operand.kind === 'pipeline' ? operand.commands.at(-1) : operand;
  return last?.kind === 'call' && last.name === 'urlquery';
}

function fieldOf(value: Value, name: string, args: readonly Value[]): Value {
  const nature = natureOf(value);
  if (nature !== undefined && Object.hasOwn(nature.methods, name)) return nature.methods[name]!(...args);
  if (args.length > 0) throw new TemplateFailure(`${name} has arguments but cannot be invoked as function`);
  if (isMap(value) && Object.hasOwn(value, name)) return value[name];
  if (isMap(value) && nature?.isStruct !== true) return '';
  if (value === undefined) return undefined;
  throw new TemplateFailure(`can't evaluate field ${name} in ${nature?.typeName ?? textOf(value)}`);
}

function entriesOf(over: Value): readonly (readonly [Value, Value])[] {
  if (isList(over)) return over.map((value, i) => [i, value]);
  if (isMap(over))
    return Object.keys(over)
      .sort()
      .map((key) => [key, over[key]]);
  if (over === undefined || over === '') return [];
  throw new TemplateFailure(`range can't iterate over ${textOf(over)}`);
}

/** Variables by name; an inner block sees those of the outer. */
class Scope {
  readonly #outer: Scope | undefined;
  readonly #values = new Map<string, Value>();

  constructor(outer: Scope | undefined) {
    this.#outer = outer;
  }

  declare(name: string, value: Value): void {
    this.#values.set(name, value);
  }

  assign(name: string, value: Value): void {
    if (this.#values.has(name) || this.#outer === undefined) this.#values.set(name, value);
    else this.#outer.assign(name, value);
  }

  get(name: string): Value {
    return this.#values.has(name) ? this.#values.get(name) : this.#outer?.get(name);
  }
}
