/**
 * What an embedder adds to alerts, besides files: conditions that are functions, handlers, and alerts raised by hand. Part of
 * the composition: makes the group of rules that the evaluator loads beside those of the files.
 */
import { conditionRule, embeddedProblem, type AlertCondition } from './alerts/embedded/alert-condition.js';
import { RaisedAlerts } from './alerts/embedded/raised-alerts.js';
import type { AlertHandler } from './alerts/channels/handler.js';
import type { RuleGroup } from './alerts/rules/rule.js';
import { WallClock } from './base/clock.js';
import type { Board } from './metrics/board.js';

/** What an embedder gives. */
export interface EmbeddedAlerting {
  /** Evaluated with the rules, every `rules.interval`. */
  readonly conditions?: readonly AlertCondition[];
  /** Told of alerts like a receiver. */
  readonly handlers?: readonly AlertHandler[];
}

/** The rules of an embedder. */
export interface EmbeddedRules {
  readonly group: RuleGroup;
  readonly raised: RaisedAlerts;
}

/**
 * @param touch asks for the rule of this key at once
 * @throws QuorumscopeError `alerts.embedded`
 */
export function embeddedRules(
  { conditions = [] }: EmbeddedAlerting,
  board: Board,
  touch: (key: string) => void,
): EmbeddedRules {
  const names = conditions.map(({ name }) => name);
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) throw embeddedProblem(`two conditions are named ${repeated}`);
  const raised = new RaisedAlerts(touch);
  const wallClock = new WallClock();
  const rules = [raised.rule, ...conditions.map((one) => conditionRule(one, { board, wallClock }))];
  const group = {
    file: 'embedded',
    name: 'embedded',
    intervalUs: undefined,
    queryOffsetUs: 0,
    limit: 0,
    rules,
  };
  return { group, raised };
}
