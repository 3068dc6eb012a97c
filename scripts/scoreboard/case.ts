/** One scenario with one seed, seen by all and by single nodes: what a worker is asked and what it answers. */
import { loadScenario, simulationOf, type ScenarioRun } from '../../simulator/main.js';
import { scoreAlerts, type ScoredAlerts } from './alert-score.js';
import { AlertVantage } from './alert-vantage.js';
import { observe, type Observed } from './observed-run.js';
import { scoreOf, type Scored } from './score.js';
import { Vantage } from './vantage.js';

/** What to run. */
export interface CaseOrder {
  /** A bundled name or a path. */
  readonly scenario: string;
  readonly seed: number;
  /** Most views of the run. */
  readonly views: number;
  /** Validators instead of the scenario's own. */
  readonly validators?: number | undefined;
  /** Nodes that are attached together, far from each other; all by default. */
  readonly attached?: number | undefined;
  /** Single nodes that are attached alone, one after the other. */
  readonly alone: number;
  /** Whether each observer is also told of alerts, and how often rules are evaluated where that is not as shipped. */
  readonly alerts?: { readonly interval?: string | undefined } | undefined;
}

/** What came of it. */
export interface CaseResult {
  readonly scenario: string;
  readonly seed: number;
  readonly all: Scored;
  readonly one: readonly Scored[];
  readonly alerts?: { readonly all: ScoredAlerts; readonly one: readonly ScoredAlerts[] } | undefined;
  readonly views: number;
  /** Verdicts settled by the observer of all nodes, and those of them on views that failed or lagged. */
  readonly settled: number;
  readonly troubled: number;
  /** Validators that it said to take no part. */
  readonly silent: number;
  readonly virtualUs: number;
  readonly wallMs: number;
}

/** Runs it. */
export async function runCase(order: CaseOrder): Promise<CaseResult> {
  const startMs = performance.now();
  const run = resolvedRun(order);
  const { attached, alone } = order;
  const some = attached === undefined ? undefined : positions(run.validators, order, attached);
  const all = new Vantage(undefined, some);
  const ones = positions(run.validators, order, alone).map((only) => new Vantage(only));
  const told = order.alerts && [all, ...ones].map((vantage) => alertVantage(vantage, order.alerts?.interval));
  const observed = await observe(run, [all, ...ones, ...(told ?? [])]);
  const scored = (vantage: Vantage): Scored => scoreOf(vantage, observed, run.expect, run);
  return {
    scenario: run.scenario,
    seed: order.seed,
    all: scored(all),
    one: ones.map(scored),
    alerts: told && alertScores(told, observed, run, [all, ...ones]),
    views: observed.views,
    settled: all.settled,
    troubled: all.verdicts.size,
    silent: all.silent.size,
    virtualUs: observed.virtualUs,
    wallMs: performance.now() - startMs,
  };
}

/** Whoever hears the same nodes as `vantage`. */
function alertVantage(vantage: Vantage, interval: string | undefined): AlertVantage {
  return new AlertVantage((node) => vantage.hears(node), interval);
}

function alertScores(
  told: readonly AlertVantage[],
  observed: Observed,
  run: ScenarioRun,
  vantages: readonly Vantage[],
): CaseResult['alerts'] {
  const [all, ...one] = told.map((each, i) => scoreAlerts(each, observed, run, vantages[i]?.only));
  return all && { all, one };
}

/** The scenario with its seed. */
export function resolvedRun({ scenario, seed, views, validators }: CaseOrder): ScenarioRun {
  const run = simulationOf(loadScenario(scenario), seed);
  const maxViews = Math.min(run.maxViews ?? views, views);
  return { ...run, maxViews, ...(validators === undefined ? {} : { validators }) };
}

/** Other positions for other seeds, far from each other. */
function positions(validators: number, { seed }: CaseOrder, wanted: number): number[] {
  const stride = Math.max(1, Math.floor(validators / Math.max(1, wanted)));
  const count = Math.min(wanted, validators);
  return Array.from({ length: count }, (_, i) => (seed * 3 + i * stride) % validators);
}
