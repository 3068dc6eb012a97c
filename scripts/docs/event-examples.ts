/**
 * One plausible event per type, the same on every run, for docs/EVENTS.md. Values are chosen by the
 * name of a field, else by its kind; optional fields are filled in where the table knows them.
 */
import { encodeEvent } from '../../src/events/encode.js';
import type { Field, FieldKind } from '../../src/events/schema.js';
import type { StreamEvent } from '../../src/events/vocabulary.js';
import type { WireForm } from '../../src/events/wire.js';

const validators = [
  { id: 'v1', power: 1, name: 'Alpha' },
  { id: 'v2', power: 1, name: 'Beta' },
  { id: 'v3', power: 1, name: 'Gamma' },
  { id: 'v4', power: 1, name: 'Delta' },
];

/** Values by field name; a name that means different things in different types is left to its kind. */
const byName: Readonly<Record<string, unknown>> = {
  node: 'node-1',
  ts_us: 1767225600123456,
  mono_us: 52003117.25,
  seq: 1290,
  chain: 'testnet',
  run: 'a3f19c0d',
  protocol: 'hotstuff2-chained',
  next_seq: { consensus: 0, network: 0 },
  view_timeout_us: 1_000_000,
  validator: 'v3',
  validators,
  view: 411,
  height: 398,
  block: '9f86d081884c7d65',
  parent: '4c1e8a20b7d3f596',
  justify_view: 410,
  lock_view: 410,
  high_qc_view: 410,
  old_view: 409,
  leader: 'v4',
  proposer: 'v4',
  signers: ['v1', 'v3', 'v4'],
  reachable: ['v1', 'v3'],
  peer: 'v2',
  message: 'proposal',
  domain: 'network',
  count: 12,
  transactions: 120,
  bytes: 30_720,
  timeout_us: 1_000_000,
  contract: 'exchange',
  entry: 'swap',
  fuel_used: 184_000,
  fuel_limit: 1_000_000,
  fuel_by_class: { compute: 150_000, storage_read: 34_000 },
  from_height: 120,
  to_height: 398,
  blocks: 278,
  component: 'consensus',
  detail: 'vote queue restarted',
  queue: 'votes',
  cache: 'blocks',
  key_type: 'vote',
  metric: 'node_uploads_total',
  labels: { region: 'eu' },
  state_root: '77ab3c5e91d04f28',
  submitted_at_us: 1767225599800000,
  admitted_at_us: 1767225599810000,
  proposed_at_us: 1767225600003000,
  instance: 'session-17',
  advice: 'advice-9',
  size_bytes: 48_318_382_080,
  unit: 'bytes',
  help: 'Bytes uploaded.',
};

/** Fields of one type that need another value than their name suggests. */
const byType: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  hello: { validator: 'v1', software: 'mynode 1.4.2' },
  'source.dropped': { seq: undefined, count: 37 },
  'consensus.view_entered': { trigger: 'qc' },
  'consensus.proposal_received': { validator: 'v4' },
  'consensus.proposal_rejected': { validator: 'v4' },
  'consensus.vote_sent': { to: 'v1' },
  'consensus.epoch_changed': { epoch: 5 },
  'consensus.safety_violated': { detail: 'two blocks committed at height 398' },
  'network.message_sent': { weight: 10 },
  'network.peer_connected': { validator: 'v2' },
  'network.peers_measured': { active: 21, validators: 3 },
  'network.clock_offset_measured': { offset_us: -412.5 },
  'network.link_measured': { capacity_bytes_per_second: 125_000_000 },
  'network.partition_detected': { affected_peers: 2 },
  'storage.measured': { size_bytes: 48_318_382_080, capacity_bytes: 512_110_190_592 },
  'storage.cache_measured': { size_bytes: 67_108_864, entries: 2048 },
  'mempool.transaction_admitted': { bytes: 250 },
  'mempool.measured': { transactions: 1800, bytes: 450_000, capacity: 10_000 },
  'execution.memory_grown': { wanted_bytes: 1_048_576 },
  'execution.limit_changed': { scope: 'contract', dimension: 'fuel', old: 250_000, source: 'advice' },
  'execution.optimization_completed': { improvement: 0.25 },
  'process.started': { version: '1.4.2', lock_restored: true },
  'process.measured': { cpu_ratio: 0.62, resident_bytes: 734_003_200, threads: 14 },
  'metric.declared': { kind: 'counter', labels: ['region'] },
  'metric.changed': { delta: 4096 },
  'metric.observed': { metric: 'node_upload_seconds', value: 0.125 },
  'metric.sampled': { value: 1_052_672 },
  'metric.withdrawn': { metric: 'node_peers' },
};

const byKind: Readonly<Record<Exclude<FieldKind, 'enum' | 'amounts'>, unknown>> = {
  id: 'main',
  text: 'text',
  uint: 64,
  uint64: 200_000,
  int: -3,
  number: 0.25,
  duration: 1840.5,
  weight: 10,
  bool: true,
  ids: ['v1', 'v2'],
  labels: {},
  bounds: [0.1, 1],
  validators,
  sequences: {},
};

/** The example event of a type. */
export function exampleEvent({ schema, fields }: WireForm): StreamEvent {
  const own = byType[schema.type] ?? {};
  const event: Record<string, unknown> = { type: schema.type };
  for (const { name, field } of fields) {
    if (name in own) event[name] = own[name];
    else if (name in byName) event[name] = byName[name];
    else if (!field.optional) event[name] = valueOf(field);
  }
  return event as unknown as StreamEvent;
}

/** Its line, written by the encoder. */
export function exampleLine(form: WireForm): string {
  return encodeEvent(exampleEvent(form));
}

function valueOf(field: Field): unknown {
  if (field.kind === 'enum') return field.values![0];
  if (field.kind === 'amounts') return { [field.values![0]!]: 1000 };
  return byKind[field.kind];
}
