/**
 * History in a data folder, read whether a sidecar writes it or it lies at rest, and the analytics over it. Takes no
 * lock and writes nothing; a segment that cannot be read is told of once and left out.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Analytics } from './analytics/analytics.js';
import { WallClock } from './base/clock.js';
import { QuorumscopeError } from './base/errors.js';
import { silentLogger, type Logger } from './base/logger.js';
import { parseConfig } from './config/parse.js';
import type { Config } from './config/sections.js';
import { ArchiveReader } from './history/archive/archive-reader.js';
import { defaultLimits } from './promql/budget.js';

/** The reader of a data folder, or of the folder `history` itself. @throws QuorumscopeError `history.folder` */
export function storedHistory(
  folder: string,
  damaged: (segment: string, problem: string) => void,
): ArchiveReader {
  const root = [join(folder, 'history'), folder].find((path) => existsSync(join(path, 'index')));
  if (root === undefined)
    throw new QuorumscopeError(
      'history.folder',
      'input',
      `there is no history in ${folder}: --data names what data.dir is in the configuration of a sidecar`,
    );
  const told = new Set<string>();
  return new ArchiveReader({
    root,
    damaged: ({ folder: segment, problem }) => {
      if (told.has(segment)) return;
      told.add(segment);
      damaged(segment, problem);
    },
  });
}

/** How a folder is asked. */
export interface OpenAnalyticsOptions {
  /** Its `query` section bounds the questions. Default: all defaults. */
  readonly config?: Pick<Config, 'query'>;
  /** Hears of segments that cannot be read. Default: nobody does. */
  readonly logger?: Logger;
}

/**
 * The analytics of a data folder at rest, or of one that a sidecar writes meanwhile.
 * @throws QuorumscopeError `history.folder` when there is no history in it
 */
export function openAnalytics(folder: string, options: OpenAnalyticsOptions = {}): Analytics {
  const { config = parseConfig(), logger = silentLogger } = options;
  const { maxSamples, timeoutUs, lookbackUs } = config.query;
  const clock = new WallClock();
  return new Analytics({
    source: storedHistory(folder, (segment, problem) =>
      logger.warn('left out of history', { segment, problem }),
    ),
    dataClock: clock,
    wallClock: clock,
    limits: { ...defaultLimits, maxSamples, timeoutMs: timeoutUs / 1000 },
    lookbackMs: lookbackUs / 1000,
  });
}
