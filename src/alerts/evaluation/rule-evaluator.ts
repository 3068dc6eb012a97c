/**
 * Evaluates rules for as long as the sidecar runs, and tells of alerts. One thing at a time: cycles of groups at their
 * intervals, and between them, when something critical was told, or a metric that seldom changes has changed, the rules that read what was touched.
 *
 *   tick, touch -> queue -> sample, evaluate -> transitions -> journal (fsync), listener
 *
 * Invariants: the end of an alert is durable before anybody is told of it (unless the disk fails), its beginning is told while
 * it becomes durable; no rule is evaluated at a time before its last; outputs and alerts of a rule outlive a reload of the files; what fired under a rule that is no more is resolved and told.
 */
import type { Clock, Timer } from '../../base/clock.js';
import type { Logger } from '../../base/logger.js';
import type { Board } from '../../metrics/board.js';
import type { QueryLimits } from '../../promql/budget.js';
import { PromqlEngine } from '../../promql/engine.js';
import type { Alert, AlertListener, AlertTexts } from '../alert.js';
import { Allowances } from './allowance.js';
import { ruleMetrics } from './catalogue.js';
import { forgettable } from '../patterns/pattern-matcher.js';
import type { Watched } from '../patterns/pattern-watch.js';
import type { Rule, RuleSet } from '../rules/rule.js';
import type { AlertJournal } from '../state/alert-journal.js';
import type { StoredInstance } from '../state/instance-record.js';
import { ChangedFamilies } from './changed-families.js';
import { GroupRun } from './group-run.js';
import {
  isToBeTold,
  RESOLVED_RETENTION_US,
  resolve,
  type Changes,
  type Instance,
  type Telling,
} from './instance.js';
import { joinedSeries, type IndexedSource } from './joined-series.js';
import type { RuleOutputs } from './rule-outputs.js';
import type { RuleRoom, RuleRun } from './rule-run.js';
import { Teller } from './teller.js';

/** What an evaluator is made of. */
export interface RuleEvaluatorOptions {
  /** Series besides those of the rules. */
  readonly source: IndexedSource;
  /** The clock that the data follows. */
  readonly clock: Clock;
  /** The machine's clock: deadlines and durations. */
  readonly wallClock: Pick<Clock, 'monoUs'>;
  readonly board: Board;
  readonly logger: Logger;
  readonly listener: AlertListener;
  /** Absent: state ends with the process. */
  readonly journal?: AlertJournal | undefined;
  readonly outputs: RuleOutputs;
  /** Of groups that say none. */
  readonly intervalUs: number;
  /** How often what is known already is told again. Default 1 min, as Prometheus. */
  readonly resendUs?: number;
  /** How long absence says nothing about alerts that were read back. */
  readonly restartGraceUs: number;
  readonly externalUrl: string;
  /** On every alert that does not have them; `$externalLabels` of templates. Default none. */
  readonly externalLabels?: AlertTexts;
  readonly lookbackMs?: number;
  readonly limits?: Partial<QueryLimits>;
  /**
   * Makes the newest values part of `source`, and says as of when, milliseconds. Called before each evaluation, with
   * true when what changed in this very millisecond counts.
   */
  readonly sample?: (mustBeNew: boolean) => number;
  /** Told which patterns there are, whenever that changes. */
  readonly patterns?: { watch(all: readonly Watched[]): void };
  /** Cycles that may wait; 1 on a clock of its own pace, many where time follows recorded events. */
  readonly waiting?: number;
}

/** An alert whose rule is no more. */
interface Orphan {
  readonly rule: string;
  /** Where it could be looked at. */
  readonly path: string;
  readonly instance: Instance;
}

/** Where a rule can be looked at: its expression's answer, or what the API says of it. */
function pathTo({ query, expr, name }: Rule): string {
  if (query !== undefined) return `/api/v1/query?query=${encodeURIComponent(expr)}`;
  return `/api/v1/rules?rule_name[]=${encodeURIComponent(name)}`;
}

