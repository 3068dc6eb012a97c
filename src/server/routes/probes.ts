/**
 * Probes about this process only. A halted chain is 200 on all of them: a pod is ready only when all its containers
 * are, and taking a validator out of service because its chain stands still would make things worse.
 */
import type { Handlers } from '../handlers.js';
import { textReply, type Reply, type Route } from '../route.js';

/** `/livez`, `/readyz` and their other names. */
export function probeRoutes({ ready }: Handlers): Route[] {
  const live = (): Reply => textReply(200, 'alive');
  const isReady = (): Reply => (ready() ? textReply(200, 'ready') : textReply(503, 'starting'));
  return [
    {
      ...liveDocs,
      path: '/livez',
      telemetry: true,
      doc: 'This process answers. Says nothing about the chain.',
      handle: live,
    },
    {
      ...readyDocs,
      path: '/readyz',
      telemetry: true,
      doc: 'The sidecar has started and its doors are open. Says nothing about the chain.',
      handle: isReady,
    },
    { ...liveDocs, path: '/healthz', doc: 'The same as `/livez`.', handle: live },
    { ...liveDocs, path: '/-/healthy', doc: 'The same as `/livez`.', handle: live },
    { ...readyDocs, path: '/-/ready', doc: 'The same as `/readyz`.', handle: isReady },
  ];
}

const liveDocs = {
  method: 'GET',
  summary: 'Is this process alive',
  replies: [{ status: 200, doc: 'It is.', contentTypes: ['text/plain'] }],
} as const;

const readyDocs = {
  method: 'GET',
  summary: 'Is this process ready',
  replies: [
    { status: 200, doc: 'It is.', contentTypes: ['text/plain'] },
    { status: 503, doc: 'It is still starting, or already stopping.', contentTypes: ['text/plain'] },
  ],
} as const;
