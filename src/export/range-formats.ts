/** The formats of ranges by name. Each is loaded when it is first asked for. */
import type { RangeEncoder } from './range.js';

/** All of this room. */
export const textRanges = {
  json: async () => (await import('./json/json-range.js')).jsonRange,
  jsonl: async () => (await import('./json/json-range.js')).jsonLinesRange,
  csv: async () => (await import('./csv/csv-range.js')).csvRange,
  influx: async () => (await import('./influxdb/line-range.js')).lineProtocolRange,
} as const satisfies RangeLoaders;

/** Encoders by format, loaded when they are asked for. */
export type RangeLoaders = Readonly<Record<string, () => Promise<RangeEncoder>>>;
