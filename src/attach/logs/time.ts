/**
 * The times that logs print, to microseconds since the Unix epoch. A time that is none is undefined; nothing throws.
 * Nanoseconds are cut, not rounded, so that the order of lines stays.
 */

/** How a log writes its time. */
export const timeForms = ['rfc3339', 'unix_seconds'] as const;

/** One of `timeForms`. */
export type TimeForm = (typeof timeForms)[number];

const RFC3339 = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}:\d{2})(?:[.,](\d{1,9}))?(Z|[+-]\d{2}:?\d{2})?$/;

/** Microseconds since the Unix epoch of a time as printed. */
export function parseTime(form: TimeForm, text: unknown): number | undefined {
  if (form === 'unix_seconds') {
    const seconds = typeof text === 'number' || typeof text === 'string' ? Number(text) : Number.NaN;
    return seconds > 0 && seconds < 1e11 ? Math.trunc(seconds * 1e6) : undefined;
  }
  const parts = typeof text === 'string' && text.length <= 40 ? RFC3339.exec(text) : null;
  if (!parts) return undefined;
  const ms = Date.parse(`${parts[1]!}T${parts[2]!}${parts[4] ?? 'Z'}`);
  const fraction = Number((parts[3] ?? '').padEnd(6, '0').slice(0, 6));
  return Number.isNaN(ms) || ms < 0 ? undefined : ms * 1000 + fraction;
}
