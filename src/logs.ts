/** The logs that the configuration names, opened. Part of the composition: what the sidecar calls, so that it need not know how. */
import { join } from 'node:path';
import {
  LOG_DOOR,
  openLog,
  type LogDoorOptions,
  type LogSource,
  type OpenLog,
} from './attach/logs/log-door.js';
import { loadAdapter } from './attach/logs/shipped.js';
import type { Config } from './config/sections.js';
import type { Intake } from './intake/intake.js';

type Room = Omit<LogDoorOptions, 'stdin' | 'openLossless' | 'openFeed' | 'folder'>;

/** In the data folder. */
const BOOKMARKS_FOLDER = 'logs';

/**
 * Opens every log of the configuration.
 * @throws QuorumscopeError `attach.adapter`; then none is open
 */
export function openLogs({ attach, data }: Config, intake: Intake, room: Room): readonly OpenLog[] {
  const { logs } = attach;
  const sources = logs.map((log): LogSource => ({ ...log, adapter: loadAdapter(log.adapter) }));
  if (sources.length > 0) intake.declareDoor(LOG_DOOR);
  const { openFeed, openLossless } = intake;
  const folder = data.dir === null ? {} : { folder: join(data.dir, BOOKMARKS_FOLDER) };
  const { stdin } = process;
  return sources.map((source) => openLog(source, { ...room, ...folder, openFeed, openLossless, stdin }));
}
