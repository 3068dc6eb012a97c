/**
 * What evaluates rules, as the rest of the sidecar sees it from the start: hears what is critical, lets patterns hear events,
 * and answers for the rules once they are at work. Part of the composition: it knows the configuration and the rooms.
 *
 * States: built (hears of consensus, evaluates nothing) -> started -> stopped.
 */
import type { AlertListener } from './alerts/alert.js';
import type { AlertDesk } from './alerts/embedded/raised-alerts.js';
import type { OutputMetric } from './alerts/evaluation/output-page.js';
import { RuleOutputs } from './alerts/evaluation/rule-outputs.js';
import { PatternWatch } from './alerts/patterns/pattern-watch.js';
import type { Clock } from './base/clock.js';
import type { Logger } from './base/logger.js';
import type { Config } from './config/sections.js';
import { findingMetrics } from './domains/consensus/findings/finding-metrics.js';
import { verdictMetrics } from './domains/consensus/verdict/verdict-metrics.js';
import type { ConsensusListeners } from './domains/consensus/watch.js';
import { embeddedRules, type EmbeddedAlerting, type EmbeddedRules } from './embedded-alerts.js';
import type { EvaluatedRules } from './evaluated-rules.js';
import type { History } from './history-and-queries.js';
import type { Board } from './metrics/board.js';
import type { Handlers } from './server/handlers.js';

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

const STARTING = {
  status: 503,
  body: JSON.stringify({ status: 'error', errorType: 'unavailable', error: 'the sidecar is starting' }),
};

/** Rules, before they are at work and while they are. */
export class Alerting {
  /** To be put into the consensus domain's watch: what is critical does not wait for the next cycle. */
  readonly listeners: ConsensusListeners;
  /** Lets patterns hear events on their way to the domains. */
  readonly patterns: PatternWatch;
  readonly #embedded: EmbeddedRules | undefined;
  /** What rules give, as series. */
  readonly outputs: RuleOutputs;
  readonly #deps: AlertingDeps;
  #rules: EvaluatedRules | undefined;

  constructor(deps: AlertingDeps) {
    this.#deps = deps;
    this.outputs = new RuleOutputs(deps.config.history.recentWindowUs / 1000);
    const named = (name: string): string => name.replace(/^hotstuff_/, () => deps.config.metrics.prefix);
    const verdicts = Object.values(verdictMetrics).map(({ name }) => named(name));
    const findings = Object.values(findingMetrics).map(({ name }) => named(name));
    const raised = (key: string): void => void this.#rules?.touch([key], 'raised');
    this.#embedded = deps.embedded && embeddedRules(deps.embedded, deps.board, raised);
    const { clock, logger, names } = deps;
    const nameOf = (chain: string, id: string): string => names?.(chain).label(id) ?? id;
    const matched = (key: string): void => void this.#rules?.touch([key], 'pattern');
    this.patterns = new PatternWatch({ clock, logger, nameOf, matched });
    this.listeners = {
      verdicts: {
        verdict: (verdict) => {
          this.patterns.verdict(verdict);
          if (verdict.outcome === 'failed') this.#rules?.touch(verdicts, 'failed_view');
        },
      },
      findings: {
        finding: (finding) => {
          this.patterns.finding(finding);
          this.#rules?.touch(findings, 'finding');
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
    const { EvaluatedRules } = await import('./evaluated-rules.js');
    const { outputs, patterns } = this;
    const more = this.#embedded === undefined ? [] : [this.#embedded.group];
    this.#rules = await EvaluatedRules.open({
      ...this.#deps,
      ...{ outputs, patterns, more, history, url, listeners },
    });
  }

  /** Reads the files anew. Resolves with what is wrong, when the old rules stay; never rejects. */
  async reload(): Promise<string | undefined> {
    return this.#rules?.reload();
  }

  /** Raises alerts by hand; undefined where no embedder asked for it. */
  get desk(): AlertDesk | undefined {
    return this.#embedded?.raised;
  }

  /** What rules give, for the page that Prometheus scrapes. */
  page(): readonly OutputMetric[] {
    return this.#rules?.page() ?? [];
  }

  /** Rules and alerts for the API. */
  get handlers(): Pick<Handlers, 'rules' | 'reload'> {
    return {
      rules: {
        rules: (parameters) => this.#rules?.rules(parameters) ?? STARTING,
        alerts: () => this.#rules?.alerts() ?? STARTING,
      },
      reload: () => this.reload(),
    };
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    await this.#rules?.idle();
  }

  /** Resolves when nothing is under way any more and the state is on disk. */
  async stop(): Promise<void> {
    await this.#rules?.stop();
  }
}
