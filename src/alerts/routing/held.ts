/**
 * What the notifier must remember over a restart: alerts, silences, acknowledgements, and what was told to whom. Plain
 * values that survive JSON; immutable, a change is a new object.
 */
import type { MatchType } from '../../promql/matchers.js';
import type { Alert } from '../alert.js';

/** An alert as it was told last. */
export interface HeldAlert {
  /** Its fingerprint. */
  readonly id: string;
  readonly alert: Alert;
  /** Counts as resolved from then on unless it is told again: of senders over HTTP. */
  readonly expiresAtUs?: number;
  readonly updatedAtUs: number;
}

/** One condition of a silence. */
export interface SilenceMatcher {
  readonly name: string;
  readonly type: MatchType;
  readonly value: string;
}

/** Alerts that pass all matchers are not told of while it lasts. */
export interface Silence {
  readonly id: string;
  readonly matchers: readonly SilenceMatcher[];
  readonly startsAtUs: number;
  readonly endsAtUs: number;
  readonly updatedAtUs: number;
  readonly createdBy: string;
  readonly comment: string;
}

/** Somebody looks after an alert: no repeats, no escalation while it fires on. */
export interface Acknowledgement {
  /** Of the alert. */
  readonly id: string;
  readonly by: string;
  readonly comment: string;
  readonly atUs: number;
}

/** What one channel of one group was told. */
export interface Told {
  /** What it was told is firing, and not yet that it ended: id, and when it was first told of it. */
  readonly firing: Readonly<Record<string, number>>;
  /** When it was told last. */
  readonly atUs: number;
  /** When it was told of the end of alerts, by id; kept as long as a cooldown lasts. */
  readonly ended: Readonly<Record<string, number>>;
  readonly acknowledged: boolean;
}

/** A change of what is remembered. One durable record each. */
export type Step =
  | { readonly is: 'alert'; readonly held: HeldAlert }
  | { readonly is: 'alert_gone'; readonly id: string }
  /** About to tell: whoever reads this after a crash cannot know whether it arrived. */
  | { readonly is: 'telling'; readonly key: string; readonly firing: readonly string[] }
  | { readonly is: 'told'; readonly key: string; readonly told: Told }
  /** It certainly did not arrive. */
  | { readonly is: 'not_told'; readonly key: string }
  | { readonly is: 'told_gone'; readonly key: string }
  | { readonly is: 'silence'; readonly silence: Silence }
  | { readonly is: 'silence_gone'; readonly id: string }
  | { readonly is: 'acknowledged'; readonly acknowledgement: Acknowledgement }
  | { readonly is: 'acknowledgement_gone'; readonly id: string };

/** Whether nothing but the time of its telling differs. */
export function isSame(before: HeldAlert, after: HeldAlert, wasFiring: boolean): boolean {
  if ((after.alert.endsAtUs === undefined) !== wasFiring) return false;
  const { annotations, generatorUrl } = after.alert;
  const names = Object.keys(annotations);
  return (
    names.length === Object.keys(before.alert.annotations).length &&
    names.every((name) => annotations[name] === before.alert.annotations[name]) &&
    generatorUrl === before.alert.generatorUrl &&
    (wasFiring || before.alert.endsAtUs !== undefined)
  );
}
