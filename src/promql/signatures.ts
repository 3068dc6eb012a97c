/**
 * Every function of PromQL that is neither experimental nor new since: its argument types and result.
 * Functions of native histograms are here too: on float samples, which are all that this engine has,
 * they give nothing.
 */
import type { ValueType } from './value-type.js';

export interface FunctionSignature {
  readonly name: string;
  readonly args: readonly ValueType[];
  /** How many arguments at the end may be left out or added: 0 none, -1 any number more. */
  readonly variadic: number;
  readonly returns: ValueType;
}

const VECTOR: readonly ValueType[] = ['instant vector'];
const RANGE: readonly ValueType[] = ['range vector'];

function row(
  names: string,
  args: readonly ValueType[],
  returns: ValueType = 'instant vector',
  variadic = 0,
): FunctionSignature[] {
  return names.split(' ').map((name) => ({ name, args, returns, variadic }));
}

const rows: readonly FunctionSignature[] = [
  ...row('abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor ln log10 log2', VECTOR),
  ...row('rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp', VECTOR),
  ...row('histogram_avg histogram_count histogram_stddev histogram_stdvar histogram_sum', VECTOR),
  ...row('days_in_month day_of_month day_of_week day_of_year', VECTOR, 'instant vector', 1),
  ...row('hour minute month year', VECTOR, 'instant vector', 1),
  ...row('absent_over_time avg_over_time changes count_over_time delta deriv first_over_time', RANGE),
  ...row('idelta increase irate last_over_time max_over_time min_over_time present_over_time', RANGE),
  ...row('rate resets stddev_over_time stdvar_over_time sum_over_time', RANGE),
  ...row('clamp', ['instant vector', 'scalar', 'scalar']),
  ...row('clamp_max clamp_min', ['instant vector', 'scalar']),
  ...row('round', ['instant vector', 'scalar'], 'instant vector', 1),
  ...row('histogram_fraction', ['scalar', 'scalar', 'instant vector']),
  ...row('histogram_quantile', ['scalar', 'instant vector']),
  ...row('label_replace', ['instant vector', 'string', 'string', 'string', 'string']),
  ...row('label_join', ['instant vector', 'string', 'string', 'string'], 'instant vector', -1),
  ...row('predict_linear', ['range vector', 'scalar']),
  ...row('quantile_over_time', ['scalar', 'range vector']),
  ...row('scalar', VECTOR, 'scalar'),
  ...row('vector', ['scalar']),
  ...row('pi time', [], 'scalar'),
];

/** By name. */
export const functionSignatures: ReadonlyMap<string, FunctionSignature> = new Map(
  rows.map((signature) => [signature.name, signature]),
);

/** Functions that Prometheus marks experimental: known by name, so that the answer can say why they are refused. */
export const experimentalFunctions: ReadonlySet<string> = new Set([
  'double_exponential_smoothing',
  'end',
  'histogram_quantiles',
  'info',
  'mad_over_time',
  'max_of',
  'min_of',
  'range',
  'sort_by_label',
  'sort_by_label_desc',
  'start',
  'start_timestamp',
  'step',
  'ts_of_first_over_time',
  'ts_of_last_over_time',
  'ts_of_max_over_time',
  'ts_of_min_over_time',
]);

/** Results that depend on the evaluation time itself, whatever the arguments' `@`. */
export const timeDependentFunctions: ReadonlySet<string> = new Set([
  'days_in_month',
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'hour',
  'minute',
  'month',
  'year',
  'predict_linear',
  'time',
  'timestamp',
]);
