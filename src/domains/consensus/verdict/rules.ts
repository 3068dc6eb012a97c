/**
 * Why a view failed or lagged: one row per cause, in order of precedence, and what must be known for each. A row
 * holds when in one of its cases every fact of `all` is true and every fact of `none` is known to be false, and no
 * fact of `unless` is known to be true. The first row that holds is the verdict; when none does it is `unknown`.
 *
 * docs/CAUSES.md is written from this table.
 */
import type { FactName, Facts } from './fact-texts.js';
import type { Parties } from './facts.js';
import type { Cause, Scope } from './view-verdict.js';

/** One way in which a cause shows. */
export interface Case {
  readonly all: readonly FactName[];
  readonly none?: readonly FactName[];
  readonly unless?: readonly FactName[];
}

/** One cause. */
export interface Rule {
  readonly cause: Exclude<Cause, 'unknown'>;
  /** What happened, as a sentence. */
  readonly reason: string;
  /** The outcomes that it explains. */
  readonly outcomes: readonly ('failed' | 'lagged')[];
  readonly cases: readonly Case[];
  /** Who is to blame. */
  readonly culprits: keyof Parties;
  readonly scope: Scope;
  /** What would contradict it, and was looked for and not found. */
  readonly contradiction: string;
}

const failed = ['failed'] as const;
const lagged = ['lagged'] as const;
const both = ['failed', 'lagged'] as const;

