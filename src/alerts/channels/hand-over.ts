/**
 * Hands alerts over to a real Alertmanager by its API, version 2, as Prometheus does: at once, again as long as they fire,
 * and the end of one for a while, because that API forgets what it does not hear. Nothing is queued: what is posted next
 * is what is true then.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { messageOf } from '../../base/errors.js';
import type { Logger } from '../../base/logger.js';
import type { Board } from '../../metrics/board.js';
import { fingerprintOf, type Alert, type AlertListener } from '../alert.js';
import { notificationMetrics as m } from '../catalogue.js';
import { openAccess } from './channel-config.js';
import { HttpSender, type SenderOptions } from './http-sender.js';
import { rfc3339 } from './words.js';

const RESEND_US = 60_000_000;
/** Ends are told again for so long. */
const REMEMBER_US = 5 * 60_000_000;
const TIMEOUT_MS = 10_000;

/** What it is made of. */
export interface HandOverOptions extends SenderOptions {
  /** Addresses without `/api/v2`. */
  readonly urls: readonly string[];
  readonly board: Board;
  readonly logger: Logger;
  readonly caFile: string | null;
  /** How long one answer is waited for; default 10,000. */
  readonly timeoutMs?: number;
}

/** An alert, and when its sender takes it for over. */
interface Held {
  readonly alert: Alert;
  readonly expiresAtUs: number | undefined;
}

/** Posts alerts to every Alertmanager that was named. */
export class HandOver implements AlertListener {
  readonly #alerts = new Map<string, Held>();
  readonly #clock: Clock;
  readonly #options: HandOverOptions;
  readonly #targets: readonly { readonly url: string; readonly sender: HttpSender }[];
  readonly #underWay = new Set<Promise<void>>();
  readonly #timer: Timer;
  readonly #failing = new Set<string>();

  constructor(options: HandOverOptions) {
    this.#options = options;
    this.#clock = options.clock;
    const access = { ...openAccess, caFile: options.caFile };
    this.#targets = options.urls.map((url) => ({
      url: `${url.replace(/\/$/, '')}/api/v2/alerts`,
      sender: new HttpSender(access, options),
    }));
    this.#timer = options.clock.every(RESEND_US, () => this.#resend());
  }

  tell(alerts: readonly Alert[]): void {
    this.pass(alerts, undefined);
  }

  /** @param expiresAtUs when they are over unless they come again; undefined never */
  pass(alerts: readonly Alert[], expiresAtUs: number | undefined): void {
    const held = alerts.map((alert): Held => ({ alert, expiresAtUs }));
    for (const one of held) this.#alerts.set(fingerprintOf(one.alert.labels), one);
    this.#post(held);
  }

  /** Resolves when nothing is under way. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
  }

  async close(): Promise<void> {
    this.#timer.stop();
    await this.settled();
    for (const { sender } of this.#targets) await sender.close();
  }

  #resend(): void {
    const nowUs = this.#clock.nowUs();
    for (const [id, { alert, expiresAtUs }] of this.#alerts) {
      const endsAtUs = alert.endsAtUs ?? expiresAtUs;
      if (endsAtUs !== undefined && endsAtUs + REMEMBER_US < nowUs) this.#alerts.delete(id);
    }
    if (this.#alerts.size > 0) this.#post([...this.#alerts.values()]);
  }

  #post(held: readonly Held[]): void {
    if (held.length === 0) return;
    const nowUs = this.#clock.nowUs();
    const body = held.map(({ alert, expiresAtUs }) => {
      const { labels, annotations, startsAtUs, endsAtUs, generatorUrl } = alert;
      return {
        labels,
        annotations,
        startsAt: rfc3339(startsAtUs),
        // As Prometheus does: over by itself when we fall silent for three posts.
        endsAt: rfc3339(endsAtUs ?? expiresAtUs ?? nowUs + 4 * RESEND_US),
        ...(generatorUrl === '' ? {} : { generatorURL: generatorUrl }),
      };
    });
    for (const target of this.#targets) {
      const posting = this.#postTo(target, body).finally(() => this.#underWay.delete(posting));
      this.#underWay.add(posting);
    }
  }

  async #postTo({ url, sender }: { url: string; sender: HttpSender }, body: unknown): Promise<void> {
    const receipt = await sender
      .post(url, body, AbortSignal.timeout(this.#options.timeoutMs ?? TIMEOUT_MS), [])
      .catch(
        (thrown: unknown) => ({ outcome: 'retry', reason: 'failed', detail: messageOf(thrown) }) as const,
      );
    const { board, logger } = this.#options;
    const outcome = receipt.outcome === 'retry' ? receipt.reason : receipt.outcome;
    board.counter(m.handedOver).at(outcome).add();
    if (receipt.outcome === 'delivered') return void this.#failing.delete(url);
    if (this.#failing.has(url)) return;
    this.#failing.add(url);
    logger.warn('an Alertmanager does not take alerts, they are posted again', {
      outcome,
      detail: receipt.detail,
    });
  }
}
