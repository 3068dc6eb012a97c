/**
 * The templates of receivers: what their files define, and texts that use it. Everything that can be wrong without data is a
 * problem with its place when the file is read: bad syntax, unknown functions, a template that nobody defined. What goes
 * wrong with data is told by whoever expands; it never stops a notification.
 */
import { messageOf } from '../../base/errors.js';
import type { Notification } from '../channels/notification.js';
import { DEFAULT_DEFINITIONS } from './default-definitions.js';
import { expand, LONGEST_TEXT, PlainWriting } from './expansion.js';
import { HtmlWriting } from './html-writing.js';
import { TemplateProblem, type Place } from './lex.js';
import { notificationData } from './notification-data.js';
import { notificationFunctionNames, notificationFunctions } from './notification-functions.js';
import { parseTemplate, type NamedUse, type TemplateNode } from './parse.js';

/** What is wrong with a text, and where in it. */
export interface TextProblem {
  readonly place: Place;
  readonly message: string;
}

/** A text, or why there is none. */
export type Expanded = { readonly text: string } | { readonly problem: string };

/** A text of a receiver, ready to be expanded. */
export interface ReceiverText {
  /** As it is written. */
  readonly source: string;
  /** Never throws. `html` escapes values by where they stand. */
  expand(notification: Notification, nowUs: number, as: 'text' | 'html'): Expanded;
}

const TOP: Place = { line: 1, column: 1 };

/** Definitions, and what is made of them. */
export class TemplateSet {
  readonly #defined = new Map<string, readonly TemplateNode[]>();
  readonly #uses: { readonly use: NamedUse; readonly tell: (problem: TextProblem) => void }[] = [];

  constructor() {
    parseTemplate(DEFAULT_DEFINITIONS, this.#known([]));
  }

  /**
   * Takes what a file defines; later ones take the place of earlier.
   * @param name by which its text itself can be used
   * @param tell is told of every problem; of templates that nobody defined when `finish` is called
   */
  addFile(name: string, text: string, tell: (problem: TextProblem) => void): void {
    const nodes = this.#parse(text, tell);
    if (nodes?.some((node) => node.kind !== 'text' || node.text.trim() !== '') === true)
      this.#defined.set(name, nodes);
  }

  /** A text of a receiver; undefined, and told, where it is none. */
  text(source: string, tell: (problem: TextProblem) => void): ReceiverText | undefined {
    const nodes = this.#parse(source, tell);
    if (nodes === undefined) return undefined;
    return { source, expand: (notification, nowUs, as) => this.#expand(nodes, notification, nowUs, as) };
  }

  /** Says which templates are used and defined nowhere, when all has been read. */
  finish(): void {
    for (const { use, tell } of this.#uses)
      if (!this.#defined.has(use.name))
        tell({ place: use.place, message: `template ${JSON.stringify(use.name)} not defined` });
    this.#uses.length = 0;
  }

  #parse(text: string, tell: (problem: TextProblem) => void): readonly TemplateNode[] | undefined {
    if (text.length > LONGEST_TEXT) {
      tell({ place: TOP, message: `a template longer than ${LONGEST_TEXT} characters` });
      return undefined;
    }
    const used: NamedUse[] = [];
    try {
      const nodes = parseTemplate(text, this.#known(used));
      for (const use of used) this.#uses.push({ use, tell });
      return nodes;
    } catch (error) {
      if (!(error instanceof TemplateProblem)) throw error;
      const message = error.place === undefined ? error.message : error.message.replace(/^\d+: /, '');
      tell({ place: error.place ?? TOP, message });
      return undefined;
    }
  }

  #known(used: NamedUse[]): Parameters<typeof parseTemplate>[1] {
    return {
      functions: notificationFunctionNames,
      variables: [],
      named: { defined: this.#defined, used },
    };
  }

  #expand(
    nodes: readonly TemplateNode[],
    notification: Notification,
    nowUs: number,
    as: 'text' | 'html',
  ): Expanded {
    const functions = notificationFunctions(nowUs);
    try {
      const text = expand(nodes, {
        root: notificationData(notification),
        variables: {},
        definitions: this.#defined,
        call: (name, args) => functions[name]!(...args),
        writing: as === 'html' ? new HtmlWriting() : new PlainWriting(),
      });
      return { text };
    } catch (error) {
      return { problem: messageOf(error) };
    }
  }
}
