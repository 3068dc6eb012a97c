/**
 * The composition root: builds every room from one configuration, fills their ports, starts them in the
 * order of the data flow and stops them in reverse. The only file that knows every room.
 *
 *   doors -> intake -> domains -> board -> exposition -> server
 *                                       '-> exporters
 *
 * States: built -> started -> stopped. Starting opens doors last; stopping closes them first, processes
 * what was received, and only then closes the server, so that a last scrape sees everything.
 */
import { Alerting } from './alerting.js';
import type { AlertListener } from './alerts/alert.js';
import type { AlertDesk } from './alerts/embedded/raised-alerts.js';
import type { OpenFeed, OpenLosslessFeed, SourceDescription } from './attach/feed.js';
import type { Analytics } from './analytics/analytics.js';
import { viewArchive, ViewArchivist } from './archived-views.js';
import { StreamClock, WallClock, type Clock, type Timer } from './base/clock.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import { configuredHello } from './configured-hello.js';
import { ConsensusOutlets, type OutletOptions } from './consensus-outlets.js';
import type { Domain } from './domains/domain.js';
import type { ChainViews } from './domains/consensus/record/view-record.js';
import type { ConsensusListeners } from './domains/consensus/watch.js';
import { DomainRegistry, standardDomains } from './domains/registry.js';
import { createExposition, type Exposition, type ExpositionOptions } from './export/prometheus/exposition.js';
import { exporterOf, formats, isFormat } from './export/formats.js';
import { negotiateFormat } from './export/prometheus/format.js';
import { defaultProcessRegistry } from './export/prometheus/process-registry.js';
import type { Pushes } from './export/pushes.js';
import { selecting } from './export/selection.js';
import { readSnapshot, type MetricsExporter, type MetricsSnapshot } from './export/snapshot.js';
import { Doors } from './doors.js';
import type { EmbeddedAlerting } from './embedded-alerts.js';
import { EventOutlets } from './event-outlets.js';
import { exporterHandlers, openExporters, type CustomExporter } from './exporters.js';
import { healthHandlers, healthOf, isUsable } from './health.js';
import type { HealthChecker } from './health/health-checker.js';
import { type Component, type ComponentHealth, type HealthReport } from './health/health-report.js';
import type { History } from './history-and-queries.js';
import type { Notifications } from './notifications.js';
import { followStreams, ignoring, recorderOf, tapOf } from './intake-parts.js';
import type { Dispatcher } from './intake/dispatcher.js';
import { Intake } from './intake/intake.js';
import type { Recorder } from './intake/recorder.js';
import type { Tap } from './intake/tap.js';
import { Board } from './metrics/board.js';
import { rangeHandler } from './range-exports.js';
import type { Handlers } from './server/handlers.js';
import { createServer, type HttpServer } from './server/server.js';
import { incidentHandlers } from './incident-handlers.js';
import { noticesOf, statusOf, type SidecarStatus } from './status.js';
import { tracesOf, type Traces } from './traces.js';
import { withTraceIds } from './tracing/trace-logger.js';
import { VERSION } from './version.js';
import type { ConsensusReader } from './views/consensus-reader.js';
import type { Names } from './views/names.js';
import { WholeViews } from './views/whole-views.js';
import { evaluatesRules, keepsHistory, notifies } from './wanted-rooms.js';

/** What a sidecar is given besides its configuration. */
export interface SidecarDeps {
  /** A `StreamClock` makes time follow the events; any other runs by itself. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** Observers besides the house's own. */
  readonly extraDomains?: readonly Domain[];
  /** An operator's own prom-client registries, merged into the page. They are only read. */
  readonly registries?: NonNullable<ExpositionOptions['registries']>;
  /** Exporters of the embedder's own, beside the configured ones. */
  readonly exporters?: readonly CustomExporter[];
  /** Whether doors, HTTP and exporters open at start; false for `replay`. Default true. */
  readonly serve?: boolean;
  /** Who hears of consensus besides the house's own. */
  readonly consensus?: ConsensusListeners;
  /** Which verdicts are kept, where that is not the usual. */
  readonly verdictLog?: OutletOptions['verdictLog'];
  /** Who is told of alerts, where that is not the log. */
  readonly alerts?: AlertListener;
  /** Conditions and handlers of the embedder's own; also opens `alerts`. */
  readonly alerting?: EmbeddedAlerting;
  /** Hears every line that arrives. */
  readonly tap?: Tap;
  /** Stands between the intake and the domains, as patterns of the house's own do. */
  readonly hearing?: (inner: Dispatcher) => Dispatcher;
}

