/**
 * The ways out: for each receiver its channels, and those who are told later when nobody acknowledges. Opened once each, and
 * shared by all groups.
 */
import type { Channel } from '../channels/notification.js';
import type { Outlet } from './group.js';
import type { Escalation } from './policy.js';

/** Makes outlets from channels. */
export class Outlets {
  readonly #channels: (receiver: string) => readonly Channel[];
  readonly #escalations: readonly Escalation[];
  readonly #made = new Map<string, readonly Outlet[]>();

  /** @param channels the channels of a receiver, in its order */
  constructor(channels: (receiver: string) => readonly Channel[], escalations: readonly Escalation[]) {
    this.#channels = channels;
    this.#escalations = escalations;
  }

  /** Who is told of what is routed to this receiver. */
  of(receiver: string): readonly Outlet[] {
    const known = this.#made.get(receiver);
    if (known !== undefined) return known;
    const steps = this.#escalations.filter(
      (step) => step.receiver !== receiver && (step.from.length === 0 || step.from.includes(receiver)),
    );
    const made = [
      this.#outlets(receiver, 0),
      ...steps.map(({ receiver: to, afterUs }) => this.#outlets(to, afterUs)),
    ].flat();
    this.#made.set(receiver, made);
    return made;
  }

  /** All that were made. */
  all(): readonly Outlet[] {
    return [...this.#made.values()].flat();
  }

  async close(): Promise<void> {
    for (const { channel } of this.all()) await channel.close?.();
  }

  #outlets(receiver: string, afterUs: number): Outlet[] {
    return this.#channels(receiver).map((channel, i) => ({
      id: `${afterUs === 0 ? '' : 'escalation/'}${receiver}/${channel.kind}[${i}]`,
      receiver,
      channel,
      afterUs,
      pausedUntilUs: 0,
      recent: [],
    }));
  }
}
