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
import { expand, PlainWriting } from './expansion.js';
import { parseTemplate, type TemplateNode } from './parse.js';
import { TemplateFailure, textOf, type TemplateSample, type TextMap, type Value } from './values.js';

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

  /** The text for one alert. Never rejects. Where it asks nothing, it depends on `data` alone. */
  async expand(data: TemplateData, query: TemplateQuery): Promise<string> {
    if (this.#nodes.length === 1 && this.#nodes[0]!.kind === 'text') return this.#nodes[0]!.text;
    const answers = new Map<string, readonly TemplateSample[]>();
    try {
      for (;;) {
        const wanted = run(this.#nodes, data, answers);
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

/** The text, or the query that must be answered first. */
function run(
  nodes: readonly TemplateNode[],
  { labels, value, externalLabels, externalUrl }: TemplateData,
  answers: ReadonlyMap<string, readonly TemplateSample[]>,
): { readonly text: string } | { readonly query: string } {
  const call = (name: string, args: readonly Value[]): Value => {
    if (name === 'externalURL') return externalUrl;
    if (name === 'pathPrefix') return externalUrl.replace(/^[a-z]+:\/\/[^/]*/, '');
    if (name !== 'query') return templateFunctions[name]!(...args);
    const text = textOf(args[0]);
    const answer = answers.get(text);
    if (answer === undefined) throw new Unanswered(text);
    return answer.map(({ Labels, Value }) => ({ Labels, Value }));
  };
  const variables = {
    $labels: labels,
    $externalLabels: externalLabels,
    $externalURL: externalUrl,
    $value: value,
  };
  const root: Value = {
    Labels: labels,
    Value: value,
    ExternalLabels: externalLabels,
    ExternalURL: externalUrl,
  };
  const writing = new PlainWriting();
  try {
    return { text: expand(nodes, { root, variables, definitions: new Map(), call, writing }) };
  } catch (error) {
    if (error instanceof Unanswered) return { query: error.query };
    throw error;
  }
}
