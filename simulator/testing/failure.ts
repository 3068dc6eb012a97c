/**
 * How an expectation fails: one error with a message that a person can act upon, whatever test runner
 * shows it. It says what was looked at, what was found, what was expected, and how to see it again.
 */
import { QuorumscopeError } from '../../src/base/errors.js';

/** What did not hold. */
export interface Failure {
  /** What was looked at. */
  readonly what: string;
  readonly found: string;
  readonly expected: string;
  /** The command that runs the same again, where there is one. */
  readonly replay?: string | undefined;
  /** What else may explain it, one line each. */
  readonly hints?: readonly string[];
}

/** The error of a failed expectation; its `details` hold the parts of the message. */
export function expectationFailed(failure: Failure): QuorumscopeError {
  const { what, found, expected, replay, hints = [] } = failure;
  const lines = [what, ...labelled('found', found), ...labelled('expected', expected)];
  for (const hint of hints) lines.push(...labelled('note', hint));
  if (replay !== undefined) lines.push(...labelled('replay', replay));
  return new QuorumscopeError('testing.expectation', 'input', lines.join('\n'), { details: { ...failure } });
}

/** `label: text`, its later lines below the first. */
function labelled(label: string, text: string): string[] {
  const head = `  ${`${label}:`.padEnd(10)}`;
  return text.split('\n').map((line, i) => (i === 0 ? head : ' '.repeat(head.length)) + line);
}
