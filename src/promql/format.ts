/**
 * A tree back to text: `formatQuery` on one line, `prettyQuery` broken and indented as Prometheus's
 * `format_query` does. Reading the result gives the same tree.
 */
import type { AggregateExpr, At, BinaryExpr, Expr, Shift, SubqueryExpr, VectorSelector } from './ast.js';
import { formatDuration } from './durations.js';
import { compareStrings, labelName, METRIC_NAME } from './labels.js';
import { formatPlain } from './numbers.js';
import { quote } from './quoting.js';

const LONGEST_LINE = 100;

/** The query on one line. */
export function formatQuery(expr: Expr): string {
  switch (expr.kind) {
    case 'number':
      return formatNumber(expr.value, expr.isDuration);
    case 'string':
      return quote(expr.value);
    case 'selector':
      return `${selectorText(expr)}${shiftText(expr)}`;
    case 'matrix':
      return `${selectorText(expr.selector)}[${formatDuration(expr.rangeMs)}]${shiftText(expr.selector)}`;
    case 'subquery':
      return `${formatQuery(expr.expr)}${subquerySuffix(expr)}`;
    case 'aggregate': {
      const param = expr.param === undefined ? '' : `${formatQuery(expr.param)}, `;
      return `${aggregateHead(expr)}(${param}${formatQuery(expr.expr)})`;
    }
    case 'binary':
      return `${formatQuery(expr.left)} ${operatorText(expr)} ${formatQuery(expr.right)}`;
    case 'call':
      return `${expr.func.name}(${expr.args.map(formatQuery).join(', ')})`;
    case 'paren':
      return `(${formatQuery(expr.expr)})`;
    case 'unary':
      return `${expr.operator}${formatQuery(expr.expr)}`;
  }
}

/** The query over several lines where one would be longer than 100 characters. */
export function prettyQuery(expr: Expr, level = 0): string {
  const indent = '  '.repeat(level);
  const line = formatQuery(expr);
  if (line.length <= LONGEST_LINE) return `${indent}${line}`;
  const inner = (part: Expr): string => prettyQuery(part, level + 1);
  switch (expr.kind) {
    case 'aggregate': {
      const param = expr.param === undefined ? '' : `${inner(expr.param)},\n`;
      return `${indent}${aggregateHead(expr)}(\n${param}${inner(expr.expr)}\n${indent})`;
    }
    case 'binary':
      return `${inner(expr.left)}\n${indent}${operatorText(expr)}\n${inner(expr.right)}`;
    case 'call':
      return `${indent}${expr.func.name}(\n${expr.args.map(inner).join(',\n')}\n${indent})`;
    case 'paren':
      return `${indent}(\n${inner(expr.expr)}\n${indent})`;
    case 'subquery':
      return `${prettyQuery(expr.expr, level)}${subquerySuffix(expr)}`;
    case 'unary':
      return `${indent}${expr.operator}${prettyQuery(expr.expr, level).trim()}`;
    case 'number':
    case 'string':
    case 'selector':
    case 'matrix':
      return `${indent}${line}`;
  }
}

function formatNumber(value: number, isDuration: boolean): string {
  if (!isDuration) return formatPlain(value);
  return `${value < 0 ? '-' : ''}${formatDuration(Math.round(Math.abs(value) * 1000))}`;
}

function selectorText({ name, matchers }: VectorSelector): string {
  const conditions = matchers
    .filter((matcher) => !(matcher.name === METRIC_NAME && matcher.type === '=' && matcher.value === name))
    .map(String)
    .sort(compareStrings);
  return conditions.length === 0 ? name : `${name}{${conditions.join(',')}}`;
}

function shiftText({ offsetMs, at }: Shift): string {
  const offset = offsetMs === 0 ? '' : ` offset ${formatNumber(offsetMs / 1000, true)}`;
  return `${atText(at)}${offset}`;
}

function atText(at: At | undefined): string {
  if (at === undefined) return '';
  return typeof at === 'number' ? ` @ ${(at / 1000).toFixed(3)}` : ` @ ${at}()`;
}

function subquerySuffix(expr: SubqueryExpr): string {
  const step = expr.stepMs === undefined ? '' : formatDuration(expr.stepMs);
  return `[${formatDuration(expr.rangeMs)}:${step}]${shiftText(expr)}`;
}

function aggregateHead({ operator, grouping, without }: AggregateExpr): string {
  if (without) return `${operator} without (${labelList(grouping)}) `;
  return grouping.length > 0 ? `${operator} by (${labelList(grouping)}) ` : operator;
}

function operatorText({ operator, returnBool, matching }: BinaryExpr): string {
  let text: string = returnBool ? `${operator} bool` : operator;
  if (matching === undefined) return text;
  const { cardinality, on, labels, include } = matching;
  const isGrouped = cardinality === 'many-to-one' || cardinality === 'one-to-many';
  if (labels.length > 0 || on || isGrouped) text += ` ${on ? 'on' : 'ignoring'} (${labelList(labels)})`;
  if (isGrouped) text += ` group_${cardinality === 'many-to-one' ? 'left' : 'right'} (${labelList(include)})`;
  return text;
}

function labelList(labels: readonly string[]): string {
  return labels.map(labelName).join(', ');
}
