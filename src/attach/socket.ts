/**
 * The socket door: NDJSON over a Unix socket or loopback TCP, any number of nodes on each connection.
 * It moves bytes and nothing else, never writes to a producer, and stops reading for others' turn alone: what
 * has not been read waits in the kernel, and a producer that follows the protocol does not block on it.
 *
 * States: listening -> closed. A connection that breaks is an ended feed, whatever broke it.
 */
import { once } from 'node:events';
import { chmodSync, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { messageOf, QuorumscopeError } from '../base/errors.js';
import type { Logger } from '../base/logger.js';
import { formatAddress, parseAddress, type Address } from './address.js';
import type { OpenFeed } from './feed.js';

/** On closing: a moment without a byte, and the longest that is read on. Milliseconds of wall time. */
const QUIET_MS = 10;
const LONGEST_DRAIN_MS = 500;
/** Longest that a connection is read on while others wait. Milliseconds of wall time. */
const READING_MS = 1;

/** An open door. */
export interface Door {
  /** Where it really listens: a port 0 has become the one that was given. */
  readonly address: string;
  /** Connections open now. */
  readonly connections: number;
  /** Reads what has been sent already, ends every connection and frees the address. */
  close(): Promise<void>;
}

/** What to listen on, and for whom. */
export interface SocketOptions {
  readonly address: Address;
  /** File mode of a Unix socket: who may attach. Default 0o660, owner and group. */
  readonly mode?: number;
  readonly openFeed: OpenFeed;
  readonly logger: Logger;
  /** More than these are turned away, and logged. Default 1,024. */
  readonly maxConnections?: number;
}

/** @throws QuorumscopeError `attach.listen` or `attach.address`, saying what to do about it */
export async function listenSocket(options: SocketOptions): Promise<Door> {
  const { logger } = options;
  // Also where the address did not come from text: what is not loopback is never opened.
  const address = parseAddress(formatAddress(options.address));
  const sockets = new Set<Socket>();
  const activity = { chunks: 0 };
  const server = createServer((socket) => receive(socket, options, sockets, activity));
  server.maxConnections = options.maxConnections ?? 1_024;
  server.on('drop', () => logger.warn('a connection was turned away: too many are open', limits(options)));
  if (address.kind === 'unix') await prepare(address.path);
  await listen(server, address, options.mode ?? 0o660);
  const actual = formatAddress(actualOf(server, address));
  logger.info('the event socket is open', { address: actual });
  return {
    address: actual,
    get connections() {
      return sockets.size;
    },
    close: () => close(server, sockets, activity),
  };
}

/**
 * How long one connection is read in one turn of the event loop. The system gives up to two megabytes of whoever has sent so
 * much, and until they are read nobody else is heard: not the other node that has something urgent to say.
 */
class ReadingTurn {
  #beganMs = 0;
  #isOpen = false;

  /** Called after each piece. */
  isOver(): boolean {
    const nowMs = performance.now();
    if (!this.#isOpen) {
      this.#isOpen = true;
      this.#beganMs = nowMs;
      setImmediate(() => (this.#isOpen = false));
    }
    return nowMs - this.#beganMs >= READING_MS;
  }
}

/** What has come in on all connections, themselves included. */
interface Activity {
  chunks: number;
}

function receive(
  socket: Socket,
  { openFeed, logger, address }: SocketOptions,
  sockets: Set<Socket>,
  activity: Activity,
): void {
  activity.chunks++;
  const peer = address.kind === 'unix' ? address.path : `${socket.remoteAddress}:${socket.remotePort}`;
  const feed = openFeed({ door: address.kind, peer });
  sockets.add(socket);
  logger.debug('a connection was opened', { door: address.kind, peer });
  const turn = new ReadingTurn();
  socket.on('data', (chunk: Buffer) => {
    activity.chunks++;
    feed.write(chunk);
    if (!turn.isOver()) return;
    socket.pause();
    setImmediate(() => socket.resume());
  });
  socket.on('error', (error) => logger.debug('a connection broke', { peer, error: error.message }));
  socket.on('close', () => {
    sockets.delete(socket);
    feed.end();
    logger.debug('a connection was closed', { door: address.kind, peer });
  });
}

/** Makes the socket's folder, and removes a socket that nobody answers on. */
async function prepare(path: string): Promise<void> {
  // The superuser's folder is for other accounts to reach in; anybody else's is their own.
  const mode = process.getuid?.() === 0 ? 0o755 : 0o700;
  try {
    mkdirSync(dirname(path), { recursive: true, mode });
  } catch (error) {
    throw cannotListen(`unix://${path}`, `its folder cannot be made: ${messageOf(error)}`, error);
  }
  const found = lstatSync(path, { throwIfNoEntry: false });
  if (!found) return;
  if (!found.isSocket()) throw cannotListen(`unix://${path}`, 'there is a file of that name');
  const answer = await answerOf(path);
  if (answer === 'alive') throw cannotListen(`unix://${path}`, 'another process is listening there');
  if (answer !== 'ECONNREFUSED') throw cannotListen(`unix://${path}`, `it cannot be tried: ${answer}`);
  unlinkSync(path);
}

/** `alive`, or the error code of the attempt to connect. */
async function answerOf(path: string): Promise<string> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return 'alive';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? messageOf(error);
  } finally {
    socket.destroy();
  }
}

async function listen(server: Server, address: Address, mode: number): Promise<void> {
  try {
    if (address.kind === 'unix') server.listen({ path: address.path });
    else server.listen({ host: address.host, port: address.port });
    await once(server, 'listening');
    if (address.kind === 'unix') chmodSync(address.path, mode);
  } catch (error) {
    server.close();
    throw cannotListen(formatAddress(address), messageOf(error), error);
  }
}

function actualOf(server: Server, address: Address): Address {
  if (address.kind === 'unix') return address;
  const { address: host, port } = server.address() as AddressInfo;
  return { kind: 'tcp', host, port };
}

/**
 * Reads what the kernel already holds of producers that have said their last, then lets go. Resolves when
 * every feed has been ended, and the address is free.
 */
async function close(server: Server, sockets: ReadonlySet<Socket>, activity: Activity): Promise<void> {
  await quiet(activity);
  const closed = [...sockets].map((socket) => once(socket, 'close'));
  const freed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  for (const socket of sockets) socket.destroy();
  await Promise.all([freed, ...closed]);
}

/** Resolves when nothing has come in for a moment; producers that go on talking are not waited for. */
async function quiet(activity: Activity): Promise<void> {
  for (let waitedMs = 0; waitedMs < LONGEST_DRAIN_MS; waitedMs += QUIET_MS) {
    const { chunks } = activity;
    await new Promise((resolve) => setTimeout(resolve, QUIET_MS));
    if (activity.chunks === chunks) return;
  }
}

function limits(options: SocketOptions): { address: string; maxConnections: number } {
  return { address: formatAddress(options.address), maxConnections: options.maxConnections ?? 1_024 };
}

function cannotListen(address: string, problem: string, cause?: unknown): QuorumscopeError {
  return new QuorumscopeError('attach.listen', 'configuration', `cannot listen on ${address}: ${problem}`, {
    details: { address },
    cause,
  });
}
