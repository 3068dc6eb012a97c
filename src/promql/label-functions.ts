/** `label_replace`, `label_join`, and the labels that `absent` can tell from a selector. */
import { unwrap, type CallExpr, type Expr } from './ast.js';
import { relabelled, type Frame, type Grid } from './frame.js';
import { Labels, METRIC_NAME } from './labels.js';
import { executionProblem } from './problem.js';
import { compileCapturing, expandTemplate } from './regex.js';
import type { Run } from './run.js';
import { isLabelName } from './token-reader.js';

/** Sets a label to a template filled from another label, on rows whose other label matches. */
export async function labelReplace(run: Run, call: CallExpr, grid: Grid): Promise<Frame> {
  const [target, template, source, pattern] = call.args.slice(1).map(stringOf) as [
    string,
    string,
    string,
    string,
  ];
  const match = compileCapturing(pattern);
  if (typeof match !== 'function')
    throw executionProblem(`invalid regular expression in label_replace(): ${pattern}`);
  if (!isLabelName(target))
    throw executionProblem(`invalid destination label name in label_replace(): ${target}`);
  return relabel(run, call, grid, (labels) => {
    const captures = match(labels.get(source));
    return captures === undefined ? labels : labels.with(target, expandTemplate(template, captures));
  });
}

/** Sets a label to the values of others, joined. */
export async function labelJoin(run: Run, call: CallExpr, grid: Grid): Promise<Frame> {
  const [target, separator, ...sources] = call.args.slice(1).map(stringOf) as [string, string, ...string[]];
  const bad = sources.find((source) => !isLabelName(source));
  if (bad !== undefined) throw executionProblem(`invalid source label name in label_join(): ${bad}`);
  if (!isLabelName(target))
    throw executionProblem(`invalid destination label name in label_join(): ${target}`);
  return relabel(run, call, grid, (labels) =>
    labels.with(target, sources.map((source) => labels.get(source)).join(separator)),
  );
}

async function relabel(
  run: Run,
  call: CallExpr,
  grid: Grid,
  change: (labels: Labels) => Labels,
): Promise<Frame> {
  const frame = await run.vector(call.args[0]!, grid);
  const memory = run.memoryOf(call);
  const labels = memory.relabelled.of(frame.labels, (rows) => rows.map(change));
  return memory.names.merge(relabelled(frame, labels));
}

/** What is known of a series that is not there: the labels that its selector fixes. */
export function labelsOfAbsent(arg: Expr): Labels {
  const selector = arg.kind === 'matrix' ? arg.selector : arg;
  if (selector.kind !== 'selector') return Labels.empty;
  const fixed = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, type, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    if (type === '=' && !seen.has(name)) fixed.set(name, value);
    else fixed.delete(name);
    if (type === '=') seen.add(name);
  }
  return Labels.from(fixed);
}

function stringOf(expr: Expr): string {
  const inner = unwrap(expr);
  return inner.kind === 'string' ? inner.value : '';
}
