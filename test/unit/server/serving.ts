/** Opens a real server on a free port for one test, and asks it with raw requests where fetch would not let us. */
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../../src/base/logger.js';
import type { Handlers } from '../../../src/server/handlers.js';
import { createServer, type ServerOptions } from '../../../src/server/server.js';

export const page = Buffer.from('# TYPE hotstuff_x gauge\nhotstuff_x 1\n');

export const handlers: Handlers = {
  metrics: (accept) => ({
    contentType: (accept ?? '').includes('openmetrics')
      ? 'application/openmetrics-text; version=1.0.0; charset=utf-8'
      : 'text/plain; version=0.0.4; charset=utf-8',
    body: page,
  }),
  notices: () => [],
  ready: () => true,
  status: () => ({ version: '1.2.3', chains: [] }),
  exports: {
    formats: () => ['json', 'csv'],
    render: (format, match) =>
      Promise.resolve(
        format === 'json'
          ? { contentType: 'application/json', body: Buffer.from(JSON.stringify(match)) }
          : undefined,
      ),
  },
  exporters: {
    list: () => [{ name: 'influx' }],
    pause: () => undefined,
    resume: () => undefined,
    test: () => Promise.resolve({ outcome: 'delivered' }),
  },
  events: () => (async function* () {})(),
  consensus: {
    views: () => ({ document: { views: [] } }),
    view: (view) =>
      view === '411' ? { document: { view: 411 } } : { problems: [`view: found ${view}, expected 411`] },
    validators: () => ({ document: { chains: [] } }),
    verdicts: (parameters) =>
      [...parameters].length === 0
        ? { document: { verdicts: [] } }
        : { problems: ['there is no such parameter', 'nor that one'] },
    evidence: () => ({ document: { evidence: [] } }),
    finding: () => ({ absent: 'there is no such finding' }),
  },
  incidents: {
    list: () => Promise.resolve({ recording: false, incidents: [] }),
    get: (id) => Promise.resolve(id === 'known' ? { id } : undefined),
    events: (id) => Promise.resolve(id === 'known' ? Buffer.from('packed') : undefined),
  },
};

/** A running server; closed when the test ends. */
export async function serve(options: Partial<ServerOptions> = {}) {
  const server = createServer({
    listen: { host: '127.0.0.1', port: 0 },
    insecure: false,
    version: '1.2.3',
    logger: silentLogger,
    handlers,
    closeDeadlineMs: 100,
    ...options,
  });
  const addresses = await server.listen();
  onTestFinished(() => server.close());
  return { server, ...addresses, port: Number(addresses.address.split(':').at(-1)) };
}

/** What came back. */
export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly text: string;
}

/** One request with exactly these headers. */
export function ask(
  address: string,
  path: string,
  options: { method?: string; headers?: Record<string, string>; body?: string } = {},
): Promise<Answer> {
  const { method = 'GET', headers = {}, body } = options;
  return new Promise((resolve, reject) => {
    const asked = httpRequest(`http://${address}${path}`, { method, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const all = Buffer.concat(chunks);
        resolve({ status: response.statusCode!, headers: response.headers, body: all, text: all.toString() });
      });
    });
    asked.on('error', reject);
    asked.end(body);
  });
}
