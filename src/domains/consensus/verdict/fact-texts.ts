/** The words of the facts: one sentence each, for the grounds of a verdict and for docs/CAUSES.md. */
import type { Known } from './known.js';

/** What each fact says, as a sentence; in the order in which docs/CAUSES.md lists them. */
export const factTexts = {
  twoBlocks: 'the leader proposed two different blocks, or more than a third each voted for two',
  refused: 'an attached node refused the proposal as invalid',
  refusalsDecide: 'the votes of those who refused the proposal would have made the quorum',
  certified: 'a certificate of the view is known, or a later proposal is built on it',
  proposalLeft: 'the proposal left its leader',
  proposalSeen: 'the proposal came to an attached node, in time or late',
  proposalInTime: 'every attached node that was in the view had the proposal before its timer expired',
  leaderDown: "the leader's process was down, as its connections or its own stream say",
  leaderFar: 'a round trip to the leader takes half the timer, and far longer than to others',
  leaderHeard:
    'a vote of the leader, or a certificate that it collected, came to an attached node before each of the last views that it led, and since',
  leaderUnheardBefore:
    'the last two views that it led went by without its proposal too, while those of others came',
  leaderDeaf: 'nothing of the others came to the leader in the view and the one before',
  gaveUp: 'a quorum gave the view up',
  keptDecides: 'the leader kept its proposal from so many that their votes would have made the quorum',
  lateDecides: 'the proposal came late to so many that their votes would have made the quorum',
  proposalLate: 'the proposal came after the timer',
  leaderHeldUp: 'the leader was held up: its machine says so, or views of others end well within this timer',
  quorumVoted: 'a quorum of validators voted, and their votes reached their collector or its dead process',
  collectorDown: "the collector's process was down, as its connections or its own stream say",
  collectorFar: 'a round trip to the collector takes half the timer, and far longer than to others',
  collectorHeldUp: "the collector's own machine held it up",
  tooFewUp: 'so many validators are down that the others are no quorum',
  votesCounted: 'the collector counted a quorum of votes, in time or late',
  certificateSent: "the certificate left its collector, or the collector's next proposal is built on it",
  certificateKept:
    'the collector had the certificate and made its next proposal without it, or with one that does not hold',
  missingDecides: 'the votes of those who are down or kept them would have made the quorum',
  lateVotersDecide: 'the votes of those whose machines were slow would have made the quorum',
  votesLongest: 'of all that took long, the votes of held-up voters took longest',
  collectorLongest:
    'of all that took long, passing the certificate on took longest, and its collector was held up',
  leaderLongest: 'of all that took long, the proposal took longest, and its leader was held up',
  noQuorumConnected: 'no group of validators that reach each other has a quorum',
  leaderApart: 'the leader runs, and does not reach a quorum',
  collectorApart: 'the collector runs, and a quorum does not reach it or is not reached by it',
  cutsDecide: 'cut links kept so many votes back that they would have made the quorum',
  lossDecides: 'messages lost on the way kept so many votes back that they would have made the quorum',
  leaderWasApart: 'the leader was cut off within the last rotation of leaders, and runs',
  lossOfApart: 'all that is missing is to or from those who were cut off within the last rotation of leaders',
  fewShown:
    'the collector gave the proposal that carries the certificate to its transport for some receivers only',
  scattered: 'messages of several validators were lost while their connections stood',
  delayed: 'messages came late on the way, far later than usual, to and from nobody in particular',
  timerSuffices: 'most views that others led and collected ended within this timer',
  slackDecides: 'what was missing came after the timer, and nobody was held up',
  strained: 'the own machine of every node that gave up took a good part of the timer for one step',
  syncing: 'every node that gave up was catching up, or had just come back',
  isolated: 'every node that gave up was cut off from the others',
} as const;

/** Name of a fact. */
export type FactName = keyof typeof factTexts;

/** All facts of one view. */
export type Facts = { readonly [F in FactName]: Known };
