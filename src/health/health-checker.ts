/**
 * Judges health: runs every check on every subject at each evaluation, and reports what is wrong, worst first, beginning
 * with whom it is about. Reads the board and writes its own gauges; asks nobody, waits for nothing, never throws for
 * what it finds. Time is that of the clock it is given.
 */
import type { Board } from '../metrics/board.js';
import type { Gauge } from '../metrics/series.js';
import { BoardIndex } from './board-index.js';
import { healthMetrics } from './catalogue.js';
import {
  components,
  healthStates,
  rankOf,
  type Component,
  type ComponentHealth,
  type HealthIssue,
  type HealthReport,
  type HealthScope,
  type HealthState,
} from './health-report.js';
import type { LatestTrouble, Reading } from './reading.js';
import type { HealthRule } from './rule.js';
import { healthRules } from './rules/rules.js';
import { StandingCheck } from './standing-check.js';
import { Subjects } from './subjects.js';
import type { ThresholdValues } from './threshold-values.js';

/** What it is made of. */
export interface HealthCheckerOptions {
  readonly board: Board;
  readonly thresholds: ThresholdValues;
  /** The span of rates and quantiles. */
  readonly windowUs: number;
  /** How long a value must be back within bounds. */
  readonly settleUs: number;
  /** What the newest failed or lagged view was; none by default. */
  readonly latestTrouble?: LatestTrouble;
  /** Default: all there are. */
  readonly rules?: readonly HealthRule[];
}

/** At equal states one's own come first: they are what one can mend, and may explain the others. */
const scopeOrder: readonly HealthScope[] = ['self', 'network', 'peer', 'unknown'];
const scopeWords: Readonly<Record<HealthScope, string>> = {
  self: 'It is you',
  peer: 'It is a peer',
  network: 'It is the network',
  unknown: 'Whom it is about cannot be told',
};
const MOST_ISSUES = 1_000;
/** So long an evaluation holds the event loop before others have their turn. */
const TURN_MS = 3;

interface Standing {
  state: HealthState;
  sinceUs: number;
}

/** Judges components and the whole. */
export class HealthChecker {
  readonly #checks: readonly StandingCheck[];
  readonly #board: Board;
  readonly #subjects: Subjects;
  readonly #gauges = new Map<string, readonly (readonly [HealthState, Gauge])[]>();
  readonly #standing = new Map<string, Standing>();
  #measured: ReadonlyMap<Component, number> = new Map();
  #report: HealthReport | undefined;
  /** The evaluation in turns that is under way. */
  #current: Generator<void> | undefined;

