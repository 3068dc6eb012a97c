/**
 * A sidecar for tests, inside the process: the whole pipeline from events to metrics, without ports,
 * threads or files. Time follows the events unless the test brings a clock of its own.
 *
 * What a hook states is in the pipeline when the call returns; `settled` resolves when it is in the metrics.
 */
import {
  attachFeed,
  createSidecar,
  parseConfig,
  replayFile,
  StreamClock,
  type Clock,
  type Config,
  type Feed,
  type LosslessFeed,
  type Logger,
  type Replayed,
  type Sidecar,
  type SidecarStatus,
} from '../../src/index.js';
import { createHooks, type Hooks, type HooksOptions, type Shipping } from '../../src/hooks.js';
import type { NodeIdentity, SimulatedNodeHooks } from '../main.js';
import { EventLog, type RecordedEvent } from './event-log.js';
import { expectationFailed } from './failure.js';
import { lossesOf, type Losses } from './losses.js';
import { readingsOf, type Readings } from './readings.js';

/** How a test collector is set up. */
export interface TestCollectorOptions {
  /** Settings of the sidecar, from `parseConfig`; by default its defaults without its own process metrics. */
  readonly config?: Config;
  /** A `StreamClock` (default) follows the events' stamps; a `ManualClock` moves when the test says so. */
  readonly clock?: Clock;
  /** Most events kept for `events`, the newest ones; 200,000 by default, 0 keeps none. */
  readonly keepEvents?: number;
  /** True (default): nothing is ever dropped. False: a full queue drops, as it does behind a socket. */
  readonly lossless?: boolean;
  /** Events per batch from hooks to pipeline; 1 by default, so that nothing waits in between. */
  readonly batchSize?: number;
}

/** A sidecar that a test can ask. */
export interface TestCollector {
  /** The clock that the pipeline runs by. */
  readonly clock: Clock;
  /** The command that states the same events again, where there is one: part of every failure's message. */
  readonly replay: string | undefined;
  /** Hooks for a node under test, heard from the start. @throws QuorumscopeError `attach.hooks` */
  hooks(options: HooksOptions): Hooks;
  /** Hears hooks that the node has made itself. @returns ends it: the node is disconnected */
  attach(hooks: Hooks): () => void;
  /** Hooks of simulated nodes, as `SimulationOptions.hooksFor` wants them. */
  readonly hooksFor: (identity: NodeIdentity) => SimulatedNodeHooks;
  /** Takes a stream of NDJSON lines to its end, and settles. */
  feed(lines: string | Uint8Array): Promise<void>;
  /** Takes a recorded file (NDJSON, gzip or not) to its end, and settles. @throws QuorumscopeError `attach.file` */
  feedFile(path: string): Promise<Replayed>;
  /** Resolves when everything stated so far is in the metrics, derived gauges included. */
  settled(): Promise<void>;
  /** The metrics as they are now; `await settled()` first. */
  metrics(): Readings;
  /** The status document, as `/api/quorumscope/v1/status` has it. */
  status(): SidecarStatus;
  /** What became of the lines received, and what is known to be missing. */
  losses(): Losses;
  /** The page of `/metrics` in one of its formats. */
  page(format?: 'text' | 'openmetrics'): Promise<string>;
  /** The events received, of one type (`consensus.vote_sent`) or of all. */
  events(type?: string): readonly RecordedEvent[];
  /** The warnings of the pipeline, the first 20: why lines were refused, for instance. */
  readonly warnings: readonly string[];
  /**
   * Resolves as soon as `condition` holds, looked at whenever events have arrived; no sleeping in between.
   * @throws QuorumscopeError `testing.expectation` when it does not within `withinMs` (5,000 by default) of wall time
   */
  waitUntil(
    what: string,
    condition: (metrics: Readings) => boolean,
    options?: { readonly withinMs?: number },
  ): Promise<Readings>;
  /** Ends every stream and processes what was received; the metrics stay readable. */
  close(): Promise<void>;
}

/** Starts a collector; nothing is opened, so that nothing need be closed. */
export function createTestCollector(options: TestCollectorOptions = {}): TestCollector {
  return new InProcessCollector(options);
}

/** Who runs a simulation names the command that runs it again. */
export function createReplayableCollector(options: TestCollectorOptions, replay: string): TestCollector {
  return new InProcessCollector(options, replay);
}

const accepts = {
  text: 'text/plain',
  openmetrics: 'application/openmetrics-text; version=1.0.0',
} as const;

const MOST_WARNINGS = 20;

/** No batch may wait for a timer: that would make what a collector has seen a matter of wall time. */
const noTimers = { after: () => ({ stop: () => undefined }) };

class InProcessCollector implements TestCollector {
  readonly clock: Clock;
  readonly replay: string | undefined;
  readonly warnings: string[] = [];
  readonly hooksFor: (identity: NodeIdentity) => SimulatedNodeHooks;
  readonly #sidecar: Sidecar;
  readonly #log: EventLog;
  readonly #lossless: boolean;
  readonly #batchSize: number;
  readonly #shippings = new Set<Shipping>();
  #news: (() => void)[] = [];

