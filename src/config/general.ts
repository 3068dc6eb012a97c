/** Settings at the top of the file. */
import { section } from './section.js';
import { choice } from './setting.js';

/** How much of the sidecar runs. */
export const profiles = ['exporter', 'standalone'] as const;

export const general = section({
  name: '',
  doc: 'At the top of the file.',
  settings: {
    profile: choice(profiles, {
      doc: 'How much runs: `exporter` beside a monitoring stack that already exists, `standalone` on its own.',
      fallback: 'standalone',
      flag: '--profile',
    }),
  },
  build: (values) => values,
});
