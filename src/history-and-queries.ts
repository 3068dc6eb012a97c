/**
 * Fills the ports between history, the query language and the server: samples the board while the sidecar runs, and
 * answers Prometheus's API over what was sampled. Nothing here knows HTTP or disks.
 */
import { WallClock, type Clock, type Timer } from './base/clock.js';
import type { Config } from './config/sections.js';
import type { RangeSource } from './export/range.js';
import { historyMetrics } from './history/catalogue.js';
import { RecentExemplars } from './history/recent/recent-exemplars.js';
import { RecentWindow } from './history/recent/recent-window.js';
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
  readonly config: Pick<Config, 'history' | 'query'>;
  readonly board: Board;
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
  /** For exports. */
  readonly range: RangeSource;
  stop(): void;
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
  const timer = sampleEvery(window, options);
  const api = new PrometheusApi({
    source: window,
    metadata: () => metadataOf(board),
    exemplars: exemplars && new RecentExemplars({ exemplars, target, windowMs, nowMs }),
    dataClock: clock,
    // Deadlines are the machine's, whatever clock the data follows.
    wallClock: new WallClock(),
    limits: { ...defaultLimits, maxSamples: query.maxSamples, timeoutMs: query.timeoutUs / 1000 },
    lookbackMs: query.lookbackUs / 1000,
    concurrency: query.maxConcurrency,
    queue: query.maxQueue,
    version,
  });
  const range = new RecentRange(window, board);
  return { answer: (request) => api.answer(request), range, stop: () => timer.stop() };
}

function sampleEvery(window: RecentWindow, { board, clock, config }: HistoryOptions): Timer {
  const span = board.gauge(historyMetrics.span).at();
  const bytes = board.gauge(historyMetrics.bytes).at();
  const skipped = board.counter(historyMetrics.skipped).at();
  span.set(0);
  bytes.set(0);
  return clock.every(config.history.recentIntervalUs, () => {
    if (!window.sample(Math.floor(clock.nowUs() / 1000))) skipped.add();
    const size = window.size;
    span.set(size.spanMs / 1000);
    bytes.set(size.bytes);
  });
}

function* metadataOf(board: Board): Generator<MetricMetadata> {
  for (const { definition } of board.families()) {
    const { name, kind, help, unit = '' } = definition;
    yield { name, type: kind, help, unit };
  }
}