/** The causes in order of precedence. */
export const rules: readonly Rule[] = [
  {
    cause: 'equivocation',
    reason: 'The leader proposed two different blocks in the view, so that the votes were split.',
    outcomes: failed,
    cases: [{ all: ['twoBlocks'] }],
    culprits: 'leader',
    scope: 'peer',
    contradiction: 'a single block behind every proposal and vote of the view',
  },
  {
    cause: 'proposal_invalid',
    reason: "The leader's proposal was refused as invalid.",
    outcomes: failed,
    cases: [
      { all: ['refusalsDecide'] },
      { all: ['refused', 'gaveUp'], unless: ['certified', 'votesCounted'] },
    ],
    culprits: 'leader',
    scope: 'peer',
    contradiction: 'a quorum that accepted the proposal',
  },
  {
    cause: 'partition',
    reason:
      'Links were cut: no side had a quorum, or leader or collector were on another side than the quorum.',
    outcomes: both,
    cases: [
      { all: ['noQuorumConnected'] },
      { all: ['leaderApart'], none: ['leaderDown'] },
      { all: ['collectorApart', 'proposalLeft'], none: ['collectorDown'] },
      { all: ['cutsDecide'] },
      { all: ['isolated'] },
      { all: ['leaderWasApart', 'gaveUp'], none: ['proposalSeen', 'certified'] },
      { all: ['lossDecides', 'lossOfApart'] },
    ],
    culprits: 'apart',
    scope: 'network',
    contradiction: 'a message that crossed from one side to the other after the cut',
  },
  {
    cause: 'leader_silent',
    reason: 'No proposal ever left the leader.',
    outcomes: failed,
    cases: [
      { all: [], none: ['proposalLeft', 'certified'], unless: ['leaderDeaf'] },
      { all: ['leaderDown', 'gaveUp'], none: ['proposalSeen'], unless: ['certified'] },
      { all: ['keptDecides'] },
      {
        all: ['leaderUnheardBefore', 'leaderHeard', 'gaveUp'],
        none: ['proposalSeen', 'certified'],
        unless: ['leaderApart', 'leaderFar'],
      },
    ],
    culprits: 'leader',
    scope: 'peer',
    contradiction: 'a proposal of the leader, or a certificate that only it could have passed on',
  },
  {
    cause: 'leader_slow',
    reason: 'The leader proposed, too late for the timers of a quorum.',
    outcomes: both,
    cases: [
      { all: ['lateDecides', 'leaderHeldUp'] },
      { all: ['leaderLongest'] },
      { all: ['proposalLate', 'leaderHeldUp', 'gaveUp'], unless: ['votesCounted', 'scattered'] },
      { all: ['leaderFar', 'gaveUp'], unless: ['votesCounted', 'proposalInTime', 'scattered'] },
    ],
    culprits: 'leader',
    scope: 'peer',
    contradiction: 'other leaders whose proposals come as late',
  },
  {
    cause: 'collector_silent',
    reason: 'Validators voted, and their votes died with their collector, or waited for it.',
    outcomes: both,
    cases: [
      { all: ['quorumVoted'] },
      { all: ['proposalInTime', 'collectorDown', 'gaveUp'], unless: ['certified', 'tooFewUp'] },
      { all: ['votesCounted', 'collectorDown'], unless: ['certified', 'certificateSent'] },
      { all: ['votesCounted', 'collectorHeldUp'], none: ['certificateSent'] },
      { all: ['collectorLongest'] },
      { all: ['proposalInTime', 'collectorFar', 'gaveUp'], unless: ['certified', 'tooFewUp', 'scattered'] },
    ],
    culprits: 'collector',
    scope: 'peer',
    contradiction: 'a certificate, or anything that the collector made of the votes',
  },
  {
    cause: 'certificate_withheld',
    reason: 'A quorum of votes reached the collector, and it did not pass the certificate on.',
    outcomes: both,
    cases: [
      { all: ['votesCounted'], none: ['certificateSent', 'collectorDown', 'collectorHeldUp'] },
      { all: ['certificateKept', 'proposalInTime'], none: ['certified'], unless: ['collectorFar'] },
      { all: ['votesCounted', 'fewShown'], none: ['collectorDown'], unless: ['collectorHeldUp'] },
    ],
    culprits: 'collector',
    scope: 'peer',
    contradiction: 'a proposal of the collector that is built on the certificate',
  },
  {
    cause: 'votes_missing',
    reason: 'Too few voted: some are down, or kept their votes.',
    outcomes: failed,
    cases: [{ all: ['missingDecides'] }, { all: ['tooFewUp', 'proposalInTime'], unless: ['certified'] }],
    culprits: 'missing',
    scope: 'peer',
    contradiction: 'a vote of theirs that arrived, in time or late',
  },
  {
    cause: 'votes_late',
    reason: 'A quorum voted, too late, because voters were held up.',
    outcomes: both,
    cases: [{ all: ['lateVotersDecide'] }, { all: ['votesLongest'] }],
    culprits: 'late',
    scope: 'peer',
    contradiction: 'machines at ease and votes within their usual time',
  },
  {
    cause: 'message_loss',
    reason: 'Messages were lost on the way, or came late, to and from nobody in particular.',
    outcomes: both,
    cases: [
      { all: ['lossDecides'] },
      { all: ['slackDecides', 'scattered'] },
      { all: ['slackDecides', 'delayed'] },
      { all: ['votesCounted', 'delayed'] },
    ],
    culprits: 'nobody',
    scope: 'network',
    contradiction: 'everything missing being to or from the same validators',
  },
  {
    cause: 'local_stall',
    reason: "The node's own storage, processor or event loop held it up.",
    outcomes: lagged,
    cases: [{ all: ['strained'] }],
    culprits: 'laggards',
    scope: 'self',
    contradiction: 'its machine at ease throughout the view',
  },
  {
    cause: 'sync_lag',
    reason: 'The node was behind the others and catching up.',
    outcomes: lagged,
    cases: [{ all: ['syncing'] }],
    culprits: 'laggards',
    scope: 'self',
    contradiction: 'the node having all blocks when the view began',
  },
  {
    cause: 'timer_too_small',
    reason: 'Everybody did their part, and it took longer than the timer.',
    outcomes: both,
    cases: [
      { all: ['slackDecides'], none: ['timerSuffices'], unless: ['scattered', 'delayed'] },
      { all: ['votesCounted'], none: ['timerSuffices'], unless: ['scattered', 'delayed'] },
      { all: ['proposalLate'], none: ['timerSuffices'], unless: ['scattered', 'delayed'] },
      { all: ['certified'], none: ['timerSuffices'], unless: ['scattered', 'delayed'] },
    ],
    culprits: 'nobody',
    scope: 'network',
    contradiction: 'views that end well within the same timer',
  },
];

/** The first row that explains `outcome`, with the case that holds. */
export function ruleFor(
  facts: Facts,
  outcome: 'failed' | 'lagged',
): { readonly rule: Rule; readonly shown: Case } | undefined {
  for (const rule of rules) {
    if (!rule.outcomes.includes(outcome)) continue;
    const shown = rule.cases.find((one) => holds(facts, one));
    if (shown !== undefined) return { rule, shown };
  }
  return undefined;
}

function holds(facts: Facts, { all, none = [], unless = [] }: Case): boolean {
  return (
    all.every((fact) => facts[fact] === true) &&
    none.every((fact) => facts[fact] === false) &&
    unless.every((fact) => facts[fact] !== true)
  );
}
