/**
 * Incidents on disk: written whole or not at all, listed, read, exported, and the oldest removed to keep
 * within bounds. The command line reads them without a running sidecar.
 */
import { createReadStream, createWriteStream } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { createGunzip, gzip } from 'node:zlib';
import { EVENTS_FILE, incidentFolder, incidentIdOf, META_FILE, type IncidentMeta } from './incident.js';
import type { RecordedPiece } from './line-ring.js';

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

/** Writes an incident: durable and complete when it has its name. Rejects with the error of the system. */
export async function writeIncident(
  folder: string,
  meta: IncidentMeta,
  lines: Iterable<RecordedPiece>,
): Promise<void> {
  const temporary = join(folder, `.${incidentFolder(meta.id)}.tmp`);
  try {
    await rm(temporary, { recursive: true, force: true });
    await mkdir(temporary, { recursive: true, mode: 0o700 });
    const events = createWriteStream(join(temporary, EVENTS_FILE), { mode: 0o600, flush: true });
    await pipeline(Readable.from(members(lines)), events);
    await writeMeta(temporary, meta);
    await rename(temporary, join(folder, incidentFolder(meta.id)));
  } catch (error) {
    await rm(temporary, { recursive: true, force: true }).catch(() => undefined);
    throw error;
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
  for (const { bytes, isPacked } of pieces) yield isPacked ? bytes : await compress(bytes, { level: 6 });
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
