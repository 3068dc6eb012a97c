/**
 * Who a simulated node is to the outside, and the hooks through which it speaks. The simulator is a
 * node author like any other: it hands its events to the public hooks object and knows nothing of
 * what happens to them.
 */
import type { ProtocolName } from '../protocol/replica.js';
import type { Hooks, ValidatorEntry } from '../../src/hooks.js';

/** The domains that a simulated node speaks about. */
type SpokenDomain = 'consensus' | 'network' | 'storage' | 'state' | 'mempool' | 'execution' | 'process';

/**
 * The part of the hooks object that a simulated node calls. A body is never changed once it was stated, and
 * nodes that state the same may give the same object.
 */
export type SimulatedNodeHooks = Pick<Hooks, SpokenDomain> & {
  /** Called when the process crashes or the simulation ends; nothing is said afterwards. */
  readonly close?: () => unknown;
};

/** The clock of one simulated process. */
export interface NodeClock {
  /** Virtual wall time: microseconds since the Unix epoch. */
  nowUs(): number;
  /** Virtual microseconds since the process started. */
  monoUs(): number;
}

/** What hooks are made for: one process run of one node. */
export interface NodeIdentity {
  /** Position in the committee. */
  readonly index: number;
  readonly node: string;
  readonly chain: string;
  readonly protocol: ProtocolName;
  readonly validators: readonly ValidatorEntry[];
  /** The id that this node votes under. */
  readonly validator: string;
  readonly viewTimeoutUs: number;
  readonly software: string;
  /** Counts the process starts of this node, from 1. */
  readonly life: number;
  /** Id of this process start: from seed, start of virtual time, node and life, so that it can be reproduced. */
  readonly run: string;
  readonly clock: NodeClock;
}

/** Makes the hooks of one process run. */
export type HooksFor = (identity: NodeIdentity) => SimulatedNodeHooks;
