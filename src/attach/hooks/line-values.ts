/**
 * Writes single values as JSON bytes, for the line writers that are generated from the schemas. Each
 * takes a target and a position with enough room, and returns the position after the value, or
 * `NOT_PLAIN` when the value needs the general encoder.
 */
import { MAX_ID, MAX_LABELS, MAX_LIST, MAX_TEXT } from '../../events/validate.js';
import { SLACK, type LineMemory, type SecondsMemory, type Target } from './words.js';

/** The value, and with it the event, needs the general encoder. */
export const NOT_PLAIN = -1;

/** Most bytes that a number takes: `-1.2345678901234567e-300`. */
export const NUMBER_BYTES = 24;

/** A shorter id is written character by character faster than it is found. */
const SHORT_ID = 12;
const MILLION = 1_000_000;
const MAX_INT32 = 0x7fffffff;

/** The two digits of 00 to 99, as they lie in memory. */
const PAIRS = Uint16Array.from(
  { length: 100 },
  (_, i) => (0x30 + Math.floor(i / 10)) | ((0x30 + (i % 10)) << 8),
);

/** An integer from 0 to 2^53-1. */
function putUint(target: Target, at: number, value: unknown): number {
  if (typeof value !== 'number') return NOT_PLAIN;
  if ((value | 0) === value && value >= 0) return putInt31(target.bytes, target.view, at, value);
  return Number.isSafeInteger(value) && value >= 0 ? putNumber(target, at, value) : NOT_PLAIN;
}

/** Microseconds of the wall clock. */
function putWall(target: Target, at: number, value: number, memory: LineMemory): number {
  return putStamp(target, at, value, memory.wall);
}

/** Microseconds of the monotonic clock. */
function putMono(target: Target, at: number, value: number, memory: LineMemory): number {
  return putStamp(target, at, value, memory.mono);
}

function putStamp(target: Target, at: number, value: number, memory: SecondsMemory): number {
  const seconds = Math.floor(value / MILLION);
  // One second has no leading digits, and times before 1970 or after 2038 are not worth remembering.
  if (!(seconds >= 1 && seconds <= MAX_INT32)) return putNumber(target, at, value);
  let to = memory.put(target, at, seconds);
  if (to < 0) {
    to = putInt31(target.bytes, target.view, at, seconds | 0);
    memory.learn(target, at, to, seconds);
  }
  return putSixDigits(target.view, to, (value - seconds * MILLION) | 0);
}

/** An integer from -2^53+1 to 2^53-1. */
function putInt(target: Target, at: number, value: unknown): number {
  return Number.isSafeInteger(value) ? putNumber(target, at, value) : NOT_PLAIN;
}

/** A finite number of at least 0. */
function putDuration(target: Target, at: number, value: unknown): number {
  return typeof value === 'number' && value >= 0 ? putNumber(target, at, value) : NOT_PLAIN;
}

/** A finite number. */
function putNumber({ bytes, view }: Target, at: number, value: unknown): number {
  if (typeof value !== 'number') return NOT_PLAIN;
  if ((value | 0) === value && value >= 0) return putInt31(bytes, view, at, value | 0);
  if (value > 0 && value <= Number.MAX_SAFE_INTEGER && Math.floor(value) === value) {
    const millions = Math.floor(value / MILLION);
    const rest = (value - millions * MILLION) | 0;
    if (millions <= MAX_INT32) return putSixDigits(view, putInt31(bytes, view, at, millions | 0), rest);
    const billions = Math.floor(millions / MILLION);
    const to = putSixDigits(
      view,
      putInt31(bytes, view, at, billions | 0),
      (millions - billions * MILLION) | 0,
    );
    return putSixDigits(view, to, rest);
  }
  if (!Number.isFinite(value)) return NOT_PLAIN;
  const text = String(value);
  for (let i = 0; i < text.length; i++) bytes[at + i] = text.charCodeAt(i);
  return at + text.length;
}

/** A string of printable ASCII that JSON does not escape. */
function putText({ bytes }: Target, at: number, value: unknown): number {
  if (typeof value !== 'string' || value.length > MAX_TEXT) return NOT_PLAIN;
  let to = at;
  bytes[to++] = 0x22; // "
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code < 0x20 || code > 0x7e || code === 0x22 || code === 0x5c) return NOT_PLAIN;
    bytes[to++] = code;
  }
  bytes[to] = 0x22;
  return to + 1;
}

