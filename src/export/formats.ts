/** The document formats by name. Each is loaded when it is first asked for. */
import type { MetricsExporter } from './snapshot.js';

const loaders = {
  json: async () => (await import('./json/json-exporter.js')).jsonExporter,
  jsonl: async () => (await import('./json/json-exporter.js')).jsonLinesExporter,
  csv: async () => (await import('./csv/csv-exporter.js')).csvExporter,
  influx: async () => (await import('./influxdb/line-protocol.js')).lineProtocolExporter,
  prometheus: async () => (await import('./prometheus/text-exporter.js')).prometheusExporter,
} as const satisfies Readonly<Record<string, () => Promise<MetricsExporter>>>;

/** Name of a document format. */
export type Format = keyof typeof loaders;

/** All of them. */
export const formats = Object.keys(loaders) as readonly Format[];

/** The exporter of a format. */
export function exporterOf(format: Format): Promise<MetricsExporter> {
  return loaders[format]();
}

/** Whether `text` names one. */
export function isFormat(text: string): text is Format {
  return Object.hasOwn(loaders, text);
}
