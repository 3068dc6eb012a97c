/**
 * Why one validator's vote did not come to count in a round of a view, or why it did not get the certificate in
 * time: the place on the way at which it stopped. The diagnosis weighs these by voting power.
 */
import type { FaultHistory } from './fault-history.js';
import { Fate, type Passage, type Round } from './passage.js';
import type { ViewRecord } from './view-record.js';

/** Where it stopped, and by whom. `odd` is what nothing known explains. */
export type Snag =
  | { readonly kind: 'refused' | 'cut' | 'lost' | 'slack' | 'odd'; readonly by: undefined }
  | {
      readonly kind: 'withheld' | 'late' | 'collector' | 'missing' | 'voter_late' | 'behind';
      /** The validator at which it stopped. */
      readonly by: number;
    };

/** What the judgement of a view looks at beyond the view. */
export interface Surroundings {
  readonly history: FaultHistory;
  /** How far back a fault that is over can still hold views up, microseconds. */
  readonly horizonUs: number;
  /** Whether disk or processor take time of their own. */
  readonly machinesTakeTime: boolean;
  /** How long the longest sync of a validator's disk took that ended in the span, or soon after; 0: none was long. */
  longestSyncUs(validator: number, fromUs: number, toUs: number): number;
  /** Whether a validator was catching up at some moment of the span. */
  wasSyncing(validator: number, fromUs: number, toUs: number): boolean;
}

const at = <K extends Snag['kind']>(kind: K): Snag => ({ kind, by: undefined }) as Snag;
const by = (kind: Exclude<Snag, { by: undefined }>['kind'], validator: number): Snag => ({
  kind,
  by: validator,
});

/** Why the vote of `validator` in a round did not count; undefined when it did. */
export function voteSnag(
  record: ViewRecord,
  round: Round,
  collector: number,
  validator: number,
  around: Surroundings,
): Snag | undefined {
  if (round.countedUs.has(validator)) return undefined;
  const castUs = round.castUs.get(validator);
  if (castUs === undefined) return broadcastSnag(record, round.broadcast, record.leader, validator, around);
  const { history } = around;
  switch (round.votes.fate(validator)) {
    case Fate.notSent:
      return by('missing', validator);
    case Fate.cut:
      return at('cut');
    case Fate.lost:
      return at('lost');
    case Fate.carried: {
      const arrivesUs = round.votes.arrivesUs(validator);
      const untilUs = Math.max(arrivesUs, record.firstTimeoutUs);
      const gone =
        history.had('down', collector, arrivesUs, untilUs) ||
        history.wasHeldUp(collector, arrivesUs, untilUs);
      if (gone) return by('collector', collector);
      if (arrivesUs > record.firstTimeoutUs) return lateness(record, validator, castUs, around);
      return by('collector', collector);
    }
  }
}

/** Why a validator cast no vote upon a broadcast of the leader. */
function broadcastSnag(
  record: ViewRecord,
  broadcast: Passage,
  leader: number,
  validator: number,
  around: Surroundings,
): Snag {
  const { history } = around;
  if (record.refused.has(validator)) return at('refused');
  const fate = broadcast.fate(validator);
  const arrivesUs = broadcast.arrivesUs(validator);
  const momentUs = Math.min(arrivesUs, record.firstTimeoutUs);
  if (history.isDown(validator, momentUs)) return by('missing', validator);
  if (fate === Fate.notSent) return by('withheld', leader);
  if (fate === Fate.cut) return at('cut');
  if (fate === Fate.lost) return at('lost');
  const enteredUs = record.enteredUs.get(validator);
  const stoppedUs = record.stoppedUs(validator);
  if (arrivesUs > stoppedUs && enteredUs !== undefined)
    return lateBroadcast(record, broadcast, leader, arrivesUs, around);
  if (record.startedIn.has(validator)) return by('missing', validator);
  // It had it in time, and cast no vote.
  if (history.had('down', validator, arrivesUs, record.firstTimeoutUs)) return by('missing', validator);
  if (history.had('strain', validator, arrivesUs, Math.min(stoppedUs, Number.MAX_SAFE_INTEGER)))
    return by('voter_late', validator);
  // A disk has its bad moments without any fault.
  const dwelledUs = Math.min(stoppedUs, record.firstTimeoutUs) - arrivesUs;
  const longUs = (record.firstTimeoutUs - record.beganUs) / 4;
  if (around.machinesTakeTime && enteredUs !== undefined && dwelledUs > longUs)
    return by('voter_late', validator);
  return straggling(record, validator, around);
}

/** Why a validator was not in the view, or could not take the proposal up. */
function straggling(record: ViewRecord, validator: number, around: Surroundings): Snag {
  const { history, horizonUs } = around;
  const fromUs = record.beganUs - horizonUs;
  const toUs = record.firstTimeoutUs;
  if (history.had('down', validator, fromUs, toUs)) return by('missing', validator);
  if (history.had('strain', validator, fromUs, toUs)) return by('voter_late', validator);
  if (history.sides(fromUs, toUs).length > 0) return at('cut');
  if (history.wasDisturbed(fromUs, toUs)) return at('lost');
  if (around.wasSyncing(validator, fromUs, toUs)) return by('missing', validator);
  if (around.machinesTakeTime || !record.enteredUs.has(validator)) return at('slack');
  return at('odd');
}

/** The broadcast came after its receiver had given the view up. */
function lateBroadcast(
  record: ViewRecord,
  broadcast: Passage,
  leader: number,
  arrivesUs: number,
  around: Surroundings,
): Snag {
  const { history, horizonUs } = around;
  const sentUs = Math.min(broadcast.firstSentUs, arrivesUs);
  if (history.wasHeldUp(leader, record.beganUs, arrivesUs)) return by('late', leader);
  if (history.had('down', leader, record.beganUs - horizonUs, sentUs)) return by('late', leader);
  if (history.had('deviant', leader, record.beganUs, sentUs)) return by('late', leader);
  if (history.wasDisturbed(record.beganUs - horizonUs, arrivesUs)) return at('lost');
  if (history.sides(record.beganUs - horizonUs, arrivesUs).length > 0) return at('cut');
  return at('slack');
}

/** A vote left, and came too late. */
function lateness(record: ViewRecord, validator: number, castUs: number, around: Surroundings): Snag {
  const { history } = around;
  if (history.wasHeldUp(record.leader, record.beganUs, castUs)) return by('late', record.leader);
  if (history.wasHeldUp(validator, record.beganUs, castUs)) return by('voter_late', validator);
  if (history.wasDisturbed(record.beganUs - around.horizonUs, record.firstTimeoutUs)) return at('lost');
  return at('slack');
}