  constructor(options: HealthCheckerOptions) {
    const { board, thresholds, windowUs, settleUs, latestTrouble = () => undefined } = options;
    this.#checks = (options.rules ?? healthRules).flatMap((rule) => {
      const levels = rule.levels(thresholds);
      return levels === undefined ? [] : [new StandingCheck(rule, levels, settleUs)];
    });
    this.#board = board;
    this.#subjects = new Subjects({ index: new BoardIndex(board), windowUs, thresholds, latestTrouble });
    const health = board.gauge(healthMetrics.health);
    for (const component of ['overall', ...components])
      this.#gauges.set(
        component,
        healthStates.map((state) => [state, health.at(component, state)] as const),
      );
  }

  /** The last report; undefined before the first evaluation. */
  get report(): HealthReport | undefined {
    return this.#report;
  }

  /** Measures everything once. */
  evaluate(nowUs: number): HealthReport {
    this.#current = undefined;
    const steps = this.#steps(nowUs);
    while (steps.next().done !== true);
    return this.#report!;
  }

  /**
   * Measures everything once, and lets others have the event loop whenever it was held for some milliseconds. Does nothing
   * where such an evaluation is under way; leaves off when `evaluate` was called meanwhile, which tells more.
   * @param giveWay resolves when others have had their turn
   */
  async evaluateInTurns(nowUs: number, giveWay: () => Promise<void>): Promise<void> {
    if (this.#current !== undefined) return;
    const steps = this.#steps(nowUs);
    this.#current = steps;
    let beganMs = performance.now();
    while (steps.next().done !== true) {
      if (performance.now() - beganMs < TURN_MS) continue;
      await giveWay();
      if (this.#current !== steps) return;
      beganMs = performance.now();
    }
    this.#current = undefined;
  }

  /** Pauses after each check of each subject. */
  *#steps(nowUs: number): Generator<void> {
    this.#board.refresh();
    this.#subjects.update(nowUs);
    const nodes = [...this.#subjects.nodes];
    const chains = [...this.#subjects.chains];
    const all = new Set<Reading>([this.#subjects.sidecar, ...chains, ...nodes]);
    const subjectsOf = { node: nodes, chain: chains, sidecar: [this.#subjects.sidecar] };
    const measured = new Map<Component, number>();
    yield;
    for (const check of this.#checks) {
      check.keepOnly(all);
      const { component, per } = check.rule;
      let isMeasured = false;
      for (const read of subjectsOf[per]) {
        isMeasured = check.take(read) || isMeasured;
        yield;
      }
      if (isMeasured) measured.set(component, (measured.get(component) ?? 0) + 1);
    }
    this.#measured = measured;
    this.#report = this.#compose(nodes, nowUs);
    this.#show(this.#report);
  }

  #compose(nodes: readonly Reading[], nowUs: number): HealthReport {
    const issues = this.#checks
      .flatMap((check) => [...check.issues()])
      .sort(byUrgency)
      .slice(0, MOST_ISSUES);
    const judged = Object.fromEntries(
      components.map((component) => [component, this.#component(component, issues, nowUs)]),
    ) as Record<Component, ComponentHealth>;
    // A sidecar that is well says nothing of nodes: without any, nothing is known of what matters.
    const hasNodes = nodes.length > 0;
    const state = stateOf(issues, hasNodes);
    return {
      state,
      scope: issues[0]?.scope ?? null,
      summary:
        hasNodes || issues.length > 0
          ? summaryOf(state, issues)
          : 'Nothing is attached, so nothing is known.',
      since_us: this.#since('overall', state, nowUs),
      evaluated_at_us: nowUs,
      nodes: nodes.map(({ chain, node, phase }) => ({ chain: chain!, node: node!, phase })),
      components: judged,
      issues,
    };
  }

  #component(component: Component, all: readonly HealthIssue[], nowUs: number): ComponentHealth {
    const issues = all.filter((issue) => issue.component === component);
    const measured = this.#measured.get(component) ?? 0;
    const state = stateOf(issues, measured > 0);
    return {
      component,
      state,
      scope: issues[0]?.scope ?? null,
      summary: summaryOf(state, issues),
      since_us: this.#since(component, state, nowUs),
      evaluated_at_us: nowUs,
      issues,
      checks: { measured, of: this.#checks.filter(({ rule }) => rule.component === component).length },
    };
  }

  #since(name: string, state: HealthState, nowUs: number): number {
    const standing = this.#standing.get(name);
    if (standing?.state === state) return standing.sinceUs;
    this.#standing.set(name, { state, sinceUs: nowUs });
    return nowUs;
  }

  #show(report: HealthReport): void {
    const states = { overall: report, ...report.components };
    for (const [name, { state }] of Object.entries(states))
      for (const [one, gauge] of this.#gauges.get(name)!) gauge.set(Number(one === state));
  }
}

function byUrgency(a: HealthIssue, b: HealthIssue): number {
  return (
    rankOf(b.state) - rankOf(a.state) ||
    scopeOrder.indexOf(a.scope) - scopeOrder.indexOf(b.scope) ||
    components.indexOf(a.component) - components.indexOf(b.component) ||
    a.since_us - b.since_us
  );
}

function stateOf(issues: readonly HealthIssue[], isMeasured: boolean): HealthState {
  return issues[0]?.state ?? (isMeasured ? 'healthy' : 'no_data');
}

function summaryOf(state: HealthState, issues: readonly HealthIssue[]): string {
  const [worst] = issues;
  if (worst === undefined)
    return state === 'healthy' ? 'Nothing is wrong.' : 'Nothing could be measured, so nothing is known.';
  const more = issues.length === 1 ? '' : ` And ${issues.length - 1} more.`;
  return `${scopeWords[worst.scope]}: ${worst.reason}${more}`;
}
