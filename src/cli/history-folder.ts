/** Opens the archive of history in a data folder to read it, whether a sidecar writes it or it lies at rest. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { QuorumscopeError } from '../base/errors.js';
import { ArchiveReader } from '../history/archive/archive-reader.js';
import type { CliContext } from './context.js';

/** The reader of a data folder, or of the folder `history` itself. @throws QuorumscopeError `history.folder` */
export function openHistory(folder: string, context: CliContext): ArchiveReader {
  const root = [join(folder, 'history'), folder].find((path) => existsSync(join(path, 'index')));
  if (root === undefined)
    throw new QuorumscopeError(
      'history.folder',
      'input',
      `there is no history in ${folder}: --data names what data.dir is in the configuration of a sidecar`,
    );
  const told = new Set<string>();
  return new ArchiveReader({
    root,
    damaged: ({ folder: segment, problem }) => {
      if (told.has(segment)) return;
      told.add(segment);
      context.stderr.write(`left out, because it cannot be read: ${segment} (${problem})\n`);
    },
  });
}
