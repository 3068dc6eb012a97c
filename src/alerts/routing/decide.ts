/**
 * Whether a channel is told of its group now, and why. Pure: what fires, what ended and what was told before go in.
 *
 * Differences from Alertmanager, all of them on purpose: the end of an alert that was told is told although it is muted by
 * now; an alert that was muted for a while is no news afterwards; what was about to be told when the process died is told.
 */
import type { Told } from './held.js';

/** What is known about a group and one of its channels. */
export interface Situation {
  readonly nowUs: number;
  /** Ids that fire and are not muted. */
  readonly firing: readonly string[];
  /** Ids that fire and are muted. */
  readonly muted: readonly string[];
  /** Ids that ended. */
  readonly ended: readonly string[];
  readonly told: Told | undefined;
  /** What was about to be told, and may have arrived. */
  readonly telling: readonly string[] | undefined;
  readonly repeatUs: number;
  readonly sendResolved: boolean;
  readonly takesAcknowledgement: boolean;
  /** Whether somebody looks after everything that fires. */
  readonly acknowledged: boolean;
  /** How long after its end an alert is no news again. */
  readonly cooldownUs: number;
}

/** Why somebody is told. */
export type Reason =
  'first' | 'new_alerts' | 'unconfirmed' | 'all_resolved' | 'some_resolved' | 'repeat' | 'acknowledged';

/** What to do. */
export interface Decision {
  readonly reason: Reason;
  readonly firing: readonly string[];
  readonly ended: readonly string[];
  /** What is remembered once it is delivered. */
  readonly told: Told;
}

/** A decision; or what to remember without telling; or nothing. `wakeAtUs`: when to ask again. */
export interface Verdict {
  readonly decision?: Decision;
  readonly settle?: Told;
  readonly wakeAtUs?: number;
}

/** Decides. */
export function decide(situation: Situation): Verdict {
  const { nowUs, told, telling, sendResolved, acknowledged, takesAcknowledgement } = situation;
  const known = new Set([...Object.keys(told?.firing ?? {}), ...(telling ?? [])]);
  const cooling = situation.firing.flatMap((id) => coolUntil(situation, known, id) ?? []);
  const firing = situation.firing.filter((id) => coolUntil(situation, known, id) === undefined);
  const ended = situation.ended.filter((id) => known.has(id));
  const wake = cooling.length === 0 ? {} : { wakeAtUs: Math.min(...cooling) };
  const after = toldAfter(situation, known, firing, ended);
  const tell = (reason: Reason): Verdict => ({
    decision: { reason, firing, ended: sendResolved ? ended : [], told: after },
    ...wake,
  });
  const settle = (): Verdict => ({ settle: { ...after, atUs: told?.atUs ?? nowUs }, ...wake });
  if (firing.length === 0) {
    if (ended.length === 0) return wake;
    return sendResolved ? tell('all_resolved') : settle();
  }
  if (telling !== undefined) return tell('unconfirmed');
  if (told === undefined || Object.keys(told.firing).length === 0) return tell('first');
  if (firing.some((id) => told.firing[id] === undefined)) return tell('new_alerts');
  if (ended.length > 0) return sendResolved ? tell('some_resolved') : settle();
  if (acknowledged) return takesAcknowledgement && !told.acknowledged ? tell('acknowledged') : wake;
  return told.atUs + situation.repeatUs <= nowUs ? tell('repeat') : wake;
}

/** Until when an alert that came back is no news; undefined when it is. */
function coolUntil(
  { told, cooldownUs, nowUs }: Situation,
  known: ReadonlySet<string>,
  id: string,
): number | undefined {
  const endedAtUs = told?.ended[id];
  if (endedAtUs === undefined || known.has(id)) return undefined;
  const untilUs = endedAtUs + cooldownUs;
  return untilUs > nowUs ? untilUs : undefined;
}

function toldAfter(
  { nowUs, told, muted, cooldownUs, acknowledged }: Situation,
  known: ReadonlySet<string>,
  firing: readonly string[],
  ended: readonly string[],
): Told {
  // What was told and is muted by now still owes the telling of its end.
  const all = [...firing, ...muted.filter((id) => known.has(id))];
  const earlier = Object.entries(told?.ended ?? {}).filter(
    ([id, atUs]) => atUs + cooldownUs > nowUs && !firing.includes(id),
  );
  const latest = cooldownUs === 0 ? [] : ended.map((id) => [id, nowUs] as const);
  return {
    firing: Object.fromEntries(all.map((id) => [id, told?.firing[id] ?? nowUs])),
    atUs: nowUs,
    ended: Object.fromEntries([...earlier, ...latest]),
    acknowledged: acknowledged && firing.length > 0,
  };
}
