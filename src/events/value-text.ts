/**
 * The JSON text of each kind of value, for the encoders. Throws `events.encoding` on what the decoder
 * would refuse, so that the source can count it; everything written decodes to the value given.
 *
 * What repeats from event to event (ids, the seconds of a timestamp) is remembered: turning a double
 * into digits or looking for characters to escape costs more than the rest of an event.
 */
import { QuorumscopeError } from '../base/errors.js';
import {
  checkValue,
  describe,
  LONE_SURROGATE,
  MAX_ID,
  MAX_LABELS,
  MAX_LIST,
  MAX_TEXT,
  show,
  type Declared,
} from './validate.js';

/** Longer strings rarely repeat. */
const REMEMBERED_LENGTH = 96;
/** Then everything is forgotten, which bounds what is kept alive. */
const REMEMBERED_STRINGS = 2048;

const threeDigits = Array.from({ length: 1000 }, (_, value) => String(value).padStart(3, '0'));

/** Thousandths behind the point, without the zeros at the end that no number is written with. */
const fractions = threeDigits.map((digits) => digits.replace(/0+$/, ''));

const remembered = new Map<string, string>();

/** The words of closed lists with their quotes, by the list. */
export type Words = ReadonlyMap<unknown, string>;

/** Quotes the words of a closed list. */
export function wordsOf(values: readonly string[]): Words {
  return new Map(values.map((value) => [value, JSON.stringify(value)]));
}

/** One of a closed list. */
function wordText(value: unknown, name: string, words: Words): string {
  return words.get(value) ?? refuse(value, name, { kind: 'enum', values: [...words.keys()] as string[] });
}

/** An id, in quotes. */
function idText(value: unknown, name: string): string {
  return remembered.get(value as string) ?? newText(value, name, 'id', 1, MAX_ID);
}

/** A text, in quotes. */
function textText(value: unknown, name: string): string {
  return remembered.get(value as string) ?? newText(value, name, 'text', 0, MAX_TEXT);
}

function newText(value: unknown, name: string, kind: 'id' | 'text', min: number, max: number): string {
  if (typeof value !== 'string' || value.length < min || value.length > max || LONE_SURROGATE.test(value))
    return refuse(value, name, { kind });
  const quoted = JSON.stringify(value);
  if (value.length > REMEMBERED_LENGTH || value.length === 0) return quoted;
  if (remembered.size >= REMEMBERED_STRINGS) remembered.clear();
  remembered.set(value, quoted);
  return quoted;
}

/** An unsigned integer. */
function uintText(value: unknown, name: string): string {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return `${value as number}`;
  return refuse(value, name, { kind: 'uint' });
}

/** An unsigned integer of 64 bits; above 2^53-1 a bigint, written as a decimal string. */
function uint64Text(value: unknown, name: string): string {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return `${value as number}`;
  return structureText(value, name, { kind: 'uint64' });
}

/** A signed integer. */
function intText(value: unknown, name: string): string {
  return Number.isSafeInteger(value) ? `${value as number}` : refuse(value, name, { kind: 'int' });
}

/** A finite number. */
function numberText(value: unknown, name: string): string {
  return Number.isFinite(value) ? `${value as number}` : refuse(value, name, { kind: 'number' });
}

/** A finite number of at least 0. */
function durationText(value: unknown, name: string): string {
  if (Number.isFinite(value) && (value as number) >= 0) return `${value as number}`;
  return refuse(value, name, { kind: 'duration' });
}

/** A finite number of at least 1. */
function weightText(value: unknown, name: string): string {
  if (Number.isFinite(value) && (value as number) >= 1) return `${value as number}`;
  return refuse(value, name, { kind: 'weight' });
}

/** `true` or `false`. */
function boolText(value: unknown, name: string): string {
  return value === true ? 'true' : value === false ? 'false' : refuse(value, name, { kind: 'bool' });
}

/** A list of ids. */
function idsText(value: unknown, name: string): string {
  if (!Array.isArray(value) || value.length > MAX_LIST) return refuse(value, name, { kind: 'ids' });
  let text = '';
  for (let i = 0; i < value.length; i++) text += (i === 0 ? '' : ',') + idText(value[i], name);
  return `[${text}]`;
}

/** A map of strings. */
function labelsText(value: unknown, name: string): string {
  const isMap = typeof value === 'object' && value !== null && !Array.isArray(value);
  const keys = isMap ? Object.keys(value) : [];
  if (!isMap || keys.length > MAX_LABELS) return refuse(value, name, { kind: 'labels' });
  let text = '';
  for (const key of keys)
    text += `${text === '' ? '' : ','}${idText(key, name)}:${textText((value as Record<string, unknown>)[key], name)}`;
  return `{${text}}`;
}

/** Lists and maps that are rare enough to be checked by the decoder's own checker. */
function structureText(value: unknown, name: string, field: Declared): string {
  const checked = value === undefined || value === null ? undefined : checkValue(value, field);
  if (checked === undefined || 'reason' in checked) return refuse(value, name, field);
  return JSON.stringify(checked.value, (_key, item: unknown) =>
    typeof item === 'bigint' ? item.toString() : item,
  );
}

/**
 * Writes times in microseconds, which share their seconds with the time before. One writer per
 * clock: two clocks through one writer would make it forget each other's seconds.
 */
export class MicrosecondsText {
  #seconds = -1;
  #secondsText = '';

  /** An unsigned integer. */
  uint(value: unknown, name: string): string {
    if (!Number.isSafeInteger(value) || (value as number) < 0) return refuse(value, name, { kind: 'uint' });
    return (value as number) < 1e6 ? `${value as number}` : this.#microseconds(value as number);
  }

  /** A finite number; nanoseconds as three decimals. */
  number(value: unknown, name: string): string {
    if (!Number.isFinite(value)) return refuse(value, name, { kind: 'number' });
    const us = value as number;
    if (us < 1e6 || us > 2 ** 43) return `${us}`;
    const whole = Math.floor(us);
    if (whole === us) return this.#microseconds(us);
    const thousandths = Math.round((us - whole) * 1000);
    // Exact or not at all: what is read back must be the same double.
    if (thousandths === 0 || thousandths === 1000 || (whole * 1000 + thousandths) / 1000 !== us)
      return `${us}`;
    return `${this.#microseconds(whole)}.${fractions[thousandths]!}`;
  }

  /** An integer of at least a million. */
  #microseconds(us: number): string {
    const seconds = Math.floor(us / 1e6);
    if (seconds !== this.#seconds) {
      this.#seconds = seconds;
      this.#secondsText = `${seconds}`;
    }
    const rest = us - seconds * 1e6;
    const milliseconds = (rest / 1000) | 0;
    return this.#secondsText + threeDigits[milliseconds]! + threeDigits[rest - milliseconds * 1000]!;
  }
}

function refuse(value: unknown, name: string, declared: Declared): never {
  const detail = `${name}: found ${show(value)}, expected ${describe(declared)}`;
  throw new QuorumscopeError('events.encoding', 'input', detail, { details: { field: name } });
}

/** What encoders call, generated or not. */
export const valueText = {
  wordText,
  idText,
  textText,
  uintText,
  uint64Text,
  intText,
  numberText,
  durationText,
  weightText,
  boolText,
  idsText,
  labelsText,
  structureText,
} as const;
