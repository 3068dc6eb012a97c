/**
 * What one receiver is told at one moment: a group of alerts, and why. Channels render it; it holds no secret. Immutable.
 */
import type { Receipt } from '../../delivery/transport.js';
import type { AlertTexts } from '../alert.js';
import type { Reason } from '../routing/decide.js';

/** An alert as it is told. */
export interface NotifiedAlert {
  readonly id: string;
  readonly isFiring: boolean;
  readonly labels: AlertTexts;
  readonly annotations: AlertTexts;
  readonly startsAtUs: number;
  readonly endsAtUs: number | undefined;
  readonly generatorUrl: string;
}

/** Everything a channel may say. */
export interface Notification {
  readonly receiver: string;
  readonly groupKey: string;
  readonly reason: Reason;
  /** Firing while any of the alerts does. */
  readonly isFiring: boolean;
  readonly groupLabels: AlertTexts;
  /** What all alerts share. */
  readonly commonLabels: AlertTexts;
  readonly commonAnnotations: AlertTexts;
  /** Firing ones first, each by its start. */
  readonly alerts: readonly NotifiedAlert[];
  /** Where this sidecar can be looked at. */
  readonly externalUrl: string;
}

/** A way to tell somebody. */
export interface Channel {
  /** `slack`, `email`: a label of metrics. */
  readonly kind: string;
  readonly sendResolved: boolean;
  /** Whether it can be told that somebody looks after what fires. */
  readonly takesAcknowledgement: boolean;
  /** Tells once. May throw or hang: both count as failed. `signal` is aborted at the deadline. */
  send(notification: Notification, signal: AbortSignal): Promise<Receipt>;
  /** Lets go of sockets. */
  close?(): Promise<void>;
}

/** The texts that all have in common. */
export function commonTexts(all: readonly AlertTexts[]): AlertTexts {
  const [first = {}, ...rest] = all;
  return Object.fromEntries(
    Object.entries(first).filter(([name, value]) => rest.every((texts) => texts[name] === value)),
  );
}
