/**
 * An alert's state as one record of the journal: all of it, so that the last record is all that matters. JSON, because it is
 * small, and people read it after an accident.
 */
import { Labels } from '../../promql/labels.js';
import type { Instance, InstanceState } from '../evaluation/instance.js';

/** An instance and the rule that it belongs to. */
export interface StoredInstance {
  readonly rule: string;
  readonly instance: Instance;
}

/** One record. */
export type AlertRecord =
  | ({ readonly kind: 'state' } & StoredInstance)
  | { readonly kind: 'gone'; readonly rule: string; readonly labels: Labels }
  /** The process was alive, and what is not recorded otherwise was as before. */
  | { readonly kind: 'alive'; readonly atUs: number };

/** The bytes of a record. */
export function encodeRecord(record: AlertRecord): Uint8Array {
  return Buffer.from(JSON.stringify(documentOf(record)));
}

function documentOf(record: AlertRecord): unknown {
  if (record.kind === 'alive') return { alive_us: record.atUs };
  if (record.kind === 'gone') return { rule: record.rule, labels: textsOf(record.labels), state: 'gone' };
  const { rule, instance } = record;
  return {
    rule,
    labels: textsOf(instance.labels),
    state: instance.state,
    annotations: instance.annotations,
    value: String(instance.value),
    active_us: instance.activeAtUs,
    fired_us: instance.firedAtUs,
    resolved_us: instance.resolvedAtUs,
    keep_us: instance.keepFiringSinceUs,
  };
}

/** Labels as an object. */
export function textsOf(labels: Labels): Readonly<Record<string, string>> {
  return Object.fromEntries(labels.entries());
}

const STATES: readonly string[] = ['pending', 'firing', 'inactive'];

/** The record, or undefined when these bytes are none. */
export function decodeRecord(payload: Uint8Array): AlertRecord | undefined {
  let document: unknown;
  try {
    document = JSON.parse(Buffer.from(payload).toString('utf8'));
  } catch {
    return undefined;
  }
  if (!isTree(document)) return undefined;
  const { alive_us: aliveUs, rule, state, value, annotations } = document;
  if (typeof aliveUs === 'number') return { kind: 'alive', atUs: aliveUs };
  const labels = textsIn(document['labels']);
  if (typeof rule !== 'string' || labels === undefined) return undefined;
  if (state === 'gone') return { kind: 'gone', rule, labels: Labels.from(Object.entries(labels)) };
  const activeAtUs = timeIn(document['active_us']);
  const resolvedAtUs = timeIn(document['resolved_us']);
  if (!STATES.includes(state as string) || activeAtUs === undefined) return undefined;
  if ((state === 'inactive') !== (resolvedAtUs !== undefined)) return undefined;
  const instance: Instance = {
    labels: Labels.from(Object.entries(labels)),
    texts: labels,
    annotations: textsIn(annotations) ?? {},
    value: Number(value),
    state: state as InstanceState,
    activeAtUs,
    firedAtUs: timeIn(document['fired_us']),
    resolvedAtUs,
    keepFiringSinceUs: timeIn(document['keep_us']),
    lastTold: undefined,
    unconfirmedSinceUs: undefined,
  };
  return { kind: 'state', rule, instance };
}

function timeIn(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function textsIn(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isTree(value) || !Object.values(value).every((text) => typeof text === 'string')) return undefined;
  return value as Readonly<Record<string, string>>;
}

function isTree(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
