/** The page that Prometheus scrapes. Comments may stand in the text format only: OpenMetrics forbids them. */
import type { Handlers, MetricsPage } from '../handlers.js';
import type { Route } from '../route.js';

/** `/metrics`; none when there is no page. */
export function metricsRoutes({ metrics, notices }: Handlers): Route[] {
  if (!metrics) return [];
  return [
    {
      method: 'GET',
      path: '/metrics',
      summary: 'All metrics',
      doc: 'The Prometheus page, as text 0.0.4 or as OpenMetrics 1.0, whichever `Accept` prefers; gzipped for clients that take it. While no node is attached, the text page begins with comment lines that say so and what to do.',
      telemetry: true,
      replies: [
        {
          status: 200,
          doc: 'The page.',
          contentTypes: ['text/plain; version=0.0.4', 'application/openmetrics-text; version=1.0.0'],
        },
      ],
      handle: async (request) => {
        const page = await metrics(request.header('accept'));
        return { status: 200, contentType: page.contentType, body: withNotices(page, notices()) };
      },
    },
  ];
}

function withNotices(page: MetricsPage, notices: readonly string[]): Uint8Array {
  if (notices.length === 0 || !page.contentType.startsWith('text/plain')) return page.body;
  const comments = notices.map((line) => `# ${line.replaceAll(/[\r\n]+/g, ' ')}\n`).join('');
  return Buffer.concat([Buffer.from(comments), page.body]);
}
