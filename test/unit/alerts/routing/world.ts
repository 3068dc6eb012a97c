/**
 * A world for notifiers: a clock, a store that outlives them, and receivers that note what they were told. A process can
 * be killed before or after any step that leaves it: a flush or a message.
 */
import { ManualClock } from '../../../../src/base/clock.js';
import { createRandom } from '../../../../src/base/random.js';
import type { Alert } from '../../../../src/alerts/alert.js';
import type { Channel, Notification } from '../../../../src/alerts/channels/notification.js';
import type { Step } from '../../../../src/alerts/routing/held.js';
import { Ledger, type StepStore } from '../../../../src/alerts/routing/ledger.js';
import { NotifierMeter } from '../../../../src/alerts/routing/meter.js';
import { Notifier } from '../../../../src/alerts/routing/notifier.js';
import { parseRouting } from '../../../../src/alerts/routing/parse-routing.js';
import { plainPolicy, type Policy } from '../../../../src/alerts/routing/policy.js';
import type { Routing } from '../../../../src/alerts/routing/routing.js';
import { Board } from '../../../../src/metrics/board.js';
import type { Receipt } from '../../../../src/delivery/transport.js';

export const S = 1_000_000;
export const M = 60 * S;

/** Something a receiver got. */
export interface Got {
  readonly receiver: string;
  readonly reason: string;
  readonly firing: readonly string[];
  readonly ended: readonly string[];
  readonly groupKey: string;
  readonly atS: number;
}

export const delivered: Receipt = { outcome: 'delivered' };

/** Never resolves: the process is dead. */
const NEVER = new Promise<never>(() => undefined);

export class World {
  readonly startUs = 1_700_000_000 * S;
  clock = new ManualClock(this.startUs);
  readonly got: Got[] = [];
  readonly durable: Step[] = [];
  readonly board = new Board({ prefix: '', seriesLimit: 10_000, metricSeriesLimit: 1_000 });
  /** What receivers answer; by receiver. */
  answer: (notification: Notification) => Receipt | Promise<Receipt> = () => delivered;
  sendResolved = true;
  takesAcknowledgement = false;
  policy: Policy = plainPolicy;
  /** The process dies when so many steps were made. */
  killAt = Number.POSITIVE_INFINITY;
  steps = 0;
  #life = 0;
  #step: () => Promise<void> = () => Promise.resolve();
  notifier!: Notifier;
  ledger!: Ledger;

  routing: Routing;

  constructor(routing: Routing) {
    this.routing = routing;
  }

  get isDead(): boolean {
    return this.steps >= this.killAt;
  }

  /** A new process over what the last one left behind. */
  start(): Notifier {
    const life = ++this.#life;
    const step = (): Promise<void> => {
      if (life !== this.#life || this.isDead) return NEVER;
      this.steps++;
      return this.isDead ? NEVER : Promise.resolve();
    };
    this.clock = new ManualClock(this.clock.nowUs());
    this.ledger = new Ledger(new WorldStore(this.durable, step), this.durable);
    const { routing, policy, clock } = this;
    this.#step = step;
    this.notifier = new Notifier({
      routing,
      policy,
      clock,
      channels: this.#channelsOf(routing),
      ledger: this.ledger,
      random: createRandom(1),
      meter: new NotifierMeter(this.board),
      externalUrl: 'http://127.0.0.1:10920',
    });
    this.notifier.start();
    return this.notifier;
  }

  /** Other routes are read while it runs. */
  reroute(routing: Routing): void {
    this.routing = routing;
    this.notifier.reconfigure(routing, this.#channelsOf(routing));
  }

  #channelsOf(routing: Routing): (receiver: string) => readonly Channel[] {
    return (receiver) =>
      (routing.receivers.get(receiver)?.channels ?? []).map(() => this.#channel(receiver, this.#step));
  }

  /** Nothing runs for so long. */
  away(us: number): void {
    this.clock = new ManualClock(this.clock.nowUs() + us);
  }

  /** The machine died: nothing of the old process happens any more. */
  revive(): Notifier {
    this.killAt = Number.POSITIVE_INFINITY;
    return this.start();
  }

  #channel(receiver: string, step: () => Promise<void>): Channel {
    return {
      kind: 'webhook',
      sendResolved: this.sendResolved,
      takesAcknowledgement: this.takesAcknowledgement,
      send: async (notification) => {
        await step();
        const receipt = await this.answer(notification);
        if (receipt.outcome === 'delivered') this.got.push(this.#note(receiver, notification));
        await step();
        return receipt;
      },
    };
  }

  #note(receiver: string, { reason, alerts, groupKey }: Notification): Got {
    const names = (fires: boolean): string[] =>
      alerts.filter(({ isFiring }) => isFiring === fires).map(({ labels }) => labels['alertname'] ?? '');
    const atS = (this.clock.nowUs() - this.startUs) / S;
    return { receiver, reason, firing: names(true).sort(), ended: names(false).sort(), groupKey, atS };
  }

  /** Lets time pass, a second at a time, with everything that follows from it. */
  async pass(us: number): Promise<void> {
    await settle();
    for (let left = us; left > 0; left -= S) {
      this.clock.advance(Math.min(S, left));
      await settle();
    }
  }

  alert(name: string, labels: Record<string, string> = {}): Alert {
    return {
      labels: { alertname: name, ...labels },
      annotations: { summary: `${name} happened` },
      startsAtUs: this.clock.nowUs(),
      endsAtUs: undefined,
      generatorUrl: '',
    };
  }

  /** The same alert, over now. */
  ended(alert: Alert): Alert {
    return { ...alert, endsAtUs: this.clock.nowUs() };
  }
}

class WorldStore implements StepStore {
  length = 0;
  #pending: Step[] = [];
  readonly #durable: Step[];
  readonly #step: () => Promise<void>;

  constructor(durable: Step[], step: () => Promise<void>) {
    this.#durable = durable;
    this.#step = step;
  }

  append(step: Step): void {
    this.#pending.push(structuredClone(step));
  }

  async flush(): Promise<boolean> {
    await this.#step();
    this.#durable.push(...this.#pending);
    this.#pending = [];
    await this.#step();
    return true;
  }

  replace(steps: readonly Step[]): void {
    this.#durable.splice(0, this.#durable.length, ...steps);
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

/** Lets everything happen that only waits for its turn. */
export async function settle(): Promise<void> {
  for (let i = 0; i < 12; i++) await new Promise((resolve) => setImmediate(resolve));
}

/** A configuration that must hold. */
export function routingOf(yaml: string): Routing {
  const parsed = parseRouting(yaml);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems, null, 2));
  return parsed.routing;
}
