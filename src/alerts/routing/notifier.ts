/**
 * Tells receivers of alerts: routes them, groups them, keeps back what is inhibited or silenced, and remembers what was
 * told to whom. An alert counts as notified only when it was delivered.
 *
 *   tell -> ledger -> routes -> groups --(group_wait, group_interval)--> decide -> record -> send -> record
 *
 * Each attempt is on disk before it begins and after it ends: a crash repeats at most that one notification, and never
 * loses the end of an alert. `tell` never throws, never waits. Only deadlines of attempts are wall time.
 */
import type { Clock, Timer } from '../../base/clock.js';
import { silentLogger, type Logger } from '../../base/logger.js';
import type { Random } from '../../base/random.js';
import { backoffUs, usualBackoff } from '../../delivery/backoff.js';
import type { Receipt } from '../../delivery/transport.js';
import { fingerprintOf, type Alert, type AlertListener } from '../alert.js';
import type { Channel } from '../channels/notification.js';
import { compose } from './compose.js';
import { decide, type Decision, type Verdict } from './decide.js';
import { findRoutes, groupKeyOf, groupLabelsOf } from './find-routes.js';
import { heldUntil } from './holding-back.js';
import { findLeaving, knownTo } from './leaving.js';
import { Outlets } from './outlets.js';
import { escalatesAt } from './escalation.js';
import { newGroup, stopGroup, type Group, type Lane, type Outlet } from './group.js';
import { isSame, type HeldAlert } from './held.js';
import type { Ledger } from './ledger.js';
import { inhibitors, isFiring, silencesOf, type MutedBy } from './mutes.js';
import type { NotifierMeter } from './meter.js';
import type { Policy } from './policy.js';
import { quietTime } from './quiet-time.js';
import type { Routing } from './routing.js';
import { sendOnce } from './send.js';
import { isWithin } from './time-interval.js';

/** What a notifier is made of. */
export interface NotifierOptions {
  readonly routing: Routing;
  /** The channels of a receiver of the routing, in its order. */
  readonly channels: (receiver: string) => readonly Channel[];
  readonly ledger: Ledger;
  readonly policy: Policy;
  readonly clock: Clock;
  readonly random: Random;
  readonly meter: NotifierMeter;
  readonly logger?: Logger;
  readonly externalUrl: string;
  /** Deadline of one attempt, microseconds of wall time. Default 10 s. */
  readonly timeoutUs?: number;
}

const SWEEP_US = 5_000_000;
/** The end of an alert that no receiver takes, and a silence that is over, are kept so long: five days. */
const RETENTION_US = 120 * 3_600_000_000;
const DEFAULT_TIMEOUT_US = 10_000_000;

/** States: built -> started -> closed. */
export class Notifier implements AlertListener {
  readonly #options: NotifierOptions;
  readonly #logger: Logger;
  #routing: Routing;
  #outlets: Outlets;
  readonly #groups = new Map<string, Group>();
  /** Groups of routes that there are no more. */
  #leaving: ReadonlyMap<string, Group> = new Map();
  /** Keys of lanes whose attempt is under way, whatever became of their group. */
  readonly #attempts = new Set<string>();
  readonly #underWay = new Set<Promise<void>>();
  readonly #aborts = new Set<AbortController>();
  #sweep: Timer | undefined;
  #state: 'built' | 'started' | 'closed' = 'built';

  constructor(options: NotifierOptions) {
    this.#options = options;
    this.#logger = options.logger ?? silentLogger;
    this.#routing = options.routing;
    this.#outlets = new Outlets(options.channels, options.policy.escalations);
  }

  get routing(): Routing {
    return this.#routing;
  }

