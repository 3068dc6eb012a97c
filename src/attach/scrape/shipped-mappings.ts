/** The mappings that come with the package, and those of the operator: a name or the path of a file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, QuorumscopeError } from '../../base/errors.js';
import { parseMapping, type Mapping } from './mapping.js';

const folder = join(import.meta.dirname, 'mappings');

/** Names of the shipped mappings. */
export function shippedMappings(): readonly string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => file.slice(0, -'.yaml'.length)).sort();
}

/**
 * @param nameOrFile a shipped name; anything with a slash or a dot is a file
 * @throws QuorumscopeError `attach.mapping`
 */
export function loadMapping(nameOrFile: string): Mapping {
  const isFile = /[/.]/.test(nameOrFile);
  if (!isFile && !shippedMappings().includes(nameOrFile))
    throw new QuorumscopeError(
      'attach.mapping',
      'configuration',
      `there is no mapping ${nameOrFile}: expected one of ${shippedMappings().join(', ')}, or the path of a file`,
    );
  const path = isFile ? nameOrFile : join(folder, `${nameOrFile}.yaml`);
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new QuorumscopeError(
      'attach.mapping',
      'configuration',
      `cannot read ${path}: ${messageOf(error)}`,
      {
        cause: error,
      },
    );
  }
  return parseMapping(text, path);
}
