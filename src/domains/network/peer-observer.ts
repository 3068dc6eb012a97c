/** Peers and links of one node. A peer is never a label value: there is no end to them. */
import type { EventMap } from '../../events/vocabulary.js';
import type { NodeObserver, NodeScope } from '../domain.js';
import { MeasuredGauges } from '../measured.js';
import { ClosedLabel } from '../scoped-series.js';
import { setOrClear } from '../span.js';
import { peerMetrics as m } from './catalogue.js';

/** Clock offsets of so many peers are remembered; the rest is not looked at. */
const MOST_PEERS = 1024;
const OFFSET_WINDOWS = 5;

/** Connections, latency, capacity, splits that the node believes in. */
export function observePeers({ series }: NodeScope): NodeObserver {
  const peers = new MeasuredGauges<EventMap['network.peers_measured']>(
    [(event) => event.active, series.gauge(m.active)],
    [(event) => event.inbound, series.gauge(m.inbound)],
    [(event) => event.outbound, series.gauge(m.outbound)],
    [(event) => event.validators, series.gauge(m.validators)],
  );
  const connections = new ClosedLabel((direction: EventMap['network.peer_connected']['direction']) =>
    series.counter(m.connections, direction),
  );
  const disconnections = new ClosedLabel((reason: EventMap['network.peer_disconnected']['reason']) =>
    series.counter(m.disconnections, reason),
  );
  const failures = new ClosedLabel((reason: EventMap['network.connection_failed']['reason']) =>
    series.counter(m.failures, reason),
  );
  const roundTrip = series.histogram(m.roundTrip);
  const linkCapacity = series.gauge(m.linkCapacity);
  const partitions = series.counter(m.reportedPartitions);
  const unreachable = series.gauge(m.unreachablePeers);
  const partitionDuration = series.histogram(m.partitionDuration);
  return {
    handlers: {
      'network.peers_measured': (event) => peers.show(event),
      'network.peer_connected': (event) => connections.at(event.direction).add(),
      'network.peer_disconnected': (event) => disconnections.at(event.reason).add(),
      'network.connection_failed': (event) => failures.at(event.reason).add(),
      'network.latency_measured': (event) => roundTrip.observe(event.rtt_us / 1e6, event.weight),
      'network.link_measured': (event) => linkCapacity.set(event.capacity_bytes_per_second),
      'network.partition_detected': (event) => {
        partitions.add();
        unreachable.set(event.affected_peers);
      },
      'network.partition_healed': (event) => {
        unreachable.set(0);
        if (event.duration_us !== undefined) partitionDuration.observe(event.duration_us / 1e6);
      },
    },
    hello: (_hello, isNewRun) => {
      if (!isNewRun) return;
      peers.clear();
      unreachable.clear();
    },
  };
}

/** The worst clock among the peers measured lately, and the middle one: where most are off, it is the node's own that is wrong. */
export function observeClocks({ series, clock, windowUs }: NodeScope): NodeObserver {
  const largest = series.gauge(m.clockOffset);
  const median = series.gauge(m.clockMedian);
  const offsets = new Map<string, { offsetUs: number; atUs: number }>();
  const forget = (): void => {
    offsets.clear();
    largest.clear();
    median.clear();
  };
  return {
    handlers: {
      'network.clock_offset_measured': (event) => {
        if (offsets.size >= MOST_PEERS && !offsets.has(event.peer)) return;
        offsets.set(event.peer, { offsetUs: event.offset_us, atUs: clock.nowUs() });
      },
    },
    hello: (_hello, isNewRun) => {
      if (isNewRun) forget();
    },
    tick: (nowUs) => {
      for (const [peer, { atUs }] of offsets)
        if (nowUs - atUs > OFFSET_WINDOWS * windowUs) offsets.delete(peer);
      const lately = [...offsets.values()].map(({ offsetUs }) => offsetUs);
      const isKnown = lately.length > 0;
      setOrClear(largest, isKnown ? Math.max(...lately.map(Math.abs)) / 1e6 : undefined);
      setOrClear(median, isKnown ? middleOf(lately) / 1e6 : undefined);
    },
    detached: forget,
  };
}

/** Of two in the middle the one nearer to 0: half of the peers alone convict nobody. */
function middleOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[sorted.length >> 1]!;
  const lower = sorted[(sorted.length - 1) >> 1]!;
  return Math.abs(lower) < Math.abs(upper) ? lower : upper;
}