const RESEND_US = 60_000_000;
/** Changed annotations are told no more often: values change with each evaluation. */
const ANNOTATIONS_US = 10_000_000;
const ALIVE_US = 10_000_000;
/** Evaluations between two intervals, for each reason: so many at once, and so many more per second. */
const BURST = 20;
const PER_SECOND = 4;
/** How often it is looked whether a metric that alerts without `for` read has news. */
const LOOK_US = 100_000;
/** So long a cycle holds the event loop before others have their turn. */
const TURN_US = 2_000;

/** States: built -> restored -> started -> stopped. */
export class RuleEvaluator {
  readonly outputs: RuleOutputs;
  readonly #options: RuleEvaluatorOptions;
  readonly #engine: PromqlEngine;
  readonly #telling: Telling;
  readonly #externalLabels: AlertTexts;
  #groups: readonly GroupRun[] = [];
  #timers: Timer[] = [];
  /** Instances read back whose rules have not been loaded. */
  #stored: readonly StoredInstance[] = [];
  #graceEndsUs = -Infinity;
  /** Alerts of rules that are no more: resolved, and told as long as others are. */
  #orphans: Orphan[] = [];
  #aliveTimer: Timer | undefined;
  #isStarted = false;
  #waiting = 0;
  #work: Promise<void> = Promise.resolve();
  readonly #teller: Teller;
  readonly #news: ChangedFamilies;
  #look: Timer | undefined;
  #turnBeganUs = 0;
  #touched: Set<string> | undefined;
  /** What was touched and waits for its evaluation: between two groups of a cycle, or after it. */
  #urgent = new Set<string>();
  readonly #allowances: Allowances;
  #refusedBefore = 0;

