/** From the words of the command line, the file and the environment to the configuration. */
import { readConfigFile } from '../config/file.js';
import { parseConfig } from '../config/parse.js';
import { settingByPath, type Config } from '../config/sections.js';
import type { FlagValue } from '../config/source.js';
import type { CliContext } from './context.js';
import { defaultSocket } from './default-socket.js';

/** What commander collected: `config`, `set`, and one value per setting that has a flag. */
export interface ConfigOptions {
  readonly config?: string;
  readonly set?: readonly string[];
  readonly [flag: string]: unknown;
}

/**
 * @param machine defaults that differ from the usual ones, by path
 * @throws QuorumscopeError `config.invalid`, `config.unreadable`
 */
export function loadConfig(
  options: ConfigOptions,
  context: Pick<CliContext, 'environment'>,
  machine?: Readonly<Record<string, string>>,
): Config {
  return parseConfig({
    machine: machine ?? { 'attach.socket': defaultSocket(context.environment) },
    file: readConfigFile(options.config),
    environment: context.environment,
    flags: flagValues(options),
  });
}

/** The settings that have a flag of their own, by the name under which commander keeps it. */
export const flagSettings = [...settingByPath].flatMap(([path, setting]) =>
  setting.flag === undefined ? [] : [{ path, setting, flag: setting.flag, key: camelCase(setting.flag) }],
);

function flagValues(options: ConfigOptions): FlagValue[] {
  const own = flagSettings.flatMap(({ path, flag, key }) => {
    const value = options[key];
    return value === undefined
      ? []
      : [{ flag, path, text: typeof value === 'string' ? value : JSON.stringify(value) }];
  });
  const set = (options.set ?? []).map((assignment) => {
    const mark = assignment.indexOf('=');
    return {
      flag: '--set',
      path: mark < 0 ? assignment : assignment.slice(0, mark),
      text: mark < 0 ? '' : assignment.slice(mark + 1),
    };
  });
  return [...set, ...own];
}

function camelCase(flag: string): string {
  return flag.slice(2).replaceAll(/-([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
