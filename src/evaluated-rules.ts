/**
 * Rules while they are evaluated: reads the files, opens the state, feeds the evaluator with history, and reads the files anew
 * when one of them changes, on SIGHUP and on `POST /-/reload`: all or nothing. Part of the composition, and loaded only where
 * rules are evaluated: behind it stand the query language and the templates.
 *
 * States: open -> stopped.
 */
import { join } from 'node:path';
import type { Alert, AlertListener } from './alerts/alert.js';
import { ruleMetrics } from './alerts/evaluation/catalogue.js';
import { outputPage, type OutputMetric } from './alerts/evaluation/output-page.js';
import { RuleEvaluator } from './alerts/evaluation/rule-evaluator.js';
import type { RuleOutputs } from './alerts/evaluation/rule-outputs.js';
import type { PatternWatch } from './alerts/patterns/pattern-watch.js';
import { alertsAnswer, rulesAnswer } from './alerts/rules-api.js';
import { rulesError } from './alerts/rules/rule-file.js';
import type { RuleGroup } from './alerts/rules/rule.js';
import { AlertJournal } from './alerts/state/alert-journal.js';
import { StreamClock, WallClock, type Clock, type Timer } from './base/clock.js';
import { messageOf } from './base/errors.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import type { History } from './history-and-queries.js';
import { boardMeter } from './journal-meter.js';
import type { Board } from './metrics/board.js';
import { RuleFolder } from './rule-folder.js';

/** What rules are evaluated with. */
export interface EvaluatedRulesDeps {
  readonly config: Config;
  readonly board: Board;
  /** The clock that the data follows. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** The machine's clock: deadlines, durations, files that change. By default a `WallClock`. */
  readonly wallClock?: Pick<Clock, 'monoUs' | 'every'> | undefined;
  /** What rules give, as series. */
  readonly outputs: RuleOutputs;
  readonly patterns: PatternWatch;
  /** Rules beside those of the files. */
  readonly more: readonly RuleGroup[];
  readonly history: History;
  /** `http://host:port` of this sidecar. */
  readonly url: string;
  /** Who is told of alerts; none: they are written to the log. */
  readonly listeners: readonly AlertListener[];
}

/** Folder within `data.dir`. */
const STATE_FOLDER = 'alert-state';
const WATCH_US = 5_000_000;
/** Cycles that may wait where time follows events at full speed. */
const WAITING_STREAM = 100_000;

/** Rules at work. */
export class EvaluatedRules {
  readonly #deps: EvaluatedRulesDeps;
  readonly #evaluator: RuleEvaluator;
  readonly #journal: AlertJournal | undefined;
  readonly #folder: RuleFolder;
  #watch: Timer | undefined;

  private constructor(deps: EvaluatedRulesDeps, folder: RuleFolder, journal: AlertJournal | undefined) {
    this.#deps = deps;
    this.#folder = folder;
    this.#journal = journal;
    this.#evaluator = evaluatorOf(deps, journal);
  }

  /**
   * Reads rules and state, and begins.
   * @throws QuorumscopeError `alerts.rules`, or as `Journal.open` does
   */
  static async open(deps: EvaluatedRulesDeps): Promise<EvaluatedRules> {
    const { config, board, wallClock = new WallClock() } = deps;
    const folder = new RuleFolder(config);
    const { groups, problems } = await folder.read();
    if (problems.length > 0) throw rulesError(problems);
    const rules = new EvaluatedRules(deps, folder, await openState(deps));
    for (const outcome of ['done', 'refused']) board.counter(ruleMetrics.reloads).at(outcome);
    rules.#evaluator.restore();
    await rules.#evaluator.load([...groups, ...deps.more]);
    rules.#evaluator.start();
    rules.#watch = wallClock.every(WATCH_US, () => void rules.#reloadIfChanged());
    return rules;
  }

  /** Asks for the rules that read these names, at once. */
  touch(names: readonly string[], reason: string): void {
    this.#evaluator.touch(names, reason);
  }