/** Where a started sidecar can be reached. */
export interface SidecarAddresses {
  /** `http://host:port` */
  readonly http?: string;
  readonly telemetry?: string;
  /** `unix:///path` */
  readonly socket?: string;
  /** `tcp://host:port` */
  readonly tcp?: string;
  /** `http://host:port` of OTLP */
  readonly otlp?: string;
}

/** A sidecar that is not yet, now, or no longer running. */
export interface Sidecar {
  readonly board: Board;
  /** The logger given, whose lines also leave where `tracing.logs` asks for it. */
  readonly logger: Logger;
  readonly addresses: SidecarAddresses;
  /** What is known of views, verdicts, validators and evidence. */
  readonly consensus: ConsensusReader;
  /** For doors whose producers must never wait. */
  readonly openFeed: OpenFeed;
  /** For doors that can wait: files, stdin. */
  readonly openLossless: OpenLosslessFeed;
  /** Opens the server, then the doors. @throws QuorumscopeError with everything closed again */
  start(): Promise<void>;
  /** Resolves when everything received so far has been processed. */
  drained(): Promise<void>;
  /** Brings derived gauges up to date, as every collection interval does. */
  collect(): void;
  status(): SidecarStatus;
  /** How nodes and chain are, as of the last collection interval; undefined when `health.enabled` is false. */
  health(): HealthReport | undefined;
  /** How one part of nodes and chain is; undefined when `health.enabled` is false. */
  check(component: Component): ComponentHealth | undefined;
  /** Raises alerts by hand; undefined without `alerting`, and where no rules are evaluated. */
  readonly alerts: AlertDesk | undefined;
  /** Figures over the whole history, once started; undefined where none is kept. */
  readonly analytics: Analytics | undefined;
  /** All metrics as an exporter is given them. */
  snapshot(): MetricsSnapshot;
  /** Pushes to every exporter now. Resolves when all has left, or after five seconds. */
  flush(): Promise<void>;
  /** Renders the page as `/metrics` would. */
  page(accept?: string): Promise<{ contentType: string; body: Uint8Array }>;
  /** Reads rule files anew. Resolves with what is wrong, when the old rules stay. */
  reload(): Promise<string | undefined>;
  /** Closes the doors, processes what was received, pushes it, closes the server. May be called twice. */
  stop(): Promise<void>;
}

/** Builds a sidecar; nothing is opened yet. */
export function createSidecar(config: Config, deps: SidecarDeps): Sidecar {
  return new ComposedSidecar(config, deps);
}

/** How long a push on demand, and the last one, may take. */
const FLUSH_DEADLINE_US = 5_000_000;
const STOP_DEADLINE_US = 2_000_000;

const STARTING = { status: 503, document: 'the sidecar is starting' };

