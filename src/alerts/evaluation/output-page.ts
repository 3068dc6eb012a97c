/**
 * What rules give, as metrics for the page that Prometheus scrapes: the newest value of every series that has not ended,
 * by metric. The labels `job` and `instance` of our own target are left out, because whoever scrapes adds them again.
 */
import { METRIC_NAME } from '../../promql/labels.js';
import type { RuleOutputs } from './rule-outputs.js';

/** A metric whose series may differ in their labels. */
export interface OutputMetric {
  readonly name: string;
  readonly type: 'gauge';
  readonly help: string;
  readonly values: readonly { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

/** Which results are shown: those of all rules, those of rules that alert, or none. */
export type ShownOutputs = 'all' | 'alerts' | 'none';

const ALERT_HELP: Readonly<Record<string, string>> = {
  ALERTS: 'Alerts that are pending or firing.',
  ALERTS_FOR_STATE: 'When the condition of an alert began to hold, Unix time.',
};

/** The metrics, by name. */
export function outputPage(
  outputs: Pick<RuleOutputs, 'current'>,
  target: Readonly<Record<'job' | 'instance', string>>,
  shown: ShownOutputs,
): readonly OutputMetric[] {
  if (shown === 'none') return [];
  const metrics = new Map<string, OutputMetric & { values: OutputMetric['values'][number][] }>();
  for (const { labels, value } of outputs.current()) {
    const name = labels.get(METRIC_NAME);
    const alertHelp = Object.hasOwn(ALERT_HELP, name) ? ALERT_HELP[name] : undefined;
    if (shown === 'alerts' && alertHelp === undefined) continue;
    let metric = metrics.get(name);
    if (metric === undefined) {
      const help = alertHelp ?? 'Result of a recording rule.';
      metrics.set(name, (metric = { name, type: 'gauge', help, values: [] }));
    }
    const own = labels
      .entries()
      .filter(
        ([label, text]) =>
          label !== METRIC_NAME && !((label === 'job' || label === 'instance') && target[label] === text),
      );
    metric.values.push({ labels: Object.fromEntries(own), value });
  }
  return [...metrics.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}
