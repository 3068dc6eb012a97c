/** An HTTP or HTTPS server that notes what it is asked and answers as told; and a certificate for it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

/** A certificate that signs itself. */
export interface Certificate {
  readonly folder: string;
  readonly certFile: string;
  readonly key: string;
  readonly cert: string;
  remove(): void;
}

/** What a certificate is good for; by default 127.0.0.1, now. */
export interface CertificateOptions {
  /** `IP:127.0.0.1,DNS:localhost`. */
  readonly names?: string;
  readonly isExpired?: boolean;
}

export function makeCertificate({ names, isExpired }: CertificateOptions = {}): Certificate {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-tls-'));
  const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const openssl = (...words: string[]): unknown =>
    execFileSync('openssl', words, { stdio: 'ignore', cwd: folder });
  const key = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=127.0.0.1'.split(' ');
  const subject = `subjectAltName=${names ?? 'IP:127.0.0.1,DNS:localhost'}`;
  if (isExpired === true) {
    // Only an authority may say from when to when.
    writeFileSync(join(folder, 'index.txt'), '');
    writeFileSync(join(folder, 'serial'), '01');
    const lines = [
      ...['[ca]', 'default_ca=a', '[a]', 'database=index.txt', 'serial=serial', 'new_certs_dir=.'],
      ...['default_md=sha256', 'policy=p', 'x509_extensions=e', '[p]', 'commonName=supplied', '[e]', subject],
    ];
    writeFileSync(join(folder, 'ca.cnf'), lines.join('\n'));
    openssl('req', '-new', ...key, '-keyout', keyFile, '-out', 'request.pem');
    const span = ['-startdate', '20200101000000Z', '-enddate', '20200201000000Z'];
    openssl(
      ...['ca', '-batch', '-selfsign', '-config', 'ca.cnf', ...span, '-notext'],
      ...['-keyfile', keyFile, '-in', 'request.pem', '-out', certFile],
    );
  } else
    openssl('req', '-x509', ...key, '-days', '30', '-addext', subject, '-keyout', keyFile, '-out', certFile);
  return {
    folder,
    certFile,
    key: readFileSync(keyFile, 'utf8'),
    cert: readFileSync(certFile, 'utf8'),
    remove: () => rmSync(folder, { recursive: true }),
  };
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