  /** Reads the files anew. Resolves with what is wrong, when the old rules stay; never rejects. */
  async reload(): Promise<string | undefined> {
    const { board, logger, more } = this.#deps;
    const refused = (why: string): string => {
      board.counter(ruleMetrics.reloads).at('refused').add();
      logger.error('the rule files are refused, the old rules stay', { why });
      return why;
    };
    try {
      const { groups, problems } = await this.#folder.read();
      if (problems.length > 0) return refused(rulesError(problems).message);
      await this.#evaluator.load([...groups, ...more]);
      board.counter(ruleMetrics.reloads).at('done').add();
      logger.info('the rule files have been read', { groups: groups.length });
      return undefined;
    } catch (error) {
      return refused(messageOf(error));
    }
  }

  /** What rules give, for the page that Prometheus scrapes. */
  page(): readonly OutputMetric[] {
    const { config, outputs, history } = this.#deps;
    return outputPage(outputs, history.target, config.prometheus.ruleSeries);
  }

  /** Prometheus's answer to `/api/v1/rules`. */
  rules(parameters: URLSearchParams): ReturnType<typeof rulesAnswer> {
    const { intervalUs } = this.#deps.config.rules;
    return rulesAnswer(this.#evaluator.groups, intervalUs, parameters);
  }

  /** Prometheus's answer to `/api/v1/alerts`. */
  alerts(): ReturnType<typeof alertsAnswer> {
    return alertsAnswer(this.#evaluator.groups);
  }

  /** Resolves when nothing is under way. */
  idle(): Promise<void> {
    return this.#evaluator.idle();
  }

  /** Resolves when nothing is under way any more and the state is on disk. */
  async stop(): Promise<void> {
    this.#watch?.stop();
    await this.#evaluator.stop();
    await this.#journal?.close();
  }

  async #reloadIfChanged(): Promise<void> {
    if (await this.#folder.hasChanged()) await this.reload();
  }
}

async function openState({
  config,
  board,
  clock,
  logger,
}: EvaluatedRulesDeps): Promise<AlertJournal | undefined> {
  const { dir } = config.data;
  if (dir === null) return undefined;
  return AlertJournal.open({
    folder: join(dir, STATE_FOLDER),
    clock,
    logger,
    meter: boardMeter(board, 'alerts'),
  });
}

function evaluatorOf(deps: EvaluatedRulesDeps, journal: AlertJournal | undefined): RuleEvaluator {
  const { config, board, clock, logger, history, outputs, patterns, url } = deps;
  const told = deps.listeners.length === 0 ? [loggedTo(logger)] : deps.listeners;
  return new RuleEvaluator({
    source: history.source,
    clock,
    wallClock: deps.wallClock ?? new WallClock(),
    board,
    logger,
    listener: {
      tell: (alerts) => told.forEach((one) => one.tell(alerts)),
      remembered: (labels, untilUs) => told.forEach((one) => one.remembered?.(labels, untilUs)),
    },
    journal,
    outputs,
    patterns,
    intervalUs: config.rules.intervalUs,
    restartGraceUs: config.rules.restartGraceUs,
    externalUrl: url,
    externalLabels: config.rules.externalLabels,
    lookbackMs: config.query.lookbackUs / 1000,
    limits: { maxSamples: config.query.maxSamples, timeoutMs: config.query.timeoutUs / 1000 },
    sample: (mustBeNew) => history.sample(mustBeNew),
    ...(clock instanceof StreamClock ? { waiting: WAITING_STREAM } : {}),
  });
}

/** Alerts as lines of the log, each once when it begins and once when it ends. */
function loggedTo(logger: Logger): AlertListener {
  const known = new Set<string>();
  const line = ({ labels, annotations, endsAtUs }: Alert): void => {
    const key = JSON.stringify(labels);
    if (endsAtUs === undefined) {
      if (!known.has(key)) logger.warn('an alert fires', { labels, summary: annotations['summary'] });
      known.add(key);
    } else if (known.delete(key)) logger.info('an alert is resolved', { labels });
  };
  return { tell: (alerts) => alerts.forEach(line) };
}
