/**
 * What a Prometheus that scraped this sidecar would call its series: the metric's name and labels, with the
 * target's `job` and `instance` on top. A label of ours that has one of these names becomes `exported_<name>`, as
 * without `honor_labels`, so that a query means the same here and there.
 */
import { Labels, METRIC_NAME } from '../promql/labels.js';

/** The labels that a scrape adds. */
export interface Target {
  readonly job: string;
  /** `host:port` of `/metrics`. */
  readonly instance: string;
}

/** The labels of a scraped series. */
export function scrapedLabels(
  { job, instance }: Target,
  name: string,
  own: readonly (readonly [string, string])[],
): Labels {
  const taken = new Set(own.map(([label]) => label));
  const kept = own.map(([label, value]): [string, string] => {
    let shown = label;
    if (label === 'job' || label === 'instance') {
      do shown = `exported_${shown}`;
      while (taken.has(shown));
    }
    return [shown, value];
  });
  return Labels.from([...kept, ['job', job], ['instance', instance], [METRIC_NAME, name]]);
}
