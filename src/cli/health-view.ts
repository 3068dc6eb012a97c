/** The health report for people: whom it is about first, then every issue with what to do. Pure. */
import type { HealthReport } from '../health/health-report.js';
import { showSpan } from './age.js';
import { renderTable } from './table.js';

/** Issues listed; the rest is at `/health`. */
const MOST_LISTED = 10;

/** @param nowUs the reader's wall clock */
export function renderHealth(report: HealthReport, nowUs: number): string {
  const forHowLong = showSpan(Math.max(0, nowUs - report.since_us) / 1e6);
  const title = `Health: ${report.state} for ${forHowLong}. ${report.summary}`;
  const rows = Object.values(report.components).map(({ component, state, scope, issues }) => [
    component,
    state,
    scope ?? '-',
    issues.length,
  ]);
  const table = renderTable(['component', 'state', 'scope', 'issues'], rows);
  const listed = report.issues
    .slice(0, MOST_LISTED)
    .map(({ state, scope, reason, remedy }) => `${state} (${scope}): ${reason}\n  ${remedy}`);
  const left = report.issues.length - listed.length;
  const more = left > 0 ? [`... and ${left} more at /health`] : [];
  return [title, table, ...(listed.length === 0 ? [] : [[...listed, ...more].join('\n')])].join('\n\n');
}
