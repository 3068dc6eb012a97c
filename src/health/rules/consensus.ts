/** Does the chain go on, and if not: is it this node, a validator of somebody else, or the network? */
import type { HealthRule, Measurement } from '../rule.js';
import { at, fixed, seconds } from '../rule.js';
import type { KnownNode, Reading } from '../reading.js';
import { figure, span } from './words.js';

const LAST_COMMIT = 'hotstuff_consensus_last_commit_timestamp_seconds';
const CONNECTED = 'hotstuff_network_connected_validators';
const HOUR_US = seconds(3600);

/** Nodes of a chain from which it can be judged: attached, and not alone. */
function witnesses({ nodes }: Reading): readonly KnownNode[] {
  return nodes.filter(
    ({ phase, read }) => phase !== 'gone' && phase !== 'syncing' && read.gauge(CONNECTED) !== 0,
  );
}

function least(values: readonly (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined);
  return known.length === 0 ? undefined : Math.min(...known);
}

/** Seconds since the freshest commit that any witness told of. */
function chainAge(read: Reading): number | undefined {
  return least(witnesses(read).map((node) => node.read.age(LAST_COMMIT)));
}

/** Labels of the validators that attached nodes speak for. */
function ownValidators(read: Reading): ReadonlySet<string> {
  const leading = read.chain === null ? [] : [read.chain];
  return new Set(
    read.each('hotstuff_node_info', undefined, leading).map(({ labels }) => labels['validator']!),
  );
}

/** Own validators whose node cannot be expected to take part now. */
function excused(read: Reading): ReadonlySet<string> {
  return new Set(
    read.nodes
      .filter(({ phase }) => phase !== 'running')
      .flatMap((node) => node.read.each('hotstuff_node_info').map(({ labels }) => labels['validator']!)),
  );
}

function because(read: Reading, cause?: string): string {
  const latest = read.latestTrouble(cause);
  return latest === undefined ? '' : ` ${latest}`;
}

const halted: HealthRule = {
  check: 'consensus.chain_halted',
  component: 'consensus',
  per: 'chain',
  scope: 'network',
  alert: 'HotStuffChainHalted',
  worse: 'above',
  measures: 'seconds since the freshest commit of any attached node that runs and reaches others',
  levels: ({ max_block_time: most }) =>
    most === undefined || most === null
      ? undefined
      : { warning: { enter: most / 2 }, failing: { enter: most } },
  measure: chainAge,
  reason: ({ value }, read) =>
    `No attached node of chain ${read.chain} has committed a block for ${span(value)}.${because(read)}`,
  remedy: 'Bring back validators until more than two thirds of the voting power is up and connected.',
};

const stalled: HealthRule = {
  check: 'consensus.node_stalled',
  component: 'consensus',
  per: 'node',
  scope: 'self',
  alert: 'HotStuffNodeStalled',
  worse: 'above',
  judgesProgress: true,
  measures: 'seconds since the last commit of the node, while another attached node of its chain commits',
  levels: at('critical', 'max_block_time'),
  measure: (read) => {
    const age = read.age(LAST_COMMIT);
    const others = read.nodes.map((other) => other.read.age(LAST_COMMIT));
    const most = read.threshold('max_block_time') ?? Infinity;
    const goesOn = (least(others) ?? Infinity) <= most;
    return age === undefined ? undefined : goesOn ? age : 0;
  },
  reason: ({ value }, read) =>
    `Node ${read.node} has not committed a block for ${span(value)}; other nodes of chain ${read.chain} do.`,
  remedy: 'Look at its storage, its links and its log; restart it with its lock and last vote intact.',
};

const behind: HealthRule = {
  check: 'consensus.node_behind',
  component: 'consensus',
  per: 'node',
  scope: 'self',
  alert: 'HotStuffNodeBehind',
  worse: 'above',
  judgesProgress: true,
  measures: 'blocks between the node and the highest attached node of its chain',
  levels: at('warning', 'max_blocks_behind', seconds(30)),
  measure: (read) => {
    const own = read.gauge('hotstuff_consensus_committed_height');
    const heights = read.nodes.map((one) => one.read.gauge('hotstuff_consensus_committed_height') ?? 0);
    return own === undefined ? undefined : Math.max(own, ...heights) - own;
  },
  reason: ({ value }, read) =>
    `Node ${read.node} is ${value} blocks behind the other nodes of chain ${read.chain}.`,
  remedy: 'Find what its machine lacks: processor, disk or link.',
};

