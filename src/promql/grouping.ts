/** Which rows an aggregation puts together, and the labels that the groups keep. */
import type { AggregateExpr } from './ast.js';
import { keyOfNames, keyOfOthers, Labels, METRIC_NAME } from './labels.js';

/** The group of each row. */
export interface Groups {
  readonly of: Int32Array;
  readonly labels: readonly Labels[];
}

/** Groups in the order of their first row. */
export function groupRows(
  labels: readonly Labels[],
  expr: Pick<AggregateExpr, 'grouping' | 'without'>,
): Groups {
  const { grouping, without } = expr;
  const excluded = [...grouping, METRIC_NAME];
  const groups = new Map<string, number>();
  const kept: Labels[] = [];
  const of = new Int32Array(labels.length);
  labels.forEach((row, i) => {
    const key = without ? keyOfOthers(row, excluded) : keyOfNames(row, grouping);
    const known = groups.get(key);
    if (known !== undefined) {
      of[i] = known;
      if (row.nameDropped) kept[known] = kept[known]!.droppingName();
      return;
    }
    of[i] = kept.length;
    groups.set(key, kept.length);
    const group = keptLabels(row, grouping, without);
    kept.push(row.nameDropped ? group.droppingName() : group);
  });
  return { of, labels: kept };
}

/** What a group keeps of a member's labels. */
export function keptLabels(labels: Labels, grouping: readonly string[], without: boolean): Labels {
  if (without) return labels.without([...grouping, METRIC_NAME]).settled();
  return grouping.length === 0 ? Labels.empty : labels.keeping(grouping).settled();
}
