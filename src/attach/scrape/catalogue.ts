/** What the scrape door says about itself; `target` is the name of a target in the configuration. */
import { counter, gauge } from '../../metrics/definition.js';

const target = ['target'] as const;

export const scrapeMetrics = {
  up: gauge(
    'quorumscope_scrape_up',
    'Whether the last scrape of a target gave a page (1) or not (0).',
    target,
  ),
  scrapes: counter('quorumscope_scrapes_total', 'Scrapes begun.', target),
  failures: counter('quorumscope_scrape_failures_total', 'Scrapes without a page, by reason.', [
    ...target,
    'reason',
  ]),
  refused: counter(
    'quorumscope_scrape_lines_refused_total',
    'Lines of a page that could not be taken, by reason.',
    [...target, 'reason'],
  ),
  samples: gauge('quorumscope_scrape_samples', 'Samples on the last page.', target),
  series: gauge('quorumscope_scrape_series', 'Series that the mapping made of the last page.', target),
  absent: gauge(
    'quorumscope_scrape_mapping_absent',
    'Lines of the mapping of which the last page had nothing: all of them means another kind of node.',
    target,
  ),
  resets: counter('quorumscope_scrape_resets_total', 'Counters that stood lower than before.', target),
  duration: gauge('quorumscope_scrape_duration_seconds', 'Time of the last scrape.', target, {
    unit: 'seconds',
  }),
} as const;
