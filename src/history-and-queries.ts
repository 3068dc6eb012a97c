/**
 * Fills the ports between history, the query language and the server: samples the board while the sidecar runs, keeps an
 * archive of it where there is a data folder, and answers Prometheus's API over both. Nothing here knows HTTP.
 */
import { Analytics } from './analytics/analytics.js';
import { ArchiveOutlet, archivesHistory, type ArchiveOutletOptions } from './archive-outlet.js';
import { WallClock, type Clock, type Timer } from './base/clock.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import type { RangeSource } from './export/range.js';
import type { Archive } from './history/archive/archive.js';
import type { ArchivedView } from './history/archive/archived-view.js';
import { historyMetrics } from './history/catalogue.js';
import { RecentExemplars } from './history/recent/recent-exemplars.js';
import { RecentWindow } from './history/recent/recent-window.js';
import type { Target } from './history/target.js';
import { unarchivedExemplars, WholeExemplars } from './history/whole-exemplars.js';
import { WholeHistory } from './history/whole-history.js';
import type { Board } from './metrics/board.js';
import type { ExemplarReader } from './metrics/exemplars.js';
import { defaultLimits } from './promql/budget.js';
import {
  PrometheusApi,
  type ApiAnswer,
  type ApiRequest,
  type MetricMetadata,
} from './query/prometheus-api.js';
import { RecentRange } from './recent-range.js';

/** What it is made of. */
export interface HistoryOptions {
  readonly config: Pick<Config, 'history' | 'query' | 'data'>;
  readonly board: Board;
  readonly logger: Logger;
  /** Observations with their traces, where there are any. */
  readonly exemplars?: ExemplarReader | undefined;
  /** The clock that the data follows. */
  readonly clock: Clock;
  /** The label `instance`, unless the configuration has one. */
  readonly instance: string;
  readonly version: string;
}

/** History that is being written, and can be asked. */
export interface History {
  /** Prometheus's API. Never rejects. */
  answer(request: ApiRequest): Promise<ApiAnswer>;
  /** Figures by function, over the same series. */
  readonly analytics: Analytics;
  /** For exports. */
  readonly range: RangeSource;
  /** Resolves when the archive, if there is to be one, has been opened or will be tried again. May reject. */
  readonly opened: Promise<void>;
  /** The archive, while it is open. */
  readonly archive: Archive | undefined;
  /** Keeps a view, where there is an archive. */
  view(view: ArchivedView): void;
  /** Makes everything durable. Never rejects. */
  stop(): Promise<void>;
}

/** Whether this configuration keeps a history. */
export function keepsHistory({ profile, history }: Pick<Config, 'profile' | 'history'>): boolean {
  return profile === 'standalone' && history.enabled;
}

/** Begins to sample. */
export function startHistory(options: HistoryOptions): History {
  const { config, board, clock, version } = options;
  const { history, query } = config;
  const target = { job: history.job, instance: history.instance ?? options.instance };
  const windowMs = history.recentWindowUs / 1000;
  const nowMs = (): number => clock.nowUs() / 1000;
  const { exemplars } = options;
  const window = new RecentWindow({
    board,
    target,
    windowMs,
    maxBytes: history.recentMaxBytes,
  });
  const sampling = sampleEvery(window, options);
  const outlet = archivesHistory(config) ? new ArchiveOutlet(archiveOptions(options, target)) : undefined;
  const recentExemplars = exemplars && new RecentExemplars({ exemplars, target, windowMs, nowMs });
  const source = new WholeHistory({
    recent: window,
    recentFromMs: () => sampling.lastMs - window.size.spanMs,
    archive: () => outlet?.archive,
  });
  const limits = { ...defaultLimits, maxSamples: query.maxSamples, timeoutMs: query.timeoutUs / 1000 };
  const lookbackMs = query.lookbackUs / 1000;
  // Deadlines are the machine's, whatever clock the data follows.
  const wallClock = new WallClock();
  const asked = { source, dataClock: clock, wallClock, limits, lookbackMs };
  const api = new PrometheusApi({
    ...asked,
    metadata: () => metadataOf(board),
    exemplars: recentExemplars && new WholeExemplars(recentExemplars, () => outlet?.archive?.reader),
    concurrency: query.maxConcurrency,
    queue: query.maxQueue,
    version,
  });
  const range = new RecentRange(window, board);
  return {
    answer: (request) => api.answer(request),
    analytics: new Analytics(asked),
    range,
    opened: outlet?.open() ?? Promise.resolve(),
    get archive() {
      return outlet?.archive;
    },
    view: (view) => outlet?.view(view),
    stop: async () => {
      sampling.timer.stop();
      await outlet?.close();
    },
  };
}

function archiveOptions({ exemplars, ...options }: HistoryOptions, target: Target): ArchiveOutletOptions {
  if (exemplars === undefined) return { ...options, target };
  return { ...options, target, exemplars: unarchivedExemplars(exemplars, target) };
}

/** Sampling that goes on. */
interface Sampling {
  readonly timer: Timer;
  /** Time of the last one; Infinity before the first. */
  lastMs: number;
}

function sampleEvery(window: RecentWindow, { board, clock, config }: HistoryOptions): Sampling {
  const span = board.gauge(historyMetrics.span).at();
  const bytes = board.gauge(historyMetrics.bytes).at();
  const skipped = board.counter(historyMetrics.skipped).at();
  span.set(0);
  bytes.set(0);
  const sampling = { timer: undefined as unknown as Timer, lastMs: Infinity };
  sampling.timer = clock.every(config.history.recentIntervalUs, () => {
    const timeMs = Math.floor(clock.nowUs() / 1000);
    if (window.sample(timeMs)) sampling.lastMs = timeMs;
    else skipped.add();
    const size = window.size;
    span.set(size.spanMs / 1000);
    bytes.set(size.bytes);
  });
  return sampling;
}

function* metadataOf(board: Board): Generator<MetricMetadata> {
  for (const { definition } of board.families()) {
    const { name, kind, help, unit = '' } = definition;
    yield { name, type: kind, help, unit };
  }
}
