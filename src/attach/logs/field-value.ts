/**
 * A value that another program printed, as the field of an event takes it: numbers out of texts, lists out of texts with
 * spaces and commas, maps out of JSON. What is no such value is undefined; whether it is within bounds is the encoder's to say.
 */
import type { Field } from '../../events/schema.js';
import type { Value } from './expression.js';

/** The value as the field takes it, if it is one. Never throws. */
export function fieldValue(value: Value, { kind }: Pick<Field, 'kind'>): unknown {
  if (value === undefined || value === '') return undefined;
  switch (kind) {
    case 'uint64':
      return wide(value);
    case 'uint':
    case 'int':
    case 'number':
    case 'duration':
    case 'weight': {
      const number = Number(value);
      return Number.isFinite(number) ? number : undefined;
    }
    case 'ids':
      if (Array.isArray(value)) return value.map(String);
      return typeof value === 'string' ? value.split(/[\s,]+/).filter((id) => id !== '') : undefined;
    case 'id':
    case 'text':
    case 'enum':
      return String(value);
    case 'bool':
      return value === true || value === 'true';
    default:
      return structure(value);
  }
}

/** Beyond 2^53 a number would be another one. */
function wide(value: NonNullable<Value>): unknown {
  const number = Number(value);
  if (typeof value === 'string' && /^\d{16,20}$/.test(value) && !Number.isSafeInteger(number))
    return BigInt(value);
  return Number.isFinite(number) ? number : undefined;
}

/** A list or a map, as it is or as JSON. */
function structure(value: NonNullable<Value>): unknown {
  if (typeof value === 'object') return value;
  if (typeof value !== 'string') return undefined;
  try {
    const found: unknown = JSON.parse(value);
    return typeof found === 'object' && found !== null ? found : undefined;
  } catch {
    return undefined;
  }
}
