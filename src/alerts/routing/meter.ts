/** What a notifier counts, on the board. */
import type { Board } from '../../metrics/board.js';
import { notificationMetrics as m } from '../catalogue.js';
import type { Group, Outlet } from './group.js';
import type { HeldAlert } from './held.js';
import type { Ledger } from './ledger.js';
import { isFiring, silenceState, type MutedBy } from './mutes.js';

/** Counts. */
export class NotifierMeter {
  readonly #board: Board;
  readonly #seen = new Map<string, Outlet>();

  constructor(board: Board) {
    this.#board = board;
  }

  sent(outlet: Outlet, reason: string, seconds: number): void {
    const { receiver, channel } = outlet;
    this.#board.counter(m.sent).at(receiver, channel.kind, reason).add();
    this.#board.histogram(m.latency).at(receiver, channel.kind).observe(Math.max(0, seconds));
  }

  failed(outlet: Outlet, reason: string): void {
    this.#seen.set(outlet.id, outlet);
    this.#board.counter(m.failed).at(outlet.receiver, outlet.channel.kind, reason).add();
  }

  delayed(outlet: Outlet, reason: 'rate_limit' | 'busy'): void {
    this.#board.counter(m.delayed).at(outlet.receiver, outlet.channel.kind, reason).add();
  }

  recordFailed(): void {
    this.#board.counter(m.recordFailures).at().add();
  }

  /** Looks at everything that is held. */
  measure(
    ledger: Ledger,
    groups: Iterable<Group>,
    nowUs: number,
    mutedBy: (held: HeldAlert) => MutedBy,
  ): void {
    const count = <T>(list: readonly T[], wanted: (one: T) => boolean): number => list.filter(wanted).length;
    const firing = [...ledger.alerts.values()].filter((held) => isFiring(held, nowUs));
    const held = this.#board.gauge(m.alerts);
    held.at('firing').set(firing.length);
    held.at('resolved').set(ledger.alerts.size - firing.length);
    const muted = firing.map(mutedBy);
    const mutes = this.#board.gauge(m.muted);
    mutes.at('inhibited').set(count(muted, ({ inhibitedBy }) => inhibitedBy.length > 0));
    mutes.at('silenced').set(count(muted, ({ silencedBy }) => silencedBy.length > 0));
    const silences = [...ledger.silences.values()].map((silence) => silenceState(silence, nowUs));
    for (const state of ['pending', 'active', 'expired'] as const)
      this.#board
        .gauge(m.silences)
        .at(state)
        .set(count(silences, (one) => one === state));
    const all = [...groups];
    this.#board.gauge(m.groups).at().set(all.length);
    const owed = all
      .flatMap(({ lanes }) => lanes.filter(({ failures }) => failures > 0))
      .map(({ outlet }) => outlet);
    for (const { id, receiver, channel } of this.#seen.values())
      this.#board
        .gauge(m.owed)
        .at(receiver, channel.kind)
        .set(count(owed, (outlet) => outlet.id === id));
  }
}
