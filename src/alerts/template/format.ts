/** Go's `printf` for the verbs that templates use; what does not fit shows as Go shows it: `%!d(float64=3)`. */
import { quote } from '../../promql/quoting.js';
import { formatShort } from '../../promql/numbers.js';
import { isList, isMap, TemplateFailure, textOf, type Value } from './values.js';

const VERB = /%([-+# 0]*)([0-9]+)?(?:\.([0-9]+))?(.)/gsu;

/** Wider is nobody's intention. */
const WIDEST = 1000;
/** More cannot be shown. */
const MOST_DIGITS = 100;

/** The text of `printf format args...`. */
export function printf(format: string, args: readonly Value[]): string {
  let used = 0;
  const text = format.replace(
    VERB,
    (_: string, flags: string, width: string | undefined, precision: string | undefined, verb: string) => {
      if (verb === '%') return '%';
      if (used >= args.length) return `%!${verb}(MISSING)`;
      if (Number(width ?? 0) > WIDEST || Number(precision ?? 0) > MOST_DIGITS)
        throw new TemplateFailure(
          `error calling printf: wider than ${WIDEST}, or more than ${MOST_DIGITS} digits`,
        );
      const shown = one(verb, args[used++], precision === undefined ? undefined : Number(precision), flags);
      return padded(shown, flags, Number(width ?? 0));
    },
  );
  if (used >= args.length) return text;
  const extra = args.slice(used).map((value) => `${typeName(value)}=${textOf(value)}`);
  return `${text}%!(EXTRA ${extra.join(', ')})`;
}

function padded(text: string, flags: string, width: number): string {
  if (flags.includes('-')) return text.padEnd(width);
  if (!flags.includes('0')) return text.padStart(width);
  const sign = /^[+-]/.exec(text)?.[0] ?? '';
  return sign + text.slice(sign.length).padStart(width - sign.length, '0');
}

function one(verb: string, value: Value, precision: number | undefined, flags: string): string {
  if (verb === 'v') return textOf(value);
  if (typeof value === 'string') {
    if (verb === 's') return precision === undefined ? value : [...value].slice(0, precision).join('');
    if (verb === 'q') return quote(value);
    if (verb === 'x') return Buffer.from(value).toString('hex');
  }
  if (typeof value === 'number') {
    const sign = flags.includes('+') && value >= 0 ? '+' : '';
    const isOdd = !Number.isFinite(value);
    if (verb === 'f' || verb === 'F') return sign + (isOdd ? textOf(value) : value.toFixed(precision ?? 6));
    if (verb === 'g' || verb === 'G') return sign + formatShort(value, precision);
    if (verb === 'e') return sign + value.toExponential(precision ?? 6).replace(/e([+-])(\d)$/, 'e$10$2');
    // Whole literals are integers in Go; what comes of a query never is, but nobody means anything else by it.
    if (verb === 'd' && Number.isInteger(value)) return sign + value.toFixed(0);
  }
  if (typeof value === 'boolean' && verb === 't') return String(value);
  if ((isList(value) || isMap(value)) && verb === 's') return textOf(value);
  return `%!${verb}(${typeName(value)}=${textOf(value)})`;
}

function typeName(value: Value): string {
  if (typeof value === 'number') return 'float64';
  if (typeof value === 'boolean') return 'bool';
  return typeof value === 'string' ? 'string' : isList(value) ? '[]interface {}' : 'map[string]interface {}';
}
