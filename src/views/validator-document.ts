/** How the validators of a chain stand, as people and programs outside read it. Pure. */
import { windows } from '../domains/consensus/participation/outcome-window.js';
import type { Participant, ParticipationView } from '../domains/consensus/participation/participation.js';
import { leadOutcomes, voteOutcomes } from '../domains/consensus/participation/standing.js';

/** What became of the last so many judged views. */
export interface WindowDocument {
  readonly views: number;
  readonly votes: Readonly<Record<(typeof voteOutcomes)[number], number>>;
  readonly leads: Readonly<Record<(typeof leadOutcomes)[number], number>>;
  /** Share of judged views that it voted in, late or not. */
  readonly participation_ratio: number | null;
}

/** One validator. */
export interface ValidatorDocument {
  readonly id: string;
  readonly name: string;
  readonly power: number;
  readonly is_silent: boolean;
  readonly last_voted_view: number | null;
  readonly judged_views: number;
  /** 0 to 1: timeliness of votes, success as a leader, breaches. */
  readonly score: number | null;
  readonly windows: readonly WindowDocument[];
  /** Failed and lagged views put down to it, by cause, among the verdicts that are held. */
  readonly blamed: Readonly<Record<string, number>>;
}

/** All validators of a chain. */
export interface ValidatorsDocument {
  readonly chain: string;
  readonly margin: {
    readonly participating_power: number;
    readonly quorum_power: number;
    readonly margin: number;
    readonly is_one_failure_from_halt: boolean;
  } | null;
  readonly validators: readonly ValidatorDocument[];
}

/** @param blamed counts by validator id and cause */
export function validatorsDocument(
  chain: string,
  participation: ParticipationView | undefined,
  blamed: ReadonlyMap<string, Readonly<Record<string, number>>>,
): ValidatorsDocument {
  const margin = participation?.margin;
  return {
    chain,
    margin:
      margin === undefined
        ? null
        : {
            participating_power: margin.participatingPower,
            quorum_power: margin.quorumPower,
            margin: margin.margin,
            is_one_failure_from_halt: margin.isOneFailureFromHalt,
          },
    validators: (participation?.participants ?? []).map((one) => validatorOf(one, blamed.get(one.id) ?? {})),
  };
}

function validatorOf(
  { id, label, power, standing }: Participant,
  blamed: Readonly<Record<string, number>>,
): ValidatorDocument {
  return {
    id,
    name: label,
    power,
    is_silent: standing.isSilent,
    last_voted_view: standing.lastVotedView < 0 ? null : standing.lastVotedView,
    judged_views: standing.judged,
    score: standing.score ?? null,
    windows: windows.map((views) => ({
      views,
      votes: counts(voteOutcomes, (outcome) => standing.votes(views, outcome)),
      leads: counts(leadOutcomes, (outcome) => standing.leads(views, outcome)),
      participation_ratio: standing.participation(views) ?? null,
    })),
    blamed,
  };
}

function counts<K extends string>(keys: readonly K[], count: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, count(key)])) as Record<K, number>;
}
