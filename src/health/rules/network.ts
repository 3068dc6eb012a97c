/** Links, peers, queues and clocks of nodes. */
import type { HealthRule } from '../rule.js';
import { at, fixed, seconds } from '../rule.js';
import { figure, percent, span } from './words.js';

const CONNECTED = 'hotstuff_network_connected_validators';
const network = { component: 'network', worse: 'above' } as const;

/** The checks of the network. */
export const networkRules: readonly HealthRule[] = [
  {
    ...network,
    check: 'network.isolated',
    per: 'node',
    scope: 'self',
    alert: 'HotStuffNodeIsolated',
    judgesProgress: true,
    measures: 'whether the node is connected to no other validator',
    levels: fixed({ failing: { enter: 0, forUs: seconds(10) } }),
    measure: (read) => {
      const reached = read.gauge(CONNECTED);
      const all = read.each('hotstuff_consensus_validators', undefined, [read.chain!])[0]?.value ?? 0;
      return reached === undefined ? undefined : Number(reached === 0 && all > 1);
    },
    reason: (_, read) => `Node ${read.node} is connected to no other validator of chain ${read.chain}.`,
    remedy:
      'Mend its network, firewall or address; whatever else it says of the chain means nothing until then.',
  },
  {
    ...network,
    check: 'network.below_quorum',
    per: 'node',
    scope: 'self',
    alert: 'HotStuffPeersBelowQuorum',
    judgesProgress: true,
    measures: 'validators that the node lacks to reach a quorum, itself counted',
    levels: fixed({ critical: { enter: 0, forUs: seconds(60) } }),
    measure: (read) => {
      const reached = read.gauge(CONNECTED);
      const all = read.each('hotstuff_consensus_validators', undefined, [read.chain!])[0]?.value;
      if (reached === undefined || all === undefined) return undefined;
      return Math.max(0, Math.floor((all * 2) / 3) + 1 - (reached + 1));
    },
    reason: ({ value }, read) => `Node ${read.node} reaches ${value} validators too few for a quorum.`,
    remedy: 'See which validators it does not reach and what they share; open other ways to them.',
  },
  {
    ...network,
    check: 'network.partitioned',
    per: 'chain',
    scope: 'network',
    alert: 'HotStuffNetworkPartitioned',
    measures:
      'groups of attached validators that do not hear each other, beyond the one that there should be',
    levels: fixed({ critical: { enter: 0, forUs: seconds(10) } }),
    measure: (read) => {
      const groups = read.gauge('hotstuff_network_connected_groups');
      const unreachable = read.each('hotstuff_network_unreachable_peers').map(({ value }) => value);
      if (groups === undefined && unreachable.length === 0) return undefined;
      return Math.max((groups ?? 1) - 1, 0, ...unreachable);
    },
    reason: (_, read) => `Validators of chain ${read.chain} fall into groups that do not hear each other.`,
    remedy: 'Find the link that the other side has in common.',
  },
  {
    ...network,
    check: 'network.message_loss',
    per: 'chain',
    scope: 'network',
    alert: 'HotStuffMessageLoss',
    measures: 'share of messages between attached nodes that do not arrive, by type',
    levels: at('warning', 'max_message_loss_rate', seconds(60)),
    measure: (read) =>
      read
        .each('hotstuff_network_message_delivery_ratio')
        .map(({ labels, value }) => ({ value: Math.max(0, 1 - value), about: labels['message']! })),
    reason: ({ value, about }, read) =>
      `${percent(value)} of the ${about} messages between attached nodes of chain ${read.chain} do not arrive.`,
    remedy: 'Look at queues and drops of the nodes, then at the link between them.',
  },
  {
    ...network,
    check: 'network.peers_unstable',
    per: 'node',
    scope: 'network',
    alert: 'HotStuffPeersUnstable',
    measures: 'connections lost per minute',
    levels: at('warning', 'max_peer_disconnection_rate', seconds(30)),
    measure: (read) => {
      const perSecond = read.rate('hotstuff_network_peer_disconnections_total');
      return perSecond === undefined ? undefined : perSecond * 60;
    },
    reason: ({ value }, read) => `Node ${read.node} loses ${figure(value)} connections per minute.`,
    remedy: 'If only this node sees it, look at its machine and link.',
  },
  {
    ...network,
    check: 'network.peers_far',
    per: 'node',
    scope: 'network',
    alert: 'HotStuffPeerLatencyHigh',
    slack: 0,
    measures: 'round trip to peers, nine in ten being shorter',
    levels: at('warning', 'max_network_latency', seconds(60)),
    measure: (read) => read.quantile('hotstuff_network_peer_round_trip_seconds', 0.9),
    reason: ({ value }, read) =>
      `One in ten round trips of node ${read.node} takes ${span(value)} or longer.`,
    remedy: 'Where the distance is real raise the threshold, else find the overloaded link.',
  },
  {
    ...network,
    check: 'network.clocks_disagree',
    per: 'node',
    scope: 'self',
    alert: 'HotStuffClockOffset',
    measures: "distance between the node's clock and those of its peers, the middle one of them",
    levels: at('warning', 'max_clock_offset', seconds(30)),
    measure: (read) => {
      const median = read.gauge('hotstuff_network_median_clock_offset_seconds');
      return median === undefined ? undefined : Math.abs(median);
    },
    reason: ({ value }, read) =>
      `The clock of node ${read.node} is ${span(value)} away from those of most of its peers.`,
    remedy: 'Turn time synchronisation on at your machine.',
  },
  {
    ...network,
    check: 'network.queue_full',
    per: 'node',
    scope: 'self',
    alert: 'HotStuffMessageQueueFull',
    measures: 'how full each queue of messages is',
    levels: at('warning', 'max_queue_usage', seconds(10)),
    measure: (read) =>
      read.each('hotstuff_network_queue_depth').flatMap(({ labels, value }) => {
        const capacity = read.gauge('hotstuff_network_queue_capacity', { queue: labels['queue']! });
        return capacity ? [{ value: value / capacity, about: labels['queue']! }] : [];
      }),
    reason: ({ value, about }, read) => `Queue ${about} of node ${read.node} is ${percent(value)} full.`,
    remedy: 'Give the machine more processor time, or find who floods it.',
  },
  {
    ...network,
    check: 'network.messages_dropped',
    per: 'node',
    scope: 'self',
    alert: 'HotStuffMessagesDropped',
    measures: 'messages that the node drops, over those that it receives',
    levels: at('warning', 'max_message_loss_rate', seconds(30)),
    measure: (read) =>
      read.share('hotstuff_network_messages_dropped_total', 'hotstuff_network_messages_received_total'),
    reason: ({ value }, read) => `Node ${read.node} drops ${percent(value)} as many messages as it receives.`,
    remedy: 'See the reasons in `hotstuff_network_messages_dropped_total`.',
  },
  {
    ...network,
    check: 'network.link_full',
    per: 'node',
    scope: 'self',
    alert: 'HotStuffBandwidthHigh',
    measures: 'share of the link in use',
    levels: at('warning', 'max_bandwidth_usage', seconds(60)),
    measure: (read) => read.gauge('hotstuff_network_bandwidth_utilization_ratio'),
    reason: ({ value }, read) => `Node ${read.node} uses ${percent(value)} of its link.`,
    remedy: 'A larger link, smaller blocks, or fewer peers.',
  },
];
