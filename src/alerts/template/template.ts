/**
 * A text of a rule with `{{ actions }}`, compiled once and expanded for each alert. Pure but for `query`, which asks
 * the engine at the time of the evaluation; a template without it expands at once.
 *
 * Expanding never throws: what goes wrong becomes the text `<error expanding template: ...>`, as in Prometheus, so that
 * an alert is told even when its description cannot be made.
 */
import { messageOf } from '../../base/errors.js';
import { templateFunctions } from './functions.js';
import { TemplateProblem } from './lex.js';
import { parseTemplate, type Operand, type Pipeline, type TemplateNode } from './parse.js';
import {
  isList,
  isMap,
  TemplateFailure,
  textOf,
  truth,
  type TemplateSample,
  type TextMap,
  type Value,
} from './values.js';

/** What an expansion knows. */
export interface TemplateData {
  readonly labels: TextMap;
  readonly value: number;
  readonly externalLabels: TextMap;
  readonly externalUrl: string;
}

/** Answers a query of a template. May reject. */
export type TemplateQuery = (query: string) => Promise<readonly TemplateSample[]>;

const FUNCTIONS: ReadonlySet<string> = new Set([
  ...Object.keys(templateFunctions),
  'query',
  'externalURL',
  'pathPrefix',
]);
const VARIABLES = ['$labels', '$externalLabels', '$externalURL', '$value'];
/** Most queries of one expansion. */
const MAX_QUERIES = 20;

/** A compiled text. */
export class Template {
  readonly text: string;
  readonly #nodes: readonly TemplateNode[];

  /** @throws TemplateProblem when it cannot be read */
  constructor(text: string) {
    this.text = text;
    this.#nodes = text.includes('{{')
      ? parseTemplate(text, { functions: FUNCTIONS, variables: VARIABLES })
      : [{ kind: 'text', text }];
  }

  /** Why `text` is no template; undefined when it is one. */
  static problemOf(text: string): string | undefined {
    try {
      new Template(text);
      return undefined;
    } catch (error) {
      if (error instanceof TemplateProblem) return error.message;
      throw error;
    }
  }

  /** The text for one alert. Never rejects. */
  async expand(data: TemplateData, query: TemplateQuery): Promise<string> {
    if (this.#nodes.length === 1 && this.#nodes[0]!.kind === 'text') return this.#nodes[0]!.text;
    const answers = new Map<string, readonly TemplateSample[]>();
    try {
      for (;;) {
        const wanted = new Expansion(data, answers).run(this.#nodes);
        if ('text' in wanted) return wanted.text;
        if (answers.size >= MAX_QUERIES) throw new TemplateFailure(`more than ${MAX_QUERIES} queries`);
        // Started again with the answer: a template changes nothing, so that what it did before counts for nothing.
        answers.set(wanted.query, await query(wanted.query));
      }
    } catch (error) {
      return `<error expanding template: ${messageOf(error)}>`;
    }
  }
}

/** Thrown within an expansion to ask a question first. */
class Unanswered extends Error {
  readonly query: string;

  constructor(query: string) {
    super('unanswered');
    this.query = query;
  }
}

class Expansion {
  readonly #data: TemplateData;
  readonly #answers: ReadonlyMap<string, readonly TemplateSample[]>;
  #output = '';

  constructor(data: TemplateData, answers: ReadonlyMap<string, readonly TemplateSample[]>) {
    this.#data = data;
    this.#answers = answers;
  }

  run(nodes: readonly TemplateNode[]): { readonly text: string } | { readonly query: string } {
    const { labels, value, externalLabels, externalUrl } = this.#data;
    const root: Value = {
      Labels: labels,
      Value: value,
      ExternalLabels: externalLabels,
      ExternalURL: externalUrl,
    };
    const scope = new Scope(undefined);
    scope.declare('$', root);
    scope.declare('$labels', labels);
    scope.declare('$externalLabels', externalLabels);
    scope.declare('$externalURL', externalUrl);
    scope.declare('$value', value);
    try {
      this.#list(nodes, root, scope);
      return { text: this.#output };
    } catch (error) {
      if (error instanceof Unanswered) return { query: error.query };
      throw error;
    }
  }

  #list(nodes: readonly TemplateNode[], dot: Value, scope: Scope): void {
    for (const node of nodes) this.#node(node, dot, scope);
  }

  #node(node: TemplateNode, dot: Value, scope: Scope): void {
    if (node.kind === 'text') {
      this.#output += node.text;
      return;
    }
    if (node.kind === 'action') {
      const value = this.#pipeline(node.pipeline, dot, scope);
      if (node.pipeline.declares.length === 0) this.#output += textOf(value);
      return;
    }
    const inner = new Scope(scope);
    if (node.kind === 'range') return this.#range(node, dot, inner);
    const value = this.#pipeline(node.pipeline, dot, inner);
    if (truth(value)) this.#list(node.body, node.kind === 'with' ? value : dot, inner);
    else this.#list(node.otherwise, dot, inner);
  }

  #range(node: Extract<TemplateNode, { kind: 'range' | 'if' | 'with' }>, dot: Value, scope: Scope): void {
    const { declares, value: operand } = node.pipeline;
    const over = this.#operand(operand, dot, scope);
    const entries = entriesOf(over);
    if (entries.length === 0) return this.#list(node.otherwise, dot, scope);
    for (const [key, value] of entries) {
      const inner = new Scope(scope);
      const [first, second] = declares;
      if (second !== undefined) {
        inner.declare(first!, key);
        inner.declare(second, value);
      } else if (first !== undefined) inner.declare(first, value);
      this.#list(node.body, value, inner);
    }
  }

  #pipeline({ declares, isAssignment, value: operand }: Pipeline, dot: Value, scope: Scope): Value {
    const value = this.#operand(operand, dot, scope);
    for (const name of declares)
      if (isAssignment) scope.assign(name, value);
      else scope.declare(name, value);
    return value;
  }

  #operand(operand: Operand, dot: Value, scope: Scope): Value {
    switch (operand.kind) {
      case 'dot':
        return dot;
      case 'literal':
        return operand.value;
      case 'variable':
        return scope.get(operand.name);
      case 'fields':
        return operand.path.reduce(fieldOf, this.#operand(operand.of, dot, scope));
      case 'call':
        return this.#call(
          operand.name,
          operand.args.map((arg) => this.#operand(arg, dot, scope)),
        );
      case 'pipeline': {
        const [first, ...rest] = operand.commands;
        let value = this.#operand(first!, dot, scope);
        for (const command of rest) {
          if (command.kind !== 'call') throw new TemplateFailure('not a function');
          const args = command.args.map((arg) => this.#operand(arg, dot, scope));
          value = this.#call(command.name, [...args, value]);
        }
        return value;
      }
    }
  }

  #call(name: string, args: readonly Value[]): Value {
    if (name === 'externalURL') return this.#data.externalUrl;
    if (name === 'pathPrefix') return this.#data.externalUrl.replace(/^[a-z]+:\/\/[^/]*/, '');
    if (name !== 'query') return templateFunctions[name]!(...args);
    const text = textOf(args[0]);
    const answer = this.#answers.get(text);
    if (answer === undefined) throw new Unanswered(text);
    return answer.map(({ Labels, Value }) => ({ Labels, Value }));
  }
}

function fieldOf(value: Value, name: string): Value {
  if (isMap(value)) return Object.hasOwn(value, name) ? value[name] : '';
  throw new TemplateFailure(`can't evaluate field ${name} in ${textOf(value)}`);
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
