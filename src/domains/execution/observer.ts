/** The execution domain: calls, blocks, the engine. */
import { perNode } from '../domain.js';
import { observeBlocks } from './block-observer.js';
import { observeCalls, observeEfficiency, observeHostCalls } from './call-observer.js';
import { executionMetrics } from './catalogue.js';
import { observeInstances, observeLimits, observeModules } from './engine-observer.js';

/** Calls, fuel, blocks, modules, instances, limits. */
export const executionDomain = perNode(
  'execution',
  'execution',
  executionMetrics,
  observeCalls,
  observeEfficiency,
  observeHostCalls,
  observeBlocks,
  observeInstances,
  observeModules,
  observeLimits,
);
