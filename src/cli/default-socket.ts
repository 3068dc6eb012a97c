/**
 * Where the event socket is when nobody says: in /run/quorumscope if that can be written, else in the user's runtime
 * folder, else in a folder of the user's own under the temporary one.
 */
import { accessSync, constants, lstatSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { QuorumscopeError } from '../base/errors.js';
import { SYSTEM_SOCKET } from '../config/attach.js';
import { unixPath } from '../config/address.js';

/** What is asked of the machine. */
export interface Machine {
  readonly uid: number;
  readonly temporaryFolder: string;
  /** Whether a file can be made in this folder. */
  canWrite(folder: string): boolean;
  /** Who owns the folder; undefined when it is not there. */
  ownerOf(folder: string): number | undefined;
}

/** The machine that this runs on. */
export const thisMachine: Machine = {
  get uid() {
    return userInfo().uid;
  },
  get temporaryFolder() {
    return tmpdir();
  },
  canWrite: (folder) => {
    try {
      accessSync(folder, constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  },
  ownerOf: (folder) => lstatSync(folder, { throwIfNoEntry: false })?.uid,
};

/**
 * The default for `attach.socket`.
 * @throws QuorumscopeError `attach.listen` when only a folder of another user is left
 */
export function defaultSocket(
  environment: Readonly<Record<string, string | undefined>>,
  machine: Machine = thisMachine,
): string {
  const systemFolder = dirname(unixPath(SYSTEM_SOCKET)!);
  const canHaveSystem =
    machine.canWrite(systemFolder) ||
    (machine.ownerOf(systemFolder) === undefined && machine.canWrite(dirname(systemFolder)));
  if (canHaveSystem) return SYSTEM_SOCKET;
  const runtime = environment['XDG_RUNTIME_DIR'];
  if (runtime !== undefined && runtime.startsWith('/') && machine.canWrite(runtime))
    return `unix://${join(runtime, 'quorumscope/events.sock')}`;
  const folder = join(machine.temporaryFolder, `quorumscope-${machine.uid}`);
  const owner = machine.ownerOf(folder);
  if (owner !== undefined && owner !== machine.uid) {
    const message = `${folder} belongs to another user, who could read what nodes send there; set attach.socket`;
    throw new QuorumscopeError('attach.listen', 'configuration', message, { details: { folder } });
  }
  return `unix://${join(folder, 'events.sock')}`;
}
