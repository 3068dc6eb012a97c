/** What is kept of the past, for queries. */
import { section } from './section.js';
import { duration, nullable, size, text, toggle } from './setting.js';

export const history = section({
  name: 'history',
  doc: 'What is kept of the past, for queries. Profile `standalone` only: beside a Prometheus, its own history is better.',
  settings: {
    enabled: toggle({
      doc: "Whether the past is kept and Prometheus's API is served over it.",
      fallback: true,
    }),
    recent_interval: duration(
      { min: '100ms', max: '1m' },
      { doc: 'How often every series is sampled into memory.', fallback: '1s' },
    ),
    recent_window: duration(
      { min: '1m', max: '1d' },
      { doc: 'How far back the samples in memory reach.', fallback: '10m' },
    ),
    recent_max_memory: size(
      { min: '1MiB' },
      {
        doc: 'Most memory for samples, 8 bytes for each number of each sampling. Where the window needs more it is shorter.',
        fallback: '64MiB',
      },
    ),
    job: text(
      { pattern: /^.{1,128}$/, expected: 'text of 1 to 128 characters' },
      {
        doc: 'The label `job` of every series, as the scrape configuration of a Prometheus would give it.',
        fallback: 'quorumscope',
      },
    ),
    instance: nullable(
      text(
        { pattern: /^.{1,128}$/, expected: 'text of 1 to 128 characters' },
        {
          doc: 'The label `instance` of every series; null for the address that is listened on.',
          fallback: null,
        },
      ),
    ),
  },
  build: (values) => ({
    enabled: values.enabled,
    recentIntervalUs: values.recent_interval,
    recentWindowUs: values.recent_window,
    recentMaxBytes: values.recent_max_memory,
    job: values.job,
    instance: values.instance,
  }),
});
