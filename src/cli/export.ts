/**
 * `quorumscope export`: the samples of a range as a file that other programs take, from a data folder or from a running
 * sidecar or any Prometheus. However long the range is, a quarter of an hour of it is in memory. Exit 1 when it cannot be
 * read or written, 2 when the question is none.
 */
import { once, type EventEmitter } from 'node:events';
import { open } from 'node:fs/promises';
import { messageOf } from '../base/errors.js';
import { formatListenAddress } from '../config/address.js';
import { csvHeader, csvRows } from '../export/csv/csv-exporter.js';
import { encodeLines } from '../export/influxdb/line-protocol.js';
import { jsonLines } from '../export/json/json-exporter.js';
import type { MetricsSnapshot } from '../export/snapshot.js';
import { SampleFile } from '../history/archive/sample-file.js';
import { stretchesOf, type Stretch } from '../history/archive/stretches.js';
import type { CliContext, ExitCode } from './context.js';
import { snapshotsOf } from './export-rows.js';
import { folderSource, serverSource, type ExportSource } from './export-source.js';
import { openHistory } from './history-folder.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { timeOf } from './query-times.js';

/** Words of the command line. */
export interface ExportOptions extends ConfigOptions {
  readonly format: string;
  readonly from?: string;
  readonly to?: string;
  readonly match?: string;
  readonly out?: string;
  readonly url?: string;
  readonly data?: string;
}

/** How a snapshot is written; a JSON document would have to be held whole, so it is a line for each sample. */
const encoders: Readonly<Record<string, (snapshot: MetricsSnapshot) => Iterable<string>>> = {
  json: jsonLines,
  csv: csvRows,
  influx: (snapshot) => encodeLines(snapshot, 'ns').lines.map((line) => `${line}\n`),
};
const FORMATS = [...Object.keys(encoders), 'parquet'];
const USUAL_MS = 3_600_000;
/** Text gathered before it is written. */
const CHUNK = 1 << 18;

/** Where text goes. */
interface Sink {
  write(text: string): Promise<void>;
  close(): Promise<void>;
}

export async function exportSamples(options: ExportOptions, context: CliContext): Promise<ExitCode> {
  const { format, match = '{__name__!=""}', out } = options;
  if (!FORMATS.includes(format)) return refused(context, `--format is one of ${FORMATS.join(', ')}`);
  if (format === 'parquet' && out === undefined) return refused(context, '--format parquet needs --out FILE');
  if (options.url !== undefined && options.data !== undefined)
    return refused(context, '--url asks a server, --data reads a folder: give one of them');
  const nowUs = context.clock.nowUs();
  const [fromUs, toUs] = [options.from, options.to ?? 'now'].map((text) =>
    text === undefined ? undefined : timeOf(text, nowUs),
  );
  if (options.from !== undefined && fromUs === undefined)
    return refused(context, `--from ${options.from} is no time`);
  if (toUs === undefined) return refused(context, `--to ${options.to} is no time`);
  const source = sourceOf(options, match, context);
  try {
    const afterMs =
      fromUs === undefined ? ((await source.firstMs()) ?? toUs / 1000 - USUAL_MS) : fromUs / 1000 - 1;
    const range = { afterMs: Math.floor(afterMs), toMs: Math.floor(toUs / 1000) };
    const samples =
      format === 'parquet'
        ? await writeParquet(source, out!, range, context)
        : await writeText(source, encoders[format]!, range, await sinkOf(format, out, context), context);
    if (out !== undefined) context.stderr.write(`${samples} samples in ${out}\n`);
    return 0;
  } catch (error) {
    context.stderr.write(`cannot export: ${messageOf(error)}\n`);
    return 1;
  }
}

function sourceOf(options: ExportOptions, match: string, context: CliContext): ExportSource {
  if (options.data !== undefined) return folderSource(openHistory(options.data, context), match);
  const base = options.url ?? `http://${formatListenAddress(loadConfig(options, context).server.listen)}`;
  return serverSource(base, match, context.stop);
}

async function writeText(
  source: ExportSource,
  encode: (snapshot: MetricsSnapshot) => Iterable<string>,
  range: Stretch,
  sink: Sink,
  context: CliContext,
): Promise<number> {
  let samples = 0;
  let text = '';
  try {
    for (const { afterMs, toMs } of stretchesOf(range)) {
      context.stop.throwIfAborted();
      for (const snapshot of snapshotsOf(await source.read(afterMs, toMs))) {
        for (const { series } of snapshot.metrics) samples += series.length;
        for (const line of encode(snapshot)) {
          text += line;
          if (text.length < CHUNK) continue;
          await sink.write(text);
          text = '';
        }
      }
    }
    await sink.write(text);
  } finally {
    await sink.close();
  }
  return samples;
}

async function writeParquet(
  source: ExportSource,
  path: string,
  range: Stretch,
  context: CliContext,
): Promise<number> {
  const file = new SampleFile(path);
  for (const { afterMs, toMs } of stretchesOf(range)) {
    context.stop.throwIfAborted();
    for (const series of await source.read(afterMs, toMs)) file.add(series);
  }
  file.finish();
  return file.rows;
}

async function sinkOf(format: string, out: string | undefined, context: CliContext): Promise<Sink> {
  const head = format === 'csv' ? csvHeader : '';
  if (out === undefined) {
    const { stdout } = context;
    stdout.write(head);
    return {
      write: async (text) => {
        // A slow reader must not make us hold what it has not read.
        if (stdout.write(text) === false) await once(stdout as unknown as EventEmitter, 'drain');
      },
      close: () => Promise.resolve(),
    };
  }
  const file = await open(out, 'w');
  await file.write(head);
  return { write: async (text) => void (await file.write(text)), close: () => file.close() };
}

function refused(context: CliContext, problem: string): ExitCode {
  context.stderr.write(`quorumscope: ${problem}\n`);
  return 2;
}
