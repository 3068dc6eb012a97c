/** Evaluates function calls: each name is handed to the family that knows it. */
import { invariant } from '../base/errors.js';
import { unwrap, type CallExpr, type Expr } from './ast.js';
import { byValue } from './aggregations.js';
import { frameOfScalar, pickRows, timeAt, emptyFrame, NO_LABELS, type Frame, type Grid } from './frame.js';
import { histogramFraction, histogramQuantile } from './histogram-quantile.js';
import { dateFunctions, datePart, mapSamples, sampleFunctions, stepFunction } from './instant-functions.js';
import { labelJoin, labelReplace, labelsOfAbsent } from './label-functions.js';
import { rangeKernels } from './range-functions.js';
import { heldFrame, type Run } from './run.js';
import { evaluateRangeCall, evaluateSelector } from './selectors.js';

/** A call that gives an instant vector. */
export async function evaluateCall(run: Run, call: CallExpr, grid: Grid): Promise<Frame> {
  const { name } = call.func;
  const args = call.args.map(unwrap);
  if (name === 'absent_over_time') return absent(run, args[0]!, await evaluateRangeCall(run, call, grid));
  if (Object.hasOwn(rangeKernels, name)) return evaluateRangeCall(run, call, grid);
  if (Object.hasOwn(sampleFunctions, name))
    return mapSamples(run, call, await run.vector(args[0]!, grid), sampleFunctions[name]!);
  if (Object.hasOwn(dateFunctions, name)) return evaluateDate(run, call, args[0], grid);
  if (name.startsWith('histogram_')) return evaluateHistogram(run, call, args, grid);
  switch (name) {
    case 'vector':
      return frameOfScalar(await run.scalar(args[0]!, grid));
    case 'absent':
      return absent(run, args[0]!, await run.vector(args[0]!, grid));
    case 'timestamp':
      return timestamps(run, call, args[0]!, grid);
    case 'sort':
    case 'sort_desc':
      return sorted(run, call, await run.vector(args[0]!, grid));
    case 'label_replace':
      return labelReplace(run, call, grid);
    case 'label_join':
      return labelJoin(run, call, grid);
    case 'round':
    case 'clamp':
    case 'clamp_min':
    case 'clamp_max': {
      const input = await run.vector(args[0]!, grid);
      const scalars: Float64Array[] = [];
      for (const arg of args.slice(1)) scalars.push(await run.scalar(arg, grid));
      return mapSamples(run, call, input, stepFunction(name, scalars));
    }
    default:
      invariant(false, `function ${name} is evaluated`);
  }
}

async function evaluateDate(run: Run, call: CallExpr, arg: Expr | undefined, grid: Grid): Promise<Frame> {
  const part = datePart(dateFunctions[call.func.name]!);
  if (arg !== undefined) return mapSamples(run, call, await run.vector(arg, grid), part);
  return frameOfScalar(
    Float64Array.from({ length: grid.steps }, (_, step) => part(timeAt(grid, step) / 1000)),
  );
}

async function evaluateHistogram(
  run: Run,
  call: CallExpr,
  args: readonly Expr[],
  grid: Grid,
): Promise<Frame> {
  const input = await run.vector(args.at(-1)!, grid);
  const { name } = call.func;
  if (name === 'histogram_quantile') {
    const q = await run.scalar(args[0]!, grid);
    for (const value of q)
      if (!(value >= 0 && value <= 1)) run.annotations.quantileOutOfRange(value, args[0]!);
    return histogramQuantile(run, call, input, grid, q, args[1]!);
  }
  if (name === 'histogram_fraction') {
    const lower = await run.scalar(args[0]!, grid);
    return histogramFraction(run, call, input, lower, await run.scalar(args[1]!, grid), args[2]!);
  }
  // The others read native histograms, which no sample here is.
  return emptyFrame(NO_LABELS, grid.steps);
}

/** 1 wherever there is no sample. */
function absent(run: Run, arg: Expr, input: Frame): Frame {
  const { steps } = input;
  const result = heldFrame(run, [labelsOfAbsent(arg)], steps);
  for (let step = 0; step < steps; step++) {
    let isThere = false;
    for (let row = 0; row < input.labels.length && !isThere; row++)
      isThere = input.present[row * steps + step] === 1;
    if (isThere) continue;
    result.values[step] = 1;
    result.present[step] = 1;
  }
  return result;
}

/** When the samples of a selector were taken; a computed value is of the evaluation time. */
async function timestamps(run: Run, call: CallExpr, arg: Expr, grid: Grid): Promise<Frame> {
  if (arg.kind === 'selector') {
    const frame = await evaluateSelector(run, arg, grid, true);
    return run.memoryOf(call).names.drop(frame, run.semantics.delayedNameRemoval);
  }
  const input = await run.vector(arg, grid);
  return mapSamples(run, call, input, (_value, step) => timeAt(grid, step) / 1000);
}

/** Rows in order of their values; over a range only the labels can give an order. */
function sorted(run: Run, call: CallExpr, input: Frame): Frame {
  if (input.steps !== 1) {
    run.annotations.sortInRangeQuery(call);
    return input;
  }
  const direction = call.func.name === 'sort' ? 1 : -1;
  const rows = [...input.labels.keys()].filter((row) => input.present[row] === 1);
  rows.sort((a, b) => byValue(input.values[a]!, input.values[b]!, direction) || a - b);
  return pickRows(input, rows);
}
