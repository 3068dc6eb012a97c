/**
 * Finds adapters: those that come with the package, by name, and a user's own, by file. Reads small YAML files at
 * start, never while lines flow.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { messageOf, QuorumscopeError } from '../../base/errors.js';
import { readAdapter, type Adapter } from './adapter.js';

const folder = fileURLToPath(new URL('./adapters/', import.meta.url));
const SUFFIX = '.yaml';

/** Names of the adapters that come with the package. */
export function shippedAdapters(): string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(SUFFIX))
    .map((file) => file.slice(0, -SUFFIX.length))
    .sort();
}

/** An adapter by its name, or by a file of the user's own. @throws QuorumscopeError `attach.adapter` */
export function loadAdapter(name: string): Adapter {
  const isShipped = shippedAdapters().includes(name);
  let text: string;
  try {
    text = readFileSync(isShipped ? `${folder}${name}${SUFFIX}` : name, 'utf8');
  } catch (error) {
    const expected = `one of ${shippedAdapters().join(', ')}, or a YAML file`;
    throw new QuorumscopeError(
      'attach.adapter',
      'configuration',
      `no adapter ${JSON.stringify(name)}: found ${messageOf(error)}, expected ${expected}`,
      { details: { name }, cause: error },
    );
  }
  const adapter = readAdapter(text);
  if (!('problems' in adapter)) return adapter;
  const list = adapter.problems.map((problem) => `\n  ${problem}`).join('');
  throw new QuorumscopeError('attach.adapter', 'configuration', `${name} is no adapter:${list}`, {
    details: { name, problems: adapter.problems.length },
  });
}
