/** What is frozen around findings and bursts of failed views, and how much of it is kept. */
import { section } from './section.js';
import { duration, size, whole } from './setting.js';

export const incidents = section({
  name: 'incidents',
  doc: 'The raw events around each finding and each burst of failed views, frozen in `data.dir`, replayable. Without that folder nothing is recorded.',
  settings: {
    buffer: duration(
      { min: '1s', max: '1d' },
      { doc: 'How far back raw events are remembered.', fallback: '15m' },
    ),
    buffer_size: size(
      { min: '1MiB' },
      { doc: 'Most memory for them. They are compressed: about a tenth of what came.', fallback: '16MiB' },
    ),
    before: duration(
      { min: '0', max: '1d' },
      { doc: 'What an incident has of the time before it began.', fallback: '5m' },
    ),
    after: duration(
      { min: '0', max: '1h' },
      { doc: 'What it has of the time after; it is written when that is over.', fallback: '1m' },
    ),
    quiet: duration(
      { min: '1s', max: '1d' },
      {
        doc: 'When nothing more was noticed for so long it is over, and the same again is another incident.',
        fallback: '5m',
      },
    ),
    max_incidents: whole({ min: 1, max: 100_000 }, { doc: 'Most incidents on disk.', fallback: 50 }),
    max_size: size({ min: '1MiB' }, { doc: 'Most bytes of them.', fallback: '512MiB' }),
  },
  rules: ({ buffer, before }) =>
    buffer !== undefined && before !== undefined && before > buffer
      ? [{ key: 'before', message: 'An incident cannot go further back than `incidents.buffer`.' }]
      : [],
  build: (values) => ({
    keepUs: values.buffer,
    maxBufferBytes: values.buffer_size,
    beforeUs: values.before,
    afterUs: values.after,
    quietUs: values.quiet,
    maxIncidents: values.max_incidents,
    maxBytes: values.max_size,
  }),
});
