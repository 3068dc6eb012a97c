/**
 * A recording read to its end by a sidecar without doors, on the time that the stream itself tells: what `replay` and
 * `explain --file` look into. Nothing is written to disk unless a folder is named on the command line.
 */
import { replayFile } from '../attach/replay.js';
import { StreamClock } from '../base/clock.js';
import type { Config } from '../config/sections.js';
import { createSidecar, type Sidecar, type SidecarDeps } from '../sidecar.js';
import type { CliContext } from './context.js';
import { logReader, type AdapterOptions, type ReadLog } from './log-adapter.js';
import { loadConfig, type ConfigOptions } from './load-config.js';
import { createLogger } from './logger.js';

/** A recording that has been read. */
export interface ReadRecording {
  readonly sidecar: Sidecar;
  readonly config: Config;
  /** Bytes of lines, after decompression. */
  readonly bytes: number;
  /** Where the stream ended, microseconds since the Unix epoch. */
  readonly endedAtUs: number;
  readonly tookSeconds: number;
  /** By what a program's own log was read; none when it is a recording of ours. */
  readonly log: ReadLog | undefined;
  /** Lets time pass after the last event and the end of the stream, so that the last views are judged. */
  settle(): void;
}

/** After the last event, so that what waits for a timer is judged. */
const AFTER_END_US = 60_000_000;

/**
 * Reads `path` to its end; whoever called stops the sidecar.
 * @param isGoingOn whether time passes before the nodes are taken for gone, as for a sidecar that goes on
 * @throws QuorumscopeError `attach.file` and others
 */
export async function readRecording(
  path: string,
  options: ConfigOptions & AdapterOptions,
  context: CliContext,
  more: Pick<SidecarDeps, 'consensus' | 'verdictLog'> = {},
  isGoingOn = false,
): Promise<ReadRecording> {
  const config = withoutData(loadConfig(options, context, { 'log.level': 'warn' }), options);
  const { adapter } = options;
  const log = adapter === undefined ? undefined : logReader({ ...options, adapter }, config);
  const logger = createLogger(config.log, context);
  const clock = new StreamClock();
  const sidecar = createSidecar(config, { clock, logger, serve: false, ...more });
  await sidecar.start();
  const begunUs = context.clock.monoUs();
  try {
    const open = log ? log.door(sidecar.openLossless) : sidecar.openLossless;
    const beforeEnd = (): void => clock.pass(AFTER_END_US);
    const { bytes } = await replayFile(path, open, isGoingOn ? { beforeEnd } : {});
    sidecar.collect();
    const endedAtUs = clock.nowUs();
    const settle = (): void => {
      clock.advance('end', endedAtUs + AFTER_END_US);
      clock.close('end');
    };
    const tookSeconds = (context.clock.monoUs() - begunUs) / 1e6;
    return { sidecar, config, bytes, endedAtUs, tookSeconds, log, settle };
  } catch (error) {
    await sidecar.stop();
    throw error;
  }
}

/** A recording must not write into the folder of the sidecar that runs on this machine. */
export function withoutData(config: Config, options: ConfigOptions): Config {
  const isNamed =
    options['data'] !== undefined || (options.set ?? []).some((one) => one.startsWith('data.dir='));
  return isNamed ? config : { ...config, data: { ...config.data, dir: null } };
}
