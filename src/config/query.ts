/** Bounds of queries: a dashboard must not be able to hold up the sidecar. */
import { section } from './section.js';
import { duration, size, whole } from './setting.js';

export const query = section({
  name: 'query',
  doc: 'Bounds of queries.',
  settings: {
    timeout: duration(
      { min: '100ms', max: '10m' },
      { doc: 'Longest time of a query, waiting included.', fallback: '30s' },
    ),
    max_samples: whole(
      { min: 1000, max: 1_000_000_000 },
      { doc: 'Most samples that a query may hold at the same time.', fallback: 5_000_000 },
    ),
    max_concurrency: whole({ min: 1, max: 64 }, { doc: 'Queries that run at the same time.', fallback: 4 }),
    max_queue: whole(
      { min: 0, max: 10_000 },
      { doc: 'Queries that may wait for their turn; more are refused at once.', fallback: 64 },
    ),
    lookback: duration(
      { min: '1s', max: '1d' },
      { doc: 'How old the newest sample of a series may be to count.', fallback: '5m' },
    ),
    cache_size: size(
      { min: '0B' },
      {
        doc: 'Most memory for answers of range queries, so that one that is asked again computes only what is new; 0B for none.',
        fallback: '16MiB',
      },
    ),
  },
  build: (values) => ({
    timeoutUs: values.timeout,
    maxSamples: values.max_samples,
    maxConcurrency: values.max_concurrency,
    maxQueue: values.max_queue,
    lookbackUs: values.lookback,
    cacheBytes: values.cache_size,
  }),
});
