/** The mappings for OTLP that come with the package, and those of the operator: a name or the path of a file. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf, QuorumscopeError } from '../../base/errors.js';
import { parseOtlpMapping, type OtlpMapping } from './mapping.js';

const folder = join(import.meta.dirname, 'mappings');

/** Names of the shipped mappings. */
export function shippedOtlpMappings(): readonly string[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
  return files.map((file) => file.slice(0, -'.yaml'.length)).sort();
}

/**
 * @param nameOrFile a shipped name; anything with a slash or a dot is a file
 * @throws QuorumscopeError `attach.mapping`
 */
export function loadOtlpMapping(nameOrFile: string): OtlpMapping {
  const isFile = /[/.]/.test(nameOrFile);
  if (!isFile && !shippedOtlpMappings().includes(nameOrFile)) throw absent(nameOrFile);
  const path = isFile ? nameOrFile : join(folder, `${nameOrFile}.yaml`);
  let yaml: string;
  try {
    yaml = readFileSync(path, 'utf8');
  } catch (error) {
    throw new QuorumscopeError(
      'attach.mapping',
      'configuration',
      `cannot read ${path}: ${messageOf(error)}`,
      { cause: error },
    );
  }
  return parseOtlpMapping(yaml, path);
}

function absent(name: string): QuorumscopeError {
  return new QuorumscopeError(
    'attach.mapping',
    'configuration',
    `there is no mapping ${name} for OTLP: expected one of ${shippedOtlpMappings().join(', ')}, or the path of a file`,
  );
}
