/** A real NATS server with JetStream, which can be stopped, killed and started again on its port with what it holds. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection } from 'nats';
import { Child, eventually } from './child.js';
import { freePort } from './database.js';

/** A message as a stream holds it. */
export interface Held {
  readonly subject: string;
  readonly id: string;
  readonly data: Record<string, unknown>;
}

/** One server; stopped when made. */
export class NatsServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'quorumscope-nats-'));
  readonly #more: readonly string[];
  #child: Child | undefined;
  port = 0;

  /** @param more arguments for the server */
  constructor(more: readonly string[] = []) {
    this.#more = more;
  }

  get url(): string {
    return `nats://127.0.0.1:${this.port}`;
  }

  /** Resolves when clients can connect. A port that another process took is given up for another, the first time. */
  async start(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      if (this.#child === undefined && attempt >= 0 && this.port === 0) this.port = await freePort();
      const child = new Child('nats-server', this.#args());
      this.#child = child;
      const isReady = (): boolean | undefined =>
        child.output.includes('Server is ready') ? true : child.process.exitCode === null ? undefined : false;
      if (await eventually(() => Promise.resolve(isReady()), 20_000, 'nats-server ready')) return;
      if (attempt === 3) throw new Error(`nats-server does not start:\n${child.output}`);
      this.#child = undefined;
      this.port = 0;
    }
  }

  /** Ends it, by default at once. */
  async stop(signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    child?.process.kill(signal);
    await child?.exited;
  }

  async remove(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  connected(): Promise<NatsConnection> {
    return connect({ servers: this.url });
  }

  /** Makes a stream of everything under `subject`. */
  async addStream(name: string, subject: string): Promise<void> {
    const connection = await this.connected();
    await (await connection.jetstreamManager()).streams.add({ name, subjects: [subject] });
    await connection.close();
  }

  /** All that a stream holds, in its order, read by a consumer. */
  async held(stream: string): Promise<Held[]> {
    const connection = await this.connected();
    try {
      const manager = await connection.jetstreamManager();
      const { messages } = (await manager.streams.info(stream)).state;
      const consumer = await connection.jetstream().consumers.get(stream);
      const held: Held[] = [];
      while (held.length < messages) {
        const batch = await consumer.fetch({ max_messages: messages - held.length, expires: 5_000 });
        for await (const message of batch) {
          const id = message.headers?.get('Nats-Msg-Id') ?? '';
          held.push({ subject: message.subject, id, data: message.json() });
        }
      }
      return held;
    } finally {
      await connection.close();
    }
  }

  #args(): string[] {
    const { port } = this;
    return ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', this.#folder, ...this.#more];
  }
}
