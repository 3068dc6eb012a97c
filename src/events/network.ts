/** What a node states about its network: messages, peers, links. `peer` is never a label without a cap. */
import * as f from './schema.js';
import { domain, event } from './schema.js';

const message = f.id(
  'Message type in the words of the protocol: status, proposal, vote1, prepare, vote2, wish, tc, ...',
);
const direction = f.oneOf('Who dialled.', ['inbound', 'outbound']);

/** Why a connection ended. */
export const disconnectReasons = [
  'closed_by_us',
  'closed_by_peer',
  'timeout',
  'error',
  'protocol',
  'other',
] as const;
/** Why a connection could not be made. */
export const connectionErrors = [
  'refused',
  'timeout',
  'unreachable',
  'handshake',
  'tls',
  'limit',
  'other',
] as const;
/** Why a message was lost inside the node. */
export const messageDropReasons = [
  'queue_full',
  'too_old',
  'too_far',
  'invalid',
  'duplicate',
  'rate_limited',
  'other',
] as const;

/** The network domain. */
export const network = domain('network', {
  messageSent: event({
    doc: 'A message was handed to the transport, once per receiver.',
    priority: 'bulk',
    sampled: true,
    fields: {
      message,
      peer: f.optional(f.id('The receiver.')),
      bytes: f.uint('Size on the wire.'),
      view: f.optional(f.uint('The view it belongs to.')),
    },
  }),
  messageReceived: event({
    doc: 'A message arrived.',
    priority: 'bulk',
    sampled: true,
    fields: {
      message,
      peer: f.optional(f.id('The sender.')),
      bytes: f.uint('Size on the wire.'),
      view: f.optional(f.uint('The view it belongs to.')),
      queue_us: f.optional(f.duration('Time it waited before the node took it up.')),
    },
  }),
  messageProcessed: event({
    doc: 'The node is done with a received message.',
    priority: 'bulk',
    sampled: true,
    fields: { message, duration_us: f.duration('Time it took.') },
  }),
  messageDropped: event({
    doc: 'The node dropped a message.',
    priority: 'normal',
    sampled: true,
    fields: {
      message,
      reason: f.oneOf('Why.', messageDropReasons),
      direction: f.optional(direction),
      peer: f.optional(f.id('The other side.')),
    },
  }),
  queueMeasured: event({
    doc: 'Depth of a message queue.',
    priority: 'bulk',
    fields: {
      queue: f.id('Name of the queue.'),
      depth: f.uint('Messages waiting.'),
      capacity: f.optional(f.uint('Messages it can hold.')),
    },
  }),
  peerConnected: event({
    doc: 'A connection to a peer opened.',
    priority: 'normal',
    fields: {
      peer: f.id('The peer.'),
      direction,
      validator: f.optional(f.id('Which validator it is, where known.')),
    },
  }),
  peerDisconnected: event({
    doc: 'A connection to a peer ended.',
    priority: 'normal',
    fields: {
      peer: f.id('The peer.'),
      reason: f.oneOf('Why.', disconnectReasons),
      direction: f.optional(direction),
    },
  }),
  connectionFailed: event({
    doc: 'A connection could not be made.',
    priority: 'normal',
    fields: {
      peer: f.optional(f.id('The peer.')),
      reason: f.oneOf('Why.', connectionErrors),
      direction: f.optional(direction),
    },
  }),
  peersMeasured: event({
    doc: 'How many peers are connected now.',
    priority: 'bulk',
    fields: {
      active: f.uint('Peers connected.'),
      inbound: f.optional(f.uint('Of these, inbound.')),
      outbound: f.optional(f.uint('Of these, outbound.')),
      validators: f.optional(f.uint('Of these, validators of the current set.')),
    },
  }),
  latencyMeasured: event({
    doc: 'Round-trip time to a peer.',
    priority: 'bulk',
    sampled: true,
    fields: { peer: f.id('The peer.'), rtt_us: f.duration('Round-trip time.') },
  }),
  clockOffsetMeasured: event({
    doc: "A peer's clock against ours.",
    priority: 'bulk',
    fields: { peer: f.id('The peer.'), offset_us: f.number('Its clock minus ours.') },
  }),
  linkMeasured: event({
    doc: "Capacity of the node's network link.",
    priority: 'bulk',
    fields: {
      capacity_bytes_per_second: f.number('Bytes per second the link can carry, both directions together.'),
    },
  }),
  partitionDetected: event({
    doc: 'The node itself believes that the network is split.',
    priority: 'vital',
    fields: {
      affected_peers: f.uint('Peers it cannot reach.'),
      reachable: f.optional(f.ids('Validators it still reaches.')),
    },
  }),
  partitionHealed: event({
    doc: 'The node believes that the split has healed.',
    priority: 'vital',
    fields: { duration_us: f.optional(f.duration('How long it lasted.')) },
  }),
});
