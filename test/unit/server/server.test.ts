/** The server as a client meets it: over a real port. */
import { createServer as createTcpServer, connect, type AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createServer } from '../../../src/server/server.js';
import { silentLogger } from '../../../src/base/logger.js';
import { ask, handlers, page, serve } from './serving.js';

describe('/metrics', () => {
  it('gives the page in the format asked for', async () => {
    const { address } = await serve();
    const text = await ask(address, '/metrics');
    expect(text).toMatchObject({ status: 200, text: page.toString() });
    expect(text.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    const open = await ask(address, '/metrics', { headers: { accept: 'application/openmetrics-text' } });
    expect(open.headers['content-type']).toContain('openmetrics');
  });

  it('begins with comments while nothing is attached, in the text format only', async () => {
    const notices = () => ['no node is attached', 'set QUORUMSCOPE_EVENTS\nthere'];
    const { address } = await serve({ handlers: { ...handlers, notices } });
    const { text } = await ask(address, '/metrics');
    expect(text).toBe(`# no node is attached\n# set QUORUMSCOPE_EVENTS there\n${page.toString()}`);
    const open = await ask(address, '/metrics', { headers: { accept: 'application/openmetrics-text' } });
    expect(open.text).toBe(page.toString());
  });

  it('is gzipped when the client takes it and the page is worth it', async () => {
    const long = Buffer.from('hotstuff_x 1\n'.repeat(500));
    const metrics = () => ({ contentType: 'text/plain', body: long });
    const { address } = await serve({ handlers: { ...handlers, metrics } });
    const zipped = await ask(address, '/metrics', { headers: { 'accept-encoding': 'gzip, deflate' } });
    expect(zipped.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(zipped.body).equals(long)).toBe(true);
    expect(zipped.body.length).toBeLessThan(long.length / 10);
    for (const encoding of ['', 'gzip;q=0', 'br', '*;q=0, identity']) {
      const plain = await ask(address, '/metrics', { headers: { 'accept-encoding': encoding } });
      expect(plain.headers['content-encoding'], encoding).toBeUndefined();
      expect(plain.body.equals(long)).toBe(true);
    }
    const short = await serve();
    const small = await ask(short.address, '/metrics', { headers: { 'accept-encoding': 'gzip' } });
    expect(small.headers['content-encoding']).toBeUndefined();
  });

  it('is not there when no page is rendered', async () => {
    const { metrics: _metrics, ...rest } = handlers;
    const { address } = await serve({ handlers: rest });
    const answer = await ask(address, '/metrics');
    expect(answer.status).toBe(404);
    expect((await ask(address, '/')).text).not.toContain('/metrics');
  });

  it('answers 500 and lives on when the page cannot be rendered', async () => {
    const errors: unknown[] = [];
    const logger = { ...silentLogger, error: (_: string, fields: unknown) => errors.push(fields) };
    const metrics = () => {
      throw new Error('secret detail');
    };
    const { address } = await serve({ logger, handlers: { ...handlers, metrics } });
    const answer = await ask(address, '/metrics');
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('secret detail');
    expect(errors).toEqual([{ error: 'secret detail' }]);
    expect((await ask(address, '/livez')).status).toBe(200);
  });
});

describe('the probes', () => {
  it('tell alive from ready', async () => {
    let started = false;
    const { address } = await serve({ handlers: { ...handlers, ready: () => started } });
    const statuses = async (): Promise<number[]> =>
      Promise.all(
        ['/livez', '/healthz', '/-/healthy', '/readyz', '/-/ready'].map(
          async (path) => (await ask(address, path)).status,
        ),
      );
    expect(await statuses()).toEqual([200, 200, 200, 503, 503]);
    started = true;
    expect(await statuses()).toEqual([200, 200, 200, 200, 200]);
  });
});

describe('every answer', () => {
  it('says what it is and is not to be guessed at, cached or read by other origins', async () => {
    const { address } = await serve();
    for (const path of ['/', '/metrics', '/nothing', '/livez', '/api/quorumscope/v1/status']) {
      const { headers } = await ask(address, path, { headers: { origin: 'http://evil.example' } });
      expect(headers['x-content-type-options']).toBe('nosniff');
      expect(headers['cache-control']).toBe('no-store');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
  });

  it('to HEAD has the headers of GET and no body', async () => {
    const { address } = await serve();
    const got = await ask(address, '/metrics');
    const head = await ask(address, '/metrics', { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(head.headers['content-length']).toBe(got.headers['content-length']);
    expect(head.body.length).toBe(0);
  });

  it('to an unknown path lists what there is', async () => {
    const { address } = await serve();
    const answer = await ask(address, '/metric?x=1');
    expect(answer.status).toBe(404);
    expect(answer.text).toMatchInlineSnapshot(`
      "nothing is served at /metric; there is:
        /
        /-/healthy
        /-/ready
        /api/quorumscope/v1/events
        /api/quorumscope/v1/evidence
        /api/quorumscope/v1/evidence/{id}
        /api/quorumscope/v1/export
        /api/quorumscope/v1/exporters
        /api/quorumscope/v1/exporters/{name}/pause
        /api/quorumscope/v1/exporters/{name}/resume
        /api/quorumscope/v1/exporters/{name}/test
        /api/quorumscope/v1/incidents
        /api/quorumscope/v1/incidents/{id}
        /api/quorumscope/v1/incidents/{id}/events
        /api/quorumscope/v1/status
        /api/quorumscope/v1/validators
        /api/quorumscope/v1/verdicts
        /api/quorumscope/v1/views
        /api/quorumscope/v1/views/{view}
        /healthz
        /livez
        /metrics
        /openapi.json
        /readyz
      "
    `);
  });

  it('to another method says which are taken', async () => {
    const { address } = await serve();
    const answer = await ask(address, '/metrics', { method: 'DELETE' });
    expect(answer).toMatchObject({
      status: 405,
      text: '/metrics does not take DELETE; it takes GET, HEAD\n',
    });
    expect(answer.headers['allow']).toBe('GET, HEAD');
  });

  it('to a request with a body is 413 and the end of the connection', async () => {
    const { address } = await serve();
    const answer = await ask(address, '/metrics', { method: 'POST', body: 'x=1' });
    expect(answer.status).toBe(413);
    expect(answer.headers['connection']).toBe('close');
  });

  it('at the root is a list for people: HTML in a browser, text elsewhere', async () => {
    const { address } = await serve();
    expect((await ask(address, '/')).text).toMatchInlineSnapshot(`
      "quorumscope 1.2.3

      /                                                 What is here
      /openapi.json                                     This API as OpenAPI 3.1
      /metrics                                          All metrics
      /livez                                            Is this process alive
      /readyz                                           Is this process ready
      /healthz                                          Is this process alive
      /-/healthy                                        Is this process alive
      /-/ready                                          Is this process ready
      /api/quorumscope/v1/status                        What is attached
      /api/quorumscope/v1/export                        All metrics as a document
      /api/quorumscope/v1/exporters                     Where metrics are pushed
      POST /api/quorumscope/v1/exporters/{name}/pause   Pause an exporter
      POST /api/quorumscope/v1/exporters/{name}/resume  Resume an exporter
      POST /api/quorumscope/v1/exporters/{name}/test    Test an exporter
      /api/quorumscope/v1/events                        Events as they happen, as a stream
      /api/quorumscope/v1/views                         The last views
      /api/quorumscope/v1/views/{view}                  Everything on one view
      /api/quorumscope/v1/verdicts                      Verdicts on views
      /api/quorumscope/v1/validators                    How the validators stand
      /api/quorumscope/v1/evidence                      Findings and their evidence
      /api/quorumscope/v1/evidence/{id}                 One finding
      /api/quorumscope/v1/incidents                     Incidents on disk
      /api/quorumscope/v1/incidents/{id}                One incident
      /api/quorumscope/v1/incidents/{id}/events         The raw events of an incident
      "
    `);
    const html = await ask(address, '/', { headers: { accept: 'text/html,*/*' } });
    expect(html.headers['content-type']).toContain('text/html');
    expect(html.text).toContain('<a href="/metrics">');
  });
});

describe('the Host header', () => {
  const hosts: [host: string, status: number][] = [
    ['localhost', 200],
    ['LOCALHOST:8080', 200],
    ['127.0.0.1:10920', 200],
    ['[::1]:10920', 200],
    ['evil.example', 403],
    ['evil.example:10920', 403],
    ['localhost.evil.example', 403],
    ['127.0.0.1.evil.example', 403],
    ['10.0.0.1', 403],
  ];

  it.each(hosts)('%j gets %i', async (host, status) => {
    const { address } = await serve();
    expect((await ask(address, '/metrics', { headers: { host } })).status).toBe(status);
  });

  it('is not looked at when the operator said insecure', async () => {
    const { address } = await serve({ insecure: true });
    expect((await ask(address, '/metrics', { headers: { host: 'validator-1' } })).status).toBe(200);
  });
});

describe('the second listener', () => {
  it('serves metrics and probes and nothing else', async () => {
    const { telemetry } = await serve({ telemetryListen: { host: '127.0.0.1', port: 0 } });
    for (const path of ['/metrics', '/livez', '/readyz'])
      expect((await ask(telemetry!, path)).status).toBe(200);
    for (const path of ['/', '/openapi.json', '/api/quorumscope/v1/status', '/healthz'])
      expect((await ask(telemetry!, path)).status).toBe(404);
    expect((await ask(telemetry!, '/', { headers: { host: 'evil.example' } })).status).toBe(403);
  });
});

describe('opening and closing', () => {
  async function occupied(): Promise<number> {
    const blocker = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => blocker.once('listening', resolve));
    onTestFinished(() => void blocker.close());
    return (blocker.address() as AddressInfo).port;
  }

  it('says which address is taken', async () => {
    const port = await occupied();
    await expect(serve({ listen: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'server.listen',
      message: `cannot serve HTTP on 127.0.0.1:${port}: another process already listens there`,
    });
  });

  it('opens both ports or none', async () => {
    const port = await occupied();
    const free = createTcpServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => free.once('listening', resolve));
    const freePort = (free.address() as AddressInfo).port;
    await new Promise((resolve) => free.close(resolve));
    const listen = { host: '127.0.0.1', port: freePort };
    await expect(serve({ listen, telemetryListen: { host: '127.0.0.1', port } })).rejects.toMatchObject({
      code: 'server.listen',
    });
    await expect(ask(`127.0.0.1:${freePort}`, '/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('lets a running request end before it closes', async () => {
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    let entered = (): void => undefined;
    const reached = new Promise<void>((resolve) => (entered = resolve));
    const metrics = async () => {
      entered();
      await held;
      return { contentType: 'text/plain', body: page };
    };
    const { server, address } = await serve({
      handlers: { ...handlers, metrics },
      closeDeadlineMs: 5_000,
    });
    const answer = ask(address, '/metrics');
    await reached;
    const closed = server.close();
    await expect(ask(address, '/livez')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    release();
    expect((await answer).status).toBe(200);
    await closed;
  });

  it('cuts what does not end within the deadline', async () => {
    const { server, port } = await serve({ closeDeadlineMs: 20 });
    const idle = connect(port, '127.0.0.1');
    // Being cut may arrive as a reset.
    idle.on('error', () => undefined);
    await new Promise((resolve) => idle.once('connect', resolve));
    idle.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n');
    const cut = new Promise((resolve) => idle.once('close', resolve));
    await server.close();
    await cut;
  });

  it('can be closed twice, and without having been opened', async () => {
    const { server } = await serve();
    await server.close();
    await server.close();
    const unopened = createServer({
      listen: { host: '127.0.0.1', port: 0 },
      insecure: false,
      version: '0',
      logger: silentLogger,
      handlers,
    });
    await unopened.close();
  });
});
