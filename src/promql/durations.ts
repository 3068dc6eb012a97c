/**
 * Prometheus durations (`1d2h`, `5m`, `250ms`): units in falling order, each at most once. Values are
 * milliseconds.
 */

const UNITS: readonly (readonly [string, number])[] = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
];

/** What is neither empty nor in falling order is refused. */
const PATTERN =
  /^(?:([0-9]+)y)?(?:([0-9]+)w)?(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?(?:([0-9]+)s)?(?:([0-9]+)ms)?$/;

/** Above this Prometheus's 64-bit nanoseconds overflow. */
const LONGEST_MS = 9_223_372_036_854;

/** Milliseconds of a duration, or undefined when it is none or longer than 292 years. `0` is a duration. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  if (text === '') return undefined;
  const match = PATTERN.exec(text);
  if (match === null) return undefined;
  let ms = 0;
  UNITS.forEach(([, unit], i) => {
    const count = match[i + 1];
    if (count !== undefined) ms += Number(count) * unit;
  });
  return ms > LONGEST_MS ? undefined : ms;
}

/** The shortest exact way to write `ms` (not negative). Years and weeks only when nothing is left over. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0s';
  let left = ms;
  let text = '';
  for (const [name, unit] of UNITS) {
    const isCalendar = name === 'y' || name === 'w';
    if (isCalendar && left % unit !== 0) continue;
    const count = Math.floor(left / unit);
    if (count === 0) continue;
    text += `${count}${name}`;
    left -= count * unit;
  }
  return text;
}
