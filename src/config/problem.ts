/**
 * What is wrong with a configuration, for people: which setting, where it was set, what was found, what was
 * expected, and what to do. All problems of all sources are told at once.
 */
import { QuorumscopeError } from '../base/errors.js';

/** One problem. */
export interface ConfigProblem {
  /** The setting, `metrics.window`; empty when it concerns a whole source. */
  readonly path: string;
  /** `quorumscope.yaml:4:3`, a variable's name, a flag. */
  readonly where: string;
  /** What is wrong, and what was expected. */
  readonly message: string;
  /** What is probably meant. */
  readonly hint?: string;
}

/** The value as it was found, short enough for a line. */
export function showFound(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

/** The list that a person reads, one problem per paragraph. */
export function describeProblems(problems: readonly ConfigProblem[]): string {
  const count = problems.length === 1 ? 'a problem' : `${problems.length} problems`;
  const lines = problems.map(({ path, where, message, hint }) => {
    const title = path === '' ? where : `${path}  (${where})`;
    return `  ${title}\n    ${message}${hint === undefined ? '' : `\n    did you mean ${hint}?`}`;
  });
  return `the configuration has ${count}:\n\n${lines.join('\n\n')}\n`;
}

/** The error that carries them. */
export function configError(problems: readonly ConfigProblem[]): QuorumscopeError {
  return new QuorumscopeError('config.invalid', 'configuration', describeProblems(problems), {
    details: { problems },
  });
}
