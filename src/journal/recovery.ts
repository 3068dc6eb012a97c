/**
 * Brings a folder back into order when it is opened: the torn tail of the last segment is cut off, a
 * segment that is damaged within keeps what holds, and its old bytes are kept beside it as `*.damaged`.
 * At every moment a crash leaves a folder that can be opened again.
 */
import { join } from 'node:path';
import type { JournalFiles } from './files.js';
import { scanFrames, type Scan } from './frame.js';
import type { JournalMeter } from './meter.js';

/** Damaged files kept; older ones are deleted. */
const KEPT_DAMAGED = 8;

const SEGMENT_NAME = /^(\d{16})\.log$/;

/** One file of the journal. */
export interface Segment {
  /** No record in it has a lower sequence. */
  readonly base: number;
  readonly path: string;
  /** Bytes that are durable. */
  bytes: number;
}

/** A folder in order. */
export interface Recovered {
  readonly segments: Segment[];
  readonly nextSequence: number;
}

/** What recovery needs. */
interface Place {
  readonly folder: string;
  readonly files: JournalFiles;
  readonly meter: JournalMeter;
}

/** Path of the segment that begins with `base`. */
export function segmentPath(folder: string, base: number): string {
  return join(folder, `${String(base).padStart(16, '0')}.log`);
}

/** Reads every segment and mends what is broken. Rejects with the error of the system. */
export async function recover(place: Place): Promise<Recovered> {
  const { folder, files } = place;
  const names = await files.list(folder);
  for (const name of names) if (name.endsWith('.tmp')) await files.remove(join(folder, name));
  const bases = names.flatMap((name) => SEGMENT_NAME.exec(name)?.[1] ?? []).map(Number);
  bases.sort((a, b) => a - b);
  const segments: Segment[] = [];
  let nextSequence = 0;
  for (const [index, base] of bases.entries()) {
    const path = segmentPath(folder, base);
    const bytes = await files.read(path);
    const scan = scanFrames(bytes);
    const isLast = index === bases.length - 1;
    await mend(place, path, bytes, scan, isLast);
    segments.push({ base, path, bytes: heldBytes(scan) });
    nextSequence = Math.max(nextSequence, base, (scan.records.at(-1)?.sequence ?? -1) + 1);
  }
  await forgetOldDamage(place, names);
  return { segments, nextSequence };
}

async function mend(place: Place, path: string, bytes: Buffer, scan: Scan, isLast: boolean): Promise<void> {
  const { meter, files } = place;
  const tail = bytes.length - scan.end;
  const inside = scan.damaged.reduce((sum, { from, to }) => sum + to - from, 0);
  // A segment is complete before the next one begins: only the last can have a torn end.
  const damaged = isLast ? inside : inside + tail;
  if (isLast && tail > 0) meter.cut(tail);
  if (damaged > 0) {
    meter.damaged(damaged);
    return replace(place, path, bytes, scan);
  }
  if (tail === 0) return;
  const file = await files.open(path, false);
  try {
    await file.truncate(scan.end);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Keeps the file as `*.damaged` and puts one in its place that has what holds. */
async function replace(
  { files, folder }: Place,
  path: string,
  bytes: Buffer,
  { damaged, end }: Scan,
): Promise<void> {
  const whole: Buffer[] = [];
  let from = 0;
  for (const span of damaged) {
    whole.push(bytes.subarray(from, span.from));
    from = span.to;
  }
  whole.push(bytes.subarray(from, end));
  const temporary = `${path}.tmp`;
  const file = await files.open(temporary, true);
  try {
    await file.write(Buffer.concat(whole), 0);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.copy(path, `${path}.damaged`);
  await files.syncFolder(folder);
  await files.rename(temporary, path);
  await files.syncFolder(folder);
}

function heldBytes({ damaged, end }: Scan): number {
  return end - damaged.reduce((sum, { from, to }) => sum + to - from, 0);
}

async function forgetOldDamage({ files, folder }: Place, names: readonly string[]): Promise<void> {
  const kept = names.filter((name) => name.endsWith('.damaged')).sort();
  for (const name of kept.slice(0, -KEPT_DAMAGED)) await files.remove(join(folder, name));
}
