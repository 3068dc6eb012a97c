/** Every route there is, in the order in which it is listed. Adding one means a file in `routes/` and a line here. */
import type { Handlers } from './handlers.js';
import type { Route } from './route.js';
import { consensusRoutes } from './routes/consensus.js';
import { alertmanagerRoutes } from './routes/alertmanager.js';
import { contentsRoutes } from './routes/contents.js';
import { eventRoutes } from './routes/events.js';
import { exportRoutes } from './routes/exports.js';
import { healthRoutes } from './routes/health.js';
import { incidentRoutes } from './routes/incidents.js';
import { metricsRoutes } from './routes/metrics.js';
import { prometheusRoutes } from './routes/prometheus.js';
import { probeRoutes } from './routes/probes.js';
import { rulesRoutes } from './routes/rules.js';
import { statusRoutes } from './routes/status.js';

/** The routes that these handlers can serve. */
export function createRoutes(version: string, handlers: Handlers): Route[] {
  const routes = [
    ...metricsRoutes(handlers),
    ...probeRoutes(handlers),
    ...healthRoutes(handlers),
    ...statusRoutes(handlers),
    ...exportRoutes(handlers),
    ...eventRoutes(handlers),
    ...consensusRoutes(handlers),
    ...incidentRoutes(handlers),
    ...prometheusRoutes(handlers),
    ...rulesRoutes(handlers),
    ...alertmanagerRoutes(handlers),
  ];
  return [...contentsRoutes(version, routes), ...routes];
}
