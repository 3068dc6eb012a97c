/** HTTP answers as receipts, against a real server. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from 'vitest';
import { ManualClock } from '../../../src/base/clock.js';
import { HttpTransport, type HttpDestination } from '../../../src/delivery/http-transport.js';
import type { Receipt } from '../../../src/delivery/transport.js';

const servers: Server[] = [];
const transports: HttpTransport[] = [];

afterEach(async () => {
  for (const transport of transports.splice(0)) await transport.close();
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

interface Got {
  readonly request: IncomingMessage;
  readonly body: Buffer;
}

async function serve(
  answer: (response: ServerResponse, got: Got) => void,
  options: Partial<HttpDestination> = {},
): Promise<{ send: (text: string, signal?: AbortSignal) => Promise<Receipt>; got: Got[]; server: Server }> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const one = { request, body: Buffer.concat(chunks) };
      got.push(one);
      answer(response, one);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const url = new URL(`http://127.0.0.1:${port}/write?secret=token`);
  const transport = new HttpTransport({
    url,
    contentType: 'text/plain',
    clock: new ManualClock(),
    ...options,
  });
  transports.push(transport);
  const send = (text: string, signal = new AbortController().signal): Promise<Receipt> =>
    transport.send({ body: Buffer.from(text), bytes: text.length, points: 1 }, signal);
  return { send, got, server };
}

const status = (code: number, headers: Record<string, string> = {}, text = '') =>
  serve((response) => response.writeHead(code, headers).end(text));

describe('an answer', () => {
  it.each([200, 202, 204])('%i is delivered', async (code) => {
    const { send } = await status(code);
    expect(await send('x')).toMatchObject({ outcome: 'delivered' });
  });

  it.each([301, 400, 401, 404, 413, 422])('%i is refused, with what it said', async (code) => {
    const { send } = await status(code, {}, 'partial write: field type conflict');
    const receipt = await send('x');
    expect(receipt).toMatchObject({ outcome: 'refused' });
    expect(receipt.outcome === 'refused' && receipt.detail).toMatch(/^\d+ .*: partial write/);
    expect(JSON.stringify(receipt)).not.toContain('token');
  });

  it.each([
    [408, 'failed'],
    [429, 'busy'],
    [500, 'failed'],
    [503, 'busy'],
  ])('%i may be repeated', async (code, reason) => {
    const { send } = await status(code, { 'retry-after': '7' });
    expect(await send('x')).toMatchObject({ outcome: 'retry', reason, afterUs: 7_000_000 });
  });

  it('that is endless is cut in what is kept', async () => {
    const { send } = await status(400, {}, 'x'.repeat(100_000));
    expect(JSON.stringify(await send('x')).length).toBeLessThan(500);
  });
});

describe('a request', () => {
  it('carries type, headers read anew, and the body', async () => {
    let token = 'a';
    const { send, got } = await serve((response) => response.end(), {
      headers: () => ({ authorization: `Token ${token}` }),
    });
    await send('first');
    token = 'b';
    await send('second');
    expect(got.map(({ body, request }) => [body.toString(), request.headers.authorization])).toEqual([
      ['first', 'Token a'],
      ['second', 'Token b'],
    ]);
    expect(got[0]?.request.headers['content-type']).toBe('text/plain');
    expect(got[0]?.request.socket).toBe(got[1]?.request.socket);
  });

  it.each([1, 2])('waits for an earlier one where there are %i connections or more', async (connections) => {
    const held: (() => void)[] = [];
    const { send, got } = await serve((response) => void held.push(() => response.end()), { connections });
    const sent = Array.from({ length: connections + 1 }, (_, i) => send(String(i)));
    await expect.poll(() => got.length).toBe(connections);
    held[0]!();
    await sent[0];
    await expect.poll(() => got.length).toBe(connections + 1);
    expect(got.at(-1)!.request.socket).toBe(got[0]!.request.socket);
    for (const answer of held.slice(1)) answer();
    await Promise.all(sent);
  });

  it('is compressed when asked', async () => {
    const { send, got } = await serve((response) => response.end(), { gzip: true });
    await send('hello');
    expect(got[0]?.request.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(got[0]?.body ?? Buffer.alloc(0)).toString()).toBe('hello');
  });

  it('nobody answers may be repeated', async () => {
    const { send, server } = await status(200);
    await new Promise((resolve) => server.close(resolve));
    expect(await send('x')).toMatchObject({ outcome: 'retry', reason: 'unreachable' });
  });

  it('whose connection breaks in the middle of the answer may be repeated', async () => {
    const { send } = await serve((response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('half');
      setImmediate(() => response.destroy());
    });
    expect(await send('x')).toMatchObject({ outcome: 'retry', reason: 'unreachable' });
  });

  it('ends when it is aborted', async () => {
    const abort = new AbortController();
    const { send } = await serve(() => abort.abort());
    expect(await send('x', abort.signal)).toMatchObject({ outcome: 'retry' });
  });
});
