import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parseAddress } from '../../../src/attach/address.js';
import { listenSocket, type Door, type SocketOptions } from '../../../src/attach/socket.js';
import { silentLogger } from '../../../src/base/logger.js';
import { MAX_LINE_BYTES } from '../../../src/events/envelope.js';
import { hear, helloLine, linesOf, valueOf, view } from '../intake/hearing.js';

let folder: string;
const open: { close(): unknown }[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'door-'));
});
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
  rmSync(folder, { recursive: true, force: true });
});

async function listen(address: string, options: Partial<SocketOptions> = {}): Promise<Door> {
  const openFeed = () => ({ write: () => undefined, end: () => undefined });
  const door = await listenSocket({
    address: parseAddress(address),
    openFeed,
    logger: silentLogger,
    ...options,
  });
  open.push(door);
  return door;
}

async function dial(address: string): Promise<Socket> {
  const parsed = parseAddress(address);
  const socket = parsed.kind === 'unix' ? connect(parsed.path) : connect(parsed.port, parsed.host);
  open.push({ close: () => socket.destroy() });
  await once(socket, 'connect');
  return socket;
}

const doors = [
  ['unix', () => `unix://${join(folder, 'deep/events.sock')}`],
  ['tcp', () => 'tcp://127.0.0.1:0'],
] as const;

describe.each(doors)('%s', (kind, address) => {
  test('takes many nodes on many connections, whatever the chunks and however they end', async () => {
    const { hearing, intake, board } = hear();
    const door = await listen(address(), { openFeed: intake.openFeed });
    const one = await dial(door.address);
    const two = await dial(door.address);
    await vi.waitFor(() => expect(door.connections).toBe(2));
    one.write(linesOf(helloLine('a', 'r'), helloLine('b', 'r'), view(0)));
    for (const byte of linesOf(view(0, 'a'))) one.write(Uint8Array.of(byte));
    one.end(view(1).slice(0, 20));
    two.write(linesOf(helloLine('c', 'r')));
    two.write(Uint8Array.from([0x7b, 0xff, 0xfe, 0x0a]));
    two.write('x'.repeat(MAX_LINE_BYTES + 10));
    two.end(linesOf('', 'not json', view(0)));
    await vi.waitFor(() => expect(door.connections).toBe(0));
    await intake.drained();
    expect(hearing.of('a')).toEqual(['attach r', 'consensus 0', 'detach']);
    expect(hearing.of('b')).toEqual(['attach r', 'consensus 0', 'detach']);
    expect(hearing.of('c')).toEqual(['attach r', 'consensus 0', 'detach']);
    const invalid = (node: string, reason: string): number =>
      valueOf(board, 'quorumscope_events_invalid_total', kind, node, reason);
    expect(invalid('b', 'half_line')).toBe(1);
    expect(['invalid_utf8', 'oversize', 'not_json'].map((reason) => invalid('c', reason))).toEqual([1, 1, 1]);
    expect(intake.status().sources[0]).toMatchObject({ connections: 0, pending: 0, received: 10 });
  });

  test('what is sent while this process is stalled waits in the kernel and arrives', async () => {
    const { hearing, intake } = hear();
    const door = await listen(address(), { openFeed: intake.openFeed });
    const socket = await dial(door.address);
    socket.write(linesOf(helloLine('a', 'r'), ...Array.from({ length: 500 }, (_, i) => view(i))));
    for (const start = performance.now(); performance.now() - start < 50;);
    socket.end();
    const sent = Array.from({ length: 500 }, (_, i) => `consensus ${i}`);
    await vi.waitFor(() => expect(hearing.of('a')).toEqual(['attach r', ...sent, 'detach']));
  });

  test('closing ends every feed and connection', async () => {
    const { intake } = hear();
    const door = await listen(address(), { openFeed: intake.openFeed });
    const socket = await dial(door.address);
    await vi.waitFor(() => expect(intake.status().sources[0]?.connections).toBe(1));
    const closed = once(socket, 'close');
    socket.resume();
    await door.close();
    expect(intake.status().sources[0]?.connections).toBe(0);
    await closed;
  });

  test('turns away what is more than the bound', async () => {
    const door = await listen(address(), { maxConnections: 1 });
    await dial(door.address);
    await vi.waitFor(() => expect(door.connections).toBe(1));
    const second = await dial(door.address);
    second.resume();
    await once(second, 'close');
    expect(door.connections).toBe(1);
  });
});

test('a closing door reads what was sent before, and waits for no one who goes on talking', async () => {
  let received = 0;
  const openFeed = () => ({
    write: (chunk: Uint8Array) => void (received += chunk.length),
    end: () => undefined,
  });
  const door = await listen(`unix://${join(folder, 'events.sock')}`, { openFeed });
  const socket = await dial(door.address);
  const sent = Buffer.alloc(150_000, 'x');
  await new Promise<void>((resolve) => socket.write(sent, () => resolve()));
  await door.close();
  expect(received).toBe(sent.length);

  const again = await listen(`unix://${join(folder, 'events.sock')}`, { openFeed });
  const talker = await dial(again.address);
  talker.on('error', () => undefined);
  const talk = setInterval(() => talker.write('x'), 1);
  open.push({ close: () => clearInterval(talk) });
  await again.close();
  expect(again.connections).toBe(0);
});

describe('a Unix socket', () => {
  const path = (): string => join(folder, 'events.sock');

  test('admits owner and group, or whom it is told to', async () => {
    await listen(`unix://${path()}`);
    expect(statSync(path()).mode & 0o777).toBe(0o660);
    await listen(`unix://${path()}2`, { mode: 0o600 });
    expect(statSync(`${path()}2`).mode & 0o777).toBe(0o600);
  });

  test('a live one is never taken away', async () => {
    await listen(`unix://${path()}`);
    await expect(listen(`unix://${path()}`)).rejects.toMatchObject({
      code: 'attach.listen',
      message: expect.stringContaining('another process is listening') as string,
    });
    await dial(`unix://${path()}`);
  });

  test('a dead one is replaced', async () => {
    const { execFileSync } = await import('node:child_process');
    const leaveSocket = `require('net').createServer().listen(${JSON.stringify(path())}, () => process.kill(process.pid, 'SIGKILL'))`;
    expect(() => execFileSync(process.execPath, ['-e', leaveSocket])).toThrow();
    expect(statSync(path()).isSocket()).toBe(true);
    const door = await listen(`unix://${path()}`);
    await dial(door.address);
  });

  test('a file of that name is not touched', async () => {
    writeFileSync(path(), 'mine');
    await expect(listen(`unix://${path()}`)).rejects.toMatchObject({ code: 'attach.listen' });
    expect(statSync(path()).size).toBe(4);
  });
});

describe('TCP', () => {
  test('a port in use is a clear error', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    open.push(other);
    const { port } = other.address() as { port: number };
    await expect(listen(`tcp://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'attach.listen' });
  });

  test('anything but loopback is refused, also where it was not parsed', async () => {
    const address = { kind: 'tcp', host: '0.0.0.0', port: 0 } as const;
    const { intake } = hear();
    const opening = listenSocket({ address, openFeed: intake.openFeed, logger: silentLogger });
    await expect(opening).rejects.toMatchObject({ code: 'attach.address' });
  });
});
