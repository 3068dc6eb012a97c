/** A group of rules at work: one after the other at one time, each seeing what the earlier ones gave. */
import { childrenOf, type Expr } from '../../promql/ast.js';
import { METRIC_NAME } from '../../promql/labels.js';
import type { Rule, RuleGroup } from '../rules/rule.js';
import type { Changes } from './instance.js';
import { RuleRun, type Moment, type RuleRoom } from './rule-run.js';

/** A page waits for it: giving way costs a turn of the event loop, which takes longer than most questions. */
const URGENT_SLICE_US = 20_000;

/** Metric names that an expression reads; undefined when it may read any. */
export function namesIn(expr: Expr): ReadonlySet<string> | undefined {
  const names = new Set<string>();
  const waiting: Expr[] = [expr];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === 'selector') {
      const exact = next.matchers.find(({ name, type }) => name === METRIC_NAME && type === '=');
      if (exact === undefined) return undefined;
      names.add(exact.value);
    }
    waiting.push(...childrenOf(next));
  }
  return names;
}

/** What became of one rule. */
export type Evaluated = (run: RuleRun, changes: Changes) => void;

/** A group that is evaluated. */
export class GroupRun {
  readonly group: RuleGroup;
  readonly runs: readonly RuleRun[];
  readonly #reads: ReadonlyMap<RuleRun, ReadonlySet<string> | undefined>;
  lastEvaluationUs: number | undefined;
  durationUs = 0;

  /** @param keep the run of a rule that went on from an earlier reading */
  constructor(group: RuleGroup, keep: (rule: Rule) => RuleRun | undefined) {
    this.group = group;
    this.runs = group.rules.map((rule) => {
      const kept = keep(rule);
      kept?.replace(rule);
      return kept ?? new RuleRun(rule);
    });
    // A pattern is touched by its own key.
    this.#reads = new Map(
      this.runs.map((run) => [run, run.rule.query ? namesIn(run.rule.query.expr) : new Set([run.rule.key])]),
    );
  }

  /** Metrics that alerts without `for` read. */
  *newsworthy(): Generator<string> {
    for (const { rule } of this.runs)
      if (rule.kind === 'alert' && rule.forUs === 0 && rule.query !== undefined)
        yield* namesIn(rule.query.expr) ?? [];
  }

  /**
   * Evaluates all rules, but those that were evaluated at a later time since it began.
   * @param giveWay called between two rules, and waited for
   */
  async evaluate(
    room: RuleRoom,
    tsUs: number,
    monoUs: () => number,
    evaluated: Evaluated,
    giveWay?: () => Promise<void>,
  ): Promise<void> {
    const startUs = monoUs();
    const before = this.runs.map(({ health }) => health);
    for (const [i, run] of this.runs.entries()) {
      await giveWay?.();
      if (run.health !== before[i] && (run.health.lastEvaluationUs ?? tsUs) > tsUs) continue;
      evaluated(run, await run.evaluate(room, this.#moment(tsUs), monoUs));
    }
    this.lastEvaluationUs = tsUs;
    this.durationUs = monoUs() - startUs;
  }

  /**
   * Evaluates recordings and alerts without `for` that read one of these metrics, or a recording of them, and patterns
   * whose key is among them.
   * @param touched grows by what is recorded
   */
  async evaluateTouched(
    room: RuleRoom,
    tsUs: number,
    touched: Set<string>,
    monoUs: () => number,
    evaluated: Evaluated,
  ): Promise<void> {
    for (const run of this.runs) {
      const { rule } = run;
      if (!this.#isTouched(run, touched) || (rule.kind === 'alert' && rule.forUs > 0)) continue;
      evaluated(run, await run.evaluate(room, { ...this.#moment(tsUs), sliceUs: URGENT_SLICE_US }, monoUs));
      if (rule.kind === 'record') touched.add(rule.name);
    }
  }

  #isTouched(run: RuleRun, touched: ReadonlySet<string>): boolean {
    const names = this.#reads.get(run);
    return names === undefined || [...names].some((name) => touched.has(name));
  }

  #moment(tsUs: number): Moment {
    const { queryOffsetUs, limit } = this.group;
    return { tsUs, queryOffsetUs, limit };
  }
}
