/** Opens the archive of history in a data folder, telling the terminal what cannot be read. */
import type { ArchiveReader } from '../history/archive/archive-reader.js';
import { storedHistory } from '../stored-history.js';
import type { CliContext } from './context.js';

/** The reader of a data folder, or of the folder `history` itself. @throws QuorumscopeError `history.folder` */
export function openHistory(folder: string, context: CliContext): ArchiveReader {
  return storedHistory(folder, (segment, problem) => {
    context.stderr.write(`left out, because it cannot be read: ${segment} (${problem})\n`);
  });
}
