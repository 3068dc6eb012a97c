/**
 * The shipped dashboards, one file each. Whatever metric none of them names stands in a folded row of the one it belongs to:
 * a room that adds a metric has a panel for it before anybody thinks of one.
 */
import type { MetricDefinition } from '../metrics/definition.js';
import { consensus } from './consensus.js';
import { execution } from './execution.js';
import { withEverything } from './metric-panels.js';
import type { Metrics } from './metrics.js';
import { network } from './network.js';
import { overview } from './overview.js';
import type { DashboardSpec } from './panel.js';
import { processAndSidecar } from './process-and-sidecar.js';
import { storageAndState } from './storage-and-state.js';
import { validators } from './validators.js';

/** All of them, in the order of the menu. */
export function shippedDashboards(metrics: Metrics): DashboardSpec[] {
  const list = [overview, consensus, validators, network, storageAndState, execution, processAndSidecar];
  return withEverything(
    metrics,
    list.map((make) => make(metrics)),
    homeOf,
  );
}

const HOMES: readonly (readonly [RegExp, string])[] = [
  [/^hotstuff_(validator|node)_|^hotstuff_consensus_validator_/, 'quorumscope-validators'],
  [/^hotstuff_consensus_/, 'quorumscope-consensus'],
  [/^hotstuff_network_/, 'quorumscope-network'],
  [/^hotstuff_(storage|state)_/, 'quorumscope-storage-and-state'],
  [/^hotstuff_(execution|mempool)_/, 'quorumscope-execution'],
];

function homeOf({ name }: MetricDefinition): string {
  return HOMES.find(([pattern]) => pattern.test(name))?.[1] ?? 'quorumscope-process-and-sidecar';
}
