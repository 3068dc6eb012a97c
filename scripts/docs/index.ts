/** Every generated document and what writes it. */
import { renderAlerts } from './alerts.js';
import { fileOf, textOf } from '../../src/cli/dashboards.js';
import { buildDashboards } from '../../src/dashboards.js';
import { renderAnalytics } from './analytics.js';
import { renderCauses } from './causes.js';
import { renderConfig } from './config.js';
import { renderDashboardList } from './dashboards.js';
import { renderEvents } from './events.js';
import { renderHealth } from './health.js';
import { renderHttp } from './http.js';
import { renderDashboardMaps, renderPrometheusRules } from './kubernetes.js';
import { renderMetrics } from './metrics.js';
import { renderRequirements } from './requirements.js';
import { renderScenarios } from './scenarios.js';
import { renderTraces } from './traces.js';

/** Path from the root -> the text that belongs there. */
export const generatedDocs: Readonly<Record<string, () => string>> = {
  'deploy/kubernetes/dashboards.yaml': renderDashboardMaps,
  'deploy/kubernetes/prometheus-rules.yaml': renderPrometheusRules,
  'docs/ALERTS.md': renderAlerts,
  'docs/ANALYTICS.md': renderAnalytics,
  'docs/CAUSES.md': renderCauses,
  'docs/CONFIG.md': renderConfig,
  'docs/DASHBOARDS.md': renderDashboardList,
  'docs/EVENTS.md': renderEvents,
  'docs/HEALTH.md': renderHealth,
  'docs/HTTP.md': renderHttp,
  'docs/METRICS.md': renderMetrics,
  'docs/REQUIREMENTS.md': renderRequirements,
  'docs/SCENARIOS.md': renderScenarios,
  'docs/TRACES.md': renderTraces,
};

/** The same for what takes a moment to load: Grafana's JSON. */
export async function generatedDashboards(): Promise<Readonly<Record<string, string>>> {
  const built = await buildDashboards();
  return Object.fromEntries(built.map((one) => [`dashboards/${fileOf(one)}`, textOf(one)]));
}
