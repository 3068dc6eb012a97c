/** The times of `quorumscope query`: Unix seconds, RFC 3339, `now`, or `now-1h30m`. Pure. */
import { parseDuration } from '../base/duration.js';

/** What the command line says. */
export interface QueryTimes {
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  readonly step?: string;
}

/** Parameters of the request. */
export interface TimeParameters {
  readonly isRange: boolean;
  readonly parameters: Readonly<Record<string, string>>;
}

/** Steps of a range whose step is not said: about as many as a screen has columns. */
const STEPS = 120;

/** The parameters, or what is wrong. */
export function queryParameters(times: QueryTimes, nowUs: number): TimeParameters | string {
  const { at, from, to, step } = times;
  const isRange = from !== undefined;
  if (isRange && at !== undefined) return '--at is one time, --from and --to are a range: give one of them';
  if (!isRange && (to !== undefined || step !== undefined)) return '--to and --step need --from';
  const read = (text: string): number | undefined => timeOf(text, nowUs);
  if (!isRange) {
    const time = read(at ?? 'now');
    return time === undefined ? unreadable('--at', at!) : { isRange, parameters: { time: seconds(time) } };
  }
  const start = read(from);
  if (start === undefined) return unreadable('--from', from);
  const end = read(to ?? 'now');
  if (end === undefined) return unreadable('--to', to!);
  if (end < start) return '--to is before --from';
  const stepUs =
    step === undefined ? Math.max(1, Math.ceil((end - start) / 1e6 / STEPS)) * 1e6 : parseDuration(step);
  if (stepUs === undefined || stepUs < 1000) return `--step ${step}: expected a duration such as 15s or 1m`;
  return { isRange, parameters: { start: seconds(start), end: seconds(end), step: seconds(stepUs) } };
}

/** A time of the command line in microseconds since the Unix epoch, or undefined. */
export function timeOf(text: string, nowUs: number): number | undefined {
  const relative = /^now(?:-(.+))?$/.exec(text);
  if (relative) {
    const backUs = relative[1] === undefined ? 0 : parseDuration(relative[1]);
    return backUs === undefined ? undefined : nowUs - backUs;
  }
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text) * 1e6;
  const ms = /^\d{4}-\d{2}-\d{2}([Tt ].+)?$/.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(ms) ? undefined : ms * 1000;
}

function unreadable(flag: string, text: string): string {
  return `${flag} ${text}: expected Unix seconds, 2026-01-31T12:00:00Z, now, or now-1h`;
}

function seconds(us: number): string {
  return (Math.round(us / 1000) / 1000).toString();
}
