/**
 * Where values come from, brought to one form: a list of values by setting path, each knowing where it was set, and
 * what was wrong with the source itself. Nothing is validated here beyond whether a setting of that name exists.
 */
import { nearest } from './nearest.js';
import { showFound, type ConfigProblem } from './problem.js';
import { settingByPath, variableOf } from './sections.js';

/** One value of one source. */
export interface Given {
  readonly path: string;
  /** As YAML would have it. */
  readonly value: unknown;
  readonly where: string;
  /** Where the parts of a setting with parts are, by their keys joined with a line break. */
  readonly places?: ReadonlyMap<string, string>;
}

/** What a source said. */
export interface Reading {
  readonly given: readonly Given[];
  readonly problems: readonly ConfigProblem[];
}

/** A setting given on the command line. */
export interface FlagValue {
  /** As typed, for messages: `--listen`. */
  readonly flag: string;
  readonly path: string;
  readonly text: string;
}

/** Variables that are ours but not settings of the sidecar: producers read this one. */
const foreignVariables = new Set(['QUORUMSCOPE_EVENTS']);

/** The settings among environment variables; others that begin with QUORUMSCOPE_ are problems. */
export function readEnvironment(environment: Readonly<Record<string, string | undefined>>): Reading {
  const pathByVariable = new Map([...settingByPath.keys()].map((path) => [variableOf(path), path]));
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  for (const [name, text] of Object.entries(environment).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (text === undefined || !name.startsWith('QUORUMSCOPE_') || foreignVariables.has(name)) continue;
    const path = pathByVariable.get(name);
    if (path === undefined) problems.push(unknownVariable(name, pathByVariable.keys()));
    else given.push({ path, value: settingByPath.get(path)!.fromText(text), where: name });
  }
  return { given, problems };
}

function unknownVariable(name: string, known: Iterable<string>): ConfigProblem {
  const hint = nearest(
    name.slice('QUORUMSCOPE_'.length),
    [...known].map((variable) => variable.slice(12)),
  );
  const message = 'no setting belongs to this environment variable';
  return hint === undefined
    ? { path: '', where: name, message }
    : { path: '', where: name, message, hint: `QUORUMSCOPE_${hint}` };
}

/** The settings given by flags. */
export function readFlags(flags: readonly FlagValue[]): Reading {
  const given: Given[] = [];
  const problems: ConfigProblem[] = [];
  for (const { flag, path, text } of flags) {
    const setting = settingByPath.get(path);
    if (setting) given.push({ path, value: setting.fromText(text), where: flag });
    else problems.push(unknownSetting(path, flag, text));
  }
  return { given, problems };
}

/** The problem of a setting that does not exist. */
export function unknownSetting(path: string, where: string, value: unknown): ConfigProblem {
  const message = `unknown setting, found ${showFound(value)}`;
  const hint = meant(path);
  return hint === undefined ? { path, where, message } : { path, where, message, hint };
}

/** The setting or section that `path` probably means. */
function meant(path: string): string | undefined {
  const key = lastOf(path);
  const parent = path.slice(0, Math.max(0, path.length - key.length - 1));
  for (const [known, setting] of settingByPath) if (setting.formerly?.includes(key)) return known;
  const siblings = namesWithin(parent);
  const sibling = nearest(key, siblings);
  if (sibling !== undefined) return parent === '' ? sibling : `${parent}.${sibling}`;
  const elsewhere = [...settingByPath.keys()].filter((known) => lastOf(known) === key);
  // A setting of a section is meant rather than one of a part of it.
  const depth = (known: string): number => known.split('.').length;
  const least = Math.min(...elsewhere.map(depth));
  const meant = elsewhere.filter((known) => depth(known) === least);
  return meant.length === 1 ? meant[0] : nearest(path, settingByPath.keys());
}

function lastOf(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1);
}

/** The names that may stand directly under `parent`. */
function namesWithin(parent: string): Set<string> {
  const prefix = parent === '' ? '' : `${parent}.`;
  const names = new Set<string>();
  for (const path of settingByPath.keys())
    if (path.startsWith(prefix)) names.add(path.slice(prefix.length).split('.')[0]!);
  return names;
}
