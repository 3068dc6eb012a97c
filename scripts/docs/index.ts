/** Every generated document and what writes it. */
import { renderCauses } from './causes.js';
import { renderConfig } from './config.js';
import { renderEvents } from './events.js';
import { renderHttp } from './http.js';
import { renderMetrics } from './metrics.js';
import { renderRequirements } from './requirements.js';
import { renderScenarios } from './scenarios.js';
import { renderTraces } from './traces.js';

/** Path from the root -> the text that belongs there. */
export const generatedDocs: Readonly<Record<string, () => string>> = {
  'docs/CAUSES.md': renderCauses,
  'docs/CONFIG.md': renderConfig,
  'docs/EVENTS.md': renderEvents,
  'docs/HTTP.md': renderHttp,
  'docs/METRICS.md': renderMetrics,
  'docs/REQUIREMENTS.md': renderRequirements,
  'docs/SCENARIOS.md': renderScenarios,
  'docs/TRACES.md': renderTraces,
};
