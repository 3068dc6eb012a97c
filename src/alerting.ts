/**
 * Builds what evaluates rules as the configuration asks: reads the files, opens the state, feeds it with history and with
 * what is critical, and hands alerts on. Part of the composition: it knows the configuration and the rooms.
 *
 * States: built (hears of consensus, evaluates nothing) -> started -> stopped. Files are read anew when one of them
 * changes, on SIGHUP and on `POST /-/reload`: all or nothing.
 */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Alert, AlertListener } from './alerts/alert.js';
import { ruleMetrics } from './alerts/evaluation/catalogue.js';
import type { AlertDesk } from './alerts/embedded/raised-alerts.js';
import { outputPage, type OutputMetric } from './alerts/evaluation/output-page.js';
import { RuleEvaluator } from './alerts/evaluation/rule-evaluator.js';
import { RuleOutputs } from './alerts/evaluation/rule-outputs.js';
import { alertsAnswer, rulesAnswer } from './alerts/rules-api.js';
import { PatternWatch } from './alerts/patterns/pattern-watch.js';
import { readRuleFiles, rulesError, type RuleFile } from './alerts/rules/rule-file.js';
import type { RuleSet } from './alerts/rules/rule.js';
import { pathsOf, readRuleText } from './alerts/rules/rule-paths.js';
import { AlertJournal } from './alerts/state/alert-journal.js';
import { StreamClock, WallClock, type Clock, type Timer } from './base/clock.js';
import { messageOf } from './base/errors.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import { findingMetrics } from './domains/consensus/findings/finding-metrics.js';
import { verdictMetrics } from './domains/consensus/verdict/verdict-metrics.js';
import type { ConsensusListeners } from './domains/consensus/watch.js';
import { embeddedRules, type EmbeddedAlerting, type EmbeddedRules } from './embedded-alerts.js';
import { keepsHistory, type History } from './history-and-queries.js';
import { boardMeter } from './journal-meter.js';
import type { Board } from './metrics/board.js';
import type { Handlers } from './server/handlers.js';
import { shippedAlerts } from './shipped-alerts.js';

/** What it is made of. */
export interface AlertingDeps {
  readonly config: Config;
  readonly board: Board;
  /** The clock that the data follows. */
  readonly clock: Clock;
  readonly logger: Logger;
  /** What an embedder adds to the files. */
  readonly embedded?: EmbeddedAlerting | undefined;
  /** Names of a chain's validators, as the metrics show them. By default their ids. */
  readonly names?: (chain: string) => { label(id: string): string };
  /** The machine's clock: deadlines, durations, files that change. By default a `WallClock`. */
  readonly wallClock?: Pick<Clock, 'monoUs' | 'every'>;
}

/** Folder within `data.dir`. */
export const ALERT_STATE_FOLDER = 'alert-state';
const WATCH_US = 5_000_000;
/** Cycles that may wait where time follows events at full speed. */
const WAITING_STREAM = 100_000;

/** Whether this configuration evaluates rules. */
export function evaluatesRules(config: Pick<Config, 'profile' | 'history' | 'rules'>): boolean {
  return keepsHistory(config) && config.rules.enabled;
}

/** Rules at work. */
export class Alerting {
  /** To be put into the consensus domain's watch: what is critical does not wait for the next cycle. */
  readonly listeners: ConsensusListeners;
  /** Lets patterns hear events on their way to the domains. */
  readonly patterns: PatternWatch;
  readonly #embedded: EmbeddedRules | undefined;
  /** What rules give, as series. */
  readonly outputs: RuleOutputs;
  readonly #deps: AlertingDeps;
  #evaluator: RuleEvaluator | undefined;
  #journal: AlertJournal | undefined;
  #target: Readonly<Record<'job' | 'instance', string>> | undefined;
  #watch: Timer | undefined;
  /** Names, sizes and times of the files that were read last, whether they were good or not. */
  #signature = '';

  constructor(deps: AlertingDeps) {
    this.#deps = deps;
    this.outputs = new RuleOutputs(deps.config.history.recentWindowUs / 1000);
    const named = (name: string): string => name.replace(/^hotstuff_/, () => deps.config.metrics.prefix);
    const verdicts = Object.values(verdictMetrics).map(({ name }) => named(name));
    const findings = Object.values(findingMetrics).map(({ name }) => named(name));
    const raised = (key: string): void => void this.#evaluator?.touch([key], 'raised');
    this.#embedded = deps.embedded && embeddedRules(deps.embedded, deps.board, raised);
    const { clock, logger, names } = deps;
    const nameOf = (chain: string, id: string): string => names?.(chain).label(id) ?? id;
    const matched = (key: string): void => void this.#evaluator?.touch([key], 'pattern');
    this.patterns = new PatternWatch({ clock, logger, nameOf, matched });
    this.listeners = {
      verdicts: {
        verdict: (verdict) => {
          this.patterns.verdict(verdict);
          if (verdict.outcome === 'failed') this.#evaluator?.touch(verdicts, 'failed_view');
        },
      },
      findings: {
        finding: (finding) => {
          this.patterns.finding(finding);
          this.#evaluator?.touch(findings, 'finding');
        },
      },
    };
  }

