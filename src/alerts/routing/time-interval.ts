/**
 * Times of the day, week, month and year, as Alertmanager's `time_intervals` give them. Pure: a time goes in, whether it
 * lies within comes out. Ranges are inclusive, but for times of the day, whose end is not in it.
 */

/** Inclusive. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One interval: all of its fields must hold; an empty field always does. */
export interface TimeInterval {
  /** Minutes since midnight; `to` is not in it. */
  readonly times: readonly Span[];
  /** 0 is Sunday. */
  readonly weekdays: readonly Span[];
  /** 1 to 31; -1 is the last day of the month. */
  readonly daysOfMonth: readonly Span[];
  /** 1 to 12. */
  readonly months: readonly Span[];
  readonly years: readonly Span[];
  /** IANA name, such as `Europe/Berlin`. */
  readonly location: string;
}

const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** Whether `nowUs` lies within any of them. */
export function isWithin(intervals: readonly TimeInterval[], nowUs: number): boolean {
  return intervals.some((interval) => holds(interval, nowUs));
}

function holds(interval: TimeInterval, nowUs: number): boolean {
  const { year, month, day, weekday, minute } = civil(nowUs, interval.location);
  const last = new Date(Date.UTC(year, month, 0)).getUTCDate();
  const at = (dayOfMonth: number): number => (dayOfMonth < 0 ? last + dayOfMonth + 1 : dayOfMonth);
  const within = (spans: readonly Span[], value: number): boolean =>
    spans.length === 0 || spans.some(({ from, to }) => value >= from && value <= to);
  return (
    within(interval.years, year) &&
    within(interval.months, month) &&
    within(interval.weekdays, weekday) &&
    (interval.daysOfMonth.length === 0 ||
      interval.daysOfMonth.some(
        ({ from, to }) => day >= Math.max(1, at(from)) && day <= Math.min(last, at(to)),
      )) &&
    (interval.times.length === 0 || interval.times.some(({ from, to }) => minute >= from && minute < to))
  );
}

function civil(
  nowUs: number,
  location: string,
): { year: number; month: number; day: number; weekday: number; minute: number } {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: location,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    weekday: 'long',
    hour: 'numeric',
    minute: 'numeric',
  });
  const parts = new Map(format.formatToParts(nowUs / 1000).map(({ type, value }) => [type, value]));
  const number = (part: Intl.DateTimeFormatPartTypes): number => Number(parts.get(part));
  return {
    year: number('year'),
    month: number('month'),
    day: number('day'),
    weekday: DAYS.indexOf((parts.get('weekday') ?? '').toLowerCase()),
    minute: number('hour') * 60 + number('minute'),
  };
}

/** `17:30` in minutes; undefined when it is none. */
export function readMinute(text: string): number | undefined {
  const found = /^(\d\d):(\d\d)$/.exec(text);
  if (found === null) return undefined;
  const minute = Number(found[1]) * 60 + Number(found[2]);
  return Number(found[2]) < 60 && minute <= 24 * 60 ? minute : undefined;
}

/** `monday:friday`, `1:5`, `-1`, `january`, `2026`; undefined when it is none. */
export function readSpan(
  text: string,
  field: 'weekdays' | 'days_of_month' | 'months' | 'years',
): Span | undefined {
  const [first = '', second = first, ...more] = text
    .toLowerCase()
    .split(':')
    .map((part) => part.trim());
  if (more.length > 0) return undefined;
  const from = readValue(first, field);
  const to = readValue(second, field);
  if (from === undefined || to === undefined) return undefined;
  const isOrdered = from <= to || (field === 'days_of_month' && from > 0 && to < 0);
  return isOrdered && !(from < 0 && to > 0) ? { from, to } : undefined;
}

function readValue(
  text: string,
  field: 'weekdays' | 'days_of_month' | 'months' | 'years',
): number | undefined {
  if (field === 'weekdays') {
    const day = DAYS.indexOf(text);
    return day < 0 ? undefined : day;
  }
  if (field === 'months' && MONTHS.includes(text)) return MONTHS.indexOf(text) + 1;
  if (!/^-?\d+$/.test(text)) return undefined;
  const value = Number(text);
  const [least, most] = field === 'months' ? [1, 12] : field === 'years' ? [1, 9999] : [-31, 31];
  return value >= least && value <= most && value !== 0 ? value : undefined;
}

/** Whether the machine knows such a zone. */
export function isLocation(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: name });
    return true;
  } catch {
    return false;
  }
}
