/**
 * A group of alerts on one route, and the state of each of its channels. Plain state that the notifier moves; it decides
 * nothing itself.
 */
import type { Timer } from '../../base/clock.js';
import type { AlertTexts } from '../alert.js';
import type { Channel } from '../channels/notification.js';
import type { Route } from './routing.js';

/** One channel of a receiver, shared by all groups. */
export interface Outlet {
  /** `receiver/slack[0]`; part of the key under which is remembered what was told. */
  readonly id: string;
  readonly receiver: string;
  readonly channel: Channel;
  /** Only told when nobody has acknowledged for so long; 0 is at once. */
  readonly afterUs: number;
  /** The receiver asked to be left alone until then. */
  pausedUntilUs: number;
  /** When notifications went out, within the window of the rate limit. */
  readonly recent: number[];
}

/** An outlet as one group sees it. */
export interface Lane {
  readonly key: string;
  readonly outlet: Outlet;
  isBusy: boolean;
  /** Something changed while it was busy. */
  again: boolean;
  failures: number;
  /** When the notification that waits now was first wanted; monotonic. */
  wantedAtUs: number | undefined;
  wake: Timer | undefined;
}

/** Alerts that are told together. */
export interface Group {
  readonly key: string;
  readonly route: Route;
  readonly labels: AlertTexts;
  /** Of its alerts. */
  readonly ids: Set<string>;
  readonly lanes: readonly Lane[];
  timer: Timer | undefined;
  /** Whether it was due at least once. */
  hasFlushed: boolean;
}

/** A group without alerts. */
export function newGroup(key: string, route: Route, labels: AlertTexts, outlets: readonly Outlet[]): Group {
  const lanes = outlets.map((outlet) => ({
    key: `${key} ${outlet.id}`,
    outlet,
    isBusy: false,
    again: false,
    failures: 0,
    wantedAtUs: undefined,
    wake: undefined,
  }));
  return { key, route, labels, ids: new Set(), lanes, timer: undefined, hasFlushed: false };
}

/** Stops what would happen by itself. */
export function stopGroup(group: Group): void {
  group.timer?.stop();
  for (const lane of group.lanes) lane.wake?.stop();
}
