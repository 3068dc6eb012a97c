/**
 * Reads a parsed JSON document by the description of a message, with the rules of OTLP/JSON: ids are hex, 64-bit numbers
 * texts or numbers, enumerations numbers, other bytes base64, names that are not described passed over, null is absent.
 *
 * Throws only `Undecodable`, naming the place, what was found and what was expected.
 */
import { MOST_DEPTH, Undecodable, type Decoded, type Message, type ScalarKind } from './message.js';

const DECIMAL = /^-?\d{1,20}$/;

/** Reads a document. @throws Undecodable */
export function readJson(document: unknown, message: Message): Decoded {
  return readMessage(document, message, message.name, 0);
}

function readMessage(found: unknown, message: Message, place: string, depth: number): Decoded {
  if (depth > MOST_DEPTH) throw new Undecodable(`messages nested more than ${MOST_DEPTH} deep`);
  if (typeof found !== 'object' || found === null || Array.isArray(found))
    throw wrong(place, found, 'an object');
  const document = found as Readonly<Record<string, unknown>>;
  const read: Decoded = {};
  // Plain loops: this runs for every value of every record, and a function made for each costs more than the reading.
  for (const name of Object.keys(document)) {
    const field = message.byName.get(name);
    const value = document[name];
    if (field === undefined || value === null) continue;
    const { kind } = field;
    if (!field.isRepeated) read[name] = readOne(value, kind, name, depth);
    else if (Array.isArray(value)) {
      const list: unknown[] = [];
      for (const item of value) list.push(readOne(item, kind, name, depth));
      read[name] = list;
    } else throw wrong(name, value, 'a list');
  }
  return read;
}

function readOne(value: unknown, kind: ScalarKind | Message, name: string, depth: number): unknown {
  return typeof kind === 'string' ? scalar(value, kind, name) : readMessage(value, kind, name, depth + 1);
}

function scalar(found: unknown, kind: ScalarKind, place: string): unknown {
  switch (kind) {
    case 'string':
      if (typeof found === 'string') return found;
      throw wrong(place, found, 'a text');
    case 'bool':
      if (typeof found === 'boolean') return found;
      throw wrong(place, found, 'true or false');
    case 'hex':
      if (typeof found === 'string' && /^[0-9a-fA-F]*$/.test(found)) return found.toLowerCase();
      throw wrong(place, found, 'hexadecimal digits');
    case 'bytes':
      if (typeof found === 'string') return Buffer.from(found, 'base64');
      throw wrong(place, found, 'base64');
    case 'double':
      return double(found, place);
    case 'nanos':
      return microseconds(found, place);
    case 'enum':
    case 'uint32':
    case 'fixed32':
    case 'sint32':
      return small(found, kind, place);
    default:
      return whole(found, kind, place);
  }
}

/** Whole numbers of 32 bits. */
function small(found: unknown, kind: ScalarKind, place: string): number {
  const value = typeof found === 'string' && DECIMAL.test(found) ? Number(found) : found;
  const min = kind === 'uint32' || kind === 'fixed32' ? 0 : -(2 ** 31);
  if (Number.isInteger(value) && (value as number) >= min && (value as number) < min + 2 ** 32)
    return value as number;
  throw wrong(place, found, kind === 'enum' ? 'the number of an enumeration' : 'a whole number of 32 bits');
}

/** Whole numbers of 64 bits. */
function whole(found: unknown, kind: ScalarKind, place: string): number | string {
  const isUnsigned = kind === 'uint64' || kind === 'fixed64';
  if (typeof found === 'number' && Number.isInteger(found) && (!isUnsigned || found >= 0)) {
    if (Number.isSafeInteger(found)) return found;
  } else if (typeof found !== 'string' || !DECIMAL.test(found)) throw wrong(place, found, 'a whole number');
  const value = BigInt(found);
  const exact = isUnsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
  if (exact !== value) throw wrong(place, found, 'a whole number of 64 bits');
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

function double(found: unknown, place: string): number {
  if (typeof found === 'number') return found;
  if (found === 'NaN') return Number.NaN;
  if (found === 'Infinity') return Number.POSITIVE_INFINITY;
  if (found === '-Infinity') return Number.NEGATIVE_INFINITY;
  const value = typeof found === 'string' && found.trim() !== '' ? Number(found) : Number.NaN;
  if (Number.isNaN(value)) throw wrong(place, found, 'a number');
  return value;
}

/** Nanoseconds to whole microseconds. */
function microseconds(found: unknown, place: string): number {
  if (typeof found === 'string' && /^\d{1,20}$/.test(found)) return Number(found.slice(0, -3));
  if (typeof found === 'number' && Number.isInteger(found) && found >= 0 && found < 2 ** 64)
    return Math.floor(found / 1000);
  throw wrong(place, found, 'nanoseconds since the Unix epoch');
}

function wrong(place: string, found: unknown, expected: string): Undecodable {
  const shown =
    typeof found === 'object' && found !== null
      ? Array.isArray(found)
        ? 'a list'
        : 'an object'
      : JSON.stringify(found)?.slice(0, 40);
  return new Undecodable(`${place}: found ${shown}, expected ${expected}`);
}
