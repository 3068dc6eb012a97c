/**
 * An alert as it passes from the rules to the routes: the same shape that Prometheus posts to Alertmanager,
 * in microseconds. Immutable; a change is a new object with the same fingerprint.
 *
 * Invariants: `labels` hold `alertname`; two alerts with equal labels are one alert, whichever rule, restart
 * or sender they come from; `endsAtUs` is set exactly when it is resolved.
 */
import { createHash } from 'node:crypto';

/** Text by name: an alert's labels or annotations. Label names and values as Prometheus allows them. */
export type AlertTexts = Readonly<Record<string, string>>;

/** One alert, firing or resolved. */
export interface Alert {
  readonly labels: AlertTexts;
  readonly annotations: AlertTexts;
  /** When it began to fire, microseconds since the Unix epoch. */
  readonly startsAtUs: number;
  /** When it was resolved; undefined while it fires. */
  readonly endsAtUs: number | undefined;
  /** Where its expression can be looked at. May be empty. */
  readonly generatorUrl: string;
}

/**
 * Who is told of alerts: once when one begins to fire, again when its annotations change or every resend
 * delay, and once when it is resolved. Telling twice what is known already is harmless.
 */
export interface AlertListener {
  /** Never throws and never waits. */
  tell(alerts: readonly Alert[]): void;
  /**
   * What whoever tells remembers of earlier lives, said once when it begins: the labels of alerts that fire or are over.
   * Any other alert that it told is over at `untilUs` unless it is told again.
   */
  remembered?(labels: readonly AlertTexts[], untilUs: number): void;
}

/** What identifies an alert: 16 hexadecimal digits over its labels, whatever their order. */
export function fingerprintOf(labels: AlertTexts): string {
  const hash = createHash('sha256');
  for (const name of Object.keys(labels).sort()) hash.update(`${name}\xff${labels[name] ?? ''}\xff`);
  return hash.digest('hex').slice(0, 16);
}
