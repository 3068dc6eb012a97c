/**
 * Numbers as Go reads and writes them: hexadecimal, octal, underscores, `Inf` and `NaN` in; the
 * shortest decimal without an exponent (labels, query text) or with one outside 1e-6..1e21 (samples) out.
 */

/** A number literal, or undefined when it is none. */
export function parseNumber(text: string): number | undefined {
  const sign = text.startsWith('-') ? -1 : 1;
  const body = text.replace(/^[+-]/, '').toLowerCase();
  if (body === 'inf' || body === 'infinity') return sign * Infinity;
  if (body === 'nan') return Number.NaN;
  const digits = body.replaceAll('_', '');
  if (body.includes('_') && !/^(0[xob]_?)?[0-9a-f]+(_[0-9a-f]+)*([.e].*)?$/.test(body)) return undefined;
  if (/^0x[0-9a-f]+$/.test(digits) || /^0b[01]+$/.test(digits) || /^0o[0-7]+$/.test(digits))
    return sign * Number(digits);
  if (/^0[0-7]+$/.test(digits)) return sign * parseInt(digits, 8);
  if (!/^([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$/.test(digits)) return undefined;
  return sign * Number(digits);
}

/** The shortest decimal that reads back as `value`, never with an exponent. */
export function formatPlain(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  if (Object.is(value, -0)) return '-0';
  const text = String(value);
  const match = /^(-?)([0-9])(?:\.([0-9]+))?e([+-][0-9]+)$/.exec(text);
  if (match === null) return text;
  const [, sign, lead, fraction = '', exponent] = match;
  const digits = `${lead}${fraction}`;
  const point = 1 + Number(exponent);
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`;
  return `${sign}${digits.padEnd(point, '0')}`;
}

/** A sample's value as Prometheus's API writes it. */
export function formatSample(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-6 && size < 1e21)) return formatPlain(value);
  return value.toExponential().replace(/e([+-])([0-9])$/, 'e$10$2');
}

/** `value` with at most `precision` significant digits, as Go's `%g` writes it. */
export function formatShort(value: number, precision?: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '+Inf' : '-Inf';
  const scientific = precision === undefined ? value.toExponential() : value.toExponential(precision - 1);
  const [mantissa, exponent] = scientific.split('e') as [string, string];
  const power = Number(exponent);
  if (power < -4 || power >= Math.max(precision ?? 21, precision === undefined ? 21 : 1)) {
    const trimmed = mantissa.includes('.') ? mantissa.replace(/\.?0+$/, '') : mantissa;
    return `${trimmed}e${power < 0 ? '-' : '+'}${String(Math.abs(power)).padStart(2, '0')}`;
  }
  return formatPlain(precision === undefined ? value : Number(value.toPrecision(precision)));
}
