/**
 * Fills the ports between history, the query language and the server: samples the board while the sidecar runs, keeps an
 * archive of it where there is a data folder, and answers Prometheus's API over both. Nothing here knows HTTP.
 */
import type { IndexedSource } from './alerts/evaluation/joined-series.js';
import type { RuleOutputs } from './alerts/evaluation/rule-outputs.js';
import { Analytics } from './analytics/analytics.js';
import { ArchiveOutlet, archivesHistory, type ArchiveOutletOptions } from './archive-outlet.js';
import { WallClock, type Clock } from './base/clock.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import type { RangeSource } from './export/range.js';
import type { Archive } from './history/archive/archive.js';
import { threadedReading } from './history/archive/range-reading.js';
import type { ArchivedView } from './history/archive/archived-view.js';
import { historyMetrics } from './history/catalogue.js';
import { RecentExemplars } from './history/recent/recent-exemplars.js';
import { RecentWindow } from './history/recent/recent-window.js';
import { RememberedSeries } from './history/remembered-series.js';
import type { Target } from './history/target.js';
import { unarchivedExemplars, WholeExemplars } from './history/whole-exemplars.js';
import { WholeHistory, type RecentPart } from './history/whole-history.js';
import { keptRanges } from './kept-ranges.js';
import type { Board } from './metrics/board.js';
import type { ExemplarReader } from './metrics/exemplars.js';
import type { Counter, Gauge } from './metrics/series.js';
import { defaultLimits } from './promql/budget.js';
import {
  PrometheusApi,
  type ApiAnswer,
  type ApiRequest,
  type MetricMetadata,
} from './query/prometheus-api.js';
import { RecentRange } from './recent-range.js';
import { WholeRange } from './whole-range.js';

/** What it is made of. */
export interface HistoryOptions {
  readonly config: Pick<Config, 'history' | 'query' | 'data'>;
  readonly board: Board;
  readonly logger: Logger;
  /** Observations with their traces, where there are any. */
  readonly exemplars?: ExemplarReader | undefined;
  /** Series of the rules, which are answered and archived beside those of the board. */
  readonly outputs?: RuleOutputs | undefined;
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
  /** The series of the board for rules: the archive is read once for what is older than the recent window may be. */
  readonly source: IndexedSource;
  /**
   * Samples now; within the millisecond of the last one only if it `mustBeNew`. Returns the time of the newest sampling,
   * milliseconds, which is never before the clock's.
   */
  sample(mustBeNew: boolean): number;
  /** The labels that a scrape of this sidecar adds. */
  readonly target: Target;
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

/** Begins to sample. */
export function startHistory(options: HistoryOptions): History {
  const { config, board, clock, version } = options;
  const { history, query } = config;
  const target = { job: history.job, instance: history.instance ?? options.instance };
  const windowMs = history.recentWindowUs / 1000;
  const nowMs = (): number => clock.nowUs() / 1000;
  const { exemplars, outputs } = options;
  const intervalMs = history.recentIntervalUs / 1000;
  const window = new RecentWindow({ board, target, windowMs, intervalMs, maxBytes: history.recentMaxBytes });
  const sampler = new Sampler(window, options);
  const timer = clock.every(history.recentIntervalUs, () => sampler.tick());
  const outlet = archivesHistory(config) ? new ArchiveOutlet(archiveOptions(options, target)) : undefined;
  const recentExemplars = exemplars && new RecentExemplars({ exemplars, target, windowMs, nowMs });
  const recentFromMs = (): number => sampler.lastMs - window.size.spanMs;
  const recent = outputs === undefined ? window : beside(window, outputs);
  const source = new WholeHistory({
    recent,
    recentFromMs,
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
    kept: keptRanges(options, source),
  });
  const range = new WholeRange({
    recent: new RecentRange(window, board),
    board,
    recentFromMs,
    archive: () => outlet?.ranges,
    reading: threadedReading(),
  });
  return {
    answer: (request) => api.answer(request),
    target,
    source: new RememberedSeries({
      recent,
      whole: source,
      recentFromMs,
      hasMore: () => outlet?.archive !== undefined,
      nowMs,
      windowMs,
      intervalMs: history.archiveIntervalUs / 1000,
    }),
    sample: (mustBeNew) => sampler.now(mustBeNew),
    analytics: new Analytics(asked),
    range,
    opened: outlet?.open() ?? Promise.resolve(),
    get archive() {
      return outlet?.archive;
    },
    view: (view) => outlet?.view(view),
    stop: async () => {
      timer.stop();
      await outlet?.close();
    },
  };
}

function archiveOptions(
  { exemplars, outputs, ...options }: HistoryOptions,
  target: Target,
): ArchiveOutletOptions {
  return {
    ...options,
    target,
    ...(outputs === undefined ? {} : { others: () => outputs.current() }),
    ...(exemplars === undefined ? {} : { exemplars: unarchivedExemplars(exemplars, target) }),
  };
}

/** What is in memory: the board's series, and those of rules that are not among them. */
function beside(window: RecentWindow, outputs: RuleOutputs): RecentPart {
  return {
    select: (request) => {
      const own = window.select(request);
      const others = outputs.select(request);
      if (others.length === 0) return own;
      const known = new Set(own.map(({ labels }) => labels.key));
      return [...own, ...others.filter(({ labels }) => !known.has(labels.key))];
    },
    labelSets: (request) => {
      const own = window.labelSets(request);
      const known = new Set(own.map(({ key }) => key));
      return [...own, ...outputs.labelSets(request).filter(({ key }) => !known.has(key))];
    },
    // Of the board's: whoever keeps answers leaves out what names a series of rules.
    standing: () => window.standing(),
  };
}

/** A sampling that rules asked for so recently is as good as one of our own. */
const FRESH_MS = 25;

/** Samples at intervals, and when rules ask for what is newest. */
class Sampler {
  readonly #window: RecentWindow;
  readonly #clock: Clock;
  readonly #span: Gauge;
  readonly #bytes: Gauge;
  readonly #skipped: Counter;
  #lastMs = -Infinity;

