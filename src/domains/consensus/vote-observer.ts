/**
 * Votes of one node. This is the busiest handler of the domain (every validator, every view), so that
 * per vote it makes two look-ups and a few adds. "Not in the certificate" is never read as "did not
 * vote": late votes count as received.
 */
import type { EventMap } from '../../events/vocabulary.js';
import type { Counter, Gauge } from '../../metrics/series.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { ClosedLabel } from '../scoped-series.js';
import { ValidatorTable } from '../validator-table.js';
import { voteMetrics as m, voteOutcomes } from './vote-metrics.js';

type Vote = EventMap['consensus.vote_received']['vote'];
type Outcome = (typeof voteOutcomes)[number];
type Outcomes = Readonly<Record<Outcome, Counter>>;

function byOutcome(open: (outcome: Outcome) => Counter): Outcomes {
  return {
    in_time: open('in_time'),
    late: open('late'),
    duplicate: open('duplicate'),
    rejected: open('rejected'),
  };
}

/** Votes sent, received and refused, in all and per validator. */
export function observeVotes({ series, names }: NodeScope): NodeObserver {
  const sent = new ClosedLabel((vote: Vote) => series.counter(m.votesSent, vote), ['vote1']);
  const received = new ClosedLabel(
    (vote: Vote) => byOutcome((outcome) => series.counter(m.votesReceived, vote, outcome)),
    ['vote1'],
  );
  const rejected = new ClosedLabel((reason: EventMap['consensus.vote_rejected']['reason']) =>
    series.counter(m.votesRejected, reason),
  );
  const processing = series.histogram(m.voteProcessing);
  const lateness = series.histogram(m.voteLateness);
  const validators = new ValidatorTable(
    names,
    (label) => ({
      votes: byOutcome((outcome) => series.counter(m.validatorVotes, label, outcome)),
      lastView: { handle: series.gauge(m.validatorLastVote, label), highest: -1 },
    }),
    ({ votes, lastView }) => {
      for (const outcome of voteOutcomes) series.release(votes[outcome]);
      series.release(lastView.handle);
    },
  );
  return {
    handlers: {
      'consensus.vote_sent': (event) => sent.at(event.vote).add(),
      'consensus.vote_received': (event) => {
        const { votes, lastView } = validators.of(event.validator);
        const inAll = received.at(event.vote);
        if (event.late_us === undefined) {
          inAll.in_time.add();
          votes.in_time.add();
        } else {
          inAll.late.add();
          votes.late.add();
          lateness.observe(event.late_us / 1e6);
        }
        raise(lastView, event.view);
        if (event.processing_us !== undefined) processing.observe(event.processing_us / 1e6);
      },
      'consensus.vote_rejected': (event) => {
        const outcome = event.reason === 'duplicate' ? 'duplicate' : 'rejected';
        received.at(event.vote)[outcome].add();
        rejected.at(event.reason).add();
        validators.of(event.validator).votes[outcome].add();
      },
    },
    hello: (_hello, isNewRun) => {
      // A chain that was begun anew counts its views from the start again.
      if (isNewRun) for (const { lastView } of validators.entries()) lastView.highest = -1;
    },
    validators: () => validators.changed(),
  };
}

function raise(gauge: { readonly handle: Gauge; highest: number }, view: number): void {
  if (view <= gauge.highest) return;
  gauge.highest = view;
  gauge.handle.set(view);
}