const timeouts: HealthRule = {
  check: 'consensus.views_time_out',
  component: 'consensus',
  per: 'chain',
  scope: 'network',
  alert: 'HotStuffViewsTimeOut',
  worse: 'above',
  measures: 'views in a row that have timed out on every witness',
  levels: at('warning', 'max_liveness_timeouts'),
  measure: (read) =>
    least(witnesses(read).map((one) => one.read.gauge('hotstuff_consensus_consecutive_view_timeouts'))),
  reason: ({ value }, read) =>
    `${value} views of chain ${read.chain} in a row have timed out, under different leaders.${because(read)}`,
  remedy: 'See who is missing or late; `quorumscope explain` of the newest failed view names the cause.',
};

/** Failed views per minute by cause, of causes that lie with nobody in particular. */
function failedByCause(read: Reading): Iterable<Measurement> {
  const failed = 'hotstuff_consensus_views_failed_total';
  const series = read
    .each(failed)
    .filter(({ labels }) => labels['scope'] === 'network' || labels['scope'] === 'unknown');
  return [...new Set(series.map(({ labels }) => labels['cause']!))].flatMap((cause) => {
    const perSecond = read.rate(failed, { cause, scope: ['network', 'unknown'] });
    const scope = cause === 'unknown' ? 'unknown' : 'network';
    return perSecond === undefined ? [] : [{ value: perSecond * 60, about: cause, scope }];
  });
}

const networkFails: HealthRule = {
  check: 'consensus.network_fails_views',
  component: 'consensus',
  per: 'chain',
  scope: 'network',
  alert: 'HotStuffNetworkFailsViews',
  worse: 'above',
  measures: 'failed views per minute by cause, of causes that lie with no single validator',
  levels: at('warning', 'max_view_change_frequency', seconds(15)),
  measure: failedByCause,
  reason: ({ value, about }, read) =>
    `${figure(value)} views of chain ${read.chain} fail per minute because of ${about}.${because(read, about)}`,
  remedy: 'docs/CAUSES.md says what the cause means and what would contradict it.',
};

const validatorFails: HealthRule = {
  check: 'consensus.validator_fails_views',
  component: 'consensus',
  per: 'chain',
  scope: 'peer',
  alert: 'HotStuffValidatorFailsViews',
  worse: 'above',
  measures: 'views per minute that failed or lagged because of a validator; `self` where it is one of yours',
  levels: at('warning', 'max_view_change_frequency', seconds(15)),
  measure: (read) => {
    const own = ownValidators(read);
    const blamed = 'hotstuff_consensus_validator_blamed_total';
    const series = read.each(blamed).filter(({ labels }) => labels['cause'] !== 'partition');
    const causesOf = new Map<string, string[]>();
    for (const { labels } of series)
      causesOf.set(labels['validator']!, [...(causesOf.get(labels['validator']!) ?? []), labels['cause']!]);
    return [...causesOf].flatMap(([validator, cause]): Measurement[] => {
      const perSecond = read.rate(blamed, { validator, cause });
      if (perSecond === undefined) return [];
      return [{ value: perSecond * 60, about: validator, scope: own.has(validator) ? 'self' : 'peer' }];
    });
  },
  reason: ({ value, about }, read) =>
    `${figure(value)} views of chain ${read.chain} fail per minute because of validator ${about}.${because(read)}`,
  remedy: 'If it is yours, look at its machine and links; else tell its operator, with the verdicts.',
};

const silent: HealthRule = {
  check: 'consensus.validator_silent',
  component: 'consensus',
  per: 'chain',
  scope: 'peer',
  alert: 'HotStuffValidatorSilent',
  worse: 'above',
  measures: "whether a validator takes no part; somebody else's is a warning",
  levels: fixed({ warning: { enter: 0, forUs: seconds(15) } }),
  measure: (read) => {
    const own = ownValidators(read);
    return read
      .each('hotstuff_consensus_validator_silent')
      .filter(({ labels }) => !own.has(labels['validator']!))
      .map(({ labels, value }) => ({ value, about: labels['validator']! }));
  },
  reason: ({ about }, read) =>
    `Validator ${about} of chain ${read.chain} votes in no view. It is not one of yours.`,
  remedy: 'Tell its operator; nothing is to be done here.',
};

const ownSilent: HealthRule = {
  ...silent,
  check: 'consensus.own_validator_silent',
  scope: 'self',
  alert: 'HotStuffOwnValidatorSilent',
  measures: 'whether a validator of yours takes no part, while its node runs and is not catching up',
  levels: fixed({ critical: { enter: 0, forUs: seconds(15) } }),
  measure: (read) => {
    const own = ownValidators(read);
    const out = excused(read);
    return read
      .each('hotstuff_consensus_validator_silent')
      .filter(({ labels }) => own.has(labels['validator']!))
      .map(({ labels, value }) => ({
        value: out.has(labels['validator']!) ? 0 : value,
        about: labels['validator']!,
      }));
  },
  reason: ({ about }, read) => `Your validator ${about} votes in no view of chain ${read.chain}.`,
  remedy:
    'See whether it votes at all, and whether its votes leave it. Never start a second instance with its key.',
};

