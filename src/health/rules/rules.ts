/** Every check there is, by component. Adding one means a row in the table of its component. */
import type { HealthRule } from '../rule.js';
import { consensusRules } from './consensus.js';
import { networkRules } from './network.js';
import { executionRules, mempoolRules, stateRules, storageRules } from './node.js';
import { processRules } from './process.js';
import { sidecarRules } from './sidecar.js';

/** In the order of the docs. */
export const healthRules: readonly HealthRule[] = [
  ...consensusRules,
  ...networkRules,
  ...storageRules,
  ...stateRules,
  ...mempoolRules,
  ...executionRules,
  ...processRules,
  ...sidecarRules,
];
