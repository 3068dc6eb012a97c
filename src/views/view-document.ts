/**
 * Everything that is known of one view, as one document: the verdict, what every attached node saw, what became of
 * every validator's vote, the findings, and what is missing. HTTP gives it, `explain` prints it. Pure.
 */
import type { Participant } from '../domains/consensus/participation/participation.js';
import { criticalPath, phasesOf } from '../domains/consensus/record/phases.js';
import type { ViewRecord } from '../domains/consensus/record/view-record.js';
import type { ViewVerdict } from '../domains/consensus/verdict/view-verdict.js';
import type { FindingDocument } from './finding-document.js';
import type { Names, ValidatorName } from './names.js';
import { timelineOf, type Happening } from './timeline.js';
import { verdictDocument, type VerdictDocument } from './verdict-document.js';

/** What one node saw. Offsets are microseconds from its entry; null is what it did not see or say. */
export interface NodeView {
  readonly node: string;
  /** The validator that the node is. */
  readonly validator: ValidatorName | null;
  readonly run: string;
  readonly is_entered: boolean;
  readonly entered_at_us: number;
  readonly trigger: string | null;
  readonly timer_us: number | null;
  readonly proposal_us: number | null;
  readonly vote_us: number | null;
  readonly certificate_us: number | null;
  readonly timeout_us: number | null;
  readonly committed_us: number | null;
  readonly left_us: number | null;
  readonly left_by: string | null;
  /** The whole way in one line. */
  readonly path: string;
  readonly timeline: readonly Happening[];
  readonly unreachable: readonly ValidatorName[];
  readonly is_syncing: boolean;
  readonly incomplete: readonly string[];
}

/** What became of a validator's vote, as far as any attached node tells. */
export interface ViewParticipant extends ValidatorName {
  readonly power: number;
  readonly roles: readonly ('leader' | 'collector')[];
  /** `sent`: it says so itself, and nobody had it; `unseen`: nobody says anything of it. */
  readonly vote: 'in_time' | 'late' | 'sent' | 'unseen';
  /** How long after the certificate. */
  readonly late_us: number | null;
  readonly attached: string | null;
}

/** One view. */
export interface ViewDocument {
  readonly chain: string;
  readonly view: number;
  readonly epoch: number | null;
  readonly leader: ValidatorName | null;
  readonly collector: ValidatorName | null;
  /** When the first node entered, microseconds since the Unix epoch. */
  readonly entered_at_us: number | null;
  /** Null while it is not judged. */
  readonly verdict: VerdictDocument | null;
  readonly nodes: readonly NodeView[];
  readonly participation: readonly ViewParticipant[];
  readonly findings: readonly FindingDocument[];
  /** Sentences on what is not known, and what would tell. */
  readonly missing: readonly string[];
}

/** What a document is made from. */
export interface ViewMaterial {
  readonly chain: string;
  readonly view: number;
  readonly verdict: ViewVerdict | undefined;
  readonly records: readonly ViewRecord[];
  readonly participants: readonly Participant[];
  readonly findings: readonly FindingDocument[];
  readonly names: Names;
}

/** The document of a view. */
export function viewDocument(material: ViewMaterial): ViewDocument {
  const { chain, view, verdict, records, names, findings } = material;
  const leader = verdict?.leader ?? first(records, (record) => record.leader);
  const collector = verdict?.collector ?? first(records, (record) => record.collector);
  const entered = records.filter(({ isEntered }) => isEntered).map(({ enteredAtUs }) => enteredAtUs);
  return {
    chain,
    view,
    epoch: verdict?.epoch ?? first(records, (record) => record.epoch) ?? null,
    leader: names.of(leader),
    collector: names.of(collector),
    entered_at_us: verdict?.enteredAtUs ?? (entered.length === 0 ? null : Math.min(...entered)),
    verdict: verdict === undefined ? null : verdictDocument(verdict, names),
    nodes: records.map((record) => nodeView(record, names)),
    participation: material.participants.map((one) => participantOf(one, records, { leader, collector })),
    findings,
    missing: missingOf(material, leader, collector),
  };
}

