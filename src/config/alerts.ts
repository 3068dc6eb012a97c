/** When something is wrong: the thresholds that rules and health compare with. */
import { section } from './section.js';
import { thresholdSettings, thresholdsOf } from './thresholds.js';

type Names = keyof typeof thresholdSettings;

const settings = Object.fromEntries(
  Object.entries(thresholdSettings).map(([name, setting]) => [`thresholds.${name}`, setting]),
) as { readonly [K in Names as `thresholds.${K}`]: (typeof thresholdSettings)[K] };

export const alerts = section({
  name: 'alerts',
  doc: 'When something is wrong. Each threshold is exported as `quorumscope_threshold{name}`; the shipped rules compare with it, here and in a real Prometheus, and so does `/health`. `null` switches off what compares with it.',
  settings,
  build: (values) => {
    const names = Object.keys(thresholdSettings) as Names[];
    const given = Object.fromEntries(names.map((name) => [name, values[`thresholds.${name}`]]));
    return { thresholds: thresholdsOf(given as Record<Names, number | null>) };
  },
});