  /**
   * Reads rules and state, and begins.
   * @param listeners who is told of alerts; none: they are written to the log
   * @throws QuorumscopeError `alerts.rules`, or as `Journal.open` does
   */
  async start(history: History, url: string, listeners: readonly AlertListener[]): Promise<void> {
    const { config, board, clock, logger, wallClock = new WallClock() } = this.#deps;
    const told = listeners.length === 0 ? [loggedTo(logger)] : listeners;
    const { groups, problems } = readRuleFiles(await this.#files());
    if (problems.length > 0) throw rulesError(problems);
    const { dir } = config.data;
    if (dir !== null) {
      const folder = join(dir, ALERT_STATE_FOLDER);
      this.#journal = await AlertJournal.open({ folder, clock, logger, meter: boardMeter(board, 'alerts') });
    }
    this.#target = history.target;
    const evaluator = new RuleEvaluator({
      source: history.source,
      clock,
      wallClock,
      board,
      logger,
      listener: {
        tell: (alerts) => told.forEach((one) => one.tell(alerts)),
        remembered: (labels, untilUs) => told.forEach((one) => one.remembered?.(labels, untilUs)),
      },
      journal: this.#journal,
      outputs: this.outputs,
      patterns: this.patterns,
      intervalUs: config.rules.intervalUs,
      restartGraceUs: config.rules.restartGraceUs,
      externalUrl: url,
      externalLabels: config.rules.externalLabels,
      lookbackMs: config.query.lookbackUs / 1000,
      limits: { maxSamples: config.query.maxSamples, timeoutMs: config.query.timeoutUs / 1000 },
      sample: (mustBeNew) => history.sample(mustBeNew),
      ...(clock instanceof StreamClock ? { waiting: WAITING_STREAM } : {}),
    });
    for (const outcome of ['done', 'refused']) board.counter(ruleMetrics.reloads).at(outcome);
    evaluator.restore();
    await evaluator.load(this.#withEmbedded(groups));
    evaluator.start();
    this.#evaluator = evaluator;
    this.#watch = wallClock.every(WATCH_US, () => void this.#reloadIfChanged());
  }

  /** Reads the files anew. Resolves with what is wrong, when the old rules stay; never rejects. */
  async reload(): Promise<string | undefined> {
    const { board, logger } = this.#deps;
    const refused = (why: string): string => {
      board.counter(ruleMetrics.reloads).at('refused').add();
      logger.error('the rule files are refused, the old rules stay', { why });
      return why;
    };
    try {
      const { groups, problems } = readRuleFiles(await this.#files());
      if (problems.length > 0) return refused(rulesError(problems).message);
      await this.#evaluator?.load(this.#withEmbedded(groups));
      board.counter(ruleMetrics.reloads).at('done').add();
      logger.info('the rule files have been read', { groups: groups.length });
      return undefined;
    } catch (error) {
      return refused(messageOf(error));
    }
  }

  /** Raises alerts by hand; undefined where no embedder asked for it. */
  get desk(): AlertDesk | undefined {
    return this.#embedded?.raised;
  }

  /** What rules give, for the page that Prometheus scrapes. */
  page(): readonly OutputMetric[] {
    const shown = this.#deps.config.prometheus.ruleSeries;
    return this.#target === undefined ? [] : outputPage(this.outputs, this.#target, shown);
  }

  /** Rules and alerts for the API. */
  get handlers(): Pick<Handlers, 'rules' | 'reload'> {
    const { intervalUs } = this.#deps.config.rules;
    return {
      rules: {
        rules: (parameters) => rulesAnswer(this.#evaluator?.groups ?? [], intervalUs, parameters),
        alerts: () => alertsAnswer(this.#evaluator?.groups ?? []),
      },
      reload: () => this.reload(),
    };
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#evaluator?.idle();
  }

  /** Resolves when nothing is under way any more and the state is on disk. */
  async stop(): Promise<void> {
    this.#watch?.stop();
    await this.#evaluator?.stop();
    await this.#journal?.close();
  }

  #withEmbedded(groups: RuleSet): RuleSet {
    return this.#embedded === undefined ? groups : [...groups, this.#embedded.group];
  }

  async #reloadIfChanged(): Promise<void> {
    const before = this.#signature;
    const now = await signatureOf(await this.#paths().catch(() => [])).catch(() => before);
    if (now !== before) await this.reload();
  }

  /** @throws QuorumscopeError `alerts.rules` when a file cannot be read */
  async #files(): Promise<readonly RuleFile[]> {
    const paths = await this.#paths();
    this.#signature = await signatureOf(paths);
    const { prefix } = this.#deps.config.metrics;
    const isShipped = this.#deps.config.rules.files.length === 0;
    return Promise.all(
      paths.map(async (name) => {
        const text = await readRuleText(name);
        return { name, text: isShipped ? text.replace(/\bhotstuff_/g, () => prefix) : text };
      }),
    );
  }

  async #paths(): Promise<readonly string[]> {
    const { files } = this.#deps.config.rules;
    if (files.length > 0) return (await Promise.all(files.map(pathsOf))).flat();
    const folder = shippedAlerts();
    if (folder === undefined) return [];
    return [...(await pathsOf(join(folder, '*.rules.yml'))), join(folder, 'patterns.yml')];
  }
}

async function signatureOf(paths: readonly string[]): Promise<string> {
  const parts = await Promise.all(
    paths.map(async (path) => {
      const { size, mtimeMs } = await stat(path).catch(() => ({ size: -1, mtimeMs: 0 }));
      return `${path} ${size} ${mtimeMs}`;
    }),
  );
  return parts.join('\n');
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
