/** Every metric of the network domain: of one node, and of all attached nodes of a chain together. */
import { counter, gauge, histogram, nodeLabels } from '../../metrics/definition.js';
import { latencyBuckets, longBuckets, workBuckets } from '../buckets.js';
import { fed } from '../declare.js';

const byMessage = [...nodeLabels, 'message'] as const;

/** Subject: messages of a node. */
export const messageMetrics = {
  sent: fed(
    counter(
      'hotstuff_network_messages_sent_total',
      'Messages handed to the transport, once per receiver.',
      byMessage,
    ),
    'network.message_sent',
  ),
  received: fed(
    counter('hotstuff_network_messages_received_total', 'Messages that arrived.', byMessage),
    'network.message_received',
  ),
  sentBytes: fed(
    counter('hotstuff_network_sent_bytes_total', 'Bytes of messages sent.', byMessage, { unit: 'bytes' }),
    'network.message_sent',
  ),
  receivedBytes: fed(
    counter('hotstuff_network_received_bytes_total', 'Bytes of messages received.', byMessage, {
      unit: 'bytes',
    }),
    'network.message_received',
  ),
  processing: fed(
    histogram(
      'hotstuff_network_message_processing_duration_seconds',
      'Time that the node spent on a received message, by type.',
      workBuckets,
      byMessage,
      { unit: 'seconds' },
    ),
    'network.message_processed',
  ),
  queueing: fed(
    histogram(
      'hotstuff_network_message_queue_duration_seconds',
      'Time that a received message waited before the node took it up.',
      workBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'network.message_received',
  ),
  dropped: fed(
    counter(
      'hotstuff_network_messages_dropped_total',
      'Messages that the node dropped, by type and reason.',
      [...byMessage, 'reason'],
    ),
    'network.message_dropped',
  ),
  queueDepth: fed(
    gauge('hotstuff_network_queue_depth', 'Messages waiting in a queue.', [...nodeLabels, 'queue']),
    'network.queue_measured',
  ),
  queueCapacity: fed(
    gauge('hotstuff_network_queue_capacity', 'Messages that a queue can hold.', [...nodeLabels, 'queue']),
    'network.queue_measured',
  ),
  bandwidth: fed(
    gauge(
      'hotstuff_network_bandwidth_bytes_per_second',
      'Bytes of messages sent and received per second of the window.',
      nodeLabels,
    ),
    'network.message_sent',
    'network.message_received',
  ),
  utilization: fed(
    gauge(
      'hotstuff_network_bandwidth_utilization_ratio',
      'Bandwidth in use over the capacity of the link, as reported by the node or else configured.',
      nodeLabels,
      { unit: 'ratio' },
    ),
    'network.message_sent',
    'network.message_received',
    'network.link_measured',
  ),
} as const;

/** Subject: peers and links of a node. */
export const peerMetrics = {
  active: fed(
    gauge('hotstuff_network_active_peers', 'Peers connected now.', nodeLabels),
    'network.peers_measured',
  ),
  inbound: fed(
    gauge('hotstuff_network_inbound_peers', 'Peers connected now that dialled this node.', nodeLabels),
    'network.peers_measured',
  ),
  outbound: fed(
    gauge('hotstuff_network_outbound_peers', 'Peers connected now that this node dialled.', nodeLabels),
    'network.peers_measured',
  ),
  validators: fed(
    gauge(
      'hotstuff_network_connected_validators',
      'Validators of the current set connected now.',
      nodeLabels,
    ),
    'network.peers_measured',
  ),
  connections: fed(
    counter('hotstuff_network_peer_connections_total', 'Connections opened, by who dialled.', [
      ...nodeLabels,
      'direction',
    ]),
    'network.peer_connected',
  ),
  disconnections: fed(
    counter('hotstuff_network_peer_disconnections_total', 'Connections ended, by reason.', [
      ...nodeLabels,
      'reason',
    ]),
    'network.peer_disconnected',
  ),
  failures: fed(
    counter('hotstuff_network_connection_failures_total', 'Connections that could not be made, by reason.', [
      ...nodeLabels,
      'reason',
    ]),
    'network.connection_failed',
  ),
  roundTrip: fed(
    histogram(
      'hotstuff_network_peer_round_trip_seconds',
      'Round-trip time to peers (peer latency).',
      latencyBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'network.latency_measured',
  ),
  clockOffset: fed(
    gauge(
      'hotstuff_network_largest_clock_offset_seconds',
      "Largest distance of a peer's clock from this node's, over the peers measured in the last five windows; without sign.",
      nodeLabels,
      { unit: 'seconds' },
    ),
    'network.clock_offset_measured',
  ),
  clockMedian: fed(
    gauge(
      'hotstuff_network_median_clock_offset_seconds',
      "How far the clocks of peers are ahead of this node's, the middle one of the peers measured in the last five windows; far from 0 where this node's own is wrong.",
      nodeLabels,
      { unit: 'seconds' },
    ),
    'network.clock_offset_measured',
  ),
  linkCapacity: fed(
    gauge(
      'hotstuff_network_link_capacity_bytes_per_second',
      'Capacity of the network link, both directions together.',
      nodeLabels,
    ),
    'network.link_measured',
  ),
  reportedPartitions: fed(
    counter(
      'hotstuff_network_partitions_reported_total',
      'Splits of the network that the node itself believed in.',
      nodeLabels,
    ),
    'network.partition_detected',
  ),
  unreachablePeers: fed(
    gauge(
      'hotstuff_network_unreachable_peers',
      'Peers that the node cannot reach in the split it believes in; 0 once healed.',
      nodeLabels,
    ),
    'network.partition_detected',
    'network.partition_healed',
  ),
  partitionDuration: fed(
    histogram(
      'hotstuff_network_partition_duration_seconds',
      'How long a split lasted that the node believed in.',
      longBuckets,
      nodeLabels,
      { unit: 'seconds' },
    ),
    'network.partition_healed',
  ),
} as const;

/** Subject: what only several nodes together show. */
export const deliveryMetrics = {
  deliveryRate: fed(
    gauge(
      'hotstuff_network_message_delivery_ratio',
      'Message delivery rate: messages received over messages sent between attached nodes within the window, by type. Absent with fewer than two attached nodes, or where messages do not name the peer.',
      ['chain_id', 'message'],
      { unit: 'ratio' },
    ),
    'network.message_sent',
    'network.message_received',
  ),
  efficiency: fed(
    gauge(
      'hotstuff_network_efficiency_ratio',
      'Network efficiency: messages that the protocol needs for the views decided within the window over messages sent. Absent unless every validator is attached and states its messages, or where the protocol variant is not known.',
      ['chain_id'],
      { unit: 'ratio' },
    ),
    'network.message_sent',
    'consensus.view_entered',
  ),
  groups: fed(
    gauge(
      'hotstuff_network_connected_groups',
      'Groups of attached validators that recent deliveries connect; more than 1 is a split (a node that hears nobody is a group of its own). Absent unless two or more attached nodes state their messages, all of them are validators and sent something, and a whole window of it was watched.',
      ['chain_id'],
    ),
    'network.message_sent',
    'network.message_received',
  ),
  partitions: fed(
    counter(
      'hotstuff_network_partitions_total',
      'Splits of the network inferred from deliveries between attached validators.',
      ['chain_id'],
    ),
    'network.message_sent',
    'network.message_received',
  ),
} as const;

/** The catalogue of the network domain. */
export const networkMetrics = { ...messageMetrics, ...peerMetrics, ...deliveryMetrics } as const;
