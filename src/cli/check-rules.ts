/** `quorumscope check rules`: whether rule files would be loaded. Says all that is wrong, with its place. Exit 1 when something is. */
import { describeFileProblems, readRuleFiles } from '../alerts/rules/rule-file.js';
import { readRuleText } from '../alerts/rules/rule-paths.js';
import type { CliContext, ExitCode } from './context.js';

/** @throws QuorumscopeError `alerts.rules` when a file cannot be read */
export async function checkRules(
  paths: readonly string[],
  options: { readonly json?: boolean },
  context: CliContext,
): Promise<ExitCode> {
  const files = await Promise.all(paths.map(async (name) => ({ name, text: await readRuleText(name) })));
  const checked = files.map((file) => {
    const { groups, problems } = readRuleFiles([file]);
    return { file: file.name, rules: groups.reduce((sum, { rules }) => sum + rules.length, 0), problems };
  });
  const isValid = checked.every(({ problems }) => problems.length === 0);
  if (options.json) context.stdout.write(`${JSON.stringify({ valid: isValid, files: checked }, null, 2)}\n`);
  else
    for (const { file, rules, problems } of checked)
      context.stdout.write(
        problems.length === 0
          ? `${file}: ${rules} ${rules === 1 ? 'rule' : 'rules'}, good\n`
          : `${file}: ${problems.length} wrong\n${describeFileProblems(problems)}`,
      );
  return isValid ? 0 : 1;
}
