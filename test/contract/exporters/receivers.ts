/** Receivers as processes of a network have them: a real HTTP server, a UDP socket, a folder. */
import { createSocket, type Socket } from 'node:dgram';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { createServer as createNetServer, type AddressInfo, type Socket as NetSocket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';

/** How a receiver behaves. */
export type Mood = 'well' | 'down' | 'refusing' | 'hanging' | 'slow';

/** Something that bodies are sent to. */
export interface Receiver {
  /** Host and port, or a path. */
  readonly address: string;
  /** Whole bodies that it took, in order. */
  readonly taken: () => Buffer[];
  /** How often it was asked, whatever it answered. */
  readonly asked: () => number;
  /** Most requests that were open at once. */
  readonly mostAtOnce: () => number;
  readonly headers: () => IncomingHttpHeaders;
  be(mood: Mood): void;
  close(): Promise<void>;
}

const SLOW_MS = 30;

/** An HTTP server: well takes, down answers 503, refusing 400, hanging never. */
export async function httpReceiver(): Promise<Receiver> {
  const taken: Buffer[] = [];
  let mood: Mood = 'well';
  let asked = 0;
  let open = 0;
  let most = 0;
  let headers: IncomingHttpHeaders = {};
  const answer = (response: ServerResponse, body: Buffer, isZipped: boolean): void => {
    open--;
    if (mood === 'hanging') return;
    if (mood === 'down') return void response.writeHead(503).end('later');
    if (mood === 'refusing') return void response.writeHead(400).end('never');
    taken.push(isZipped ? gunzipSync(body) : body);
    response.writeHead(204).end();
  };
  const server: Server = createServer((request, response) => {
    asked++;
    most = Math.max(most, ++open);
    headers = request.headers;
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const isZipped = request.headers['content-encoding'] === 'gzip';
      if (mood === 'slow') setTimeout(() => answer(response, body, isZipped), SLOW_MS);
      else answer(response, body, isZipped);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    taken: () => taken,
    asked: () => asked,
    mostAtOnce: () => most,
    headers: () => headers,
    be: (next) => (mood = next),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}

/** A UDP socket, which nobody hears of when it is down. */
export async function udpReceiver(): Promise<Receiver> {
  const taken: Buffer[] = [];
  const socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 4 << 20 });
  socket.on('message', (datagram) => taken.push(datagram));
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  return {
    address: `127.0.0.1:${socket.address().port}`,
    taken: () => taken,
    asked: () => taken.length,
    mostAtOnce: () => 1,
    headers: () => ({}),
    be: () => undefined,
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

/** A Unix stream socket that takes packets after their lengths, as the Datadog agent does; it is not there when it is down. */
export async function unixStreamReceiver(): Promise<Receiver> {
  const root = mkdtempSync(join(tmpdir(), 'quorumscope-stream-'));
  const path = join(root, 'dsd.sock');
  const taken: Buffer[] = [];
  const open = new Set<NetSocket>();
  const server = createNetServer((socket) => {
    open.add(socket);
    let rest = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      while (rest.length >= 4 && rest.length >= 4 + rest.readUInt32LE()) {
        const end = 4 + rest.readUInt32LE();
        taken.push(rest.subarray(4, end));
        rest = rest.subarray(end);
      }
    });
    socket.on('error', () => undefined);
    socket.on('close', () => open.delete(socket));
  });
  const stop = (): void => {
    server.close();
    for (const socket of open) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(path, resolve));
  return {
    address: path,
    taken: () => taken,
    asked: () => taken.length,
    mostAtOnce: () => 1,
    headers: () => ({}),
    be: (mood) => {
      if (mood === 'down' && server.listening) stop();
      if (mood === 'well' && !server.listening) server.listen(path);
    },
    close: () => {
      stop();
      rmSync(root, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}

/** A folder, which is down while something else stands in its place. */
export function fileReceiver(): Receiver {
  const root = mkdtempSync(join(tmpdir(), 'quorumscope-exports-'));
  const folder = join(root, 'metrics');
  const away = join(root, 'away');
  mkdirSync(folder);
  let isDown = false;
  const here = (): string => (isDown ? away : folder);
  return {
    address: join(folder, 'metrics.out'),
    taken: () => readdirSync(here()).map((name) => readFileSync(join(here(), name))),
    asked: () => readdirSync(here()).length,
    mostAtOnce: () => 1,
    headers: () => ({}),
    be: (mood) => {
      const wants = mood === 'down';
      if (wants === isDown) return;
      isDown = wants;
      if (wants) {
        renameSync(folder, away);
        writeFileSync(folder, 'not a folder');
      } else {
        rmSync(folder);
        renameSync(away, folder);
      }
    },
    close: () => {
      rmSync(root, { recursive: true, force: true });
      return Promise.resolve();
    },
  };
}
