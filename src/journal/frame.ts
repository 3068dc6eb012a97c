/**
 * How a record lies in a file: a header of 20 bytes, then the payload as it is.
 *
 *   0 magic "QSJ1" | 4 CRC-32 of all that follows | 8 payload length | 12 sequence, low and high | 20 payload
 *
 * All numbers are unsigned, little-endian. Sequences ascend within a file. Where a frame does not hold,
 * the next one that does is looked for: what lies between is damaged, and where there is none it is the
 * tail of a write that was cut off.
 */
import { crc32 } from 'node:zlib';

/** Bytes in front of each payload. */
export const HEADER_BYTES = 20;

const MAGIC = Buffer.from('QSJ1', 'latin1');
const TWO_32 = 0x1_0000_0000;

/** Writes a frame at `at`, where there must be room for it; returns where it ends. */
export function writeFrame(target: Buffer, at: number, sequence: number, payload: Uint8Array): number {
  const end = at + HEADER_BYTES + payload.length;
  MAGIC.copy(target, at);
  target.writeUInt32LE(payload.length, at + 8);
  target.writeUInt32LE(sequence % TWO_32, at + 12);
  target.writeUInt32LE(Math.floor(sequence / TWO_32), at + 16);
  target.set(payload, at + HEADER_BYTES);
  target.writeUInt32LE(crc32(target.subarray(at + 8, end)), at + 4);
  return end;
}

/** A record that was read back. */
export interface JournalRecord {
  readonly sequence: number;
  /** A view of the bytes read: copy it to keep it beyond the file's. */
  readonly payload: Buffer;
}

/** A range of bytes that is no frame. */
interface Span {
  readonly from: number;
  readonly to: number;
}

/** What a file holds. */
export interface Scan {
  readonly records: readonly JournalRecord[];
  /** Between frames that hold. */
  readonly damaged: readonly Span[];
  /** Where the last frame that holds ends; what follows is torn. */
  readonly end: number;
}

/** Reads all frames of `bytes`. Never throws. */
export function scanFrames(bytes: Buffer): Scan {
  const records: JournalRecord[] = [];
  const damaged: Span[] = [];
  let end = 0;
  let last = -1;
  for (let at = 0; at !== -1;) {
    const record = frameAt(bytes, at, last);
    if (record === undefined) {
      at = bytes.indexOf(MAGIC, at + 1);
      continue;
    }
    if (at > end) damaged.push({ from: end, to: at });
    records.push(record);
    last = record.sequence;
    at = end = at + HEADER_BYTES + record.payload.length;
  }
  return { records, damaged, end };
}

function frameAt(bytes: Buffer, at: number, after: number): JournalRecord | undefined {
  if (at + HEADER_BYTES > bytes.length || !bytes.subarray(at, at + 4).equals(MAGIC)) return undefined;
  const end = at + HEADER_BYTES + bytes.readUInt32LE(at + 8);
  const sequence = bytes.readUInt32LE(at + 12) + TWO_32 * bytes.readUInt32LE(at + 16);
  if (end > bytes.length || sequence <= after) return undefined;
  if (crc32(bytes.subarray(at + 8, end)) !== bytes.readUInt32LE(at + 4)) return undefined;
  return { sequence, payload: bytes.subarray(at + HEADER_BYTES, end) };
}