/** A string that may recur. */
function putId(target: Target, at: number, value: unknown, memory: LineMemory): number {
  if (typeof value !== 'string' || value.length === 0 || value.length > MAX_ID) return NOT_PLAIN;
  if (value.length < SHORT_ID) return putText(target, at, value);
  const known = memory.ids.put(target, at, value);
  if (known >= 0) return known;
  const end = putText(target, at, value);
  if (end >= 0) memory.ids.learn(target, at, end);
  return end;
}

/** A list of ids; not plain when less than `reserve` bytes would remain behind it. */
function putIds(target: Target, at: number, list: unknown, memory: LineMemory, reserve: number): number {
  if (!Array.isArray(list) || list.length > MAX_LIST) return NOT_PLAIN;
  const { bytes } = target;
  const last = bytes.length - reserve - MAX_ID - SLACK;
  let to = at;
  bytes[to++] = 0x5b; // [
  for (let i = 0; i < list.length; i++) {
    if (to > last) return NOT_PLAIN;
    if (i > 0) bytes[to++] = 0x2c; // ,
    to = putId(target, to, list[i], memory);
    if (to < 0) return NOT_PLAIN;
  }
  bytes[to] = 0x5d; // ]
  return to + 1;
}

/** A map of strings; not plain when less than `reserve` bytes would remain behind it. */
function putLabels(target: Target, at: number, labels: unknown, memory: LineMemory, reserve: number): number {
  if (typeof labels !== 'object' || labels === null || Array.isArray(labels)) return NOT_PLAIN;
  const { bytes } = target;
  const names = Object.keys(labels);
  if (names.length > MAX_LABELS) return NOT_PLAIN;
  const last = bytes.length - reserve - 2 * MAX_ID - SLACK;
  let to = at;
  bytes[to++] = 0x7b; // {
  for (const name of names) {
    if (to > last) return NOT_PLAIN;
    if (to > at + 1) bytes[to++] = 0x2c; // ,
    to = putId(target, to, name, memory);
    if (to < 0) return NOT_PLAIN;
    bytes[to++] = 0x3a; // :
    const value = (labels as Record<string, unknown>)[name];
    to = value === '' ? putText(target, to, value) : putId(target, to, value, memory);
    if (to < 0) return NOT_PLAIN;
  }
  bytes[to] = 0x7d; // }
  return to + 1;
}

/** @param value 0..2^31-1 */
function putInt31(bytes: Buffer, view: DataView, at: number, value: number): number {
  const end = at + digitsOf(value);
  let to = end;
  let rest = value;
  while (rest >= 100) {
    const hundreds = (rest / 100) | 0;
    to -= 2;
    view.setUint16(to, PAIRS[rest - hundreds * 100]!, true);
    rest = hundreds;
  }
  if (rest >= 10) view.setUint16(to - 2, PAIRS[rest]!, true);
  else bytes[to - 1] = 0x30 + rest;
  return end;
}

function putSixDigits(view: DataView, at: number, value: number): number {
  const high = (value / 10_000) | 0;
  const low = (value - high * 10_000) | 0;
  const middle = (low / 100) | 0;
  view.setUint16(at, PAIRS[high]!, true);
  view.setUint16(at + 2, PAIRS[middle]!, true);
  view.setUint16(at + 4, PAIRS[low - middle * 100]!, true);
  return at + 6;
}

function digitsOf(value: number): number {
  if (value < 100_000) {
    if (value < 100) return value < 10 ? 1 : 2;
    return value < 1_000 ? 3 : value < 10_000 ? 4 : 5;
  }
  if (value < 10_000_000) return value < 1_000_000 ? 6 : 7;
  return value < 100_000_000 ? 8 : value < 1_000_000_000 ? 9 : 10;
}

/** Functions by the names that generated writers call them; each takes `(target, at, value, ids, reserve)`. */
export const lineValues = {
  NOT_PLAIN,
  putWall,
  putMono,
  putUint,
  putInt,
  putDuration,
  putNumber,
  putText,
  putId,
  putIds,
  putLabels,
} as const;
