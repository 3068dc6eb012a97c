/** Routes that take a form, and paths with a name in them, over a real port. */
import { describe, expect, it } from 'vitest';
import { connect } from 'node:net';
import type { PrometheusRequest } from '../../../src/server/handlers.js';
import { ask, handlers, serve } from './serving.js';

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

async function served() {
  const asked: PrometheusRequest[] = [];
  const prometheus = (request: PrometheusRequest) => {
    asked.push(request);
    return Promise.resolve({ status: 200, body: '{}' });
  };
  return { asked, ...(await serve({ handlers: { ...handlers, prometheus } })) };
}

describe('a form', () => {
  it('is read where the route takes one, together with the query', async () => {
    const { asked, address } = await served();
    const body = 'query=a%2Bb&match[]=x&match[]=y';
    const answer = await ask(address, '/api/v1/query?time=5', { method: 'POST', headers: FORM, body });
    expect(answer).toMatchObject({ status: 200, text: '{}' });
    expect([...asked[0]!.parameters]).toEqual([
      ['query', 'a+b'],
      ['match[]', 'x'],
      ['match[]', 'y'],
      ['time', '5'],
    ]);
  });

  it('may be absent', async () => {
    const { asked, address } = await served();
    expect((await ask(address, '/api/v1/query?query=1', { method: 'POST' })).status).toBe(200);
    expect(asked[0]!.parameters.get('query')).toBe('1');
  });

  it('is refused everywhere else', async () => {
    const { asked, address } = await served();
    const post = (path: string, method = 'POST') =>
      ask(address, path, { method, headers: { ...FORM, 'content-length': '7' }, body: 'query=1' });
    expect((await post('/metrics')).status).toBe(413);
    expect((await post('/api/v1/metadata')).status).toBe(413);
    expect((await post('/api/v1/query', 'GET')).status).toBe(413);
    expect((await post('/nowhere')).status).toBe(404);
    expect(asked).toEqual([]);
  });

  it('is refused when it is no form, compressed, or too large', async () => {
    const { asked, address } = await served();
    const post = (headers: Record<string, string>, body = 'query=1') =>
      ask(address, '/api/v1/query', { method: 'POST', headers, body });
    expect((await post({ 'content-type': 'application/json' })).status).toBe(415);
    expect((await post({ ...FORM, 'content-encoding': 'gzip' })).status).toBe(415);
    const full = `query=${'x'.repeat(1_048_570)}`;
    expect((await post(FORM, full)).status).toBe(200);
    expect((await post({ ...FORM, 'transfer-encoding': 'chunked' }, full)).status).toBe(200);
    expect(asked).toHaveLength(2);
    const announced = await post({ ...FORM, 'content-length': '1048577' }, `${full}x`);
    expect(announced).toMatchObject({ status: 413, headers: { connection: 'close' } });
    expect(asked).toHaveLength(2);
  });

  it('is checked for the host before it is read', async () => {
    const { asked, address } = await served();
    const headers = { ...FORM, host: 'evil.example' };
    expect((await ask(address, '/api/v1/query', { method: 'POST', headers, body: 'query=1' })).status).toBe(
      403,
    );
    expect(asked).toEqual([]);
  });
});

it('tells the handler when the client has gone', async () => {
  const { promise: gone, resolve: leave } = resolvers();
  const { promise: begun, resolve: begin } = resolvers();
  const prometheus = async ({ signal }: PrometheusRequest) => {
    signal.addEventListener('abort', () => leave());
    begin();
    await gone;
    return { status: 200, body: '{}' };
  };
  const { port } = await serve({ handlers: { ...handlers, prometheus } });
  const socket = connect(port, '127.0.0.1');
  socket.write('GET /api/v1/query?query=1 HTTP/1.1\r\nhost: localhost\r\n\r\n');
  await begun;
  socket.destroy();
  await gone;
});

describe('a name in a path', () => {
  it('is decoded and handed over', async () => {
    const { asked, address } = await served();
    await ask(address, '/api/v1/label/a%20b/values');
    expect(asked[0]).toMatchObject({ endpoint: 'label_values', label: 'a b' });
  });

  it('is neither empty nor broken, and no more than one segment', async () => {
    const { asked, address } = await served();
    for (const path of ['/api/v1/label//values', '/api/v1/label/%zz/values', '/api/v1/label/a/b/values'])
      expect((await ask(address, path)).status, path).toBe(404);
    expect((await ask(address, '/api/v1/label/a/values', { method: 'POST' })).status).toBe(405);
    expect(asked).toEqual([]);
  });
});

function resolvers() {
  let resolve = (): void => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}
