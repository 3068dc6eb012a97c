/** One scenario with one seed over the real socket, beside the same in process: whether both say the same. */
import { resolvedRun, type CaseOrder } from './case.js';
import { observe } from './observed-run.js';
import { scoreOf, type Score } from './score.js';
import { observeOverSocket } from './socket-run.js';
import { Vantage } from './vantage.js';

/** What came of it. */
export interface SocketResult {
  readonly scenario: string;
  readonly seed: number;
  /** Of what was concluded over the socket. */
  readonly score: Score;
  /** Views on which both have the same verdict, of those that either said to have failed or lagged. */
  readonly same: number;
  readonly troubled: number;
  readonly delivered: number;
  readonly dropped: number;
}

/** Runs it both ways, all nodes attached. */
export async function runSocketCase(order: CaseOrder): Promise<SocketResult> {
  const run = resolvedRun(order);
  const inProcess = new Vantage(undefined);
  await observe(run, [inProcess]);
  const vantage = new Vantage(undefined, undefined, true);
  const observed = await observeOverSocket(run, vantage);
  const views = new Set([...inProcess.verdicts.keys(), ...vantage.verdicts.keys()]);
  const said = ({ verdicts }: Vantage, view: number): string => {
    const verdict = verdicts.get(view);
    return verdict === undefined ? '' : [verdict.outcome, verdict.cause, ...verdict.culprits].join(' ');
  };
  return {
    scenario: run.scenario,
    seed: order.seed,
    score: scoreOf(vantage, observed, run.expect, run).score,
    same: [...views].filter((view) => said(inProcess, view) === said(vantage, view)).length,
    troubled: views.size,
    delivered: observed.delivered,
    dropped: observed.dropped,
  };
}
