/** `quorumscope check config`: whether `run` would accept the file and the environment. Exit 1 when not. */
import { QuorumscopeError } from '../base/errors.js';
import { readConfigFile, readFile } from '../config/file.js';
import { parseConfig } from '../config/parse.js';
import { describeProblems } from '../config/problem.js';
import { readEnvironment } from '../config/source.js';
import { doorProblems } from './check-doors.js';
import type { CliContext, ExitCode } from './context.js';

/** @param path the file; the default one, if it is there, when absent */
export function checkConfig(
  path: string | undefined,
  options: { readonly json?: boolean },
  context: CliContext,
): ExitCode {
  const file = readConfigFile(path);
  const checked = file ? file.name : 'the environment (there is no file)';
  let problems: unknown[] = [];
  let text = '';
  try {
    const config = parseConfig({ file, environment: context.environment });
    const readings = [...(file ? [readFile(file)] : []), readEnvironment(context.environment)];
    const found = doorProblems(config, readings, checked);
    problems = found;
    text = found.length === 0 ? '' : describeProblems(found);
  } catch (error) {
    if (!(error instanceof QuorumscopeError) || error.code !== 'config.invalid') throw error;
    problems = error.details['problems'] as unknown[];
    text = error.message;
  }
  const isValid = problems.length === 0;
  if (options.json) context.stdout.write(`${JSON.stringify({ valid: isValid, problems }, null, 2)}\n`);
  else context.stdout.write(isValid ? `${checked}: good\n` : text);
  return isValid ? 0 : 1;
}
