/** Whether and where the sidecar keeps things on disk. */
import { section } from './section.js';
import { nullable, text } from './setting.js';

export const data = section({
  name: 'data',
  doc: 'What is kept on disk. Without a folder nothing is: evidence is then in memory until the process ends, history reaches back minutes, and no incidents are recorded.',
  settings: {
    dir: nullable(
      text(
        { pattern: /^[^\0]+$/, expected: 'a path' },
        {
          doc: 'The folder for history, evidence and incidents, which is made; one sidecar at a time writes to it. Null keeps nothing. `replay`, `demo` and `explain` ignore it unless it is given on the command line.',
          fallback: null,
          flag: '--data',
        },
      ),
    ),
  },
  build: (values) => ({ dir: values.dir }),
});
