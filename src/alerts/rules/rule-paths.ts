/** Rule files on disk: which there are, and their text. What cannot be read is an error that names it. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { messageOf, QuorumscopeError } from '../../base/errors.js';

/**
 * The files that a path stands for, sorted; `*` in its last part is any text.
 * @throws QuorumscopeError `alerts.rules` when its folder cannot be read
 */
export async function pathsOf(path: string): Promise<readonly string[]> {
  const last = basename(path);
  if (!last.includes('*')) return [path];
  const form = new RegExp(`^${last.split('*').map(escaped).join('.*')}$`);
  const folder = dirname(path);
  const names = await readdir(folder).catch((error: unknown) => unreadable(folder, error));
  return names
    .filter((name) => form.test(name))
    .sort()
    .map((name) => join(folder, name));
}

/** The text of a file. @throws QuorumscopeError `alerts.rules` when it cannot be read */
export function readRuleText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch((error: unknown) => unreadable(path, error));
}

function escaped(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function unreadable(path: string, error: unknown): never {
  throw new QuorumscopeError('alerts.rules', 'configuration', `cannot read ${path}: ${messageOf(error)}`, {
    details: { path },
    cause: error,
  });
}
