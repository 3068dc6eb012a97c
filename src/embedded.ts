/**
 * The sidecar inside a TypeScript node: hooks that feed a pipeline of their own, in a worker thread, so
 * that the node's event loop is not ours to block. `thread: same` runs it on the node's thread.
 *
 * The worker may fail or end: the node goes on, its hooks drop and count, and `failed` says why.
 */
import { Worker } from 'node:worker_threads';
import { attachWorker, type WorkerPort } from './attach/hooks/attach-worker.js';
import { createHooks, type Hooks, type HooksOptions } from './attach/hooks/create-hooks.js';
import { readBatches, type BatchReader } from './attach/hooks/read-batches.js';
import type { Shipping } from './attach/hooks/shipping.js';
import { WallClock } from './base/clock.js';
import { messageOf } from './base/errors.js';
import { silentLogger, type LogFields, type Logger } from './base/logger.js';
import { parseConfig } from './config/parse.js';
import type { Config } from './config/sections.js';
import { createSidecar, type SidecarAddresses } from './sidecar.js';

/** Who the node is, and how the sidecar is set up. */
export interface EmbedOptions extends Omit<HooksOptions, 'samplingRate'> {
  /** Default: all defaults, without an event socket. `hooks.*` applies to this node. */
  readonly config?: Config;
  /** Where the pipeline's log lines go. Default: nowhere. */
  readonly logger?: Logger;
}

/** A node with a sidecar inside. */
export interface Embedded {
  readonly hooks: Hooks;
  readonly addresses: SidecarAddresses;
  /** Why the pipeline has ended by itself, if it has. */
  readonly failed: string | undefined;
  /**
   * Delivers what is buffered, processes it, and pushes to every exporter. Resolves when all has left, or
   * after some seconds. For a collector: `new HookCollector(hooks, { flush: () => embedded.flush() })`.
   */
  flush(): Promise<void>;
  /** Delivers what is buffered, processes it, and closes everything. May be called twice. */
  stop(): Promise<void>;
}

/** What the worker is given. */
export interface WorkerStart {
  readonly config: Config;
}

/** What the worker says. */
export type WorkerSays =
  | { readonly says: 'started'; readonly addresses: SidecarAddresses }
  | { readonly says: 'failed'; readonly reason: string }
  | { readonly says: 'flushed' }
  | { readonly says: 'stopped' }
  | {
      readonly says: 'log';
      readonly level: keyof Logger;
      readonly message: string;
      readonly fields?: LogFields;
    };

/** The configuration of a node that does not name one: everything by default, and no door but its own hooks. */
function embeddedDefaults(): Config {
  return parseConfig({ environment: { QUORUMSCOPE_ATTACH_SOCKET: 'null' } });
}

/**
 * Creates hooks for this node and starts a sidecar that hears them.
 * @throws QuorumscopeError `attach.hooks`, or what kept the sidecar from starting
 */
export async function embed(options: EmbedOptions): Promise<Embedded> {
  const { config = embeddedDefaults(), logger = silentLogger, ...identity } = options;
  const { samplingRate, batchSize, thread } = config.hooks;
  const hooks = createHooks({ ...identity, samplingRate });
  const host = thread === 'same' ? await startHere(config, logger) : await startWorker(config, logger);
  const shipping = attachWorker(hooks, host.port, { batchSize });
  let stopping: Promise<void> | undefined;
  return {
    hooks,
    addresses: host.addresses,
    get failed() {
      return host.failed();
    },
    flush: async () => {
      shipping.flush();
      await host.flush();
    },
    stop: () => (stopping ??= stop(shipping, host)),
  };
}

/** Where the pipeline runs. */
interface Host {
  readonly port: WorkerPort;
  readonly addresses: SidecarAddresses;
  failed(): string | undefined;
  flush(): Promise<void>;
  stop(): Promise<void>;
}

async function stop(shipping: Shipping, host: Host): Promise<void> {
  await shipping.close();
  await host.stop();
}

async function startHere(config: Config, logger: Logger): Promise<Host> {
  const clock = new WallClock();
  const sidecar = createSidecar(config, { clock, logger });
  await sidecar.start();
  const readers: BatchReader[] = [];
  return {
    port: {
      postMessage: (message) => {
        const feed = sidecar.openFeed({ door: 'embedded', peer: 'this thread' });
        readers.push(readBatches((message as { ring: SharedArrayBuffer }).ring, feed, clock));
      },
    },
    addresses: sidecar.addresses,
    failed: () => undefined,
    flush: async () => {
      for (const reader of readers) reader.read();
      await sidecar.flush();
    },
    stop: async () => {
      for (const reader of readers) reader.stop();
      await sidecar.stop();
    },
  };
}

/** Longest that a worker may take to process what is left and to push it. */
const ANSWER_TIMEOUT_MS = 6_000;

async function startWorker(config: Config, logger: Logger): Promise<Host> {
  const workerData: WorkerStart = { config };
  const worker = new Worker(new URL('./embedded-worker.js', import.meta.url), {
    workerData,
    name: 'quorumscope',
  });
  let failed: string | undefined;
  let stopping = false;
  const started = new Promise<SidecarAddresses>((resolve, reject) => {
    worker.on('message', (message: WorkerSays) => {
      if (message.says === 'started') resolve(message.addresses);
      else if (message.says === 'log') logger[message.level](message.message, message.fields);
      else if (message.says === 'failed') reject(new Error((failed = message.reason)));
    });
    worker.on('error', (error) => reject(new Error((failed = messageOf(error)))));
    worker.on('exit', (code) => {
      if (!stopping) failed ??= `the pipeline's thread ended with code ${code}`;
      reject(new Error(failed));
    });
  });
  const addresses = await started;
  worker.unref();
  return {
    port: worker,
    addresses,
    failed: () => failed,
    flush: () => askWorker(worker, 'flush', 'flushed'),
    stop: () => {
      stopping = true;
      return stopWorker(worker);
    },
  };
}

/** Asks for something and waits for the answer, for the worker's end, or for as long as is worth waiting. */
async function askWorker(worker: Worker, ask: string, answer: WorkerSays['says']): Promise<void> {
  let listen: (message: WorkerSays) => void = () => undefined;
  let exited: () => void = () => undefined;
  let timer: NodeJS.Timeout | undefined;
  const answered = new Promise<void>((resolve) => {
    worker.on('exit', (exited = resolve));
    worker.on('message', (listen = ({ says }) => says === answer && resolve()));
    timer = setTimeout(resolve, ANSWER_TIMEOUT_MS).unref();
  });
  worker.ref();
  worker.postMessage(ask);
  await answered;
  clearTimeout(timer);
  worker.off('message', listen);
  worker.off('exit', exited);
  worker.unref();
}

async function stopWorker(worker: Worker): Promise<void> {
  await askWorker(worker, 'stop', 'stopped');
  await worker.terminate();
}
