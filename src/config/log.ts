/** What the sidecar says about itself, on stderr. */
import { section } from './section.js';
import { choice } from './setting.js';

export const logLevels = ['debug', 'info', 'warn', 'error', 'silent'] as const;
export const logFormats = ['auto', 'json', 'pretty'] as const;

export const log = section({
  name: 'log',
  doc: 'What the sidecar says about itself, on stderr.',
  settings: {
    level: choice(logLevels, {
      doc: 'The least important line that is written.',
      fallback: 'info',
      flag: '--log-level',
    }),
    format: choice(logFormats, {
      doc: '`json` is one object per line, `pretty` is for reading; `auto` is pretty on a terminal and json elsewhere.',
      fallback: 'auto',
      flag: '--log-format',
    }),
  },
  build: (values) => values,
});
