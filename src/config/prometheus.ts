/** The Prometheus page. */
import { section } from './section.js';
import { toggle } from './setting.js';

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
  },
  build: (values) => ({ enabled: values.enabled, processMetrics: values.process_metrics }),
});
