/**
 * Durations as Prometheus writes them: `500ms`, `5s`, `1m30s`, `1h`, `7d`, `2w`, `1y`, or `0`. Units go from
 * the largest to the smallest, each at most once, with whole numbers.
 *
 * In code a duration is integer microseconds; text has millisecond resolution.
 */

const MS = 1_000;

/** Microseconds per unit, the largest first. */
const units: readonly (readonly [unit: string, us: number])[] = [
  ['y', 365 * 86_400_000 * MS],
  ['w', 7 * 86_400_000 * MS],
  ['d', 86_400_000 * MS],
  ['h', 3_600_000 * MS],
  ['m', 60_000 * MS],
  ['s', 1_000 * MS],
  ['ms', MS],
];

const PATTERN = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Microseconds, or undefined when `text` is not a duration or beyond what a number holds exactly. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0;
  const match = text === '' ? null : PATTERN.exec(text);
  if (!match) return undefined;
  let us = 0;
  units.forEach(([, unitUs], i) => (us += Number(match[i + 1] ?? 0) * unitUs));
  return Number.isSafeInteger(us) ? us : undefined;
}

/** The shortest text that `parseDuration` reads back; what is below a millisecond is cut off. */
export function formatDuration(us: number): string {
  let rest = Math.floor(us / MS) * MS;
  let text = '';
  for (const [unit, unitUs] of units) {
    // As Prometheus does: years, weeks and days only when nothing is left over, so that 36h is not 1d12h.
    const exactOnly = unit === 'y' || unit === 'w' || unit === 'd';
    if (rest < unitUs || (exactOnly && rest % unitUs !== 0)) continue;
    text += `${Math.floor(rest / unitUs)}${unit}`;
    rest %= unitUs;
  }
  return text === '' ? '0' : text;
}
