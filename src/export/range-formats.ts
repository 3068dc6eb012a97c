/** The formats of ranges by name. Each is loaded when it is first asked for. */
import type { RangeEncoder } from './range.js';

const loaders = {
  json: async () => (await import('./json/json-range.js')).jsonRange,
  jsonl: async () => (await import('./json/json-range.js')).jsonLinesRange,
  csv: async () => (await import('./csv/csv-range.js')).csvRange,
  influx: async () => (await import('./influxdb/line-range.js')).lineProtocolRange,
} as const satisfies Readonly<Record<string, () => Promise<RangeEncoder>>>;

/** All of them. */
export const rangeFormats: readonly string[] = Object.keys(loaders);

/** The encoder of a format; undefined when there is none of that name. */
export async function rangeEncoderOf(format: string): Promise<RangeEncoder | undefined> {
  return Object.hasOwn(loaders, format) ? loaders[format as keyof typeof loaders]() : undefined;
}
