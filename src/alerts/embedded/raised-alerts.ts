/**
 * Alerts that an embedder raises and ends itself. They live as those of rules do: pass through the journal, stand in the API,
 * on the page and in history, and are told by the same routes. What was raised is known to this process alone: after a
 * restart it goes on for the restart grace, and then ends unless it was raised again.
 */
import { Labels } from '../../promql/labels.js';
import { fingerprintOf, type AlertTexts } from '../alert.js';
import type { AlertRule, FoundAlert } from '../rules/rule.js';
import { checkLabels, embeddedProblem } from './alert-condition.js';

/** An alert to be raised. */
export interface RaisedAlert {
  /** With `alertname`. Two with equal labels are one. */
  readonly labels: AlertTexts;
  /** Texts as they are: no templates. */
  readonly annotations?: AlertTexts;
  /** What is wrong, as a number. Default 1. */
  readonly value?: number;
}

/** Raises alerts and ends them. */
export interface AlertDesk {
  /**
   * Raises an alert, or changes what an alert with these labels says.
   * @returns its id, the same for equal labels
   * @throws QuorumscopeError `alerts.embedded` without `alertname`, with names that are no labels, or beyond 1,000 alerts
   */
  send(alert: RaisedAlert): string;
  /** Ends an alert by its id or labels. @returns whether there was one */
  resolve(alert: string | AlertTexts): boolean;
}

const MOST_RAISED = 1_000;
const KEY = JSON.stringify(['embedded', '', 'raised']);

/** What is raised now. */
export class RaisedAlerts implements AlertDesk {
  readonly rule: AlertRule;
  readonly #raised = new Map<string, FoundAlert>();
  readonly #changed: (key: string) => void;

  /** @param changed told that the rule with this key would now give something else */
  constructor(changed: (key: string) => void) {
    this.#changed = changed;
    this.rule = {
      kind: 'alert',
      key: KEY,
      name: 'Raised',
      expr: 'what the embedder raises',
      query: undefined,
      finder: () => [...this.#raised.values()],
      forUs: 0,
      keepFiringForUs: 0,
      labels: [],
      annotations: [],
    };
  }

  send({ labels, annotations = {}, value = 1 }: RaisedAlert): string {
    checkLabels(labels);
    checkLabels(annotations);
    if ((labels['alertname'] ?? '') === '') throw embeddedProblem('an alert needs the label alertname');
    const id = fingerprintOf(labels);
    if (!this.#raised.has(id) && this.#raised.size >= MOST_RAISED)
      throw embeddedProblem(`${MOST_RAISED} alerts are raised already`);
    this.#raised.set(id, { labels: Labels.from(Object.entries(labels)), annotations, value });
    this.#changed(KEY);
    return id;
  }

  resolve(alert: string | AlertTexts): boolean {
    const isKnown = this.#raised.delete(typeof alert === 'string' ? alert : fingerprintOf(alert));
    if (isKnown) this.#changed(KEY);
    return isKnown;
  }
}
