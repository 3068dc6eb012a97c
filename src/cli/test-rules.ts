/**
 * `quorumscope test rules`: unit tests of rules in promtool's format, with promtool's verdict. Exit 1 when one of them does
 * not hold, or a file is wrong.
 */
import { dirname, join } from 'node:path';
import { describeFileProblems, readRuleFiles } from '../alerts/rules/rule-file.js';
import { pathsOf, readRuleText } from '../alerts/rules/rule-paths.js';
import { runRuleTests } from '../alerts/testing/run-tests.js';
import { readTestFile } from '../alerts/testing/test-file.js';
import { WallClock } from '../base/clock.js';
import type { CliContext, ExitCode } from './context.js';

interface Outcome {
  readonly file: string;
  readonly tests: number;
  readonly failures: readonly string[];
}

/** @throws QuorumscopeError `alerts.rules` when a file cannot be read */
export async function testRules(
  paths: readonly string[],
  options: { readonly json?: boolean },
  context: CliContext,
): Promise<ExitCode> {
  const outcomes: Outcome[] = [];
  for (const path of paths) {
    const outcome = await testFile(path);
    outcomes.push(outcome);
    if (!options.json) context.stdout.write(shown(outcome));
  }
  const isGood = outcomes.every(({ failures }) => failures.length === 0);
  if (options.json) context.stdout.write(`${JSON.stringify({ passed: isGood, files: outcomes }, null, 2)}\n`);
  return isGood ? 0 : 1;
}

async function testFile(path: string): Promise<Outcome> {
  const { file, problems } = readTestFile(path, await readRuleText(path));
  const tests = file.tests.length;
  if (problems.length > 0) return { file: path, tests, failures: [describeFileProblems(problems)] };
  const rulePaths = await Promise.all(file.ruleFiles.map((name) => pathsOf(join(dirname(path), name))));
  const files = rulePaths.flat().map(async (name) => ({ name, text: await readRuleText(name) }));
  const rules = readRuleFiles(await Promise.all(files));
  if (rules.problems.length > 0)
    return { file: path, tests, failures: [describeFileProblems(rules.problems)] };
  return { file: path, tests, failures: await runRuleTests(file, rules.groups, new WallClock()) };
}

function shown({ file, tests, failures }: Outcome): string {
  if (failures.length === 0) return `${file}: ${tests} ${tests === 1 ? 'test' : 'tests'}, good\n`;
  return `${file}: FAILED\n${failures.map((failure) => `${failure.trimEnd()}\n`).join('\n')}`;
}
