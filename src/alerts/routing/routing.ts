/**
 * What an Alertmanager configuration means, once it is read: a tree of routes, receivers, inhibitions and times of the
 * day. Immutable; every value is complete, inherited ones included. Times in microseconds.
 */
import type { LabelMatcher } from '../../promql/matchers.js';
import type { ChannelConfig } from '../channels/channel-config.js';
import type { TimeInterval } from './time-interval.js';

/** A node of the tree. */
export interface Route {
  /** Matchers from the root to here; begins the key of every group of this route. */
  readonly key: string;
  readonly receiver: string;
  /** Labels that a group shares; `all` puts every alert into a group of its own. */
  readonly groupBy: readonly string[] | 'all';
  readonly groupWaitUs: number;
  readonly groupIntervalUs: number;
  readonly repeatIntervalUs: number;
  readonly matchers: readonly LabelMatcher[];
  /** Whether later siblings are tried although this one matched. */
  readonly continues: boolean;
  readonly muteTimes: readonly string[];
  readonly activeTimes: readonly string[];
  readonly routes: readonly Route[];
}

/** Whom to tell, in every way that is listed. None: what is routed here is told to nobody. */
export interface Receiver {
  readonly name: string;
  readonly channels: readonly ChannelConfig[];
}

/** While a source fires, targets with equal labels are not told of. */
export interface InhibitRule {
  readonly sources: readonly LabelMatcher[];
  readonly targets: readonly LabelMatcher[];
  readonly equal: readonly string[];
}

/** The whole of it. */
export interface Routing {
  /** After so long without news an alert that names no end counts as resolved; only for senders over HTTP. */
  readonly resolveTimeoutUs: number;
  readonly root: Route;
  readonly receivers: ReadonlyMap<string, Receiver>;
  readonly inhibitRules: readonly InhibitRule[];
  readonly times: ReadonlyMap<string, readonly TimeInterval[]>;
  /** As it was written, with secrets hidden; what `/api/v2/status` shows. */
  readonly original: string;
}
