/**
 * The metrics of this process, collected by prom-client into a registry of their own: the global one
 * belongs to the host, and libraries clear it.
 *
 * Three of prom-client's defaults are left out: gauges named `_total`, which `promtool` rejects. Their
 * sums are told by `nodejs_active_resources`, `_handles` and `_requests`.
 */
import { collectDefaultMetrics, Registry } from 'prom-client';

const misnamed = [
  'nodejs_active_resources_total',
  'nodejs_active_handles_total',
  'nodejs_active_requests_total',
];

/** A private registry with prom-client's default metrics. It observes until the process ends: make one. */
export function defaultProcessRegistry(): Registry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  for (const name of misnamed) registry.removeSingleMetric(name);
  return registry;
}
