/**
 * From sources to the configuration: defaults, file, environment, flags; the later one wins, value by value. Either
 * everything holds and a frozen object comes back, or every problem of every source is thrown at once.
 */
import { readFile, type ConfigFile } from './file.js';
import { configError, showFound, type ConfigProblem } from './problem.js';
import type { Section } from './section.js';
import type { Parts } from './setting.js';
import { pathOf, sectionList, settingByPath, type Config } from './sections.js';
import { readEnvironment, readFlags, type FlagValue, type Given, type Reading } from './source.js';

/** Where values come from; each may be absent. */
export interface ConfigSources {
  /** Defaults that depend on the machine, by path: where this user's socket is. */
  readonly machine?: Readonly<Record<string, string>>;
  readonly file?: ConfigFile | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly flags?: readonly FlagValue[];
}

/**
 * Reads, merges and checks.
 * @throws QuorumscopeError `config.invalid`; `details.problems` is a list of `ConfigProblem`
 */
export function parseConfig(sources: ConfigSources = {}): Config {
  const readings: Reading[] = [defaults(sources.machine ?? {})];
  if (sources.file) readings.push(readFile(sources.file));
  readings.push(readEnvironment(sources.environment ?? {}), readFlags(sources.flags ?? []));

  const chosen = new Map<string, Given>();
  for (const { given } of readings) for (const one of given) chosen.set(one.path, one);
  const problems = readings.flatMap((reading) => reading.problems);
  const built = sectionList.map((section) => [section.name, readSection(section, chosen, problems)] as const);
  if (problems.length > 0) throw configError(problems);

  const config: Record<string, unknown> = {};
  for (const [name, value] of built) {
    if (name === '') Object.assign(config, value);
    else config[name] = value;
  }
  return deepFreeze(config) as unknown as Config;
}

function defaults(machine: Readonly<Record<string, string>>): Reading {
  const given = [...settingByPath].map(([path, { fallback }]) => ({
    path,
    value: machine[path] ?? fallback,
    where: 'the default',
  }));
  return { given, problems: [] };
}

/** The section as the code gets it, or undefined after adding its problems to `problems`. */
function readSection(
  section: Section,
  chosen: ReadonlyMap<string, Given>,
  problems: ConfigProblem[],
): unknown {
  const values: Record<string, unknown> = {};
  const before = problems.length;
  for (const [key, setting] of Object.entries(section.settings)) {
    const given = chosen.get(pathOf(section, key))!;
    const { path, value, where } = given;
    if (setting.parts !== undefined) {
      values[key] = readParts(setting.parts, given, problems);
      continue;
    }
    const result = setting.schema.safeParse(value);
    if (result.success) values[key] = result.data;
    else problems.push({ path, where, message: `found ${showFound(value)}, expected ${setting.expected}` });
  }
  for (const { key, message } of section.rules?.(values) ?? []) {
    const { path, where } = chosen.get(pathOf(section, key))!;
    problems.push({ path, where, message });
  }
  return problems.length > before ? undefined : section.build(values);
}

function readParts(parts: Parts, given: Given, problems: ConfigProblem[]): readonly unknown[] {
  const { path, value, where, places } = given;
  const { values, faults } = parts.read(value);
  for (const { at, message, hint } of faults) {
    let place = where;
    for (let depth = 1; depth <= at.length; depth++)
      place = places?.get(at.slice(0, depth).join('\n')) ?? place;
    const inner = at.map((key) => (key.startsWith('[') ? key : `.${key}`)).join('');
    problems.push({ path: path + inner, where: place, message, ...(hint === undefined ? {} : { hint }) });
  }
  return values;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null) {
    for (const inner of Object.values(value)) deepFreeze(inner);
    Object.freeze(value);
  }
  return value;
}
