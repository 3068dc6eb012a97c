/** Which labels a query can answer with, from its tree and the catalogue; a label that is asked for and not there is named. */
import type { MetricDefinition } from '../../src/metrics/definition.js';
import { sampleNames } from '../../src/metrics/definition.js';
import { childrenOf, type Expr, type VectorSelector } from '../../src/promql/ast.js';

/** Labels that Prometheus adds when it scrapes. */
const SCRAPED = ['job', 'instance'];
/** Series that Prometheus makes of rules; labels of the shipped ones. */
const ALERTS = [
  'alertname',
  'alertstate',
  'severity',
  'scope',
  'component',
  'chain_id',
  'node_id',
  'validator',
];

/** Reads queries against a catalogue; gathers what does not fit. */
export class PanelLabels {
  readonly problems: string[] = [];
  readonly metrics = new Set<string>();
  readonly #byName: ReadonlyMap<string, MetricDefinition>;

  constructor(definitions: readonly MetricDefinition[]) {
    this.#byName = new Map(
      definitions.flatMap((one) => sampleNames(one).map((name) => [name, one] as const)),
    );
  }

  /** Labels of what `expr` gives. */
  of(expr: Expr): ReadonlySet<string> {
    switch (expr.kind) {
      case 'selector':
        return this.#ofSelector(expr);
      case 'aggregate': {
        const inner = this.of(expr.expr);
        if (expr.operator === 'topk' || expr.operator === 'bottomk') return inner;
        for (const label of expr.grouping)
          if (!inner.has(label)) this.problems.push(`groups by ${label}, which is not there`);
        return new Set(expr.grouping);
      }
      case 'binary': {
        const left = this.of(expr.left);
        const right = this.of(expr.right);
        for (const label of expr.matching?.on === true ? expr.matching.labels : [])
          for (const side of [left, right])
            if (side.size > 0 && !side.has(label))
              this.problems.push(`matches on ${label}, which is not on both sides`);
        if (expr.matching === undefined) return new Set([...left, ...right]);
        if (expr.operator === 'or') return new Set([...left].filter((label) => right.has(label)));
        return expr.matching.cardinality === 'one-to-many' ? right : left;
      }
      case 'call': {
        const labels = new Set(childrenOf(expr).flatMap((child) => [...this.of(child)]));
        if (expr.func.name === 'histogram_quantile' && !labels.delete('le'))
          this.problems.push('a quantile without buckets');
        return labels;
      }
      default:
        return new Set(childrenOf(expr).flatMap((child) => [...this.of(child)]));
    }
  }

  #ofSelector({ name, matchers }: VectorSelector): ReadonlySet<string> {
    if (name === 'ALERTS') return new Set(ALERTS);
    const definition = this.#byName.get(name);
    if (definition === undefined) {
      this.problems.push(`${name} is not in the catalogue`);
      return new Set();
    }
    if (definition.kind === 'histogram' && name === definition.name)
      this.problems.push(`${name} has no series of its own`);
    this.metrics.add(definition.name);
    const labels = new Set([...definition.labels, ...SCRAPED, ...(name.endsWith('_bucket') ? ['le'] : [])]);
    for (const { name: label } of matchers)
      if (label !== '__name__' && !labels.has(label)) this.problems.push(`${name} has no label ${label}`);
    return labels;
  }
}
