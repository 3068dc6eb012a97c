/** What the bundled scenarios say of metrics is what a sidecar that hears all nodes shows; and the check can fail. */
import { describe, expect, it } from 'vitest';
import { compile } from '../../src/promql/engine.js';
import { loadScenario, scenarioNames, simulationOf } from '../../simulator/main.js';
import { MetricConditions } from '../../scripts/scoreboard/metric-conditions.js';
import { observe } from '../../scripts/scoreboard/observed-run.js';

/** Enough for every fault of every file to happen. */
const VIEWS = 600;

/** Whose conditions are also about what comes after the fault. */
const longer: Readonly<Record<string, number>> = { '19-flash-crowd': 1_200 };

async function watched(name: string, maxViews = longer[name] ?? VIEWS): Promise<MetricConditions> {
  const run = simulationOf(loadScenario(name), 1);
  const conditions = new MetricConditions();
  await observe({ ...run, maxViews: Math.min(run.maxViews ?? maxViews, maxViews) }, [conditions]);
  return conditions;
}

const expectedOf = (name: string) => simulationOf(loadScenario(name), 1).expect;

describe('the bundled scenarios', () => {
  it('each require something, of verdicts and findings or of metrics', () => {
    const idle = scenarioNames().filter((name) => {
      const { required, metrics } = expectedOf(name);
      return required.length === 0 && !metrics.some(({ kind }) => kind === 'holds');
    });
    expect(idle).toEqual([]);
  });

  it('state PromQL', () => {
    for (const name of scenarioNames())
      for (const { query } of expectedOf(name).metrics) expect(() => compile(query), name).not.toThrow();
  });

  it.each(scenarioNames().filter((name) => expectedOf(name).metrics.length > 0))(
    '%s',
    { timeout: 120_000 },
    async (name) => {
      const conditions = await watched(name);
      expect(await conditions.complaints(expectedOf(name).metrics)).toEqual([]);
    },
  );
});

it('conditions that are not as they should be are told', async () => {
  const conditions = await watched('20b-storage-stall-bystander', 300);
  const syncs = 'increase(hotstuff_storage_sync_duration_seconds_sum{target="vote"}[3s]) > 0.05';
  const complaints = await conditions.complaints([
    { kind: 'holds', query: syncs, culprits: ['validator-99'] },
    { kind: 'never', query: syncs },
    { kind: 'holds', query: 'hotstuff_consensus_view_timeouts_total > 0', culprits: undefined },
    { kind: 'holds', query: 'rate(', culprits: undefined },
  ]);
  expect(complaints).toHaveLength(4);
  expect(complaints[0]).toMatch(/named validator-\d, expected validator-99/);
  expect(complaints[1]).toContain('never');
  expect(complaints[2]).toContain('never held');
  expect(complaints[3]).toContain('rate(');
});