  constructor(options: RuleEvaluatorOptions) {
    const { source, wallClock, limits, lookbackMs, resendUs = RESEND_US, outputs } = options;
    this.#options = options;
    this.outputs = outputs;
    this.#externalLabels = options.externalLabels ?? {};
    this.#engine = new PromqlEngine({
      source: joinedSeries(source, outputs),
      clock: wallClock,
      ...(limits === undefined ? {} : { limits }),
      ...(lookbackMs === undefined ? {} : { semantics: { lookbackMs } }),
    });
    this.#allowances = new Allowances(BURST, PER_SECOND, () => wallClock.monoUs());
    this.#teller = new Teller(options.listener, options.journal);
    this.#news = new ChangedFamilies(options.board);
    this.#telling = { resendUs, annotationsUs: ANNOTATIONS_US };
  }

  /** Groups as they are now. */
  get groups(): readonly GroupRun[] {
    return this.#groups;
  }

  /** Takes over what the journal holds. Before the first `load`. */
  restore(): void {
    const { journal, clock, restartGraceUs } = this.#options;
    if (journal === undefined) return;
    this.#stored = journal.stored();
    const nowUs = clock.nowUs();
    this.#graceEndsUs = nowUs + restartGraceUs;
    const aliveUs = Math.min(nowUs, journal.lastAliveUs ?? nowUs);
    for (const { instance } of this.#stored)
      if (instance.state !== 'inactive') instance.unconfirmedSinceUs = aliveUs;
  }

  /** Replaces all rules between two evaluations; alerts of rules that are still there go on. */
  load(rules: RuleSet): Promise<void> {
    return this.#enqueue(() => this.#load(rules));
  }

  /** Begins to evaluate at intervals. */
  start(): void {
    this.#isStarted = true;
    this.#schedule();
    const { journal, clock } = this.#options;
    this.#sayRemembered();
    if (journal !== undefined) this.#aliveTimer = clock.every(ALIVE_US, () => this.#alive());
    this.#look = clock.every(LOOK_US, () => {
      const news = this.#news.look();
      if (news.length > 0) this.touch(news, 'news');
    });
  }

  /** Ends all evaluation, and waits for what is under way. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    for (const timer of this.#timers) timer.stop();
    this.#timers = [];
    this.#aliveTimer?.stop();
    this.#look?.stop();
    await this.idle();
    this.#alive();
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#work;
    await this.#teller.idle();
  }

  /**
   * Evaluates at once what reads these metrics, without `for`. Several calls in one turn are one.
   * @param reason what happened: each reason may ask so often, whatever the others ask
   * @returns false when that has been asked for too often: the next cycle will see it
   */
  touch(names: readonly string[], reason: string): boolean {
    if (!this.#isStarted) return false;
    if (this.#touched !== undefined) {
      for (const name of names) this.#touched.add(name);
      return true;
    }
    // What waits already will see this too.
    if (names.every((name) => this.#urgent.has(name))) return true;
    if (!this.#allowances.take(reason)) return false;
    const touched = (this.#touched = new Set(names));
    // The event is still on its way through the observers: what it changes is there when whoever handles it is done.
    queueMicrotask(() => {
      this.#touched = undefined;
      for (const name of touched) this.#urgent.add(name);
      void this.#enqueue(async () => void (await this.#takeUrgent()));
    });
    return true;
  }

  /** Evaluates these groups at the clock's time. What `start` does at intervals. */
  cycle(groups: readonly GroupRun[] = this.#groups): void {
    const { board, waiting = 1, sample, clock } = this.#options;
    if (this.#waiting >= waiting) {
      for (const { group } of groups) board.counter(ruleMetrics.missed).at(group.name).add();
      return;
    }
    this.#waiting++;
    const now = (): number => (sample?.(false) ?? Math.floor(clock.nowUs() / 1000)) * 1000;
    let tsUs = now();
    void this.#enqueue(async () => {
      this.#waiting--;
      this.#turnBeganUs = this.#monoUs();
      for (const group of groups) {
        // The rest of the cycle must not look back behind what has been evaluated meanwhile.
        if (await this.#takeUrgent()) tsUs = Math.max(tsUs, now());
        if (this.#groups.includes(group)) await this.#evaluate(group, tsUs);
      }
      this.#tellOrphans(tsUs);
      this.outputs.forget(tsUs / 1000);
      this.#count();
    });
  }

  async #evaluate(group: GroupRun, tsUs: number): Promise<void> {
    const { board } = this.#options;
    const { name } = group.group;
    const failures = board.counter(ruleMetrics.failures).at(name);
    const alerts: Alert[] = [];
    const evaluated = (run: RuleRun, changes: Changes): void => {
      if (run.health.health === 'err') failures.add();
      this.#commit(run, changes, tsUs, alerts);
    };
    await group.evaluate(this.#room(), tsUs, this.#monoUs, evaluated, this.#giveWay);
    board.counter(ruleMetrics.evaluations).at(name).add(group.runs.length);
    board
      .histogram(ruleMetrics.duration)
      .at(name)
      .observe(group.durationUs / 1e6);
    board
      .gauge(ruleMetrics.lastEvaluation)
      .at(name)
      .set(tsUs / 1e6);
    this.#teller.tell(alerts);
  }

  /** @returns whether there was anything */
  async #takeUrgent(): Promise<boolean> {
    const touched = this.#urgent;
    if (touched.size === 0) return false;
    this.#urgent = new Set();
    await this.#immediate(touched);
    return true;
  }

  /** Between two rules of a group: lets others have the event loop when it was held for long, and what is urgent go before. */
  readonly #giveWay = async (): Promise<void> => {
    const { wallClock } = this.#options;
    if (wallClock.monoUs() - this.#turnBeganUs < TURN_US) return;
    await new Promise<void>((resolve) => setImmediate(resolve));
    await this.#takeUrgent();
    this.#turnBeganUs = wallClock.monoUs();
  };

  async #immediate(touched: Set<string>): Promise<void> {
    const { board, sample, clock } = this.#options;
    const tsUs = (sample?.(true) ?? Math.floor(clock.nowUs() / 1000)) * 1000;
    board.counter(ruleMetrics.immediate).at().add();
    for (const group of this.#groups)
      await group.evaluateTouched(this.#room(), tsUs, touched, this.#monoUs, (run, changes) => {
        // Told rule by rule: a later one may have to read far back.
        const alerts: Alert[] = [];
        this.#commit(run, changes, tsUs, alerts);
        this.#teller.tell(alerts);
      });
  }

  /** Writes down what changed, and gathers what is to be told. */
  #commit(run: RuleRun, { changed, gone }: Changes, tsUs: number, alerts: Alert[]): void {
    const { journal } = this.#options;
    const { key } = run.rule;
    for (const instance of changed) journal?.state(key, instance);
    for (const { labels } of gone) journal?.gone(key, labels);
    if (changed.size + gone.length > 0) journal?.alive(tsUs);
    for (const instance of run.instances.values()) {
      if (!isToBeTold(instance, tsUs, this.#telling)) continue;
      instance.lastTold = { atUs: tsUs, state: instance.state, annotations: instance.annotations };
      alerts.push(this.#alertOf(instance, pathTo(run.rule)));
    }
  }

  #alertOf({ texts, annotations, firedAtUs, activeAtUs, resolvedAtUs }: Instance, path: string): Alert {
    return {
      labels: { ...this.#externalLabels, ...texts },
      annotations,
      startsAtUs: firedAtUs ?? activeAtUs,
      endsAtUs: resolvedAtUs,
      generatorUrl: `${this.#options.externalUrl}${path}`,
    };
  }

  // Async, so that it takes its turn among the evaluations.
  async #load(rules: RuleSet): Promise<void> {
    const { clock } = this.#options;
    const tsUs = Math.floor(clock.nowUs() / 1000) * 1000;
    const before = new Map(this.#groups.flatMap(({ runs }) => runs.map((run) => [run.rule.key, run])));
    this.#groups = rules.map(
      (group) =>
        new GroupRun(group, ({ key }) => {
          const run = before.get(key);
          before.delete(key);
          return run;
        }),
    );
    for (const run of before.values()) {
      run.endSeries(this.outputs, tsUs / 1000);
      const { key } = run.rule;
      const path = pathTo(run.rule);
      for (const instance of run.instances.values()) this.#orphan({ rule: key, path, instance }, tsUs);
    }
    this.#adopt(tsUs);
    this.#watchPatterns();
    this.#news.watch(this.#groups.flatMap((group) => [...group.newsworthy()]));
    this.#tellOrphans(tsUs);
    this.#count();
    if (this.#isStarted) this.#schedule();
    await Promise.resolve();
  }

  #watchPatterns(): void {
    const { patterns, board } = this.#options;
    const watched = this.#groups.flatMap(({ runs }) =>
      runs.flatMap(({ rule, matcher }) => (matcher === undefined ? [] : [{ rule, matcher, key: rule.key }])),
    );
    for (const { rule } of watched) {
      board.counter(ruleMetrics.patternMatches).at(rule.name);
      for (const what of forgettable) board.counter(ruleMetrics.patternForgotten).at(rule.name, what);
    }
    patterns?.watch(watched);
  }

  #countPattern({ rule: { name }, matcher }: RuleRun): void {
    const { board } = this.#options;
    const counts = matcher?.takeCounts();
    if (counts === undefined) return;
    board.counter(ruleMetrics.patternMatches).at(name).add(counts.matched);
    for (const what of forgettable)
      board.counter(ruleMetrics.patternForgotten).at(name, what).add(counts.forgotten[what]);
  }

  /** Gives what was read back to its rules. */
  #adopt(tsUs: number): void {
    const runs = new Map(this.#groups.flatMap(({ runs }) => runs.map((run) => [run.rule.key, run])));
    for (const { rule, instance } of this.#stored) {
      const run = runs.get(rule);
      if (run === undefined) this.#orphan({ rule, path: '', instance }, tsUs);
      else run.instances.set(instance.labels.key, instance);
    }
    this.#stored = [];
  }

  #orphan(orphan: Orphan, tsUs: number): void {
    const { journal } = this.#options;
    const { rule, instance } = orphan;
    if (instance.state === 'pending') {
      journal?.gone(rule, instance.labels);
      return;
    }
    if (instance.state === 'firing') {
      resolve(instance, tsUs);
      journal?.state(rule, instance);
    }
    this.#orphans.push(orphan);
  }

  #tellOrphans(tsUs: number): void {
    const { journal } = this.#options;
    const alerts: Alert[] = [];
    this.#orphans = this.#orphans.filter(({ rule, path, instance }) => {
      if (tsUs - instance.resolvedAtUs! > RESOLVED_RETENTION_US) {
        journal?.gone(rule, instance.labels);
        return false;
      }
      if (isToBeTold(instance, tsUs, this.#telling)) {
        instance.lastTold = { atUs: tsUs, state: instance.state, annotations: instance.annotations };
        alerts.push(this.#alertOf(instance, path));
      }
      return true;
    });
    this.#teller.tell(alerts);
  }

  #sayRemembered(): void {
    const { listener, intervalUs, restartGraceUs, clock } = this.#options;
    const instances = [
      ...this.#groups.flatMap(({ runs }) => runs.flatMap((run) => [...run.instances.values()])),
      ...this.#orphans.map(({ instance }) => instance),
    ];
    const known = instances.filter(({ state }) => state !== 'pending');
    const longestUs = Math.max(intervalUs, ...this.#groups.map(({ group }) => group.intervalUs ?? 0));
    listener.remembered?.(
      known.map(({ texts }) => ({ ...this.#externalLabels, ...texts })),
      clock.nowUs() + restartGraceUs + 2 * longestUs,
    );
  }

  #schedule(): void {
    const { clock, intervalUs } = this.#options;
    for (const timer of this.#timers) timer.stop();
    const byInterval = new Map<number, GroupRun[]>();
    for (const group of this.#groups) {
      const own = group.group.intervalUs ?? intervalUs;
      byInterval.set(own, [...(byInterval.get(own) ?? []), group]);
    }
    this.#timers = [...byInterval].map(([us, groups]) => clock.every(us, () => this.cycle(groups)));
  }

  #enqueue(job: () => Promise<void>): Promise<void> {
    this.#work = this.#work.then(job).catch((error: unknown) => {
      this.#options.logger.error('an evaluation of rules failed', { error });
    });
    return this.#work;
  }

  #alive(): void {
    const { journal, clock } = this.#options;
    if (journal === undefined) return;
    const isLive = this.#groups.some(({ runs }) => runs.some(({ instances }) => instances.size > 0));
    if (!isLive) return;
    journal.alive(clock.nowUs());
    void journal.flush();
  }

  #count(): void {
    const { board } = this.#options;
    board.counter(ruleMetrics.seriesRefused).at().follow(this.outputs.refused, this.#refusedBefore);
    this.#refusedBefore = this.outputs.refused;
    const counts = { pending: 0, firing: 0 };
    for (const { group, runs } of this.#groups) {
      board.gauge(ruleMetrics.rules).at(group.name).set(runs.length);
      // At zero from the start, so that the first one is an increase.
      board.counter(ruleMetrics.missed).at(group.name);
      for (const run of runs) this.#countPattern(run);
      for (const { instances } of runs)
        for (const { state } of instances.values()) if (state !== 'inactive') counts[state]++;
    }
    board.gauge(ruleMetrics.alerts).at('pending').set(counts.pending);
    board.gauge(ruleMetrics.alerts).at('firing').set(counts.firing);
  }

  #room(): RuleRoom {
    return {
      engine: this.#engine,
      outputs: this.outputs,
      externalUrl: this.#options.externalUrl,
      externalLabels: this.#externalLabels,
      graceEndsUs: this.#graceEndsUs,
    };
  }

  readonly #monoUs = (): number => this.#options.wallClock.monoUs();
}
