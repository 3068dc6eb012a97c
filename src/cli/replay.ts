/**
 * `quorumscope replay`: a recorded stream through a sidecar without doors or ports, at full speed, on the time that the
 * stream itself tells. Bad lines are reported, not held against it: exit 0 whenever the whole stream could be read.
 */
import { replayFile } from '../attach/replay.js';
import { StreamClock } from '../base/clock.js';
import { createSidecar, type Sidecar } from '../sidecar.js';
import { boardDocument } from './board-document.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { createLogger } from './logger.js';
import { nodeTable, sourceTable } from './status-view.js';

/** Words of the command line. */
export interface ReplayOptions extends ConfigOptions {
  readonly json?: boolean;
}

export async function replay(path: string, options: ReplayOptions, context: CliContext): Promise<ExitCode> {
  const config = loadConfig(options, context);
  const logger = createLogger(config.log, context);
  const clock = new StreamClock();
  const sidecar = createSidecar(config, { clock, logger, serve: false });
  await sidecar.start();
  const begunUs = context.clock.monoUs();
  const { bytes } = await replayFile(path, sidecar.openLossless);
  sidecar.collect();
  const tookSeconds = (context.clock.monoUs() - begunUs) / 1e6;
  const text = options.json
    ? JSON.stringify(replayDocument(path, bytes, sidecar), null, 2)
    : renderReplay(path, bytes, tookSeconds, sidecar, clock.nowUs());
  context.stdout.write(`${text}\n`);
  await sidecar.stop();
  return 0;
}

function replayDocument(file: string, bytes: number, sidecar: Sidecar): Record<string, unknown> {
  const { chains, sources } = sidecar.status();
  return { file, bytes, chains, sources, metrics: boardDocument(sidecar.board.snapshot()) };
}

function renderReplay(file: string, bytes: number, seconds: number, sidecar: Sidecar, nowUs: number): string {
  const status = sidecar.status();
  const megabytes = (bytes / 1e6).toFixed(1);
  const title = `${file === '-' ? 'stdin' : file}: ${megabytes} MB in ${seconds.toFixed(1)} s`;
  return [title, nodeTable(status, nowUs), sourceTable(status)].join('\n\n');
}