  constructor(window: RecentWindow, { board, clock }: HistoryOptions) {
    this.#window = window;
    this.#clock = clock;
    this.#span = board.gauge(historyMetrics.span).at();
    this.#bytes = board.gauge(historyMetrics.bytes).at();
    this.#skipped = board.counter(historyMetrics.skipped).at();
    this.#span.set(0);
    this.#bytes.set(0);
  }

  /** Time of the last sampling, milliseconds; Infinity before the first. */
  get lastMs(): number {
    return this.#lastMs === -Infinity ? Infinity : this.#lastMs;
  }

  tick(): void {
    const nowMs = Math.floor(this.#clock.nowUs() / 1000);
    if (nowMs >= this.#lastMs && nowMs - this.#lastMs < FRESH_MS) return;
    if (this.#window.sample(nowMs)) this.#lastMs = nowMs;
    else this.#skipped.add();
    this.#measure();
  }

  now(mustBeNew: boolean): number {
    const nowMs = Math.floor(this.#clock.nowUs() / 1000);
    if (nowMs <= this.#lastMs && !mustBeNew) return this.#lastMs;
    // Within one millisecond of the last one, or after a step back of the clock, the next free time is taken.
    this.#lastMs = Math.max(nowMs, this.#lastMs + 1);
    this.#window.sample(this.#lastMs);
    this.#measure();
    return this.#lastMs;
  }

  #measure(): void {
    const { spanMs, bytes } = this.#window.size;
    this.#span.set(spanMs / 1000);
    this.#bytes.set(bytes);
  }
}

function* metadataOf(board: Board): Generator<MetricMetadata> {
  for (const { definition } of board.families()) {
    const { name, kind, help, unit = '' } = definition;
    yield { name, type: kind, help, unit };
  }
}
