/**
 * A Jaeger agent (UDP) and collector (HTTP) as far as receiving goes. What they got is decoded by Apache Thrift's own Python
 * library, with code that its compiler makes of the IDL: Debian's `thrift-compiler` and `python3-thrift`.
 */
import { execFileSync } from 'node:child_process';
import { createSocket, type Socket } from 'node:dgram';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ReceivedSpan, Tag } from './received-span.js';

const root = join(import.meta.dirname, '../..');
const idl = join(root, 'node_modules/jaeger-client/dist/src/jaeger-idl/thrift/agent.thrift');

/** What the decoder prints of a span. */
type Decoded = Omit<ReceivedSpan, 'error' | 'tags'> & {
  readonly service: string;
  readonly tags: Record<string, Tag>;
};

/** Both receivers, on free ports. */
export class JaegerReceivers {
  readonly datagrams: Buffer[] = [];
  readonly bodies: { readonly path: string; readonly type: string | undefined; readonly body: Buffer }[] = [];
  readonly #socket: Socket = createSocket({ type: 'udp4', recvBufferSize: 4 * 1024 * 1024 });
  readonly #server: Server;

  private constructor() {
    this.#socket.on('message', (datagram) => this.datagrams.push(datagram));
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const { url = '', headers } = request;
        this.bodies.push({ path: url, type: headers['content-type'], body: Buffer.concat(chunks) });
        response.writeHead(202).end();
      });
    });
  }

  static async start(): Promise<JaegerReceivers> {
    const receivers = new JaegerReceivers();
    await new Promise<void>((resolve) => receivers.#socket.bind(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => receivers.#server.listen(0, '127.0.0.1', resolve));
    return receivers;
  }

  /** `host:port` of the agent. */
  get agent(): string {
    return `127.0.0.1:${this.#socket.address().port}`;
  }

  /** Where the collector takes Thrift. */
  get collector(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/api/traces`;
  }

  /** Everything received so far. */
  decoded(): { readonly agent: ReceivedSpan[]; readonly collector: ReceivedSpan[] } {
    const generated = mkdtempSync(join(tmpdir(), 'quorumscope-thrift-'));
    try {
      execFileSync('thrift', ['-r', '--gen', 'py', '-out', generated, idl], { stdio: 'ignore' });
      const decode = (form: string, messages: readonly Buffer[]): ReceivedSpan[] => {
        const input = messages.map((message) => message.toString('hex')).join('\n');
        const args = [join(root, 'test/support/decode-thrift.py'), generated, form];
        const output = execFileSync('/usr/bin/python3', args, {
          input,
          encoding: 'utf8',
          maxBuffer: 1 << 28,
        });
        return (JSON.parse(output) as Decoded[]).map(received);
      };
      return {
        agent: decode('agent', this.datagrams),
        collector: decode(
          'collector',
          this.bodies.map(({ body }) => body),
        ),
      };
    } finally {
      rmSync(generated, { recursive: true });
    }
  }

  close(): void {
    this.#socket.close();
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** What the exporter says of a span by tags of its own goes back to where it came from. */
function received({ service, tags, ...span }: Decoded): ReceivedSpan {
  const {
    error,
    'otel.status_code': code,
    'otel.status_description': message,
    'otel.library.name': library,
    'otel.library.version': version,
    ...own
  } = tags;
  if (service !== own['service.name']) throw new Error(`the process is ${service}`);
  if (library !== 'quorumscope' || typeof version !== 'string') throw new Error(`told by ${String(library)}`);
  if ((error === true) !== (code === 'ERROR')) throw new Error('error and status disagree');
  return { ...span, tags: own, error: code === 'ERROR' ? String(message) : undefined };
}
