/**
 * Cost without floating point: decimals are read into fractions of whole numbers, multiplied and added exactly, and
 * rounded once when they are written, halves to the even digit. A cost is text, so that nobody rounds it again by reading it.
 */
import { formatPlain } from '../promql/numbers.js';
import { badRequest } from './span.js';

/** An exact number: `top / bottom`, bottom above zero. */
export interface Fraction {
  readonly top: bigint;
  readonly bottom: bigint;
}

const DECIMAL = /^(-?)([0-9]{1,40})(?:\.([0-9]{1,40}))?$/;

/** `12`, `0.000035`. @throws QuorumscopeError `analytics.request` for anything else, exponents included */
export function decimal(text: string, what: string): Fraction {
  const match = DECIMAL.exec(text);
  if (match === null)
    throw badRequest(`${what} is a decimal such as 0.000035; found ${JSON.stringify(text)}`);
  const [, sign, whole = '', rest = ''] = match;
  const size = BigInt(whole + rest);
  return { top: sign === '-' ? -size : size, bottom: 10n ** BigInt(rest.length) };
}

/** A quantity as it was counted: the shortest decimal that reads back as the same number. */
export function quantityOf(value: number): Fraction {
  return decimal(formatPlain(value), 'a quantity');
}

export function times(a: Fraction, b: Fraction): Fraction {
  return { top: a.top * b.top, bottom: a.bottom * b.bottom };
}

export function plus(a: Fraction, b: Fraction): Fraction {
  if (a.bottom === b.bottom) return { top: a.top + b.top, bottom: a.bottom };
  return { top: a.top * b.bottom + b.top * a.bottom, bottom: a.bottom * b.bottom };
}

/** With so many digits after the point, halves to the even digit. */
export function written({ top, bottom }: Fraction, digits: number): string {
  const size = (top < 0n ? -top : top) * 10n ** BigInt(digits);
  let units = size / bottom;
  const twice = (size % bottom) * 2n;
  if (twice > bottom || (twice === bottom && units % 2n === 1n)) units++;
  const text = String(units).padStart(digits + 1, '0');
  const sign = top < 0n && units > 0n ? '-' : '';
  if (digits === 0) return `${sign}${text}`;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
