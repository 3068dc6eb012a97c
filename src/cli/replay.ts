/**
 * `quorumscope replay`: a recorded stream through a sidecar without doors or ports, at full speed, on the time that the
 * stream itself tells. Bad lines are reported, not held against it: exit 0 whenever the whole stream could be read.
 */
import { replayFile } from '../attach/replay.js';
import { StreamClock } from '../base/clock.js';
import { createSidecar, type Sidecar } from '../sidecar.js';
import type { SidecarStatus } from '../status.js';
import { boardDocument } from './board-document.js';
import type { CliContext, ExitCode } from './context.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { createLogger } from './logger.js';
import { sourceTable } from './status-view.js';
import { renderTable } from './table.js';

/** Words of the command line. */
export interface ReplayOptions extends ConfigOptions {
  readonly json?: boolean;
}

export async function replay(path: string, options: ReplayOptions, context: CliContext): Promise<ExitCode> {
  const config = loadConfig(options, context, { 'log.level': 'warn' });
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
    : renderReplay(path, bytes, tookSeconds, sidecar, commitsByNode(sidecar, config.metrics.prefix));
  context.stdout.write(`${text}\n`);
  await sidecar.stop();
  return 0;
}

function replayDocument(file: string, bytes: number, sidecar: Sidecar): Record<string, unknown> {
  const { chains, sources } = sidecar.status();
  return { file, bytes, chains, sources, metrics: boardDocument(sidecar.board.snapshot()) };
}

function renderReplay(
  file: string,
  bytes: number,
  seconds: number,
  sidecar: Sidecar,
  commits: ReadonlyMap<string, number>,
): string {
  const status = sidecar.status();
  const megabytes = (bytes / 1e6).toFixed(1);
  const title = `${file === '-' ? 'stdin' : file}: ${megabytes} MB in ${seconds.toFixed(1)} s`;
  return [title, nodesText(status, commits), sourceTable(status)].join('\n\n');
}

/** Every node of the stream as it was at the end. */
function nodesText({ chains }: SidecarStatus, commits: ReadonlyMap<string, number>): string {
  const rows = chains.flatMap(({ chain, nodes }) =>
    nodes.map(({ node, height, view }) => [
      chain,
      node,
      height ?? Number.NaN,
      view ?? Number.NaN,
      commits.get(`${chain}/${node}`) ?? 0,
    ]),
  );
  if (rows.length === 0)
    return 'No node says `hello` in it; `quorumscope check stream` says what is missing.';
  return renderTable(['chain', 'node', 'height', 'view', 'commits'], rows);
}

/** Blocks committed, by `chain/node`. */
function commitsByNode({ board }: Sidecar, prefix: string): ReadonlyMap<string, number> {
  const { families, values } = board.snapshot();
  const family = families.find(
    ({ definition }) => definition.name === `${prefix}consensus_blocks_committed_total`,
  );
  return new Map(
    family?.series.map(({ labelValues, slot }) => [labelValues.slice(0, 2).join('/'), values[slot]!]),
  );
}
