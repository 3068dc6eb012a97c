/**
 * Fills the ports of the query cache: what of history lasts, and the board's metrics of it. Series of rules may
 * come late, so that whatever could name one that is in memory is computed each time.
 */
import type { IndexedSource } from './alerts/evaluation/joined-series.js';
import type { Config } from './config/sections.js';
import { historyMetrics } from './history/catalogue.js';
import type { Board } from './metrics/board.js';
import { METRIC_NAME } from './promql/labels.js';
import type { SelectRequest } from './promql/series.js';
import type { LastingSource } from './promql/standing.js';
import type { KeptRanges } from './query/prometheus-api.js';

/** What it is made of. */
export interface KeptRangesOptions {
  readonly config: Pick<Config, 'query'>;
  readonly board: Board;
  /** Series of the rules, which are answered beside those of the board. */
  readonly outputs?: IndexedSource | undefined;
}

/** What is kept of range queries; undefined where the configuration keeps nothing. */
export function keptRanges(
  { config, board, outputs }: KeptRangesOptions,
  source: LastingSource,
): KeptRanges | undefined {
  const maxBytes = config.query.cacheBytes;
  if (maxBytes === 0) return undefined;
  const steps = board.counter(historyMetrics.cacheSteps);
  const [kept, computed] = [steps.at('kept'), steps.at('computed')];
  const dropped = board.counter(historyMetrics.cacheDropped);
  const drops = { changed: dropped.at('changed'), space: dropped.at('space') };
  const bytes = board.gauge(historyMetrics.cacheBytes).at();
  return {
    source: {
      standing: (request) =>
        outputs !== undefined && hasAny(outputs, request) ? undefined : source.standing(request),
    },
    maxBytes,
    meter: {
      steps: (fromKept, fromSamples) => {
        kept.add(fromKept);
        computed.add(fromSamples);
      },
      dropped: (reason) => drops[reason].add(),
      bytes: (used) => bytes.set(used),
    },
  };
}

/** Whether there is, at any time, a series of one of these names. */
function hasAny(outputs: IndexedSource, { matchers }: SelectRequest): boolean {
  const named = matchers.filter(({ name }) => name === METRIC_NAME);
  const found = outputs.labelSets({ matchers: named, fromMs: -Infinity, toMs: Infinity });
  return !Array.isArray(found) || found.length > 0;
}
