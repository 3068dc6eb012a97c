/**
 * What the page says about itself. How long a page took and how large it was, the next one tells.
 */
import { counter, gauge, histogram } from '../../metrics/definition.js';

/** From a small page to a large one with a slow foreign registry. */
const SECONDS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5];

/** The room's own metrics. */
export const prometheusMetrics = {
  scrapes: counter('quorumscope_prometheus_scrapes_total', 'Pages rendered.', ['format']),
  duration: histogram(
    'quorumscope_prometheus_scrape_duration_seconds',
    'Time to render a page, foreign registries included.',
    SECONDS,
    [],
    { unit: 'seconds' },
  ),
  pageBytes: gauge(
    'quorumscope_prometheus_page_bytes',
    'Size of the last page, not compressed.',
    ['format'],
    {
      unit: 'bytes',
    },
  ),
  leftOut: counter(
    'quorumscope_prometheus_metrics_left_out_total',
    'Times a metric of a foreign registry was left out of a page: its collection failed or took too long, its name is taken, or it is not valid.',
    ['reason'],
  ),
} as const;
