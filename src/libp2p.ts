/**
 * Package entry `quorumscope/libp2p`: the metrics of a js-libp2p node, over its hooks. It loads what
 * `quorumscope/hooks` loads and this adapter; of libp2p it needs the types alone.
 */
export { libp2pMetrics } from './attach/libp2p/libp2p-metrics.js';
export type {
  Libp2pComponents,
  Libp2pMetrics,
  Libp2pMetricsOptions,
} from './attach/libp2p/libp2p-metrics.js';
export type { ConnectionEvents, ValidatorOf } from './attach/libp2p/peers.js';
export type { ProtocolOptions, Protocols } from './attach/libp2p/traffic.js';
export type { Framing } from './attach/libp2p/message-framing.js';