  constructor(options: TestCollectorOptions, replay?: string) {
    const { config = quietDefaults(), clock = new StreamClock(), keepEvents = 200_000 } = options;
    this.clock = clock;
    this.replay = replay;
    this.#log = new EventLog(keepEvents);
    this.#lossless = options.lossless ?? true;
    this.#batchSize = options.batchSize ?? 1;
    this.#sidecar = createSidecar(config, { clock, logger: this.#logger(), serve: false });
    // Without doors and server, starting is setting a timer on the clock: done when the call returns.
    void this.#sidecar.start();
    this.hooksFor = (identity) => this.#hooksFor(identity);
  }

  hooks(options: HooksOptions): Hooks {
    const hooks = createHooks(options);
    this.attach(hooks);
    return hooks;
  }

  attach(hooks: Hooks): () => void {
    const { node } = hooks.identity;
    const source = { door: 'test', peer: node };
    const feed = this.#lossless ? this.#sidecar.openLossless(source) : this.#sidecar.openFeed(source);
    const batching = { batchSize: this.#batchSize, timers: noTimers };
    const shipping = attachFeed(hooks, this.#heard(feed), batching);
    this.#shippings.add(shipping);
    return () => {
      this.#shippings.delete(shipping);
      void shipping.close();
    };
  }

  async feed(lines: string | Uint8Array): Promise<void> {
    const feed = this.#openLines('test');
    feed.write(typeof lines === 'string' ? Buffer.from(lines) : lines);
    feed.end();
    await feed.drained();
    await this.settled();
  }

  async feedFile(path: string): Promise<Replayed> {
    const replayed = await replayFile(path, ({ peer }) => this.#openLines(peer));
    await this.settled();
    return replayed;
  }

  async settled(): Promise<void> {
    for (const shipping of this.#shippings) shipping.flush();
    await this.#sidecar.drained();
    this.#sidecar.collect();
  }

  metrics(): Readings {
    return readingsOf(this.#sidecar.board.snapshot());
  }

  status(): SidecarStatus {
    return this.#sidecar.status();
  }

  losses(): Losses {
    return lossesOf(this.metrics());
  }

  async page(format: 'text' | 'openmetrics' = 'text'): Promise<string> {
    const { body } = await this.#sidecar.page(accepts[format]);
    return Buffer.from(body).toString('utf8');
  }

  events(type?: string): readonly RecordedEvent[] {
    return this.#log.events(type);
  }

  async waitUntil(
    what: string,
    condition: (metrics: Readings) => boolean,
    { withinMs = 5_000 }: { readonly withinMs?: number } = {},
  ): Promise<Readings> {
    const deadlineMs = performance.now() + withinMs;
    for (let isLast = false; ;) {
      const news = new Promise<boolean>((resolve) => this.#news.push(() => resolve(true)));
      await this.settled();
      const metrics = this.metrics();
      if (condition(metrics)) return metrics;
      if (isLast) throw this.#waitedInVain(what, withinMs);
      // A clock that the test moves changes metrics without an event: one more look at the end.
      isLast = !(await within(news, deadlineMs));
    }
  }

  async close(): Promise<void> {
    await Promise.all([...this.#shippings].map((shipping) => shipping.close()));
    this.#shippings.clear();
    await this.#sidecar.stop();
    this.#sidecar.collect();
  }

  #hooksFor(identity: NodeIdentity): SimulatedNodeHooks {
    const { life: _life, index: _index, ...facts } = identity;
    const hooks = createHooks(facts);
    const close = this.attach(hooks);
    return Object.assign(Object.create(hooks) as Hooks, { close });
  }

  #openLines(peer: string): LosslessFeed {
    const feed = this.#sidecar.openLossless({ door: 'replay', peer });
    const heard = this.#heard(feed);
    return {
      write: (chunk) => heard.write(chunk),
      end: () => heard.end(),
      ready: () => feed.ready(),
      drained: () => feed.drained(),
    };
  }

  /** The feed, and whoever wants to know what comes. */
  #heard(feed: Feed): Feed {
    const keep = this.#log.stream();
    return {
      write: (chunk) => {
        keep(chunk);
        feed.write(chunk);
        this.#tellNews();
      },
      end: () => {
        feed.end();
        this.#tellNews();
      },
    };
  }

  #tellNews(): void {
    if (this.#news.length > 0) for (const tell of this.#news.splice(0)) tell();
  }

  #logger(): Logger {
    const keep: Logger['warn'] = (message, fields = {}) => {
      if (this.warnings.length < MOST_WARNINGS) this.warnings.push(`${message} ${JSON.stringify(fields)}`);
    };
    return { debug: () => undefined, info: () => undefined, warn: keep, error: keep };
  }

  #waitedInVain(what: string, withinMs: number): Error {
    const { processed, invalid, missing } = this.losses();
    return expectationFailed({
      what: `waited for ${what}`,
      found: `not so after ${withinMs} ms; ${processed} events processed, ${invalid} invalid, ${missing} missing`,
      expected: what,
      replay: this.replay,
      hints: this.warnings,
    });
  }
}

/** Everything by default; the metrics of the test's own process would differ from run to run. */
function quietDefaults(): Config {
  return parseConfig({ environment: { QUORUMSCOPE_PROMETHEUS_PROCESS_METRICS: 'false' } });
}

/** Whether `news` comes before the deadline. The timer holds the process: somebody awaits it. */
async function within(news: Promise<boolean>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.max(0, deadlineMs - performance.now()));
  });
  const came = await Promise.race([news, late]);
  clearTimeout(timer);
  return came;
}
