/**
 * What the intake is given by the configuration: who hears its lines, where they are recorded, and whose time
 * it follows. Part of the composition.
 */
import type { StreamClock } from './base/clock.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import type { Dispatcher } from './intake/dispatcher.js';
import { Recorder } from './intake/recorder.js';
import type { Tap } from './intake/tap.js';
import type { Board } from './metrics/board.js';

/** Receives and counts, but lets nothing become a metric: `metrics.enabled: false`. */
export const ignoring: Dispatcher = {
  attach: () => ({
    hello: () => undefined,
    dispatch: () => undefined,
    gap: () => undefined,
    detach: () => undefined,
  }),
};

/** The recorder that `attach.record` asks for. */
export function recorderOf({ attach }: Config, board: Board, logger: Logger): Recorder | undefined {
  if (!attach.record) return undefined;
  const { file, maxSizeBytes, keep } = attach.record;
  return new Recorder({ path: file, maxBytes: maxSizeBytes, keep, board, logger });
}

/** One tap of several; undefined where there is none. */
export function tapOf(taps: readonly Tap[]): Tap | undefined {
  if (taps.length < 2) return taps[0];
  return {
    line: (line, speaking, event) => taps.forEach((tap) => tap.line(line, speaking, event)),
    hello: (line, speaking) => taps.forEach((tap) => tap.hello(line, speaking)),
  };
}

/** Lets a stream clock follow what the streams say. */
export function followStreams(clock: StreamClock): {
  onTime: (stream: string, tsUs: number) => void;
  onStreamEnd: (stream: string) => void;
} {
  return {
    onTime: (stream, tsUs) => clock.advance(stream, tsUs),
    onStreamEnd: (stream) => clock.close(stream),
  };
}
