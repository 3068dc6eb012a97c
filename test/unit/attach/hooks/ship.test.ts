import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHooks, ship, type Hooks, type Shipping } from '../../../../src/hooks.js';

interface Line {
  readonly type: string;
  readonly seq?: number;
  readonly view?: number;
  readonly count?: number;
  readonly next_seq?: Record<string, number>;
}

/** A server that keeps what each connection said. */
class LineServer {
  readonly path: string;
  readonly connections: { readonly socket: Socket; text: string }[] = [];
  #server: Server | undefined;

  constructor(path: string) {
    this.path = path;
  }

  async listen(): Promise<void> {
    this.#server = createServer((socket) => {
      const connection = { socket, text: '' };
      this.connections.push(connection);
      socket.on('data', (chunk: Buffer) => (connection.text += chunk.toString('utf8')));
      socket.on('error', () => undefined);
    }).listen(this.path);
    await once(this.#server, 'listening');
  }

  async close(): Promise<void> {
    for (const { socket } of this.connections) socket.destroy();
    const server = this.#server;
    if (server?.listening) await new Promise((resolve) => server.close(resolve));
  }

  lines(connection: number): Line[] {
    const text = this.connections[connection]?.text ?? '';
    return text
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);
  }
}

let folder: string;
let server: LineServer;
let shipping: Shipping | undefined;
let hooks: Hooks;
const vote = { view: 1, vote: 'vote1', block: 'b'.repeat(64), validator: 'v' } as const;
const emit = (count: number, from = 0): void => {
  for (let view = from; view < from + count; view++) hooks.consensus.voteReceived({ ...vote, view });
};
const until = (assertion: () => void): Promise<void> =>
  vi.waitFor(assertion, { timeout: 8_000, interval: 5 });

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'quorumscope-ship-'));
  server = new LineServer(join(folder, 'events.sock'));
  hooks = createHooks({ node: 'n', chain: 'c' });
});

