/** What is kept of the past, for queries. */
import { kindOf, named } from './kinds.js';
import { section } from './section.js';
import { duration, nullable, required, size, text, toggle } from './setting.js';

const selector = { pattern: /\S/, expected: 'a selector such as {__name__=~"hotstuff_execution_.*"}' };
const age = { min: '1h', max: '100y' };

const match = required(
  text(selector, { doc: 'Which series: a selector, as in a query, without a range.', fallback: null }),
);

/** What is done with series of one's choice; the first rule that matches decides. */
const rules = named(
  {
    hold: kindOf({
      doc: 'Kept for ever, whatever age and size say.',
      settings: { match },
      build: (values) => ({ match: values.match, forUs: null }),
    }),
    keep: kindOf({
      doc: 'Kept for a time of their own, in all resolutions.',
      settings: { match, for: required(duration(age, { doc: 'For how long.', fallback: null })) },
      build: (values) => ({ match: values.match, forUs: values.for }),
    }),
    purge: kindOf({
      doc: 'Deleted after a time, in all resolutions, and what was deleted is written down: in `history/deletions` and in the log.',
      settings: { match, after: required(duration(age, { doc: 'After how long.', fallback: null })) },
      build: (values) => ({ match: values.match, forUs: values.after }),
    }),
  },
  {
    doc: 'What is kept longer or shorter than the rest, by name. Of the rules that match a series the first decides.',
  },
);

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
        fallback: '48MiB',
      },
    ),
    archive: toggle({
      doc: 'Whether the past is kept on disk too, where `data.dir` names a folder.',
      fallback: true,
    }),
    archive_interval: duration(
      { min: '100ms', max: '1m' },
      { doc: 'How often every series is noted on disk.', fallback: '5s' },
    ),
    flush_interval: duration(
      { min: '100ms', max: '1m' },
      { doc: 'How often that is made durable: what a kill or a power cut may cost.', fallback: '5s' },
    ),
    retention: duration(age, { doc: 'How long every sample is kept.', fallback: '30d' }),
    retention_minutes: duration(age, {
      doc: 'How long one sample of each minute is kept, and what gauges did in it.',
      fallback: '180d',
    }),
    retention_hours: duration(age, { doc: 'How long one of each hour is.', fallback: '2y' }),
    retention_views: duration(age, {
      doc: 'How long verdicts and records of failed, slow and incriminating views are kept.',
      fallback: '180d',
    }),
    retention_size: size(
      { min: '16MiB' },
      {
        doc: 'Most bytes of all that on disk. Beyond them the oldest samples go, then minutes, then hours.',
        fallback: '2GiB',
      },
    ),
    slow_view: duration(
      { min: '1ms', max: '1h' },
      {
        doc: 'A decided view that took an attached node this long is kept as the failed ones are.',
        fallback: '2s',
      },
    ),
    rules,
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
  rules: ({ archive_interval, flush_interval }) =>
    archive_interval !== undefined && flush_interval !== undefined && flush_interval < archive_interval
      ? [
          {
            key: 'flush_interval',
            message: 'is shorter than archive_interval: nothing new would be there to flush',
          },
        ]
      : [],
  build: (values) => ({
    enabled: values.enabled,
    recentIntervalUs: values.recent_interval,
    recentWindowUs: values.recent_window,
    recentMaxBytes: values.recent_max_memory,
    archive: values.archive,
    archiveIntervalUs: values.archive_interval,
    flushIntervalUs: values.flush_interval,
    retentionUs: values.retention,
    retentionMinutesUs: values.retention_minutes,
    retentionHoursUs: values.retention_hours,
    retentionViewsUs: values.retention_views,
    retentionBytes: values.retention_size,
    slowViewUs: values.slow_view,
    rules: values.rules,
    job: values.job,
    instance: values.instance,
  }),
});
