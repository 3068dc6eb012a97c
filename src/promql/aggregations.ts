/** Evaluates aggregation expressions: groups, parameters, and the operators that keep their members' rows. */
import { unwrap, type AggregateExpr } from './ast.js';
import { aggregate, aggregateQuantile, rowsByGroup } from './aggregate.js';
import { emptyFrame, FrameBuilder, NO_LABELS, pickRows, type Frame, type Grid } from './frame.js';
import { groupRows, keptLabels, type Groups } from './grouping.js';
import { formatPlain } from './numbers.js';
import { executionProblem } from './problem.js';
import { textOf, type Run } from './run.js';
import { isLabelName } from './token-reader.js';

/** Beyond this Prometheus's 64-bit count overflows. */
const GREATEST_COUNT = 2 ** 63;

export async function evaluateAggregate(run: Run, expr: AggregateExpr, grid: Grid): Promise<Frame> {
  const { operator, param } = expr;
  if (operator === 'count_values') return countValues(run, expr, grid);
  const params = param === undefined ? new Float64Array(0) : await run.scalar(param, grid);
  const input = await run.vector(expr.expr, grid);
  const groups = run.memoryOf(expr).groups.of(input.labels, (labels) => groupRows(labels, expr));
  if (run.budget.isDue()) await run.budget.pause();
  switch (operator) {
    case 'quantile':
      for (const q of params) if (!(q >= 0 && q <= 1)) run.annotations.quantileOutOfRange(q, param!);
      return aggregateQuantile(run, input, groups, params);
    case 'topk':
    case 'bottomk':
      return ranked(run, operator, input, groups, params);
    case 'sum':
    case 'avg':
    case 'count':
    case 'min':
    case 'max':
    case 'group':
    case 'stddev':
    case 'stdvar':
      return aggregate(run, operator, input, groups);
  }
}

/** The k greatest or smallest of each group: over a range the same rows with fewer samples, at an instant ranked. */
function ranked(
  run: Run,
  operator: 'topk' | 'bottomk',
  input: Frame,
  groups: Groups,
  counts: Float64Array,
): Frame {
  if (counts.every((count) => count < 1)) return emptyFrame(NO_LABELS, input.steps);
  checkCounts(counts);
  const { steps, values, present } = input;
  const direction = operator === 'topk' ? -1 : 1;
  const kept = new Uint8Array(present.length);
  const order: number[] = [];
  run.budget.hold(present.length);
  for (const rows of rowsByGroup(groups)) {
    for (let step = 0; step < steps; step++) {
      const count = Math.trunc(counts[step]!);
      if (count < 1) continue;
      const candidates = rows.filter((row) => present[row * steps + step] === 1);
      candidates.sort(
        (a, b) => byValue(values[a * steps + step]!, values[b * steps + step]!, direction) || a - b,
      );
      for (const row of candidates.slice(0, count)) {
        kept[row * steps + step] = 1;
        order.push(row);
      }
    }
  }
  const masked = { ...input, present: kept };
  return steps === 1 ? pickRows(masked, order) : masked;
}

/** NaN comes last in both directions. */
export function byValue(a: number, b: number, direction: 1 | -1): number {
  if (Number.isNaN(a) || Number.isNaN(b)) return Number(Number.isNaN(a)) - Number(Number.isNaN(b));
  return a === b ? 0 : (a - b) * direction || (a < b ? -direction : direction);
}

function checkCounts(counts: Float64Array): void {
  if (counts.some(Number.isNaN)) throw executionProblem('Parameter value is NaN');
  const low = counts.find((count) => count <= -GREATEST_COUNT);
  if (low !== undefined) throw executionProblem(`Scalar value ${formatPlain(low)} underflows int64`);
  const high = counts.find((count) => count >= GREATEST_COUNT);
  if (high !== undefined) throw executionProblem(`Scalar value ${formatPlain(high)} overflows int64`);
}

/** How many members of a group have each value; the value becomes a label. */
async function countValues(run: Run, expr: AggregateExpr, grid: Grid): Promise<Frame> {
  const param = unwrap(expr.param!);
  const label = param.kind === 'string' ? param.value : '';
  if (!isLabelName(label)) throw executionProblem(`invalid label name ${textOf(run, param)}`);
  const grouping = expr.without ? expr.grouping : [...expr.grouping, label];
  const input = await run.vector(expr.expr, grid);
  const builder = new FrameBuilder(grid.steps, 1);
  for (let row = 0; row < input.labels.length; row++) {
    for (let step = 0; step < grid.steps; step++) {
      const cell = row * grid.steps + step;
      if (input.present[cell] === 0) continue;
      const counted = input.labels[row]!.with(label, formatPlain(input.values[cell]!));
      const before = builder.rows;
      const target = builder.row(keptLabels(counted, grouping, expr.without));
      if (builder.rows > before) run.budget.hold(grid.steps);
      builder.add(target, step, 1);
      if (cell % 256 === 0 && run.budget.isDue()) await run.budget.pause();
    }
  }
  return builder.build();
}