const margin: HealthRule = {
  check: 'consensus.one_failure_from_halt',
  component: 'consensus',
  per: 'chain',
  scope: 'network',
  alert: 'HotStuffOneFailureFromHalt',
  worse: 'above',
  measures: 'whether the failure of one more validator would halt the chain, some being silent already',
  levels: fixed({ critical: { enter: 0, forUs: seconds(15) } }),
  measure: (read) => {
    const participating = read.gauge('hotstuff_consensus_participating_voting_power');
    const all = read.gauge('hotstuff_consensus_set_voting_power');
    const isFragile = read.gauge('hotstuff_consensus_one_failure_from_halt');
    if (participating === undefined || all === undefined) return isFragile;
    return participating < all ? isFragile : 0;
  },
  reason: (_, read) => {
    const names = read.each('hotstuff_consensus_validator_silent').filter(({ value }) => value === 1);
    const list = names.map(({ labels }) => labels['validator']).join(', ');
    return `If one more validator of chain ${read.chain} fails, no quorum is left. Silent now: ${list}.`;
  },
  remedy: 'Put off restarts and upgrades of your validators, and tell the operators of the silent ones.',
};

const safety: HealthRule = {
  check: 'consensus.safety',
  component: 'consensus',
  per: 'chain',
  scope: 'network',
  alert: 'HotStuffSafetyViolation',
  worse: 'above',
  slack: 0,
  measures: 'safety findings since the sidecar was started',
  levels: at('failing', 'max_safety_violations'),
  measure: (read) => {
    const found = read.each('hotstuff_consensus_findings_total', { class: 'safety' });
    return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0);
  },
  reason: ({ value }, read) =>
    `${value} safety findings on chain ${read.chain}: conflicting blocks or certificates are final.`,
  remedy: 'Stop what depends on finality, keep the evidence, and tell the security contact of the chain.',
};

const byzantine: HealthRule = {
  check: 'consensus.byzantine',
  component: 'consensus',
  per: 'chain',
  scope: 'peer',
  alert: 'HotStuffValidatorByzantine',
  worse: 'above',
  slack: 0,
  measures: 'byzantine findings per validator within the last hour; `self` where it is one of yours',
  levels: at('critical', 'max_byzantine_behavior_rate'),
  measure: (read) => {
    const own = ownValidators(read);
    const found = 'hotstuff_consensus_validator_findings_total';
    return read.each(found, { class: 'byzantine' }).flatMap(({ labels, value }): Measurement[] => {
      const validator = labels['validator']!;
      const grown = read.growth(found, { class: 'byzantine', validator }, HOUR_US) ?? value;
      return [{ value: grown, about: validator, scope: own.has(validator) ? 'self' : 'peer' }];
    });
  },
  reason: ({ value, about }, read) =>
    `${value} times within an hour validator ${about} of chain ${read.chain} provably broke the protocol.`,
  remedy:
    'If it is yours stop it, and every other instance with its key; else hand the evidence to its operator.',
};

const diverged: HealthRule = {
  check: 'consensus.nodes_diverge',
  component: 'consensus',
  per: 'chain',
  scope: 'self',
  alert: 'HotStuffNodesDiverge',
  worse: 'above',
  slack: 0,
  measures: 'findings within the last hour that attached nodes disagree where they must agree',
  levels: fixed({ critical: { enter: 0 } }),
  measure: (read) => read.growth('hotstuff_consensus_findings_total', { class: 'divergence' }, HOUR_US),
  reason: ({ value }, read) =>
    `${value} times attached nodes of chain ${read.chain} disagreed where they must not.`,
  remedy: 'Compare versions and state of your nodes; restore the one that stands alone.',
};

const timer: HealthRule = {
  check: 'consensus.view_timer_too_small',
  component: 'consensus',
  per: 'node',
  scope: 'network',
  alert: 'HotStuffViewTimerTooSmall',
  worse: 'above',
  judgesProgress: true,
  slack: 0,
  measures: 'share of the timer that decided views use, nine in ten using less',
  levels: at('warning', 'max_view_timer_usage', seconds(60)),
  measure: (read) => read.quantile('hotstuff_consensus_view_timer_used_ratio', 0.9),
  reason: ({ value }, read) =>
    `One in ten decided views at node ${read.node} needs ${figure(value)} of its timer or more.`,
  remedy: 'Propose a larger view timer or smaller blocks.',
};

/** The checks of consensus. */
export const consensusRules: readonly HealthRule[] = [
  halted,
  stalled,
  behind,
  timeouts,
  networkFails,
  validatorFails,
  silent,
  ownSilent,
  margin,
  safety,
  byzantine,
  diverged,
  timer,
];
