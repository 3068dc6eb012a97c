/**
 * The segments that are in a folder now. A day stands for the hours within it: while it is being put in place both may be
 * there. Segments stay open between queries as long as their folder is the same one; those not asked for lately
 * are forgotten.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../../base/errors.js';
import { listed, unlessAbsent } from './journal-files.js';
import { beginOf, spanFolder, spanMs, spans, type Span } from './layout.js';
import { Segment } from './segment.js';

/** A segment that cannot be read. */
export interface DamagedSegment {
  readonly folder: string;
  readonly span: Span;
  readonly problem: string;
}

/** Where a segment is. */
export interface SegmentRef {
  readonly folder: string;
  readonly span: Span;
  readonly beginMs: number;
}

/** All segments of an archive. */
export class SegmentList {
  readonly #root: string;
  readonly #damaged: (segment: DamagedSegment) => void;
  #open = new Map<string, Segment>();

  /** @param damaged hears of every segment that cannot be opened, each time it is met */
  constructor(root: string, damaged: (segment: DamagedSegment) => void) {
    this.#root = root;
    this.#damaged = damaged;
  }

  /** Every segment, in order of time. Rejects with the error of the system. */
  async read(): Promise<readonly Segment[]> {
    const segments: Segment[] = [];
    const open = new Map<string, Segment>();
    for (const ref of await segmentRefs(this.#root)) {
      const { folder, span } = ref;
      const about = await stat(folder).catch(unlessAbsent);
      if (about === undefined) continue;
      const key = `${folder} ${about.ino} ${about.mtimeMs}`;
      try {
        const segment = this.#open.get(key) ?? (await Segment.open(folder, span));
        open.set(key, segment);
        segments.push(segment);
      } catch (error) {
        // It may have been replaced or removed just now.
        if ((await stat(folder).catch(unlessAbsent))?.ino !== about.ino) continue;
        this.#damaged({ folder, span, problem: messageOf(error) });
      }
    }
    this.#open = open;
    return segments;
  }
}

/** The folders of segments, in order of time, without the hours of a day that is there. */
export async function segmentRefs(root: string): Promise<SegmentRef[]> {
  const refs: SegmentRef[] = [];
  for (const span of spans) {
    const folder = spanFolder(root, span);
    for (const name of await listed(folder)) {
      const beginMs = beginOf(name);
      if (beginMs !== undefined) refs.push({ folder: join(folder, name), span, beginMs });
    }
  }
  const days = new Set(refs.filter(({ span }) => span === 'day').map(({ beginMs }) => beginMs));
  const dayOf = (beginMs: number): number => Math.floor(beginMs / spanMs.day) * spanMs.day;
  return refs
    .filter(({ span, beginMs }) => span === 'day' || !days.has(dayOf(beginMs)))
    .sort((a, b) => a.beginMs - b.beginMs);
}
