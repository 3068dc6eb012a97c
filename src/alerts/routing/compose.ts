/** From what was decided to what is told: the alerts with their texts, and what they share. Pure. */
import { commonTexts, type Notification, type NotifiedAlert } from '../channels/notification.js';
import type { Decision } from './decide.js';
import type { Group, Outlet } from './group.js';
import type { HeldAlert } from './held.js';

/** @param alerts what is held, by id */
export function compose(
  { key, labels }: Group,
  { receiver }: Outlet,
  { reason, firing, ended }: Decision,
  held: ReadonlyMap<string, HeldAlert>,
  externalUrl: string,
): Notification {
  const select = (ids: readonly string[], fires: boolean): NotifiedAlert[] =>
    ids
      .flatMap((id) => notified(held.get(id), fires) ?? [])
      .sort((a, b) => a.startsAtUs - b.startsAtUs || (a.id < b.id ? -1 : 1));
  const alerts = [...select(firing, true), ...select(ended, false)];
  return {
    receiver,
    groupKey: key,
    reason,
    isFiring: firing.length > 0,
    groupLabels: labels,
    commonLabels: commonTexts(alerts.map((one) => one.labels)),
    commonAnnotations: commonTexts(alerts.map((one) => one.annotations)),
    alerts,
    externalUrl,
  };
}

function notified(held: HeldAlert | undefined, fires: boolean): NotifiedAlert | undefined {
  if (held === undefined) return undefined;
  const { id, alert, expiresAtUs } = held;
  const endsAtUs = fires ? undefined : (alert.endsAtUs ?? expiresAtUs);
  return { ...alert, id, isFiring: fires, endsAtUs };
}
