/**
 * Opens the archive of history as the configuration asks, and hands views worth keeping to it. A folder that cannot be
 * opened now, because the disk is full or away, is tried again every minute, and everything else goes on; one that
 * belongs to another process is a mistake of the configuration.
 */
import { join } from 'node:path';
import type { Clock, Timer } from './base/clock.js';
import { messageOf, QuorumscopeError } from './base/errors.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import type { ArchivedView } from './history/archive/archived-view.js';
import { Archive } from './history/archive/archive.js';
import type { OtherValue } from './history/archive/board-sampler.js';
import type { ExemplarSource } from './history/archive/exemplar.js';
import type { RetentionPolicy } from './history/archive/retention.js';
import { WorkerWorkshop } from './history/archive/worker-workshop.js';
import type { Target } from './history/target.js';
import { boardMeter } from './journal-meter.js';
import type { Board } from './metrics/board.js';
import { parseSelector } from './promql/parse.js';
import type { ArchivedRange } from './whole-range.js';

/** The folder within `data.dir`. */
export const HISTORY_FOLDER = 'history';

/** What it needs. */
export interface ArchiveOutletOptions {
  readonly config: Pick<Config, 'history' | 'data'>;
  readonly board: Board;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly target: Target;
  readonly exemplars?: ExemplarSource;
  /** Gauges besides the board. */
  readonly others?: () => Iterable<OtherValue>;
}

const RETRY_US = 60_000_000;

/** States: closed -> opening (again and again, if need be) -> open -> closed. */
export class ArchiveOutlet {
  readonly #options: ArchiveOutletOptions;
  readonly #retention: RetentionPolicy;
  #archive: Archive | undefined;
  #retry: Timer | undefined;
  #isClosed = false;

  /** @throws QuorumscopeError `history.rules` when the selector of a rule is none */
  constructor(options: ArchiveOutletOptions) {
    this.#options = options;
    this.#retention = retentionOf(options.config.history);
  }

  /** The archive, while it is open. */
  get archive(): Archive | undefined {
    return this.#archive;
  }

  /** The same, for exports of long ranges. */
  get ranges(): ArchivedRange | undefined {
    const archive = this.#archive;
    if (archive === undefined) return undefined;
    const { durableMs, reader } = archive;
    return { root: this.#root, durableMs, names: () => reader.names() };
  }

  get #root(): string {
    return join(this.#options.config.data.dir!, HISTORY_FOLDER);
  }

  /** Opens the folder, or begins to try. @throws QuorumscopeError `journal.locked` */
  async open(): Promise<void> {
    const { config, board, clock, logger, target, exemplars, others } = this.#options;
    if (this.#isClosed) return;
    try {
      const archive = await Archive.open({
        root: this.#root,
        board,
        target,
        clock,
        logger,
        intervalUs: config.history.archiveIntervalUs,
        flushIntervalUs: config.history.flushIntervalUs,
        retention: this.#retention,
        workshop: new WorkerWorkshop(),
        meter: (journal) => boardMeter(board, journal),
        ...(exemplars === undefined ? {} : { exemplars }),
        ...(others === undefined ? {} : { others }),
      });
      this.#archive = archive;
    } catch (error) {
      if (error instanceof QuorumscopeError && error.code === 'journal.locked') throw error;
      logger.error('the history cannot be written, it is tried again every minute', {
        error: messageOf(error),
      });
      this.#retry = clock.after(RETRY_US, () => void this.open().catch(() => undefined));
    }
  }

  /** Keeps a view, if the archive is open. */
  view(view: ArchivedView): void {
    this.#archive?.view(view);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#retry?.stop();
    await this.#archive?.close();
  }
}

/** Whether this configuration keeps history on disk. */
export function archivesHistory({ history, data }: Pick<Config, 'history' | 'data'>): boolean {
  return history.archive && data.dir !== null;
}

function retentionOf(history: Config['history']): RetentionPolicy {
  return {
    levels: {
      samples: history.retentionUs / 1000,
      minutes: history.retentionMinutesUs / 1000,
      hours: history.retentionHoursUs / 1000,
    },
    viewsMs: history.retentionViewsUs / 1000,
    maxBytes: history.retentionBytes,
    rules: history.rules.map(({ name, kind, match, forUs }) => ({
      name,
      kind,
      selector: match,
      matchers: matchersOf(name, match),
      forMs: forUs === null ? Infinity : forUs / 1000,
    })),
  };
}

function matchersOf(name: string, selector: string): ReturnType<typeof parseSelector> {
  try {
    return parseSelector(selector);
  } catch (error) {
    throw new QuorumscopeError(
      'history.rules',
      'configuration',
      `history.rules.${name}.match: ${messageOf(error)}`,
      { details: { rule: name }, cause: error },
    );
  }
}
