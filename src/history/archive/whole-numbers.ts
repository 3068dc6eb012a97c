/**
 * Which series can be kept as 32-bit whole numbers, exactly: counts are, and so are decimals of a fixed number of
 * places, scaled. They take a fraction of what floats do. What does not come back bit for bit stays a float.
 */

const MOST = 2 ** 31 - 1;
const DIVISORS = [1, 10, 100, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9];

/** The least power of ten by which all values are exact 32-bit whole numbers; undefined where there is none. */
export function divisorOf(columns: readonly Float64Array[]): number | undefined {
  let place = 0;
  for (const values of columns) {
    for (const value of values) {
      while (place < DIVISORS.length && !isExact(value, DIVISORS[place]!)) place++;
      if (place === DIVISORS.length) return undefined;
    }
  }
  // A larger divisor may have pushed an earlier value out of range, or off by the last bit.
  const divisor = DIVISORS[place]!;
  const holds = place === 0 || columns.every((values) => values.every((value) => isExact(value, divisor)));
  return holds ? divisor : undefined;
}

/** The whole number that stands for a value. */
export function scaled(value: number, divisor: number): number {
  return divisor === 1 ? value : Math.round(value * divisor);
}

function isExact(value: number, divisor: number): boolean {
  const whole = scaled(value, divisor);
  return (
    Number.isInteger(whole) &&
    whole <= MOST &&
    whole >= -MOST &&
    whole / divisor === value &&
    !Object.is(value, -0)
  );
}
