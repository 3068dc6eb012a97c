/**
 * One observer of a simulated network that is told of alerts: a whole sidecar with the shipped rules and the default routing,
 * on the clock that its events tell. It hears all nodes, some, or one. What it is told is noted; it never sees the truth.
 *
 * Rules are evaluated between events, so whoever runs it lets it catch up often (`caughtUp`): times of notifications are
 * late by no more than that.
 */
import type { Clock } from '../../src/base/clock.js';
import { silentLogger } from '../../src/base/logger.js';
import { createRandom } from '../../src/base/random.js';
import type { Feed } from '../../src/attach/feed.js';
import { Alerting } from '../../src/alerting.js';
import type { Alert, AlertListener } from '../../src/alerts/alert.js';
import type { Channel, Notification } from '../../src/alerts/channels/notification.js';
import { defaultRouting } from '../../src/alerts/routing/default-routing.js';
import { Ledger, MemoryStore } from '../../src/alerts/routing/ledger.js';
import { NotifierMeter } from '../../src/alerts/routing/meter.js';
import { Notifier } from '../../src/alerts/routing/notifier.js';
import { plainPolicy } from '../../src/alerts/routing/policy.js';
import { startHistory, type History } from '../../src/history-and-queries.js';
import { createSidecar, parseConfig, type Config, type Sidecar } from '../../src/index.js';
import { shippedRouting } from '../../src/shipped-alerts.js';
import type { Observer } from './observed-run.js';
import { ReachedClock } from './reached-clock.js';

/** Proof that alerts get out; nobody is told of it. */
const WATCHDOG = 'HotStuffWatchdog';
const INSTANCE = 'scoreboard';
/** More than the rules read back, but for what is older than an hour. */
const WINDOW = '62m';

/** An alert that began to fire. */
export interface Raised {
  readonly labels: Alert['labels'];
  readonly startsAtUs: number;
  /** When it was resolved. */
  endsAtUs: number | undefined;
  /** When somebody was told of it first, and that it is over. */
  toldAtUs: number | undefined;
  overAtUs: number | undefined;
}

/** Somebody was told. */
export interface Told extends Pick<Notification, 'receiver' | 'groupKey' | 'reason' | 'isFiring'> {
  readonly atUs: number;
}

/** One life of the sidecar. */
interface Life {
  readonly sidecar: Sidecar;
  readonly clock: ReachedClock;
  readonly alerting: Alerting;
  readonly notifier: Notifier;
  readonly history: History;
  readonly ready: Promise<void>;
}

/** Watches the alerts of one run. */
export class AlertVantage implements Observer {
  /** In the order in which they began. */
  readonly raised: Raised[] = [];
  readonly told: Told[] = [];
  readonly #hears: (node: number) => boolean;
  readonly #config: Config;
  readonly #open = new Map<string, Raised>();
  readonly #stopped: Promise<void>[] = [];
  #life: Life;

