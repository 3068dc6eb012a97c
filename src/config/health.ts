/** How `/health` is judged; what counts as too much is in `alerts.thresholds`. */
import { section } from './section.js';
import { duration, toggle } from './setting.js';

export const health = section({
  name: 'health',
  doc: 'The state of nodes and chain as one document, at `/health` and as `hotstuff_health`. What counts as too much or too little is in `alerts.thresholds`.',
  settings: {
    enabled: toggle({
      doc: 'Whether health is judged. When false `/health` is not served and `hotstuff_health` is absent.',
      fallback: true,
    }),
    window: duration(
      { min: '15s', max: '1h' },
      { doc: 'The span that rates and quantiles of health look back over.', fallback: '1m' },
    ),
    settle: duration(
      { min: '0s', max: '1h' },
      {
        doc: 'How long a value must be back within bounds before an issue is taken back, so that it does not flap.',
        fallback: '30s',
      },
    ),
  },
  build: (values) => ({ enabled: values.enabled, windowUs: values.window, settleUs: values.settle }),
});