class ComposedSidecar implements Sidecar {
  readonly board: Board;
  readonly logger: Logger;
  readonly openFeed: OpenFeed;
  readonly openLossless: OpenLosslessFeed;
  readonly #config: Config;
  readonly #deps: SidecarDeps;
  readonly #registry: DomainRegistry;
  readonly #intake: Intake;
  readonly #recorder: Recorder | undefined;
  readonly #outlets: ConsensusOutlets;
  readonly #events: EventOutlets;
  readonly #exposition: Exposition;
  readonly #startedAtUs: number;
  #doors: Doors | undefined;
  readonly #traces: Traces | undefined;
  readonly #archivist = new ViewArchivist(
    () => this.#outlets.log,
    () => this.#config.history.slowViewUs,
    (view) => this.#history?.view(view),
  );
  readonly #health: HealthChecker | undefined;
  #pushes: Pushes | undefined;
  #server: HttpServer | undefined;
  #history: History | undefined;
  readonly #alerting: Alerting | undefined;
  #notifications: Notifications | undefined;
  #timer: Timer | undefined;
  #addresses: SidecarAddresses = {};
  #ready = false;
  #stopping: Promise<void> | undefined;

  constructor(config: Config, deps: SidecarDeps) {
    const { clock } = deps;
    const { metrics, chain } = config;
    this.#config = config;
    this.#startedAtUs = clock.nowUs();
    this.board = boardOf(config);
    this.#traces = tracesOf(config.tracing, { board: this.board, clock, logger: deps.logger });
    const logger = this.#traces?.logger ?? deps.logger;
    this.logger = logger;
    this.#deps = { ...deps, logger };
    const views = (chain: string): ChainViews | undefined => this.#outlets.watch.views(chain);
    const traced = this.#traces === undefined ? logger : withTraceIds(logger, { views });
    const names = (chain: string): Names => this.#outlets.reader.names(chain);
    this.#events = new EventOutlets({
      board: this.board,
      clock,
      names,
      onWanted: () => this.#listen(),
    });
    if (evaluatesRules(config) && deps.serve !== false)
      this.#alerting = new Alerting({
        config,
        board: this.board,
        clock,
        logger,
        names,
        embedded: deps.alerting,
      });
    this.#outlets = new ConsensusOutlets({
      config,
      board: this.board,
      clock,
      logger: traced,
      listeners: this.#listeners(),
      onIncident: (stage, meta) => this.#events.incident(stage, meta),
      verdictLog: deps.verdictLog,
    });
    this.#traces?.follow(this.#outlets.watch);
    this.#registry = new DomainRegistry({
      board: this.board,
      clock,
      logger: traced,
      windowUs: metrics.windowUs,
      validatorNames: chain.validators,
      ...(chain.linkCapacityBytes === null ? {} : { linkCapacity: chain.linkCapacityBytes }),
      domains: [
        ...standardDomains(this.board, this.#outlets.watch),
        ...(this.#traces === undefined ? [] : [this.#traces.domain]),
        ...(deps.extraDomains ?? []),
      ],
    });
    this.#health = healthOf({ config, board: this.board, consensus: this.consensus });
    this.#recorder = recorderOf(config, this.board, logger);
    this.#intake = this.#openIntake(logger);
    this.#listen();
    const hello = configuredHello(config, clock);
    const described = (source: SourceDescription): SourceDescription =>
      hello ? { hello, ...source } : source;
    this.openFeed = (source) => this.#intake.openFeed(described(source));
    this.openLossless = (source) => this.#intake.openLossless(described(source));
    this.#exposition = createExposition({
      board: this.board,
      clock,
      exemplars: this.#traces?.exemplars,
      others: () => this.#alerting?.page() ?? [],
      registries: registriesOf(config, deps),
    });
  }

  /** What takes events in and gives them to the domains, past those who watch for patterns. */
  #openIntake(logger: Logger): Intake {
    const { clock } = this.#deps;
    const domains = this.#config.metrics.enabled ? this.#registry : ignoring;
    const meaning = this.#deps.hearing?.(domains) ?? domains;
    return new Intake({
      board: this.board,
      clock,
      logger,
      dispatcher: this.#alerting?.patterns.dispatching(meaning) ?? meaning,
      queueCapacity: this.#config.intake.queueEvents,
      ...(clock instanceof StreamClock ? followStreams(clock) : {}),
    });
  }

  /** Who hears of consensus. */
  #listeners(): ConsensusListeners[] {
    const all = [
      this.#traces?.listeners,
      this.#events.listeners,
      this.#archivist.listeners,
      this.#alerting?.listeners,
      this.#deps.consensus,
    ];
    return all.flatMap((one) => one ?? []);
  }

  get addresses(): SidecarAddresses {
    return this.#addresses;
  }

  get consensus(): ConsensusReader {
    return this.#outlets.reader;
  }

  get alerts(): AlertDesk | undefined {
    return this.#alerting?.desk;
  }

  get analytics(): Analytics | undefined {
    return this.#history?.analytics;
  }

  async start(): Promise<void> {
    const { metrics } = this.#config;
    try {
      await this.#outlets.open();
      this.#timer = this.#deps.clock.every(metrics.collectionIntervalUs, () => this.#collectInTurns());
      if (this.#deps.serve === false) return;
      const { clock, logger, exporters = [] } = this.#deps;
      const room = { board: this.board, clock, logger, startedAtUs: this.#startedAtUs, events: this.#events };
      this.#pushes = await openExporters(this.#config.exporters, exporters, room);
      await this.#traces?.open();
      await this.#openServer();
      await this.#openAlerts();
      await this.#openDoors();
      this.#ready = true;
    } catch (error) {
      await this.stop();
      throw error;
    }
  }

  drained(): Promise<void> {
    return this.#intake.drained();
  }

  collect(): void {
    const nowUs = this.#deps.clock.nowUs();
    this.#registry.tick(nowUs);
    this.#health?.evaluate(nowUs);
  }

  /** On time that others fill, nobody waits for all of it. */
  #collectInTurns(): void {
    if (!(this.#deps.clock instanceof WallClock)) return this.collect();
    const nowUs = this.#deps.clock.nowUs();
    this.#registry.tick(nowUs);
    void this.#health?.evaluateInTurns(nowUs, () => new Promise((resolve) => setImmediate(resolve)));
  }

  status(): SidecarStatus {
    const { clock } = this.#deps;
    return statusOf({
      board: this.board,
      intake: this.#intake.status(),
      profile: this.#config.profile,
      startedAtUs: this.#startedAtUs,
      uptimeUs: clock.nowUs() - this.#startedAtUs,
    });
  }

  health(): HealthReport | undefined {
    return this.#health && (this.#health.report ?? this.#health.evaluate(this.#deps.clock.nowUs()));
  }

  check(component: Component): ComponentHealth | undefined {
    return this.health()?.components[component];
  }

  snapshot(): MetricsSnapshot {
    return readSnapshot(this.board.snapshot(), this.#deps.clock.nowUs());
  }

  async flush(): Promise<void> {
    await this.drained();
    await Promise.all([this.#pushes?.flush(FLUSH_DEADLINE_US), this.#traces?.flush(FLUSH_DEADLINE_US)]);
  }

  async page(accept?: string): Promise<{ contentType: string; body: Uint8Array }> {
    const format = negotiateFormat(accept);
    return { contentType: this.#exposition.contentType(format), body: await this.#exposition.render(format) };
  }

  async reload(): Promise<string | undefined> {
    const refused = [await this.#alerting?.reload(), this.#notifications?.reload()];
    return refused.find((why) => why !== undefined);
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop();
    return this.#stopping;
  }

  async #stop(): Promise<void> {
    this.#ready = false;
    await this.#doors?.close();
    await this.#intake.stop();
    this.#timer?.stop();
    await this.#alerting?.stop();
    await this.#history?.stop();
    await this.#recorder?.close();
    await this.#notifications?.close(STOP_DEADLINE_US);
    await Promise.all([this.#pushes?.close(STOP_DEADLINE_US), this.#traces?.close(STOP_DEADLINE_US)]);
    await this.#outlets.close();
    await this.#server?.close();
  }

  /** Whoever wants lines hears them, and nobody else costs anything. */
  #listen(): void {
    const { tap } = this.#deps;
    const outlets = this.#outlets.wantsLines ? this.#outlets : undefined;
    const events = this.#events.isWanted ? this.#events : undefined;
    this.#intake.listen(tapOf([this.#recorder, outlets, events, tap].flatMap((one) => one ?? [])));
  }

  async #openServer(): Promise<void> {
    const { server, prometheus } = this.#config;
    const handlers: Handlers = {
      ...(prometheus.enabled ? { metrics: (accept: string | undefined) => this.page(accept) } : {}),
      notices: () => noticesOf(this.#intake.status(), this.#addresses.socket ?? this.#addresses.tcp),
      ready: () => this.#ready,
      status: () => this.status(),
      ...(this.#health === undefined ? {} : healthHandlers(() => this.health()!)),
      ...this.#exportHandlers(),
      ...this.#alerting?.handlers,
      reload: () => this.reload(),
      events: ({ lastEventId, signal, ...filter }) => this.#events.hub.open(filter, lastEventId, signal),
      consensus: new WholeViews(this.consensus, () => {
        const archive = this.#history?.archive;
        return archive === undefined ? undefined : viewArchive(archive.reader);
      }),
      incidents: incidentHandlers(this.#outlets.incidentFolder),
      ...(notifies(this.#config)
        ? { notifications: (request) => this.#notifications?.answer(request) ?? STARTING }
        : {}),
      // Begun as soon as the address is known, which is part of every series; nobody can ask before that.
      ...(keepsHistory(this.#config) ? { prometheus: (request) => this.#history!.answer(request) } : {}),
    };
    this.#server = createServer({
      listen: server.listen,
      telemetryListen: server.telemetryListen,
      insecure: server.insecure,
      version: VERSION,
      logger: this.#deps.logger,
      handlers,
    });
    const { address, telemetry } = await this.#server.listen();
    if (handlers.prometheus) {
      const { board } = this;
      const { clock, logger } = this.#deps;
      const exemplars = this.#traces?.exemplars;
      const outputs = this.#alerting?.outputs;
      const own = { instance: address, version: VERSION };
      const options = { config: this.#config, board, clock, logger, exemplars, outputs, ...own };
      const { startHistory } = await import('./history-and-queries.js');
      this.#history = startHistory(options);
      await this.#history.opened;
    }
    this.#addresses = {
      http: `http://${address}`,
      ...(telemetry ? { telemetry: `http://${telemetry}` } : {}),
    };
  }

  #exportHandlers(): Pick<Handlers, 'exports' | 'exporters'> {
    const own = new Map((this.#deps.exporters ?? []).map(({ exporter }) => [exporter.format, exporter]));
    const find = (format: string): MetricsExporter | Promise<MetricsExporter> | undefined =>
      own.get(format) ?? (isFormat(format) ? exporterOf(format) : undefined);
    const pushes = this.#pushes;
    return {
      exports: {
        formats: () => [...new Set([...formats, ...own.keys()])],
        render: async (format, match) => {
          const exporter = await find(format);
          if (exporter === undefined) return undefined;
          const select = selecting(match.length === 0 ? {} : { include: match });
          return { contentType: exporter.contentType, body: await exporter.export(select(this.snapshot())) };
        },
        ...(keepsHistory(this.#config)
          ? { range: rangeHandler(() => this.#history!.range, this.#deps.clock) }
          : {}),
      },
      ...(pushes === undefined ? {} : { exporters: exporterHandlers(pushes) }),
    };
  }

  /** After the server, whose address is part of every link; until then its API says that it is starting. */
  async #openAlerts(): Promise<void> {
    const { clock, logger, alerts, alerting } = this.#deps;
    const url = this.#addresses.http ?? '';
    if (notifies(this.#config)) {
      const isWell = (): boolean => this.#stopping === undefined && isUsable(this.health());
      const handlers = alerting?.handlers;
      const room = { board: this.board, clock, logger, address: () => url, isWell, handlers };
      const { openNotifications } = await import('./notifications.js');
      this.#notifications = await openNotifications(this.#config, room);
    }
    const listeners = [this.#notifications?.listener, alerts].flatMap((one) => one ?? []);
    if (this.#history !== undefined) await this.#alerting?.start(this.#history, url, listeners);
  }

  async #openDoors(): Promise<void> {
    const { clock, logger } = this.#deps;
    const { board, openFeed } = this;
    this.#doors = new Doors({ board, clock, logger, intake: this.#intake, openFeed });
    this.#addresses = { ...this.#addresses, ...(await this.#doors.open(this.#config)) };
  }
}

/** The board with the budgets that are configured. */
function boardOf({ metrics: { prefix, seriesLimit, metricSeriesLimit } }: Config): Board {
  return new Board({ prefix, seriesLimit, metricSeriesLimit });
}

/** What stands on the page beside the board. */
function registriesOf({ prometheus }: Config, { registries = [] }: SidecarDeps): typeof registries {
  return [...(prometheus.processMetrics ? [defaultProcessRegistry()] : []), ...registries];
}