  /**
   * @param hears which nodes
   * @param interval of the rules and of the samples they read, as in a configuration; the shipped ones by default
   */
  constructor(hears: (node: number) => boolean = () => true, interval?: string) {
    this.#hears = hears;
    this.#config = parseConfig({
      environment: {
        QUORUMSCOPE_PROMETHEUS_PROCESS_METRICS: 'false',
        QUORUMSCOPE_HISTORY_RECENT_WINDOW: WINDOW,
        QUORUMSCOPE_HISTORY_RECENT_MAX_MEMORY: '512MiB',
        ...(interval === undefined
          ? {}
          : { QUORUMSCOPE_RULES_INTERVAL: interval, QUORUMSCOPE_HISTORY_RECENT_INTERVAL: interval }),
      },
    });
    this.#life = this.#begin();
  }

  hears(node: number): boolean {
    return this.#hears(node);
  }

  open(node: string): Feed {
    return this.#life.sidecar.openLossless({ door: INSTANCE, peer: node });
  }

  /** Without a data folder: what fired is forgotten with it. */
  restart(): void {
    this.#stopped.push(ended(this.#life));
    this.#open.clear();
    this.#life = this.#begin();
  }

  /** Everything that was heard has become what it becomes, alerts and notifications included. */
  async caughtUp(nowUs?: number): Promise<void> {
    const { sidecar, clock, alerting, notifier, ready } = this.#life;
    await ready;
    await sidecar.drained();
    if (nowUs !== undefined) clock.reach(nowUs);
    // What is critical is evaluated when the turn of its event ends.
    await new Promise((resolve) => setImmediate(resolve));
    await alerting.idle();
    await notifier.settled();
  }

  async end(): Promise<void> {
    await this.caughtUp();
    await Promise.all([...this.#stopped, ended(this.#life)]);
  }

  #begin(): Life {
    const clock = new ReachedClock();
    const config = this.#config;
    const late: { alerting?: Alerting } = {};
    const sidecar = createSidecar(config, {
      clock,
      logger: silentLogger,
      serve: false,
      // Built before there is anybody who hears; the first line comes later.
      hearing: (inner) => ({
        attach: (hello) => (late.alerting?.patterns.dispatching(inner) ?? inner).attach(hello),
      }),
      consensus: {
        verdicts: { verdict: (verdict) => late.alerting?.listeners.verdicts?.verdict?.(verdict) },
        findings: {
          finding: (finding, ...rest) => late.alerting?.listeners.findings?.finding(finding, ...rest),
        },
      },
    });
    const { board } = sidecar;
    const deps = { config, board, clock, logger: silentLogger };
    const alerting = new Alerting({ ...deps, wallClock: paceless(clock) });
    late.alerting = alerting;
    const { outputs } = alerting;
    const history = startHistory({ ...deps, outputs, instance: INSTANCE, version: '0' });
    const notifier = this.#notifier(board, clock);
    const listeners: AlertListener[] = [
      { tell: (alerts) => alerts.forEach((one) => this.#note(one)) },
      notifier,
    ];
    const started = alerting.start(history, '', listeners);
    void sidecar.start();
    notifier.start();
    return { sidecar, clock, alerting, notifier, history, ready: started };
  }

  #notifier(board: Sidecar['board'], clock: Clock): Notifier {
    const channel: Channel = {
      kind: 'log',
      sendResolved: true,
      takesAcknowledgement: false,
      send: (notification) => {
        this.#hear(notification, clock.nowUs());
        return Promise.resolve({ outcome: 'delivered' });
      },
    };
    return new Notifier({
      // As the short form has it, with the inhibitions of the shipped file.
      routing: defaultRouting([], shippedRouting()),
      channels: (receiver) => (receiver === 'nobody' ? [] : [channel]),
      ledger: new Ledger(new MemoryStore()),
      policy: plainPolicy,
      clock,
      random: createRandom(1),
      meter: new NotifierMeter(board),
      externalUrl: '',
    });
  }

  #note({ labels, startsAtUs, endsAtUs }: Alert): void {
    if (labels['alertname'] === WATCHDOG) return;
    const key = keyOf(labels);
    const known = this.#open.get(key);
    if (endsAtUs !== undefined) {
      if (known !== undefined) known.endsAtUs ??= endsAtUs;
      return;
    }
    if (known !== undefined && known.endsAtUs === undefined) return;
    const raised = { labels, startsAtUs, endsAtUs: undefined, toldAtUs: undefined, overAtUs: undefined };
    this.raised.push(raised);
    this.#open.set(key, raised);
  }

  #hear({ receiver, groupKey, reason, isFiring, alerts }: Notification, atUs: number): void {
    this.told.push({ receiver, groupKey, reason, isFiring, atUs });
    for (const { labels, isFiring: fires } of alerts) {
      const raised = this.#open.get(keyOf(labels));
      if (raised === undefined) continue;
      if (fires) raised.toldAtUs ??= atUs;
      else raised.overAtUs ??= atUs;
    }
  }
}

/** Nothing here may depend on how fast this machine is, nor are files read anew. */
function paceless(clock: Clock): Pick<Clock, 'monoUs' | 'every'> {
  return { monoUs: () => clock.monoUs(), every: () => ({ stop: () => undefined }) };
}

async function ended({ sidecar, alerting, notifier, history, ready }: Life): Promise<void> {
  await ready;
  await sidecar.stop();
  await alerting.stop();
  await notifier.close(0);
  await history.stop();
}

function keyOf(labels: Alert['labels']): string {
  return JSON.stringify(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}
