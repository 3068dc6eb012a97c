/** `quorumscope simulate --list`: the bundled scenarios, for people and, with `--json`, for programs. */
import { loadScenario, scenarioNames } from '../../simulator/main.js';
import type { CliContext, ExitCode } from './context.js';
import { refuseAll, type RawOptions } from './simulate-words.js';
import { renderTable } from './table.js';

/** @throws QuorumscopeError `config.invalid` for options that list nothing */
export function simulateList(raw: RawOptions, { stdout }: CliContext, scenario?: string): ExitCode {
  const { json, ...rest } = raw;
  const other = [...(scenario === undefined ? [] : [scenario]), ...Object.keys(rest)];
  refuseAll(other.map((word) => `${word}: --list takes --json only`));
  const scenarios = scenarioNames().map((name) => {
    const { title, row, description } = loadScenario(name);
    return { name, title, row, description };
  });
  if (json === true) stdout.write(`${JSON.stringify(scenarios, null, 2)}\n`);
  else
    stdout.write(
      `${renderTable(
        ['scenario', 'what happens'],
        scenarios.map(({ name, title }) => [name, title]),
      )}\n`,
    );
  return 0;
}
