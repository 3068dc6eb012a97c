/** How much may wait between the doors and the domains. */
import { section } from './section.js';
import { whole } from './setting.js';

export const intake = section({
  name: 'intake',
  doc: 'What happens between a door and the metrics.',
  settings: {
    queue_events: whole(
      { min: 100, max: 10_000_000 },
      {
        doc: 'Most events that wait to be processed. Beyond it the least important are dropped first and counted; producers never wait.',
        fallback: 100_000,
      },
    ),
  },
  build: (values) => ({ queueEvents: values.queue_events }),
});
