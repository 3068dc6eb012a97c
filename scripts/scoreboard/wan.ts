/**
 * The long healthy run: the WAN scenario over many views and seeds, in which nothing may be concluded at all. It states
 * what was run, and how long that took.
 */
import { countOf } from './alert-score.js';
import { runSavedCases, type Saving } from './saved-cases.js';

/** What to run. */
export interface WanOrder {
  readonly seeds: number;
  readonly first: number;
  readonly views: number;
  readonly validators: number;
  /** Nodes that are attached together; undefined: all. */
  readonly attached: number | undefined;
  readonly jobs: number;
  /** How often rules are evaluated; undefined: nobody listens to alerts. */
  readonly interval: string | undefined;
}

/** What came of it, over all seeds. */
export interface WanReport extends Omit<WanOrder, 'jobs' | 'views'> {
  /** Entered, all seeds together. */
  readonly views: number;
  readonly verdicts: number;
  /** Views that were said to have failed or lagged, for whatever cause. */
  readonly troubled: number;
  readonly findings: number;
  /** Validators that were said to take no part. */
  readonly silent: number;
  /** Alerts of the shipped rules; undefined: nobody listened. */
  readonly alerts?: number | undefined;
  readonly virtualS: number;
  readonly wallS: number;
  readonly commit: string;
}

const SCENARIO = '26-healthy-wan';

/** Runs it; `done` hears how many seeds are over. */
export async function runWan(
  { jobs, ...order }: WanOrder,
  saving: Saving,
  done: (over: number) => void,
): Promise<WanReport> {
  const { seeds, first, views, validators, attached, interval } = order;
  const sum = { views: 0, verdicts: 0, troubled: 0, findings: 0, silent: 0, virtualS: 0 };
  let alerts = 0;
  let wallMs = 0;
  let over = 0;
  const orders = Array.from({ length: seeds }, (_, i) => ({
    scenario: SCENARIO,
    seed: first + i,
    views,
    validators,
    attached,
    alone: 0,
    ...(interval === undefined ? {} : { alerts: { interval } }),
  }));
  const commits = await runSavedCases(orders, jobs, saving, (result) => {
    sum.views += result.views;
    sum.verdicts += result.settled;
    sum.troubled += result.troubled;
    sum.findings += result.all.score.findings;
    sum.silent += result.silent;
    sum.virtualS += result.virtualUs / 1e6;
    alerts += countOf(result.alerts?.all.score.raised ?? {});
    wallMs += result.wallMs;
    done(++over);
  });
  return {
    ...order,
    ...sum,
    ...(interval === undefined ? {} : { alerts }),
    wallS: wallMs / 1_000,
    commit: commits.join(' + '),
  };
}

/** One sentence. */
export function wanText(report: WanReport): string {
  const { seeds, first, validators, attached, views, verdicts, virtualS, wallS, commit } = report;
  const { troubled, findings, silent, alerts, interval } = report;
  const raised = alerts === undefined ? '' : `, ${alerts} alerts (rules every ${interval})`;
  const whom = attached === undefined ? `all ${validators}` : `${attached} of ${validators}`;
  const each = seeds === 1 ? `seed ${first}` : `seeds ${first} to ${first + seeds - 1}`;
  return (
    `${whom} nodes attached, ${each}: ${views} views (${Math.round(virtualS / 3_600)} h of virtual time), ${verdicts} verdicts; ` +
    `${troubled} views said to have failed or lagged, ${findings} findings, ${silent} validators said to be silent${raised}; ` +
    `${Math.round(wallS)} s of ${seeds === 1 ? 'one process' : 'all processes together'} at commit ${commit}`
  );
}
