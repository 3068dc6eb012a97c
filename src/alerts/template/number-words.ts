/** Numbers for people, exactly as Prometheus's template functions write them. */
import { formatShort } from '../../promql/numbers.js';

const LARGE = ['k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y'];
const SMALL = ['m', 'u', 'n', 'p', 'f', 'a', 'z', 'y'];
const BINARY = ['ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'];

/** Four significant digits, as Go's `%.4g`. */
function four(value: number): string {
  return formatShort(value, 4);
}

/** `1.234M`, `5m`. */
export function humanize(value: number): string {
  if (value === 0 || !Number.isFinite(value)) return four(value);
  if (Math.abs(value) < 1) return small(value);
  const [scaled, prefix] = scale(value, LARGE, 1000);
  return `${four(scaled)}${prefix}`;
}

/** `1.5ki`. */
export function humanize1024(value: number): string {
  if (Math.abs(value) <= 1 || !Number.isFinite(value)) return four(value);
  const [scaled, prefix] = scale(value, BINARY, 1024);
  return `${four(scaled)}${prefix}`;
}

/** `1d 2h 3m 4s`, `15ms`. */
export function humanizeDuration(value: number): string {
  if (!Number.isFinite(value)) return four(value);
  if (value === 0) return `${four(value)}s`;
  if (Math.abs(value) < 1) return `${small(value)}s`;
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  const whole = Math.trunc(size);
  const seconds = whole % 60;
  const minutes = Math.trunc(whole / 60) % 60;
  const hours = Math.trunc(whole / 3600) % 24;
  const days = Math.trunc(whole / 86_400);
  if (days !== 0) return `${sign}${days}d ${hours}h ${minutes}m ${seconds}s`;
  if (hours !== 0) return `${sign}${hours}h ${minutes}m ${seconds}s`;
  if (minutes !== 0) return `${sign}${minutes}m ${seconds}s`;
  return `${sign}${four(size)}s`;
}

/** `12.34%` of a ratio. */
export function humanizePercentage(value: number): string {
  return `${four(value * 100)}%`;
}

/** `2026-01-02 15:04:05.5 +0000 UTC` of Unix seconds. */
export function humanizeTimestamp(seconds: number): string {
  if (!Number.isFinite(seconds)) return four(seconds);
  const ms = Math.round(seconds * 1000);
  if (Math.abs(ms) > 8.64e15) return four(seconds);
  const [date, rest] = new Date(ms).toISOString().split('T') as [string, string];
  const [time, fraction] = rest.replace('Z', '').split('.') as [string, string];
  const shown = fraction.replace(/0+$/, '');
  return `${date} ${time}${shown === '' ? '' : `.${shown}`} +0000 UTC`;
}

function scale(value: number, prefixes: readonly string[], base: number): [number, string] {
  let scaled = value;
  let prefix = '';
  for (const next of prefixes) {
    if (Math.abs(scaled) < base) break;
    prefix = next;
    scaled /= base;
  }
  return [scaled, prefix];
}

function small(value: number): string {
  let scaled = value;
  let prefix = '';
  for (const next of SMALL) {
    if (Math.abs(scaled) >= 1) break;
    prefix = next;
    scaled *= 1000;
  }
  return `${four(scaled)}${prefix}`;
}