  /** The groups there are now. */
  get groups(): readonly Group[] {
    return [...this.#groups.values()];
  }

  /** Takes up what the ledger remembers; owed notifications leave at once. */
  start(): void {
    this.#state = 'started';
    const { clock, ledger } = this.#options;
    const nowUs = clock.nowUs();
    // Whoever posts alerts over HTTP could not be heard while we were away.
    for (const held of ledger.alerts.values())
      if (held.expiresAtUs !== undefined && held.alert.endsAtUs === undefined)
        ledger.alerts.set(held.id, { ...held, expiresAtUs: nowUs + this.#routing.resolveTimeoutUs });
    this.#sweep = clock.every(SWEEP_US, () => this.#sweepNow());
    this.#regroup();
  }

  /** Routes everything anew; whoever was told is not told again, and of the end by the name that he knows. */
  reconfigure(routing: Routing, channels: NotifierOptions['channels']): void {
    const before = this.#outlets;
    this.#routing = routing;
    this.#outlets = new Outlets(channels, this.#options.policy.escalations);
    this.#regroup();
    // Attempts that are under way end on the channels that they began on.
    void Promise.all(this.#underWay).then(() => before.close());
  }

  tell(alerts: readonly Alert[]): void {
    this.receive(alerts, undefined);
  }

  /** What rules told and have forgotten is over unless it is told again. */
  remembered(labels: readonly Alert['labels'][], untilUs: number): void {
    this.#options.ledger.doubt(new Set(labels.map(fingerprintOf)), untilUs);
  }

  /** @param expiresAtUs when they count as resolved unless they are told again; undefined never */
  receive(alerts: readonly Alert[], expiresAtUs: number | undefined): void {
    if (this.#state === 'closed') return;
    const due = new Set<Group>();
    for (const alert of alerts) {
      const held = this.#hold(alert, expiresAtUs);
      if (held !== undefined && this.#state === 'started')
        for (const group of this.#place(held)) due.add(group);
    }
    // After the whole batch: a cause that came with its symptoms inhibits them.
    for (const group of due) this.#flush(group);
  }

  /** Asks every group again, because something other than its alerts has changed. */
  reconsider(): void {
    for (const group of this.#all())
      if (group.hasFlushed) for (const lane of group.lanes) this.#consider(group, lane);
  }

  /** Why an alert would not be told of now. */
  mutedBy({ alert }: HeldAlert): MutedBy {
    const { ledger, clock } = this.#options;
    const nowUs = clock.nowUs();
    return {
      inhibitedBy: inhibitors(this.#routing.inhibitRules, alert.labels, ledger.alerts.values(), nowUs),
      silencedBy: silencesOf(alert.labels, ledger.silences.values(), nowUs),
    };
  }

  /** The receivers of an alert with these labels. */
  receiversOf(labels: Alert['labels']): readonly string[] {
    return [...new Set(findRoutes(this.#routing.root, labels).map(({ receiver }) => receiver))];
  }

  /** Resolves when no attempt is under way and everything is on disk. */
  async settled(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    await this.#options.ledger.durable();
  }

  /** Lets attempts under way end within `deadlineUs` of wall time; what is owed is told after the next start. */
  async close(deadlineUs: number): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#sweep?.stop();
    for (const group of this.#all()) stopGroup(group);
    const cut = setTimeout(() => {
      for (const abort of this.#aborts) abort.abort();
    }, deadlineUs / 1000);
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    clearTimeout(cut);
    await this.#outlets.close();
    await this.#options.ledger.close();
  }

  /** Remembers an alert; undefined when nothing about it is news. */
  #hold(told: Alert, expiresAtUs: number | undefined): HeldAlert | undefined {
    const { ledger, clock } = this.#options;
    const nowUs = clock.nowUs();
    const id = fingerprintOf(told.labels);
    const before = ledger.alerts.get(id);
    const wasFiring = before !== undefined && isFiring(before, nowUs);
    // The end of what nobody was told of is no news.
    if (before === undefined && told.endsAtUs !== undefined) return undefined;
    const startsAtUs = wasFiring ? Math.min(before.alert.startsAtUs, told.startsAtUs) : told.startsAtUs;
    const held: HeldAlert = {
      id,
      alert: { ...told, startsAtUs },
      updatedAtUs: nowUs,
      ...(expiresAtUs === undefined ? {} : { expiresAtUs }),
    };
    if (before !== undefined && isSame(before, held, wasFiring)) {
      // Only its sender's patience is new, which a restart grants anyway.
      ledger.alerts.set(id, held);
      return undefined;
    }
    ledger.put({ is: 'alert', held });
    return held;
  }

  /** Puts an alert where its routes want it; returns the groups that are due at once. */
  #place(held: HeldAlert): Group[] {
    const { clock } = this.#options;
    const nowUs = clock.nowUs();
    const due: Group[] = [];
    for (const route of findRoutes(this.#routing.root, held.alert.labels)) {
      const labels = groupLabelsOf(route, held.alert.labels);
      const key = groupKeyOf(route, labels);
      let group = this.#groups.get(key);
      if (group === undefined) {
        group = newGroup(key, route, labels, this.#outlets.of(route.receiver));
        this.#groups.set(key, group);
      }
      group.ids.add(held.id);
      if (group.hasFlushed) continue;
      const waitUs = held.alert.startsAtUs + route.groupWaitUs <= nowUs ? 0 : route.groupWaitUs;
      if (waitUs === 0) due.push(group);
      else group.timer ??= clock.after(waitUs, () => this.#flush(group));
    }
    return due;
  }

  #all(): readonly Group[] {
    return [...this.#groups.values(), ...this.#leaving.values()];
  }

  #regroup(): void {
    const { ledger } = this.#options;
    for (const group of this.#all()) stopGroup(group);
    this.#groups.clear();
    this.#leaving = new Map();
    const due = new Set<Group>();
    const placed = [...ledger.alerts.values()].map((held) => this.#place(held));
    this.#findLeaving();
    for (const group of [...placed.flat(), ...this.#leaving.values()]) due.add(group);
    for (const group of this.#groups.values())
      if (group.lanes.some(({ key }) => ledger.told.has(key) || ledger.telling.has(key))) due.add(group);
    for (const group of due) this.#flush(group);
  }

  #findLeaving(): void {
    const { ledger } = this.#options;
    for (const receiver of this.#routing.receivers.keys()) this.#outlets.of(receiver);
    const outlets = new Map(this.#outlets.all().map((outlet) => [outlet.id, outlet]));
    const live = new Set([...this.#groups.values()].flatMap(({ lanes }) => lanes.map(({ key }) => key)));
    const { groups, lost } = findLeaving(ledger, this.#routing.root, (key) => live.has(key), outlets);
    this.#leaving = groups;
    for (const key of lost) {
      ledger.put({ is: 'told_gone', key });
      this.#logger.warn('a receiver is no more, and will not be told of the end of what it was told', {
        key,
      });
    }
  }

  /** Whether a leaving group has told this channel of the alert, and will tell it of the end. */
  #isLeft(id: string, outlet: Outlet): boolean {
    for (const { lanes } of this.#leaving.values())
      for (const lane of lanes)
        if (lane.outlet.id === outlet.id && knownTo(this.#options.ledger, lane.key).includes(id)) return true;
    return false;
  }

  /** Whether the routes as they are now lead from an alert to a channel. */
  #isRoutedTo({ alert }: HeldAlert, { id }: Outlet): boolean {
    return findRoutes(this.#routing.root, alert.labels).some((route) =>
      this.#outlets.of(route.receiver).some((outlet) => outlet.id === id),
    );
  }

  /** A group is due: now and every interval as long as it has alerts. */
  #flush(group: Group): void {
    group.timer?.stop();
    if (this.#state !== 'started') return;
    const isIdle = group.lanes.every(({ isBusy }) => !isBusy);
    if (group.hasFlushed && group.ids.size === 0 && isIdle) return this.#forget(group);
    group.hasFlushed = true;
    group.timer = this.#options.clock.after(group.route.groupIntervalUs, () => this.#flush(group));
    for (const lane of group.lanes) this.#consider(group, lane);
    this.#clean(group);
  }

  #forget(group: Group): void {
    const { ledger, clock, policy } = this.#options;
    const nowUs = clock.nowUs();
    const isCooling = group.lanes.some(({ key }) =>
      Object.values(ledger.told.get(key)?.ended ?? {}).some((atUs) => atUs + policy.cooldownUs > nowUs),
    );
    if (isCooling) {
      group.timer = clock.after(group.route.groupIntervalUs, () => this.#flush(group));
      return;
    }
    for (const { key } of group.lanes) if (ledger.told.has(key)) ledger.put({ is: 'told_gone', key });
    stopGroup(group);
    if (this.#groups.get(group.key) === group) this.#groups.delete(group.key);
    else this.#leaving = new Map([...this.#leaving].filter(([, one]) => one !== group));
  }

  /** Tells a channel what it should know, if there is anything. */
  #consider(group: Group, lane: Lane): void {
    if (this.#state !== 'started') return;
    if (lane.isBusy || this.#attempts.has(lane.key)) {
      lane.again = true;
      return;
    }
    lane.wake?.stop();
    lane.wake = undefined;
    const { decision, settle, wakeAtUs } = this.#decide(group, lane);
    const { ledger, clock, policy, meter } = this.#options;
    const nowUs = clock.nowUs();
    if (settle !== undefined) ledger.put({ is: 'told', key: lane.key, told: settle });
    if (decision === undefined) {
      lane.wantedAtUs = undefined;
      if (wakeAtUs !== undefined) this.#wakeAt(group, lane, wakeAtUs);
      return;
    }
    const heldUntilUs = heldUntil(lane.outlet, decision, policy, nowUs, meter);
    if (heldUntilUs > nowUs) return this.#wakeAt(group, lane, heldUntilUs);
    lane.wantedAtUs ??= clock.monoUs();
    lane.isBusy = true;
    this.#attempts.add(lane.key);
    // Counted when it begins, so that many at once do not slip through.
    if (decision.firing.length > 0) lane.outlet.recent.push(nowUs);
    const attempt = this.#attempt(group, lane, decision).finally(() => this.#underWay.delete(attempt));
    this.#underWay.add(attempt);
  }

  #decide(group: Group, lane: Lane): Verdict {
    const { ledger, clock, policy } = this.#options;
    const nowUs = clock.nowUs();
    const told = ledger.told.get(lane.key);
    const telling = ledger.telling.get(lane.key);
    const firing: string[] = [];
    const muted: string[] = [];
    const ended: string[] = [];
    const isLeaving = this.#leaving.get(group.key) === group;
    const isQuiet = quietTime(this.#routing, group.route, nowUs) !== undefined;
    for (const id of group.ids) {
      const held = ledger.alerts.get(id);
      if (held === undefined || (!isLeaving && this.#isLeft(id, lane.outlet))) continue;
      const isAway = isLeaving && !this.#isRoutedTo(held, lane.outlet);
      if (!isFiring(held, nowUs)) ended.push(id);
      else if (isAway || isQuiet || this.#isMuted(held)) muted.push(id);
      else firing.push(id);
    }
    const acknowledged = firing.length > 0 && firing.every((id) => ledger.acknowledgements.has(id));
    const { channel, afterUs } = lane.outlet;
    const isUntold = telling === undefined && Object.keys(told?.firing ?? {}).length === 0;
    if (afterUs > 0 && isUntold) {
      const wakeAtUs = escalatesAt(group, afterUs, firing, ledger);
      if (wakeAtUs > nowUs) return wakeAtUs === Infinity ? {} : { wakeAtUs };
    }
    return decide({
      nowUs,
      firing,
      muted,
      ended,
      told,
      telling,
      repeatUs: group.route.repeatIntervalUs,
      sendResolved: channel.sendResolved,
      takesAcknowledgement: channel.takesAcknowledgement,
      acknowledged,
      cooldownUs: policy.cooldownUs,
    });
  }

  #isMuted(held: HeldAlert): boolean {
    const { policy, clock } = this.#options;
    if (isWithin(policy.maintenance, clock.nowUs())) return true;
    const { inhibitedBy, silencedBy } = this.mutedBy(held);
    return inhibitedBy.length > 0 || silencedBy.length > 0;
  }

  #wakeAt(group: Group, lane: Lane, atUs: number): void {
    lane.wake?.stop();
    lane.wake = this.#options.clock.after(Math.max(1, atUs - this.#options.clock.nowUs()), () => {
      lane.wake = undefined;
      this.#consider(group, lane);
    });
  }

  async #attempt(group: Group, lane: Lane, decision: Decision): Promise<void> {
    const { ledger, clock, meter } = this.#options;
    const { key, outlet } = lane;
    const { externalUrl, timeoutUs = DEFAULT_TIMEOUT_US } = this.#options;
    const notification = compose(group, outlet, decision, ledger.alerts, externalUrl);
    const before = ledger.telling.get(key);
    ledger.put({ is: 'telling', key, firing: [...new Set([...decision.firing, ...(before ?? [])])] });
    if (!(await ledger.durable())) meter.recordFailed();
    const abort = new AbortController();
    this.#aborts.add(abort);
    const receipt = await sendOnce(outlet.channel, notification, timeoutUs, abort);
    this.#aborts.delete(abort);
    if (receipt.outcome === 'delivered') {
      ledger.put({ is: 'told', key, told: { ...decision.told, atUs: clock.nowUs() } });
      if (!(await ledger.durable())) meter.recordFailed();
      meter.sent(outlet, decision.reason, (clock.monoUs() - (lane.wantedAtUs ?? clock.monoUs())) / 1e6);
      lane.failures = 0;
      lane.wantedAtUs = undefined;
    } else {
      if (decision.firing.length > 0) outlet.recent.pop();
      this.#failed(lane, receipt, before);
    }
    lane.isBusy = false;
    this.#attempts.delete(key);
    this.#afterAttempt(group, lane, receipt);
  }

  #failed(
    lane: Lane,
    receipt: Exclude<Receipt, { outcome: 'delivered' }>,
    before: readonly string[] | undefined,
  ): void {
    const { ledger, clock, meter } = this.#options;
    const { outlet, key } = lane;
    lane.failures++;
    const reason = receipt.outcome === 'retry' ? receipt.reason : receipt.outcome;
    meter.failed(outlet, reason);
    // Both said no; after a timeout it may have arrived all the same.
    if (reason === 'refused' || reason === 'busy')
      ledger.put(before === undefined ? { is: 'not_told', key } : { is: 'telling', key, firing: before });
    if (receipt.outcome === 'retry' && receipt.reason === 'busy' && receipt.afterUs !== undefined)
      outlet.pausedUntilUs = clock.nowUs() + receipt.afterUs;
    if (lane.failures !== 1 && lane.failures !== 5) return;
    const { receiver, channel } = outlet;
    const { failures } = lane;
    this.#logger.warn('a notification was not delivered', {
      receiver,
      channel: channel.kind,
      reason,
      detail: receipt.detail,
      failures,
    });
  }

  #afterAttempt(group: Group, lane: Lane, receipt: Receipt): void {
    if (this.#state !== 'started') return;
    if (!this.#all().includes(group)) return this.#afterRegrouping(lane.key);
    const { clock, random } = this.#options;
    const isAgain = lane.again;
    lane.again = false;
    if (receipt.outcome === 'delivered') {
      for (const other of group.lanes)
        if (other === lane ? isAgain : other.outlet.afterUs > 0) this.#consider(group, other);
      if (!isAgain) this.#watchCooldown(group, lane);
      return this.#clean(group);
    }
    // What is refused is tried again when the group is due: another time, or another message, may pass.
    const waitUs =
      receipt.outcome === 'refused'
        ? undefined
        : backoffUs(lane.failures, usualBackoff, random, receipt.afterUs);
    if (waitUs !== undefined) this.#wakeAt(group, lane, clock.nowUs() + waitUs);
  }

  /** Other routes were read while a lane was busy: who has taken its place goes on. */
  #afterRegrouping(key: string): void {
    for (const group of this.#all())
      for (const lane of group.lanes) if (lane.key === key) this.#consider(group, lane);
  }

  /** What came back too soon is looked at again when its cooldown ends. */
  #watchCooldown(group: Group, lane: Lane): void {
    const { wakeAtUs } = this.#decide(group, lane);
    if (wakeAtUs !== undefined && lane.wake === undefined) this.#wakeAt(group, lane, wakeAtUs);
  }

  /** Lets go of ended alerts that nobody is owed the end of. */
  #clean(group: Group): void {
    const { ledger, clock } = this.#options;
    const nowUs = clock.nowUs();
    for (const id of group.ids) {
      const held = ledger.alerts.get(id);
      if (held !== undefined && isFiring(held, nowUs)) continue;
      const endUs = held?.alert.endsAtUs ?? held?.expiresAtUs ?? 0;
      const isOwed = group.lanes.some(
        ({ key, isBusy }) =>
          isBusy || ledger.told.get(key)?.firing[id] !== undefined || ledger.telling.get(key)?.includes(id),
      );
      if (isOwed && endUs + RETENTION_US > nowUs) continue;
      group.ids.delete(id);
      if (held === undefined || this.#all().some(({ ids }) => ids.has(id))) continue;
      ledger.put({ is: 'alert_gone', id });
    }
  }

  #sweepNow(): void {
    const { ledger, clock, meter } = this.#options;
    const nowUs = clock.nowUs();
    for (const held of ledger.alerts.values()) {
      const { expiresAtUs, alert } = held;
      if (expiresAtUs === undefined || expiresAtUs > nowUs || alert.endsAtUs !== undefined) continue;
      ledger.put({ is: 'alert', held: { ...held, alert: { ...alert, endsAtUs: expiresAtUs } } });
    }
    for (const silence of ledger.silences.values())
      if (silence.endsAtUs + RETENTION_US <= nowUs) ledger.put({ is: 'silence_gone', id: silence.id });
    meter.measure(ledger, this.#groups.values(), nowUs, (held) => this.mutedBy(held));
  }
}
