/** The version of this package, read from its package.json: there is no second place to keep it. */
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { invariant } from './errors.js';

/** Looks upwards from this file, since sources and compiled files lie at different depths. */
export function packageVersion(): string {
  for (let folder = import.meta.dirname; folder !== dirname(folder); folder = dirname(folder)) {
    try {
      const manifest: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const { name, version } = manifest as { name?: string; version?: string };
      if (name === 'quorumscope' && version !== undefined) return version;
    } catch {
      continue;
    }
  }
  invariant(false, 'the package.json of quorumscope is above its files');
}
