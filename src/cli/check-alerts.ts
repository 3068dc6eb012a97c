/**
 * `quorumscope check alerts`: whether a file of routes would be taken, the files of its templates included. Says all that is
 * wrong, with its place. Exit 1 when something is.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseRouting } from '../alerts/routing/parse-routing.js';
import { templateReader } from '../alerts/routing/template-files.js';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import type { CliContext, ExitCode } from './context.js';

/** @throws QuorumscopeError `config.unreadable` */
export function checkAlerts(
  file: string,
  options: { readonly json?: boolean },
  context: CliContext,
): ExitCode {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new QuorumscopeError(
      'config.unreadable',
      'configuration',
      `cannot read ${file}: ${messageOf(error)}`,
      {
        details: { file },
        cause: error,
      },
    );
  }
  const parsed = parseRouting(text, templateReader(dirname(file)));
  const problems = 'problems' in parsed ? parsed.problems : [];
  const receivers = 'routing' in parsed ? [...parsed.routing.receivers.keys()] : [];
  const isValid = problems.length === 0;
  if (options.json)
    context.stdout.write(`${JSON.stringify({ valid: isValid, file, receivers, problems }, null, 2)}\n`);
  else if (isValid) context.stdout.write(`${file}: good, receivers ${receivers.join(', ')}\n`);
  else
    for (const { file: other, line, column, path, message } of problems)
      context.stdout.write(`${other ?? file}:${line}:${column} ${path}: ${message}\n`);
  return isValid ? 0 : 1;
}
