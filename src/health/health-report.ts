/**
 * What health is: states, issues and the report that is served. Types and their order only.
 *
 * `no_data` is an answer of its own: nothing that was asked could be measured, so nothing is known to be wrong
 * and nothing is known to be right. It is never mixed up with `healthy`.
 */

/** From best to worst, apart from `no_data`. */
export const healthStates = ['no_data', 'healthy', 'warning', 'critical', 'failing'] as const;

/** How something is. */
export type HealthState = (typeof healthStates)[number];

/** A state with something wrong in it. */
export type Trouble = 'warning' | 'critical' | 'failing';

/** What is judged, in the order in which it is shown. */
export const components = [
  'consensus',
  'network',
  'storage',
  'state',
  'mempool',
  'execution',
  'process',
  'sidecar',
] as const;

/** One part of the whole. */
export type Component = (typeof components)[number];

/**
 * Whom an issue is about: this operator's node or sidecar, somebody else's validator, the chain as a whole; or that
 * cannot be told from what is attached.
 */
export type HealthScope = 'self' | 'peer' | 'network' | 'unknown';

/** One thing that is wrong now. */
export interface HealthIssue {
  /** The check that found it, such as `consensus.node_stalled`. */
  readonly check: string;
  readonly component: Component;
  readonly state: Trouble;
  readonly scope: HealthScope;
  readonly chain: string | null;
  readonly node: string | null;
  /** What else it is about: a validator, a queue, a contract. */
  readonly about: string | null;
  /** One sentence: what is wrong. */
  readonly reason: string;
  /** One sentence: what to do. */
  readonly remedy: string;
  readonly value: number;
  /** What the value was compared with. */
  readonly threshold: number;
  readonly since_us: number;
  /** The heading of the runbook. */
  readonly runbook_url: string;
}

/** One component. */
export interface ComponentHealth {
  readonly component: Component;
  readonly state: HealthState;
  /** Of the worst issue; null where there is none. */
  readonly scope: HealthScope | null;
  readonly summary: string;
  /** Since when it is in this state. */
  readonly since_us: number;
  readonly evaluated_at_us: number;
  /** Worst first. */
  readonly issues: readonly HealthIssue[];
  /** Checks that could be made, of all there are. */
  readonly checks: { readonly measured: number; readonly of: number };
}

/** What a node is doing, which says whether its progress may be judged. */
export type NodePhase = 'running' | 'starting' | 'syncing' | 'gone';

/** Everything. */
export interface HealthReport {
  readonly state: HealthState;
  /** Whom the worst is about: is it me, a peer or the network? Null where nothing is wrong. */
  readonly scope: HealthScope | null;
  /** One sentence that says that first. */
  readonly summary: string;
  readonly since_us: number;
  readonly evaluated_at_us: number;
  readonly nodes: readonly { readonly chain: string; readonly node: string; readonly phase: NodePhase }[];
  readonly components: Readonly<Record<Component, ComponentHealth>>;
  /** Of all components, worst first. */
  readonly issues: readonly HealthIssue[];
}

/** Worse states rank higher. */
export function rankOf(state: HealthState): number {
  return healthStates.indexOf(state);
}
