/**
 * Whether a leader could speak and could hear while it said nothing: what tells a silent one from one that was cut off,
 * for an observer that sees neither links nor the leader's own word. Pure.
 */
import type { ViewRecord } from '../record/view-record.js';
import { MOST_LOOKED_BACK, type Evidence } from './evidence.js';
import type { Known } from './known.js';

/** Views in a row that a silent leader let go by. */
const UNHEARD_LEADS = 2;

/**
 * Whether it was heard all along while the last views that it led went by: a vote that it cast, or a certificate that
 * only it can have made, came before each of them and since. Who was cut off then was not heard.
 */
export function isHeardAllAlong(evidence: Evidence, validator: string): boolean {
  const { committee, history, view } = evidence;
  const rotation = Math.min(committee.members.length, MOST_LOOKED_BACK);
  const led = history.ledBy(validator, UNHEARD_LEADS).filter((one) => one < view);
  let next = view;
  for (const before of [...led, (led.at(-1) ?? next) - rotation]) {
    if (!isHeardIn(evidence, validator, Math.max(before, next - rotation), next - 1)) return false;
    next = before;
  }
  return true;
}

/** Whether nothing of others came to it in the view and the one before, although it says what comes to it. */
export function isDeaf(evidence: Evidence, validator: string | undefined): Known {
  const witness = evidence.of(validator);
  if (witness === undefined || !witness.standing.tells('votes')) return undefined;
  const { record, standing } = witness;
  return ![record, evidence.look(standing.node, evidence.view - 1)].some(
    (one) => evidence.isGap(one) || (one !== undefined && hasHeard(one)),
  );
}

function isHeardIn(evidence: Evidence, validator: string, from: number, to: number): boolean {
  if (evidence.history.hasCollected(validator, to)) return true;
  return evidence.witnesses.some(({ standing }) => {
    if (standing.self === validator) return false;
    for (let view = to; view >= from; view--)
      if (evidence.look(standing.node, view)?.votes.some((vote) => vote.validator === validator) === true)
        return true;
    return false;
  });
}

/** Whether anything of others came to the node in the view. */
function hasHeard({ self, proposals, votes, wishes, refusals, certificates }: ViewRecord): boolean {
  const isOther = ({ validator }: { readonly validator: string | undefined }): boolean => validator !== self;
  return (
    proposals.some(({ isOwn }) => !isOwn) ||
    votes.some(isOther) ||
    wishes.some(isOther) ||
    refusals.some(isOther) ||
    certificates.some(({ isFormedHere }) => !isFormedHere)
  );
}
