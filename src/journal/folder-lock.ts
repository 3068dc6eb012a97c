/**
 * One writer per folder: who holds it listens on a socket named `lock` in it. The kernel takes that away
 * when the process ends, however it ends; a process id in a file says nothing between containers that
 * share a volume, nor after one was used again. A file system without sockets is written without a lock,
 * which is logged.
 */
import { once } from 'node:events';
import { open, rename, rm, type FileHandle } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';

/** A folder that is ours. */
export interface FolderLock {
  /** Gives it back. */
  release(): Promise<void>;
}

/** Takes the folder, which must exist. @throws QuorumscopeError `journal.locked` while another holds it */
export async function lockFolder(folder: string, logger: Logger): Promise<FolderLock> {
  const handle = process.platform === 'linux' ? await open(folder, 'r') : undefined;
  // A socket's address has room for 107 characters, a folder's path does not keep to that.
  const base = handle === undefined ? folder : `/proc/self/fd/${handle.fd}`;
  try {
    const server = (await listen(join(base, 'lock'))) ?? (await takeOver(base, folder));
    return { release: () => release(server, handle) };
  } catch (error) {
    if (error instanceof QuorumscopeError) {
      await handle?.close();
      throw error;
    }
    logger.warn('the folder cannot be locked, see that only one process writes it', {
      folder,
      error: messageOf(error),
    });
    return { release: async () => void (await handle?.close()) };
  }
}

/** Undefined when somebody, alive or not, has the address. */
async function listen(address: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  server.unref();
  try {
    server.listen({ path: address, exclusive: true });
    await once(server, 'listening');
    return server;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return undefined;
    throw error;
  }
}

/** The address is taken; ours only if its owner is dead. */
async function takeOver(base: string, folder: string): Promise<Server> {
  const address = join(base, 'lock');
  const locked = new QuorumscopeError(
    'journal.locked',
    'configuration',
    `another process writes ${folder}; give each process a folder of its own`,
    { details: { folder } },
  );
  if (await answers(address)) throw locked;
  const aside = join(base, `lock.${process.pid}.old`);
  await rename(address, aside).catch(() => undefined);
  // Between asking and renaming, another may have taken it over: then it is theirs.
  if (await answers(aside)) {
    await rename(aside, address);
    throw locked;
  }
  await rm(aside, { force: true });
  const server = await listen(address);
  if (server === undefined) throw locked;
  return server;
}

async function answers(address: string): Promise<boolean> {
  const socket = connect(address);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

async function release(server: Server, handle: FileHandle | undefined): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  await closed;
  await handle?.close();
}
