/** Rules that record and alert. */
import { section } from './section.js';
import { duration, names, texts, toggle } from './setting.js';

export const rules = section({
  name: 'rules',
  doc: 'Rules that record and alert, in the files of Prometheus. Profile `standalone` only: beside a Prometheus, give it the same files.',
  settings: {
    enabled: toggle({
      doc: 'Whether rules are evaluated. Needs `history.enabled`.',
      fallback: true,
    }),
    files: texts(
      {
        pattern: /^[^\0]+$/,
        expected: 'paths, in whose last part * is any text',
      },
      {
        doc: 'Rule files; `*` in the last part of a path is any text. Empty takes the rules that are shipped, docs/ALERTS.md.',
        fallback: [],
      },
    ),
    external_labels: names({
      doc: 'Labels on every alert that leaves, unless it has them already; `$externalLabels` of templates.',
      fallback: {},
    }),
    interval: duration(
      { min: '100ms', max: '1h' },
      {
        doc: 'How often groups are evaluated that do not say it themselves. Findings and failed views do not wait for it.',
        fallback: '500ms',
      },
    ),
    restart_grace: duration(
      { min: '0s', max: '1h' },
      {
        doc: 'How long after a start an alert that fired before is not taken for over because its series are not back yet.',
        fallback: '1m',
      },
    ),
  },
  build: (values) => ({
    enabled: values.enabled,
    files: values.files,
    externalLabels: values.external_labels,
    intervalUs: values.interval,
    restartGraceUs: values.restart_grace,
  }),
});
