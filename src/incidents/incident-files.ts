/**
 * Incidents on disk: written whole or not at all, listed, read, exported, and the oldest removed to keep
 * within bounds. The command line reads them without a running sidecar.
 */
import { createReadStream } from 'node:fs';
import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
  type FileHandle,
} from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { EVENTS_FILE, incidentFolder, incidentIdOf, META_FILE, type IncidentMeta } from './incident.js';
import { GZIP_LEVEL, type RecordedPiece } from './line-ring.js';

const compress = promisify(gzip);

/** One incident on disk. */
export interface StoredIncident {
  readonly meta: IncidentMeta;
  /** Path of its folder. */
  readonly path: string;
  /** Bytes on disk. */
  readonly bytes: number;
}

/** Incidents in `folder`, the newest first; one that cannot be read is left out. None when it is absent. */
export async function listIncidents(folder: string): Promise<StoredIncident[]> {
  const names = await readdir(folder).catch(noneIfAbsent);
  const ids = names.flatMap((name) => incidentIdOf(name) ?? []).sort();
  const found = await Promise.all(ids.map((id) => readIncident(folder, id)));
  return found.filter((incident) => incident !== undefined).reverse();
}

/** One incident; undefined when there is none of that id that can be read. */
export async function readIncident(folder: string, id: string): Promise<StoredIncident | undefined> {
  const name = incidentFolder(id);
  // An id comes from outside: nothing but a name of ours becomes a path.
  if (incidentIdOf(name) === undefined) return undefined;
  const path = join(folder, name);
  try {
    const text = await readFile(join(path, META_FILE), 'utf8');
    const meta = JSON.parse(text) as IncidentMeta;
    const { size } = await stat(join(path, EVENTS_FILE));
    return meta.version === 1 ? { meta, path, bytes: size + Buffer.byteLength(text) } : undefined;
  } catch {
    return undefined;
  }
}

/** The raw lines of an incident, decompressed. */
export function readEvents({ path }: StoredIncident): AsyncIterable<Buffer> {
  const lines = createGunzip();
  const file = createReadStream(join(path, EVENTS_FILE));
  file.on('error', (error) => lines.destroy(error));
  return file.pipe(lines);
}

/**
 * Copies an incident's files into the folder `target`, which is made.
 * @returns the paths written. Rejects with the error of the system
 */
export async function exportIncident({ path, meta }: StoredIncident, target: string): Promise<string[]> {
  const folder = join(target, incidentFolder(meta.id));
  await mkdir(folder, { recursive: true });
  const copies = [META_FILE, EVENTS_FILE].map(async (name) => {
    await copyFile(join(path, name), join(folder, name));
    return join(folder, name);
  });
  return Promise.all(copies);
}

/**
 * An incident that is being written: its lines as they come, then its meta; complete and durable when it has its name. After
 * an error nothing of it is left, and what is still written to it goes nowhere. One call at a time.
 */
export class IncidentFile {
  readonly #folder: string;
  readonly #id: string;
  #file: FileHandle | undefined;
  #isBroken = false;

  constructor(folder: string, id: string) {
    this.#folder = folder;
    this.#id = id;
  }

  get #path(): string {
    return join(this.#folder, `.${incidentFolder(this.#id)}.tmp`);
  }

  /** Adds to the lines. @returns bytes written. Rejects with the error of the system, once */
  async append(lines: Iterable<RecordedPiece>): Promise<number> {
    let written = 0;
    await this.#unlessBroken(async () => {
      const file = (this.#file ??= await this.#open());
      for await (const bytes of members(lines)) {
        await file.appendFile(bytes);
        written += bytes.length;
      }
    });
    return written;
  }

  /** Gives it its name. @returns whether it is there. Rejects with the error of the system, once */
  async finish(meta: IncidentMeta): Promise<boolean> {
    await this.#unlessBroken(async () => {
      const file = (this.#file ??= await this.#open());
      await file.sync();
      await file.close();
      await writeMeta(this.#path, meta);
      await rename(this.#path, join(this.#folder, incidentFolder(this.#id)));
    });
    return !this.#isBroken;
  }

  async #open(): Promise<FileHandle> {
    await rm(this.#path, { recursive: true, force: true });
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    return open(join(this.#path, EVENTS_FILE), 'a', 0o600);
  }

  async #unlessBroken(write: () => Promise<void>): Promise<void> {
    if (this.#isBroken) return;
    try {
      await write();
    } catch (error) {
      this.#isBroken = true;
      await this.#file?.close().catch(() => undefined);
      await rm(this.#path, { recursive: true, force: true }).catch(() => undefined);
      throw error;
    }
  }
}

/** Replaces the `meta.json` of an incident that went on after it had been written. */
export function updateIncident(folder: string, meta: IncidentMeta): Promise<void> {
  return writeMeta(join(folder, incidentFolder(meta.id)), meta);
}

/** Removes the oldest incidents beyond the bounds, and what unfinished writes left. @returns how many incidents */
export async function removeBeyond(
  folder: string,
  { maxIncidents, maxBytes }: { readonly maxIncidents: number; readonly maxBytes: number },
): Promise<{ readonly removed: number; readonly kept: number; readonly bytes: number }> {
  const incidents = await listIncidents(folder);
  let kept = 0;
  let bytes = 0;
  let removed = 0;
  for (const incident of incidents) {
    const fits = kept < maxIncidents && (bytes + incident.bytes <= maxBytes || kept === 0);
    if (fits) {
      kept++;
      bytes += incident.bytes;
      continue;
    }
    removed++;
    await rm(incident.path, { recursive: true, force: true });
  }
  return { removed, kept, bytes };
}

/** Removes what a process that was killed left half written. */
export async function removeUnfinished(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(noneIfAbsent))
    if (name.startsWith('.incident-') && name.endsWith('.tmp'))
      await rm(join(folder, name), { recursive: true, force: true });
}

/** One gzip member after another is a gzip file too. Compressing runs in the thread pool, a piece at a time. */
async function* members(pieces: Iterable<RecordedPiece>): AsyncGenerator<Buffer> {
  for (const { bytes, isPacked } of pieces)
    yield isPacked ? bytes : await compress(bytes, { level: GZIP_LEVEL });
}

async function writeMeta(path: string, meta: IncidentMeta): Promise<void> {
  const text = JSON.stringify(
    meta,
    (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value),
    2,
  );
  const temporary = join(path, `${META_FILE}.tmp`);
  await writeFile(temporary, `${text}\n`, { mode: 0o600 });
  const file = await open(temporary, 'r+');
  await file.sync().finally(() => file.close());
  await rename(temporary, join(path, META_FILE));
}

function noneIfAbsent(error: NodeJS.ErrnoException): string[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}
