/** How a node that embeds the sidecar hands its events over. A node that ships events sets this at its own hooks. */
import { section } from './section.js';
import { choice, share, whole } from './setting.js';

export const hooks = section({
  name: 'hooks',
  doc: 'Used when the sidecar is embedded in a TypeScript node; no effect on `quorumscope run`.',
  settings: {
    sampling_rate: share({
      doc: 'The share of high-rate events (messages, storage reads, samples) that is kept; each kept one stands for the rest. Views, proposals, votes, certificates and commits are never sampled.',
      fallback: 1,
      formerly: ['metrics_sampling_rate'],
    }),
    batch_size: whole(
      { min: 1, max: 10_000 },
      { doc: 'How many events are handed over at a time.', fallback: 100 },
    ),
    thread: choice(['worker', 'same'], {
      doc: "Where events are processed and pages are rendered: in a worker thread, so that the node's event loop stays free, or in the node's own.",
      fallback: 'worker',
      formerly: ['async_export'],
    }),
  },
  build: (values) => ({
    samplingRate: values.sampling_rate,
    batchSize: values.batch_size,
    thread: values.thread,
  }),
});
