/** Health on a terminal: whom it is about comes first. */
import { expect, it } from 'vitest';
import { renderHealth } from '../../../src/cli/health-view.js';
import { components, type HealthIssue, type HealthReport } from '../../../src/health/health-report.js';

const issue: HealthIssue = {
  check: 'storage.stalled',
  component: 'storage',
  state: 'critical',
  scope: 'self',
  chain: 'c',
  node: 'n1',
  about: null,
  reason: 'The storage of node n1 holds writes back.',
  remedy: 'Faster device.',
  value: 0.4,
  threshold: 0.1,
  since_us: 0,
  runbook_url: 'alerts/runbook.md#hotstuffstoragestalled',
};

it('says state, scope and reason, then each component, then what to do', () => {
  const part = {
    state: 'healthy',
    scope: null,
    summary: '',
    since_us: 0,
    evaluated_at_us: 0,
    issues: [],
    checks: { measured: 1, of: 2 },
  } as const;
  const parts = Object.fromEntries(
    components.map((component) => [component, { ...part, component }]),
  ) as unknown as HealthReport['components'];
  const report: HealthReport = {
    state: 'critical',
    scope: 'self',
    summary: `It is you: ${issue.reason}`,
    since_us: 0,
    evaluated_at_us: 0,
    nodes: [],
    components: {
      ...parts,
      storage: { ...part, component: 'storage', state: 'critical', scope: 'self', issues: [issue] },
    },
    issues: Array.from({ length: 12 }, () => issue),
  };
  const text = renderHealth(report, 65_000_000);
  const lines = text.split('\n');
  expect(lines[0]).toBe(
    'Health: critical for 1 min 5 s. It is you: The storage of node n1 holds writes back.',
  );
  expect(text).toMatch(/^storage +critical +self +1$/m);
  expect(text).toMatch(/^consensus +healthy +- +0$/m);
  expect(text).toContain('critical (self): The storage of node n1 holds writes back.\n  Faster device.');
  expect(lines.at(-1)).toBe('... and 2 more at /health');
});
