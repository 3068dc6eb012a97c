/** An HTTP or HTTPS server that notes what it is asked and answers as told; and a certificate for it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import { createServer as createHttps } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A request as it came. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

/** A certificate that signs itself, for 127.0.0.1. */
export interface Certificate {
  readonly folder: string;
  readonly certFile: string;
  readonly key: string;
  readonly cert: string;
  remove(): void;
}

export function makeCertificate(): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-tls-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const words = 'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=127.0.0.1';
  const names = ['-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
  execFileSync('openssl', [...words.split(' '), ...names, '-keyout', keyFile, '-out', certFile], {
    stdio: 'ignore',
  });
  const [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
  return { folder, certFile, key, cert, remove: () => rmSync(folder, { recursive: true }) };
}

export class Sink {
  readonly asked: Asked[] = [];
  answer: (response: ServerResponse, asked: Asked) => void = (response) => response.end('ok');
  readonly #server: Server;
  readonly #isTls: boolean;

  private constructor(tls: Certificate | undefined) {
    const take = (request: IncomingMessage, response: ServerResponse): void =>
      void this.#take(request, response);
    this.#isTls = tls !== undefined;
    this.#server = tls === undefined ? createHttp(take) : createHttps({ key: tls.key, cert: tls.cert }, take);
  }

  static async open(tls?: Certificate): Promise<Sink> {
    const sink = new Sink(tls);
    await new Promise<void>((resolve) => sink.#server.listen(0, '127.0.0.1', resolve));
    return sink;
  }

  get url(): string {
    const { port } = this.#server.address() as AddressInfo;
    return `${this.#isTls ? 'https' : 'http'}://127.0.0.1:${port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const { method = '', url = '', headers } = request;
    const text = Buffer.concat(chunks).toString('utf8');
    const asked = {
      method,
      path: url,
      headers,
      body: JSON.parse(text === '' ? '{}' : text) as Asked['body'],
    };
    this.asked.push(asked);
    this.answer(response, asked);
  }
}
