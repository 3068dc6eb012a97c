/** The Prometheus page. */
import { section } from './section.js';
import { choice, toggle } from './setting.js';

export const prometheus = section({
  name: 'prometheus',
  doc: 'The page that Prometheus scrapes.',
  settings: {
    enabled: toggle({
      doc: 'Whether `/metrics` is served.',
      fallback: true,
      formerly: ['prometheus_enabled'],
    }),
    process_metrics: toggle({
      doc: "Whether the page has the sidecar's own `process_*` and `nodejs_*` metrics.",
      fallback: true,
    }),
    rule_series: choice(['all', 'alerts', 'none'], {
      doc: 'Which results of rules the page has: `ALERTS`, `ALERTS_FOR_STATE` and recordings, the first two, or none. Recordings are not there by default: a `:` in a name is for recording rules of whoever scrapes, and `promtool check metrics` warns of it. `none` where a Prometheus that scrapes this page evaluates the same rules.',
      fallback: 'alerts',
    }),
  },
  build: (values) => ({
    enabled: values.enabled,
    processMetrics: values.process_metrics,
    ruleSeries: values.rule_series,
  }),
});
