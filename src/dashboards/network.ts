/** The dashboard of the network: messages, queues, peers, links, and whether it has split. */
import { metricPanel, metricPanels } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { row, type DashboardSpec, type PanelSpec } from './panel.js';

const h = (name: string): string => `hotstuff_network_${name}`;

/** Network. */
export function network(m: Metrics): DashboardSpec {
  return {
    uid: 'quorumscope-network',
    title: 'HotStuff-2 network',
    description: 'What nodes send each other, what is lost, how far apart they are.',
    variables: ['chain', 'node'],
    rows: [
      row('Is it whole?', whole(m)),
      row('Messages', messages(m)),
      row('Peers', peers(m)),
      row('Queues and bandwidth', queues(m)),
    ],
  };
}

function whole(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, h('connected_groups'), {
      kind: 'number',
      title: 'Groups that reach each other',
      steps: [{ from: 2, colour: 'red' }],
      whenAbsent: 'not known',
      width: 4,
      height: 7,
      runbook: 'HotStuffNetworkPartitioned',
    }),
    metricPanel(m, h('message_delivery_ratio'), {
      title: 'Messages that arrive',
      max: 1,
      width: 10,
      runbook: 'HotStuffMessageLoss',
    }),
    metricPanel(m, h('peer_round_trip_seconds'), {
      title: 'Round trip to peers',
      quantiles: [0.5, 0.9],
      limits: ['max_network_latency'],
      width: 10,
      runbook: 'HotStuffPeerLatencyHigh',
    }),
    metricPanel(m, [h('partitions_total'), h('partitions_reported_total')], { title: 'Splits per second' }),
    metricPanel(m, h('unreachable_peers')),
    metricPanel(m, h('partition_duration_seconds'), { title: 'How long splits lasted' }),
    metricPanel(m, h('efficiency_ratio'), { title: 'Messages needed over messages sent' }),
    metricPanel(m, h('largest_clock_offset_seconds'), {
      limits: ['max_clock_offset'],
      runbook: 'HotStuffPeerClockOffset',
    }),
    metricPanel(m, h('median_clock_offset_seconds'), {
      limits: ['max_clock_offset'],
      runbook: 'HotStuffClockOffset',
    }),
  ];
}

function messages(m: Metrics): PanelSpec[] {
  const shape = { by: ['node_id', 'message'] };
  return [
    ...metricPanels(m, [h('messages_sent_total'), h('messages_received_total')], {
      shape: { by: ['message'] },
      isStacked: true,
    }),
    metricPanel(m, h('messages_dropped_total'), {
      shape: { by: ['node_id', 'message', 'reason'] },
      runbook: 'HotStuffMessagesDropped',
    }),
    ...metricPanels(m, [h('sent_bytes_total'), h('received_bytes_total')], {
      shape: { by: ['message'] },
      isStacked: true,
    }),
    metricPanel(m, h('message_processing_duration_seconds'), { shape, quantiles: [0.99] }),
    metricPanel(m, h('message_queue_duration_seconds'), { title: 'Time of messages in queues' }),
  ];
}

function peers(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, h('connected_validators'), { runbook: 'HotStuffPeersBelowQuorum' }),
    metricPanel(m, [h('active_peers'), h('inbound_peers'), h('outbound_peers')], { title: 'Peers' }),
    metricPanel(m, h('peer_connections_total')),
    metricPanel(m, h('peer_disconnections_total'), { runbook: 'HotStuffPeersUnstable' }),
    metricPanel(m, h('connection_failures_total')),
  ];
}

function queues(m: Metrics): PanelSpec[] {
  return [
    metricPanel(m, [h('queue_depth'), h('queue_capacity')], {
      title: 'Queues',
      runbook: 'HotStuffMessageQueueFull',
    }),
    metricPanel(m, [h('bandwidth_bytes_per_second'), h('link_capacity_bytes_per_second')], {
      title: 'Bandwidth and capacity',
    }),
    metricPanel(m, h('bandwidth_utilization_ratio'), {
      limits: ['max_bandwidth_usage'],
      max: 1,
      runbook: 'HotStuffBandwidthHigh',
    }),
  ];
}