afterEach(async () => {
  await shipping?.close();
  shipping = undefined;
  await server.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('ship', () => {
  it('says hello, then the events in order', async () => {
    await server.listen();
    shipping = ship(hooks, { address: `unix://${server.path}` });
    emit(250);
    await until(() => expect(server.lines(0)).toHaveLength(251));
    expect(server.lines(0)[0]).toMatchObject({ type: 'hello', node: 'n', next_seq: { consensus: 0 } });
    expect(server.lines(0).slice(1).map(({ seq }) => seq)).toEqual(Array.from({ length: 250 }, (_, i) => i)); // prettier-ignore
    await until(() =>
      expect(shipping!.stats()).toMatchObject({ connected: true, delivered: { consensus: 250 } }),
    );
  });

  it('speaks over loopback TCP as well, at the address that the environment names', async () => {
    const lines: string[] = [];
    const tcp = createServer((socket) => socket.on('data', (chunk) => lines.push(chunk.toString()))).listen(
      0,
      '127.0.0.1',
    );
    await once(tcp, 'listening');
    const { port } = tcp.address() as { port: number };
    shipping = ship(hooks, { env: { QUORUMSCOPE_EVENTS: `tcp://127.0.0.1:${port}` } });
    emit(1);
    await until(() => expect(lines.join('')).toContain('consensus.vote_received'));
    await shipping.close();
    await new Promise((resolve) => tcp.close(resolve));
  });

  it('keeps what is stated before the sidecar is there', async () => {
    shipping = ship(hooks, { address: `unix://${server.path}` });
    emit(30);
    expect(shipping.stats().connected).toBe(false);
    await server.listen();
    await until(() => expect(server.lines(0)).toHaveLength(31));
    expect(hooks.stats().dropped.consensus).toBe(0);
  });

  it('after a lost connection says hello with the first seq that may be missing, and loses no whole batch in silence', async () => {
    await server.listen();
    shipping = ship(hooks, { address: `unix://${server.path}`, batchSize: 10 });
    emit(40);
    await until(() => expect(server.lines(0)).toHaveLength(41));
    server.connections[0]!.socket.destroy();
    await until(() => expect(shipping!.stats().connected).toBe(false));
    emit(25, 40);
    await until(() => expect(server.lines(1)).toHaveLength(26));
    const [hello, ...events] = server.lines(1);
    expect(hello).toMatchObject({ type: 'hello', next_seq: { consensus: 40, network: 0 } });
    expect(events.map(({ seq }) => seq)).toEqual(Array.from({ length: 25 }, (_, i) => 40 + i));
  });

  it('counts what was half sent when the connection broke, and admits it on the next', async () => {
    await server.listen();
    shipping = ship(hooks, { address: `unix://${server.path}`, maxBufferBytes: 8_000_000 });
    await until(() => expect(server.connections).toHaveLength(1));
    server.connections[0]!.socket.pause();
    emit(20_000);
    await until(() => expect(shipping!.stats().bufferedBytes).toBeGreaterThan(0));
    server.connections[0]!.socket.destroy();
    await until(() => expect(server.lines(1).length).toBeGreaterThan(100));
    await until(() => expect(shipping!.stats().bufferedBytes).toBe(0));
    const { delivered, dropped } = shipping.stats();
    expect(dropped.consensus).toBeGreaterThan(0);
    expect(delivered.consensus + dropped.consensus).toBe(20_000);
    await until(() => {
      const lines = server.lines(1);
      expect(lines.find(({ type }) => type === 'source.dropped')).toMatchObject({
        domain: 'consensus',
        count: dropped.consensus,
        reason: 'disconnected',
      });
      expect(lines.at(-1)).toMatchObject({ seq: 19_999 });
      // What follows hello begins on a line of its own, and after what was lost.
      const first = lines.find(({ type }) => type === 'consensus.vote_received')!;
      expect(first.seq! - lines[0]!.next_seq!['consensus']!).toBe(dropped.consensus);
    });
  });

  it('never blocks beside a server that stops reading, and tells it exactly what it missed', async () => {
    await server.listen();
    shipping = ship(hooks, { address: `unix://${server.path}`, maxBufferBytes: 200_000 });
    await until(() => expect(server.connections).toHaveLength(1));
    const { socket } = server.connections[0]!;
    socket.pause();
    emit(10_000);
    const missed = hooks.stats().dropped.consensus;
    expect(missed).toBeGreaterThan(0);
    expect(shipping.stats().bufferedBytes).toBeLessThanOrEqual(200_000);
    socket.resume();
    await until(() => {
      const lines = server.lines(0);
      const received = lines.filter(({ type }) => type === 'consensus.vote_received').length;
      const admitted = lines.reduce((sum, { count }) => sum + (count ?? 0), 0);
      expect({ received, admitted }).toEqual({ received: 10_000 - missed, admitted: missed });
    });
  });

  it('gives up a connection on which nothing moves', async () => {
    await server.listen();
    shipping = ship(hooks, { address: `unix://${server.path}`, stallTimeoutUs: 50_000 });
    await until(() => expect(server.connections).toHaveLength(1));
    server.connections[0]!.socket.pause();
    emit(20_000);
    await until(() => expect(server.connections.length).toBeGreaterThan(1));
  });

  it('delivers what is buffered when it is closed, and counts what it cannot', async () => {
    await server.listen();
    shipping = ship(hooks, { address: `unix://${server.path}`, flushIntervalUs: 60_000_000 });
    await until(() => expect(server.connections).toHaveLength(1));
    emit(7);
    await shipping.close();
    await until(() => expect(server.lines(0)).toHaveLength(8));
    emit(1);
    expect(hooks.stats().emitted.consensus).toBe(7);
    shipping = ship(hooks, { address: `unix://${join(folder, 'nobody.sock')}` });
    emit(3);
    await shipping.close();
    expect(hooks.stats()).toMatchObject({ emitted: { consensus: 10 }, dropped: { consensus: 3 } });
  });

  it('refuses an address that is not on this machine', () => {
    expect(() => ship(hooks, { address: 'tcp://192.0.2.1:9000' })).toThrow(
      expect.objectContaining({ code: 'attach.address' }) as Error,
    );
  });
});