function nodeView(record: ViewRecord, names: Names): NodeView {
  const label = (id: string): string => names.label(id);
  const phases = phasesOf(record);
  return {
    node: record.node,
    validator: names.of(record.self),
    run: record.run,
    is_entered: record.isEntered,
    entered_at_us: record.enteredAtUs,
    trigger: record.trigger ?? null,
    timer_us: record.timerUs ?? null,
    proposal_us: phases.proposalUs ?? null,
    vote_us: phases.voteUs ?? null,
    certificate_us: phases.certifiedUs ?? null,
    timeout_us: record.timeout?.atUs ?? null,
    committed_us: phases.committedUs ?? null,
    left_us: record.leftUs ?? null,
    left_by: record.leftBy ?? null,
    path: criticalPath(record, label),
    timeline: timelineOf(record, label),
    unreachable: record.unreachable.map((id) => names.of(id)),
    is_syncing: record.strain.isSyncing,
    incomplete: record.incomplete,
  };
}

function participantOf(
  { id, label, power }: Participant,
  records: readonly ViewRecord[],
  roles: { readonly leader: string | undefined; readonly collector: string | undefined },
): ViewParticipant {
  const arrivals = records.flatMap(({ votes }) => votes.filter(({ validator }) => validator === id));
  const isSigner = records.some(({ certificates }) =>
    certificates.some(({ signers }) => signers?.includes(id) === true),
  );
  const late = arrivals.flatMap(({ lateUs }) => lateUs ?? []);
  const own = records.find(({ self }) => self === id);
  const isInTime = isSigner || arrivals.length > late.length;
  const hasSent = own !== undefined && own.ownVotes.length > 0;
  const vote = isInTime ? 'in_time' : late.length > 0 ? 'late' : hasSent ? 'sent' : 'unseen';
  return {
    id,
    name: label,
    power,
    roles: (['leader', 'collector'] as const).filter((role) => roles[role] === id),
    vote,
    late_us: vote === 'late' ? Math.min(...late) : null,
    attached: own?.node ?? null,
  };
}

function missingOf(
  { records, participants, verdict, names }: ViewMaterial,
  leader: string | undefined,
  collector: string | undefined,
): string[] {
  const attached = new Set(records.flatMap(({ self }) => self ?? []));
  const absent = participants.filter(({ id }) => !attached.has(id));
  const lost = records.filter(({ incomplete }) => incomplete.length > 0);
  const isTold = (id: string | undefined): boolean => id === undefined || attached.has(id);
  const telling = [
    ...(isTold(leader) ? [] : [`its leader ${names.label(leader!)}`]),
    ...(isTold(collector) || collector === leader ? [] : [`its collector ${names.label(collector!)}`]),
  ];
  return [
    ...(records.length === 0 ? ['the records of this view are no longer held'] : []),
    ...(absent.length === 0
      ? []
      : [`no record of this view from ${listed(absent.map(({ label }) => label))}`]),
    ...lost.map(({ node, incomplete }) => `${node} lost events of ${incomplete.join(', ')} during the view`),
    ...records.flatMap(({ node, isEntered }) => (isEntered ? [] : [`${node} never entered the view`])),
    ...(verdict?.cause === 'unknown' && telling.length > 0
      ? [`attached, ${telling.join(' and ')} could tell more`]
      : []),
  ];
}

/** Up to eight, and how many more. */
function listed(names: readonly string[]): string {
  const shown = names.slice(0, 8).join(', ');
  return names.length <= 8 ? shown : `${shown} and ${names.length - 8} more`;
}

function first<T>(
  records: readonly ViewRecord[],
  read: (record: ViewRecord) => T | undefined,
): T | undefined {
  for (const record of records) {
    const value = read(record);
    if (value !== undefined) return value;
  }
  return undefined;
}
