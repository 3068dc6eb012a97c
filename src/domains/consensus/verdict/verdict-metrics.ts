/** Metrics of verdicts: of the chain, since a verdict is the merge of what all its attached nodes saw. */
import { counter, gauge } from '../../../metrics/definition.js';
import { fed } from '../../declare.js';

/** Subject: verdicts. */
export const verdictMetrics = {
  views: fed(
    counter(
      'hotstuff_consensus_verdicts_total',
      'Views by what became of them, as all attached nodes saw it: decided, lagged (certified, though some gave it up), failed, skipped. Counted when no revision can follow.',
      ['chain_id', 'outcome'],
    ),
    'verdict',
  ),
  failed: fed(
    counter(
      'hotstuff_consensus_views_failed_total',
      'Failed views by cause (docs/CAUSES.md) and by where it lies: self, peer, network, unknown. Counted when no revision can follow.',
      ['chain_id', 'cause', 'scope'],
    ),
    'verdict',
  ),
  lagged: fed(
    counter(
      'hotstuff_consensus_views_lagged_total',
      'Views that were certified though some attached nodes gave them up, by cause (docs/CAUSES.md) and scope.',
      ['chain_id', 'cause', 'scope'],
    ),
    'verdict',
  ),
  blamed: fed(
    counter(
      'hotstuff_consensus_validator_blamed_total',
      'Views that failed or lagged because of a validator, by cause. Never counted on a guess: what cannot be told is `unknown` and blames nobody.',
      ['chain_id', 'validator', 'cause'],
      { limit: 10_000 },
    ),
    'verdict',
  ),
  revisions: fed(
    counter(
      'hotstuff_consensus_verdicts_revised_total',
      'Verdicts that late events changed; each view is revised once at most.',
      ['chain_id'],
    ),
    'verdict',
  ),
  lastFailure: fed(
    gauge(
      'hotstuff_consensus_last_failed_view_timestamp_seconds',
      'When the newest view that failed was entered first, seconds since the Unix epoch; absent before one did.',
      ['chain_id'],
      { unit: 'seconds' },
    ),
    'verdict',
  ),
  vantage: fed(
    gauge(
      'hotstuff_consensus_vantage_ratio',
      'Share of the validators through whose nodes the newest view was seen: what cannot be told with few may be told with all.',
      ['chain_id'],
      { unit: 'ratio' },
    ),
    'verdict',
  ),
} as const;
