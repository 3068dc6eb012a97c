/**
 * What is kept and how much of it. Two budgets bound the series: a number and an amount of memory; the lower one
 * counts. Beyond it label sets fold into `other` and are counted, so the process cannot grow without end.
 */
import { section } from './section.js';
import { duration, size, text, toggle, whole } from './setting.js';

/**
 * What a series may cost, its cached exposition included. Measured on Node 20: 310 bytes for a counter with three
 * labels, 590 for a histogram of 16 buckets; twice that is left for the readers' caches.
 */
export const BYTES_PER_SERIES = 1_024;

export const metrics = section({
  name: 'metrics',
  doc: 'What is kept, how much of it, and under which names.',
  settings: {
    enabled: toggle({
      doc: 'Whether events become metrics. When false they are still received, checked and counted.',
      fallback: true,
      formerly: ['collection_enabled'],
    }),
    collection_interval: duration(
      { min: '100ms', max: '1h' },
      { doc: 'How often derived gauges (rates, efficiencies, ages) are brought up to date.', fallback: '1s' },
    ),
    window: duration(
      { min: '1s', max: '1d' },
      { doc: 'The span that derived gauges look back over.', fallback: '1m' },
    ),
    prefix: text(
      {
        pattern: /^(?!quorumscope_)[a-zA-Z_][a-zA-Z0-9_]{0,62}_$/,
        expected: 'letters, digits and _, ending with _, such as hotstuff_',
      },
      {
        doc: 'The first part of the name of every metric about nodes. Shipped rules and dashboards expect the default.',
        fallback: 'hotstuff_',
        formerly: ['metrics_prefix'],
      },
    ),
    max_series: whole({ min: 100, max: 10_000_000 }, { doc: 'Most series in all.', fallback: 50_000 }),
    max_series_per_metric: whole(
      { min: 10, max: 1_000_000 },
      { doc: 'Most series of one metric.', fallback: 1_000 },
    ),
    max_memory: size(
      { min: '1MiB' },
      {
        doc: `Most memory for series. One series is reckoned as ${BYTES_PER_SERIES} bytes; where that gives fewer series than \`max_series\`, it is the limit.`,
        fallback: '64MiB',
        formerly: ['max_metrics_memory'],
      },
    ),
  },
  build: (values) => ({
    enabled: values.enabled,
    collectionIntervalUs: values.collection_interval,
    windowUs: values.window,
    prefix: values.prefix,
    /** The lower of `max_series` and what fits in `max_memory`. */
    seriesLimit: Math.min(values.max_series, Math.floor(values.max_memory / BYTES_PER_SERIES)),
    metricSeriesLimit: values.max_series_per_metric,
  }),
});
