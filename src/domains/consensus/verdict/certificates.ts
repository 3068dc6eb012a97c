/**
 * What became of the certificate of a view: whether it carried the chain on, whether it left its collector, and
 * whether the collector showed later that it had it and kept it.
 */
import type { Evidence } from './evidence.js';
import type { Known } from './known.js';

/** Whether somebody other than its collector went on by the certificate, or accepted what is built on it. */
export function isCertified(evidence: Evidence): Known {
  const { view, witnesses, collector, isBasic } = evidence;
  // Who says two things says of each that the chain goes on.
  const honest = witnesses.filter(({ standing }) => !evidence.isLiar(standing.self));
  const byOthers = honest.filter(({ standing }) => standing.self !== collector);
  // Who left for a view further on left by a later certificate.
  const wentOn = byOthers.filter(({ next }) => next?.isEntered === true);
  if (wentOn.some(({ record }) => record?.leftBy === 'qc' || record?.leftBy === 'dc')) return true;
  const carried = honest.flatMap(({ later, standing }) =>
    (later?.proposals ?? [])
      .filter(({ isOwn }) => !isOwn || standing.self !== collector)
      .map(({ justifyView, dcView }) => (isBasic ? (dcView ?? 0) : justifyView)),
  );
  if (carried.some((justifyView) => justifyView === view)) return true;
  return carried.length > 0 ? false : undefined;
}

/** Whether the certificate of the phase left its collector. */
export function hasCertificateLeft(evidence: Evidence): Known {
  const { collector, view, isBasic, phase } = evidence;
  if (collector === undefined) return undefined;
  const others = evidence.witnesses.filter(({ standing }) => standing.self !== collector);
  const came = others.some(({ record, next }) => {
    if (isBasic && phase === 'vote1') return record?.certificates.some(({ vote }) => vote === phase) ?? false;
    return (
      next?.proposals.some(({ justifyView, dcView }) => (isBasic ? (dcView ?? 0) : justifyView) >= view) ??
      false
    );
  });
  if (came) return true;
  const witness = evidence.of(collector);
  if (witness === undefined) return undefined;
  if (isBasic && phase === 'vote1') return (witness.standing.handedOver('prepare', view) ?? 1) > 0;
  const own = witness.next?.proposals.find(({ isOwn }) => isOwn);
  if (own === undefined) return evidence.isGap(witness.next) ? undefined : false;
  if (witness.standing.handedOver('proposal', view + 1) === 0) return false;
  return (isBasic ? (own.dcView ?? 0) : own.justifyView) >= view;
}

/** Whether the collector shows later that it had the certificate, and did not pass it on. */
export function isCertificateKept(evidence: Evidence): Known {
  const { collector, view, isBasic, witnesses } = evidence;
  if (collector === undefined || evidence.isDown(collector) === true) return false;
  const isBuiltOn = ({ justifyView, dcView }: { justifyView: number; dcView: number | undefined }): boolean =>
    (isBasic ? (dcView ?? 0) : justifyView) >= view;
  const own = evidence.of(collector);
  const formed = own?.record?.certificates.find(
    ({ isFormedHere, vote }) => isFormedHere && vote === evidence.phase,
  );
  const seen = witnesses.flatMap(({ standing, next }) =>
    standing.self === collector ? [] : (next?.proposals ?? []).filter(({ isOwn }) => !isOwn),
  );
  if (seen.some(isBuiltOn)) return false;
  const ownNext = own?.next?.proposals.find(({ isOwn }) => isOwn);
  const isFormedFirst =
    formed !== undefined &&
    own?.record !== undefined &&
    (ownNext === undefined ||
      own.next === undefined ||
      own.record.enteredAtUs + formed.atUs <= own.next.enteredAtUs + ownNext.atUs);
  if (seen.length > 0 && isFormedFirst) return true;
  // It was free to propose long before anybody could give the view up, which only the certificate allows.
  const halfUs = evidence.timerUs / 2;
  const early = witnesses.some(({ record, next }) =>
    next?.proposals.some(({ isOwn, proposedAtUs, validator }) => {
      const [begun] = record?.proposals ?? [];
      const begunUs = begun?.proposedAtUs;
      // Behind a view that failed, others may have been in this one for long.
      if (begun === undefined || (isBasic ? begun.dcView : begun.justifyView) !== view - 1) return false;
      if (isOwn || validator !== collector || record === undefined) return false;
      if (proposedAtUs === undefined || begunUs === undefined) return false;
      return proposedAtUs < begunUs + halfUs && proposedAtUs < record.enteredAtUs + halfUs;
    }),
  );
  if (early) return true;
  const refused = witnesses.some(({ next }) =>
    next?.refusals.some(
      ({ what, validator, reason }) =>
        what === 'proposal' && validator === collector && reason === 'invalid_certificate',
    ),
  );
  if (refused) return true;
  return hasCertificateLeft(evidence) === false && isFormedFirst ? true : undefined;
}
