/**
 * Reads a protobuf message by its description. Linear in its length; it allocates nothing for lengths that are only
 * claimed. What is not described, or comes with another wire type than described, is passed over, as protobuf asks.
 *
 * Throws only `Undecodable`: an end in the middle, a tag that is none, a group, or messages nested beyond `MOST_DEPTH`.
 */
import { MOST_DEPTH, Undecodable, type Decoded, type Message, type ScalarKind } from './message.js';

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const FIXED32 = 5;

const wireTypes: Readonly<Record<ScalarKind, number>> = {
  string: LENGTH,
  bytes: LENGTH,
  hex: LENGTH,
  bool: VARINT,
  enum: VARINT,
  uint32: VARINT,
  sint32: VARINT,
  int64: VARINT,
  uint64: VARINT,
  double: FIXED64,
  fixed64: FIXED64,
  sfixed64: FIXED64,
  nanos: FIXED64,
  fixed32: FIXED32,
};

/** Reads a whole message. @throws Undecodable */
export function readProtobuf(bytes: Buffer, message: Message): Decoded {
  return new ProtobufReader(bytes).message(message, bytes.length, 0);
}

class ProtobufReader {
  readonly #bytes: Buffer;
  #at = 0;
  /** The last varint: its lower and upper 32 bits. */
  #low = 0;
  #high = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  message(message: Message, end: number, depth: number): Decoded {
    if (depth > MOST_DEPTH) throw new Undecodable(`messages nested more than ${MOST_DEPTH} deep`);
    const found: Decoded = {};
    while (this.#at < end) {
      this.#varint(end);
      const tag = this.#low;
      const number = tag >>> 3;
      const wire = tag & 7;
      if (number === 0 || this.#high !== 0) throw this.#broken('a field without a number');
      const field = message.byNumber[number];
      if (field === undefined) {
        this.#skip(wire, end);
        continue;
      }
      const { name, kind, isRepeated } = field;
      if (typeof kind !== 'string') {
        if (wire !== LENGTH) {
          this.#skip(wire, end);
          continue;
        }
        const value = this.message(kind, this.#length(end), depth + 1);
        if (isRepeated) append(found, name, value);
        // The last one counts here; protobuf would merge them, which no encoder makes use of.
        else found[name] = value;
      } else if (wire === wireTypes[kind]) {
        const value = this.#scalar(kind, end);
        if (isRepeated) append(found, name, value);
        else found[name] = value;
      } else if (isRepeated && wire === LENGTH) {
        const packedEnd = this.#length(end);
        while (this.#at < packedEnd) append(found, name, this.#scalar(kind, packedEnd));
      } else this.#skip(wire, end);
    }
    return found;
  }

  #scalar(kind: ScalarKind, end: number): unknown {
    switch (kind) {
      case 'string': {
        const to = this.#length(end);
        const from = this.#at;
        this.#at = to;
        return this.#bytes.toString('utf8', from, to);
      }
      case 'bytes':
      case 'hex': {
        const to = this.#length(end);
        const part = this.#bytes.subarray(this.#at, to);
        this.#at = to;
        return kind === 'hex' ? part.toString('hex') : part;
      }
      case 'bool':
        this.#varint(end);
        return this.#low !== 0 || this.#high !== 0;
      case 'enum':
        this.#varint(end);
        return this.#low | 0;
      case 'uint32':
        this.#varint(end);
        return this.#low;
      case 'sint32':
        this.#varint(end);
        return (this.#low >>> 1) ^ -(this.#low & 1);
      case 'int64':
        this.#varint(end);
        return signed(this.#low, this.#high);
      case 'uint64':
        this.#varint(end);
        return unsigned(this.#low, this.#high);
      case 'fixed32':
        return this.#bytes.readUInt32LE(this.#take(4, end));
      case 'double':
        return this.#bytes.readDoubleLE(this.#take(8, end));
      default:
        return this.#fixed64(kind, this.#take(8, end));
    }
  }

  #fixed64(kind: 'fixed64' | 'sfixed64' | 'nanos', at: number): unknown {
    const low = this.#bytes.readUInt32LE(at);
    const high = this.#bytes.readUInt32LE(at + 4);
    if (kind === 'nanos') return microseconds(low, high);
    return kind === 'sfixed64' ? signed(low, high) : unsigned(low, high);
  }

  #varint(end: number): void {
    const bytes = this.#bytes;
    let low = 0;
    let high = 0;
    for (let i = 0; i < 10; i++) {
      if (this.#at >= end) throw this.#broken('an end in the middle of a number');
      const byte = bytes[this.#at++]!;
      const bits = byte & 0x7f;
      if (i < 4) low |= bits << (7 * i);
      else if (i === 4) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (7 * i - 32);
      if (byte < 0x80) {
        this.#low = low >>> 0;
        this.#high = high >>> 0;
        return;
      }
    }
    throw this.#broken('a number of more than ten bytes');
  }

  /** Reads a length. @returns where what it is of ends */
  #length(end: number): number {
    this.#varint(end);
    const to = this.#at + this.#low;
    if (this.#high !== 0 || to > end) throw this.#broken('more bytes announced than there are');
    return to;
  }

  /** @returns where the bytes begin */
  #take(count: number, end: number): number {
    const at = this.#at;
    if (at + count > end) throw this.#broken('an end in the middle of a number');
    this.#at = at + count;
    return at;
  }

  #skip(wire: number, end: number): void {
    if (wire === VARINT) this.#varint(end);
    else if (wire === FIXED64) this.#take(8, end);
    else if (wire === LENGTH) this.#at = this.#length(end);
    else if (wire === FIXED32) this.#take(4, end);
    else throw this.#broken(`the wire type ${wire}`);
  }

  #broken(what: string): Undecodable {
    return new Undecodable(`found ${what} at byte ${this.#at}, expected protobuf`);
  }
}

function append(found: Decoded, name: string, value: unknown): void {
  const list = found[name];
  if (Array.isArray(list)) list.push(value);
  else found[name] = [value];
}

/** Nanoseconds to whole microseconds, exact: a double cannot hold the nanoseconds of today. */
function microseconds(low: number, high: number): number {
  const thousands = Math.floor(high / 1000);
  const rest = (high - thousands * 1000) * 2 ** 32 + low;
  return thousands * 2 ** 32 + Math.floor(rest / 1000);
}

function unsigned(low: number, high: number): number | string {
  if (high < 0x200000) return high * 2 ** 32 + low;
  return ((BigInt(high) << 32n) | BigInt(low)).toString();
}

function signed(low: number, high: number): number | string {
  if (high < 0x80000000) return unsigned(low, high);
  const value = BigInt.asIntN(64, (BigInt(high) << 32n) | BigInt(low));
  return value >= BigInt(Number.MIN_SAFE_INTEGER) ? Number(value) : value.toString();
}
