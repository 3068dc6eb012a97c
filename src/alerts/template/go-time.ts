/**
 * Times as Go writes them: by a layout that shows how 2006-01-02 15:04:05 would look. Pure; what a layout does not name
 * stands as it is. Microseconds are as fine as it gets.
 */
import { TemplateFailure, textOf, withNature, type Value } from './values.js';

/** A time of the clock in one zone. */
interface Parts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly weekday: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
  /** Seconds east of Greenwich. */
  readonly offset: number;
  readonly zone: string;
}

const MONTHS = 'January February March April May June July August September October November December'.split(
  ' ',
);
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
/** Longer marks before those that begin them, as Go looks for them. */
const MARK =
  /January|Jan|Monday|Mon|MST|2006|-07:00:00|-070000|-07:00|-0700|-07|Z07:00:00|Z070000|Z07:00|Z0700|Z07|002|__2|_2006|_2|01|02|03|04|05|06|15|PM|pm|[.,](?:0+|9+)(?![0-9])|1|2|3|4|5/g;
/** Go's zero time: the first second of the year 1. */
const ZERO_US = -62_135_596_800_000_000;

/** As `t.Format(layout)`. @throws TemplateFailure when there is no such zone */
export function formatTime(us: number | undefined, layout: string, zone: string): string {
  const at = partsOf(us ?? ZERO_US, zone);
  return layout.replace(MARK, (mark) => shown(mark, at));
}

/** As `{{ time }}` prints it. */
export function printTime(us: number | undefined, zone: string): string {
  return formatTime(us, '2006-01-02 15:04:05.999999999 -0700 MST', zone);
}

/** A time as a value, with those methods of Go's that texts need. */
export function timeValue(us: number | undefined, zone = 'UTC'): Value {
  const at = us ?? ZERO_US;
  return withNature(
    {},
    {
      typeName: 'time.Time',
      isStruct: true,
      printed: printTime(us, zone),
      instant: { us, zone },
      methods: {
        Format: (layout) => formatTime(us, textOf(layout), zone),
        String: () => printTime(us, zone),
        UTC: () => timeValue(us),
        Local: () => timeValue(us),
        IsZero: () => us === undefined,
        Unix: () => Math.floor(at / 1e6),
        UnixMilli: () => Math.floor(at / 1e3),
        Year: () => partsOf(at, zone).year,
        Day: () => partsOf(at, zone).day,
        Hour: () => partsOf(at, zone).hour,
        Minute: () => partsOf(at, zone).minute,
        Second: () => partsOf(at, zone).second,
        Month: () => MONTHS[partsOf(at, zone).month - 1],
        Weekday: () => DAYS[partsOf(at, zone).weekday],
      },
    },
  );
}

function partsOf(us: number, zone: string): Parts {
  const second = Math.floor(us / 1e6);
  const offset = zone === 'UTC' ? 0 : offsetOf(second, zone);
  const local = new Date((second + offset) * 1000);
  return {
    year: local.getUTCFullYear(),
    month: local.getUTCMonth() + 1,
    day: local.getUTCDate(),
    weekday: local.getUTCDay(),
    hour: local.getUTCHours(),
    minute: local.getUTCMinutes(),
    second: local.getUTCSeconds(),
    micros: us - second * 1e6,
    offset,
    zone: zone === 'UTC' ? 'UTC' : nameOf(second, zone, offset),
  };
}

function formatter(zone: string, locale: string, more: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone: zone, ...more });
  } catch {
    throw new TemplateFailure(`error calling tz: unknown time zone ${zone}`);
  }
}

function part(format: Intl.DateTimeFormat, second: number): string {
  return format.formatToParts(second * 1000).find(({ type }) => type === 'timeZoneName')?.value ?? '';
}

function offsetOf(second: number, zone: string): number {
  const text = part(formatter(zone, 'en-US', { timeZoneName: 'longOffset' }), second);
  const [, sign, hours = '0', minutes = '0', seconds = '0'] = /([+-])(\d+):(\d+)(?::(\d+))?/.exec(text) ?? [];
  const size = Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

/** `CET`, `EST`; a zone without letters of its own is told by its offset, as in Go. */
function nameOf(second: number, zone: string, offset: number): string {
  const names = ['en-US', 'en-GB', 'en-AU', 'en-IN'].map((locale) =>
    part(formatter(zone, locale, { timeZoneName: 'short' }), second),
  );
  return names.find((name) => /^[A-Z]+$/.test(name)) ?? offsetText(offset, '').replace(/00$/, '');
}

function offsetText(offset: number, colon: string): string {
  const size = Math.abs(offset);
  return `${offset < 0 ? '-' : '+'}${two(size / 3600)}${colon}${two((size / 60) % 60)}`;
}

function two(value: number): string {
  return String(Math.trunc(value)).padStart(2, '0');
}

function shown(mark: string, at: Parts): string {
  const hour = at.hour % 12 === 0 ? 12 : at.hour % 12;
  const simple: Readonly<Record<string, () => string>> = {
    '2006': () => String(at.year).padStart(4, '0'),
    _2006: () => `_${String(at.year).padStart(4, '0')}`,
    '06': () => two(at.year % 100),
    '01': () => two(at.month),
    '1': () => String(at.month),
    January: () => MONTHS[at.month - 1]!,
    Jan: () => MONTHS[at.month - 1]!.slice(0, 3),
    '02': () => two(at.day),
    '2': () => String(at.day),
    _2: () => String(at.day).padStart(2),
    __2: () => String(dayOfYear(at)).padStart(3),
    '002': () => String(dayOfYear(at)).padStart(3, '0'),
    Monday: () => DAYS[at.weekday]!,
    Mon: () => DAYS[at.weekday]!.slice(0, 3),
    '15': () => two(at.hour),
    '03': () => two(hour),
    '3': () => String(hour),
    '04': () => two(at.minute),
    '4': () => String(at.minute),
    '05': () => two(at.second),
    '5': () => String(at.second),
    PM: () => (at.hour < 12 ? 'AM' : 'PM'),
    pm: () => (at.hour < 12 ? 'am' : 'pm'),
    MST: () => at.zone,
  };
  const write = simple[mark];
  if (write !== undefined) return write();
  if (/^[.,]/.test(mark)) return fraction(mark, at.micros);
  if (mark.startsWith('Z') && at.offset === 0) return 'Z';
  const text = offsetText(at.offset, mark.includes(':') ? ':' : '');
  if (/07(:00:00|0000)$/.test(mark))
    return `${text}${mark.includes(':') ? ':' : ''}${two(Math.abs(at.offset) % 60)}`;
  return /07$/.test(mark) ? text.slice(0, 3) : text;
}

function fraction(mark: string, micros: number): string {
  const digits = String(micros).padStart(6, '0').padEnd(9, '0');
  if (mark[1] === '0') return mark[0]! + digits.padEnd(mark.length - 1, '0').slice(0, mark.length - 1);
  const kept = digits.slice(0, mark.length - 1).replace(/0+$/, '');
  return kept === '' ? '' : mark[0]! + kept;
}

function dayOfYear({ year, month, day }: Parts): number {
  return (Date.UTC(year, month - 1, day) - Date.UTC(year, 0, 1)) / 86_400_000 + 1;
}
