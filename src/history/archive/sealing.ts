/**
 * Turns the rows of whole hours in the journal into segments. Runs in the worker thread and holds the columns of some
 * series at a time: the journal is read once for each lot of them.
 */
import type { ArchivedView } from './archived-view.js';
import { readView } from './archived-view.js';
import { decodeExemplars } from './exemplar.js';
import { FileMemory, readRecords } from './journal-files.js';
import { beginOfStretch, HOUR_MS, indexFolder, journalFolder, resolutionMs, type Level } from './layout.js';
import { rollUp, type Extremes } from './roll-up.js';
import { recordKinds } from './row-codec.js';
import { SegmentWriter, type SeriesContent } from './segment-writer.js';
import type { SeriesDefinition } from './series-definition.js';
import { SeriesIds } from './series-ids.js';
import { TickColumns, type Samples } from './tick-columns.js';

/** Which part of the journal. */
export interface SealJob {
  readonly kind: 'seal';
  readonly root: string;
  readonly generation: number;
  /** The first record that is in no segment. */
  readonly fromSequence: number;
  /** Hours that end at or before this time. */
  readonly untilMs: number;
}

/** What was sealed. */
export interface SealResult {
  readonly kind: 'seal';
  readonly segments: number;
  readonly samples: number;
  /** Every record below is in a segment now. */
  readonly nextSequence: number;
  /** Rows and series that could not be read. */
  readonly lost: number;
}

/** An hour of the journal. */
interface Hour {
  readonly beginMs: number;
  readonly fromSequence: number;
  nextSequence: number;
  rows: number;
}

/** Samples in memory at a time. */
const SAMPLES_AT_ONCE = 500_000;
const ROW_TIME_AT = 2;

/** Seals every whole hour. Rejects with the error of the system; what was sealed before stays. */
export async function seal({ root, generation, fromSequence, untilMs }: SealJob): Promise<SealResult> {
  const journal = journalFolder(root, generation);
  const memory = new FileMemory();
  const hours = await hoursOf({ journal, memory }, fromSequence, untilMs);
  const ids = new SeriesIds();
  for await (const { payload } of readRecords(indexFolder(root))) ids.read(payload);
  let samples = 0;
  let lost = 0;
  for (const hour of hours) {
    const done = await sealHour({ root, generation, journal, memory, ids }, hour);
    samples += done.samples;
    lost += done.lost;
  }
  const nextSequence = hours.at(-1)?.nextSequence ?? fromSequence;
  return { kind: 'seal', segments: hours.length, samples, nextSequence, lost };
}

async function hoursOf(
  { journal, memory }: Pick<Place, 'journal' | 'memory'>,
  fromSequence: number,
  untilMs: number,
): Promise<Hour[]> {
  const hours: Hour[] = [];
  let firstSequence = fromSequence;
  for await (const { sequence, payload } of readRecords(journal, fromSequence, memory)) {
    const hour = hours.at(-1);
    if (!isRow(payload)) {
      if (hour !== undefined) hour.nextSequence = sequence + 1;
      continue;
    }
    const timeMs = payload.readDoubleLE(ROW_TIME_AT);
    if (timeMs > untilMs) {
      if (hour !== undefined) hour.nextSequence = sequence;
      break;
    }
    const beginMs = beginOfStretch(timeMs, HOUR_MS);
    if (hour !== undefined && beginMs <= hour.beginMs) {
      hour.rows++;
      hour.nextSequence = sequence + 1;
      continue;
    }
    if (hour !== undefined) hour.nextSequence = firstSequence = sequence;
    hours.push({ beginMs, fromSequence: firstSequence, nextSequence: sequence + 1, rows: 1 });
  }
  return hours;
}

interface Place {
  readonly root: string;
  readonly generation: number;
  readonly journal: string;
  /** For the files of the journal. */
  readonly memory: FileMemory;
  readonly ids: SeriesIds;
}

async function sealHour(place: Place, hour: Hour): Promise<{ samples: number; lost: number }> {
  const { root, generation, ids } = place;
  const { beginMs, nextSequence } = hour;
  const writer = new SegmentWriter({ root, span: 'hour', beginMs });
  try {
    const lot = Math.max(1, Math.floor(SAMPLES_AT_ONCE / hour.rows));
    let samples = 0;
    let broken = 0;
    const unknown = new Set<number>();
    for (let first = 0; first === 0 || first < ids.next; first += lot) {
      const columns = await columnsOf(place, hour, (id) => {
        if (id >= ids.next) unknown.add(id);
        return id >= first && id < first + lot;
      });
      broken = columns.broken;
      if (first === 0) writer.ticks(columns.ticks);
      for (const id of columns.ids()) {
        const definition = ids.get(id);
        const held = columns.view(id);
        if (definition === undefined) unknown.add(id);
        else {
          writer.add(contentOf(definition, held));
          samples += held.times.length;
        }
      }
    }
    await writeOthers(place, hour, writer);
    writer.finish({ generation, nextSequence });
    return { samples, lost: unknown.size + broken };
  } catch (error) {
    writer.abandon();
    throw error;
  }
}

async function columnsOf(
  { journal, memory }: Place,
  { beginMs, fromSequence, nextSequence, rows }: Hour,
  wants: (id: number) => boolean,
): Promise<TickColumns> {
  const columns = new TickColumns({ wants, afterMs: beginMs, untilMs: beginMs + HOUR_MS, ticks: rows });
  for await (const record of readRecords(journal, fromSequence, memory)) {
    columns.take(record);
    // One row beyond: it tells whether the process went away at the end of the hour.
    if (record.sequence >= nextSequence && isRow(record.payload)) break;
  }
  return columns;
}

/** Everything of a series that a segment holds, from its samples. */
function contentOf(definition: SeriesDefinition, samples: Samples): SeriesContent {
  const values: Partial<Record<Level, Samples>> = { samples };
  const extremes: Partial<Record<Level, Extremes>> = {};
  for (const level of ['minutes', 'hours'] as const) {
    const rolled = rollUp(samples, resolutionMs[level]);
    values[level] = rolled.last;
    if (definition.kind === 'gauge') extremes[level] = rolled.extremes;
  }
  return { definition, values, extremes };
}

/** Writes what stands beside the samples. Exemplars are many: none is held longer than it takes. */
async function writeOthers(
  { journal, memory }: Place,
  { fromSequence, nextSequence }: Hour,
  writer: SegmentWriter,
): Promise<void> {
  const views = new Map<string, ArchivedView>();
  for await (const { sequence, payload } of readRecords(journal, fromSequence, memory)) {
    if (sequence >= nextSequence) break;
    const rest = payload.subarray(1);
    if (payload[0] === recordKinds.exemplars) writer.exemplars(decodeExemplars(rest));
    if (payload[0] !== recordKinds.view) continue;
    const view = readView(rest.toString('utf8'));
    if (view !== undefined) views.set(`${view.verdict.chain} ${view.verdict.view}`, view);
  }
  writer.views(views.values());
}

function isRow(payload: Uint8Array): boolean {
  return payload[0] === recordKinds.key || payload[0] === recordKinds.changes;
}
