/**
 * PromQL made from the catalogue: labels to choose by and to group by come from a metric's declaration, never from
 * memory. Asking for a metric that nobody declares throws, so a dashboard cannot outlive a metric.
 *
 * Several nodes report the same commits and several sidecars the same chain: what is alike is taken by `max`, never
 * summed; sums are for what one node does on its own.
 */
import { QuorumscopeError } from '../base/errors.js';
import type { MetricDefinition } from '../metrics/definition.js';
import type { Question } from './panel.js';

const CHOSEN: Readonly<Record<string, string>> = {
  chain_id: 'chain_id=~"$chain_id"',
  node_id: 'node_id=~"$node_id"',
};
const INTERVAL = '$__rate_interval';

/** How to narrow and group. */
export interface Shape {
  /** Labels that stay; else all that the metric has. */
  readonly by?: readonly string[];
  /** More matchers, such as `outcome="failed"`. */
  readonly where?: string;
  readonly legend?: string;
  /** Of nodes that are not chosen too: what concerns the chain must not depend on the choice of nodes. */
  readonly allNodes?: boolean;
}

/** The metrics of a catalogue, as questions. */
export class Metrics {
  readonly #definitions: ReadonlyMap<string, MetricDefinition>;

  constructor(definitions: Iterable<MetricDefinition>) {
    this.#definitions = new Map([...definitions].map((one) => [one.name, one]));
  }

  /** @throws QuorumscopeError `dashboards.unknown_metric` */
  definition(name: string): MetricDefinition {
    const found = this.#definitions.get(name);
    if (found !== undefined) return found;
    throw new QuorumscopeError('dashboards.unknown_metric', 'configuration', `there is no metric ${name}`, {
      details: { metric: name },
    });
  }

  has(name: string): boolean {
    return this.#definitions.has(name);
  }

  get all(): readonly MetricDefinition[] {
    return [...this.#definitions.values()];
  }

  /** The selector: of what was chosen at the top of the dashboard. `suffix` is `_bucket`, `_sum` or `_count`. */
  select(name: string, { where, allNodes = false }: Shape = {}, suffix = ''): string {
    const { labels } = this.definition(name);
    const matchers = labels
      .filter((label) => label in CHOSEN && !(allNodes && label === 'node_id'))
      .map((label) => CHOSEN[label]!);
    if (isOwn(this.definition(name))) matchers.push('instance=~"$instance"');
    if (where !== undefined) matchers.push(where);
    return matchers.length === 0 ? `${name}${suffix}` : `${name}${suffix}{${matchers.join(', ')}}`;
  }

  /** The labels that stay apart. */
  grouping(name: string, { by }: Shape = {}): readonly string[] {
    const { labels } = this.definition(name);
    const strange = (by ?? []).filter((label) => label !== 'instance' && !labels.includes(label));
    if (strange.length > 0)
      throw new QuorumscopeError(
        'dashboards.unknown_label',
        'configuration',
        `${name} has no label ${strange.join(', ')}`,
        {
          details: { metric: name, labels: strange },
        },
      );
    return by ?? (isOwn(this.definition(name)) ? ['instance', ...labels] : labels);
  }

  /** The value as it is. */
  value(name: string, shape: Shape = {}): Question {
    const by = this.grouping(name, shape);
    return {
      expr: `max by (${by.join(', ')}) (${this.select(name, shape)})`,
      legend: shape.legend ?? legendOf(by),
    };
  }

  /** How long ago a timestamp was, in seconds. */
  age(name: string, shape: Shape = {}): Question {
    const { expr, legend } = this.value(name, shape);
    return { expr: `time() - ${expr}`, legend };
  }

  /** Growth of a counter per second. */
  rate(name: string, shape: Shape = {}): Question {
    return this.#growth(name, shape, `rate(${this.select(name, shape)}[${INTERVAL}])`);
  }

  /** Growth of a counter over the whole time that is shown. */
  growth(name: string, shape: Shape = {}): Question {
    return this.#growth(name, shape, `increase(${this.select(name, shape)}[$__range])`);
  }

  #growth(name: string, shape: Shape, inner: string): Question {
    const all = this.grouping(name);
    const by = this.grouping(name, shape);
    const legend = shape.legend ?? legendOf(by);
    // What two sidecars tell of one node or chain is one thing; only then may labels be summed away.
    const alike = `max by (${all.join(', ')}) (${inner})`;
    const isWhole = by.length === all.length;
    return { expr: isWhole ? alike : `sum by (${by.join(', ')}) (${alike})`, legend };
  }

  /** A quantile of a histogram, over what was observed within the rate interval. */
  quantile(name: string, q: number, shape: Shape = {}): Question {
    const by = this.grouping(name, shape);
    const buckets = `rate(${this.select(name, shape, '_bucket')}[${INTERVAL}])`;
    const legend = `${quantileName(q)} ${shape.legend ?? legendOf(by)}`.trim();
    const expr = `histogram_quantile(${q}, sum by (${['le', ...by].join(', ')}) (${buckets}))`;
    return { expr, legend, exemplars: true };
  }

  /** Observations per bucket, for a heatmap. */
  buckets(name: string, shape: Shape = {}): Question {
    return {
      expr: `sum by (le) (rate(${this.select(name, shape, '_bucket')}[${INTERVAL}]))`,
      legend: '{{le}}',
      exemplars: true,
    };
  }

  /** Where rules fire: the threshold in force, in base units. */
  limit(name: string): Question {
    return { expr: `max(${THRESHOLD}{name="${name}"})`, legend: `limit: ${name}`, isLimit: true };
  }
}

/** The metric that holds the thresholds in force. */
export const THRESHOLD = 'quorumscope_threshold';

/** Whether a metric is about a sidecar, not about a chain or a node of one. */
export function isOwn({ labels }: Pick<MetricDefinition, 'labels'>): boolean {
  return !labels.includes('chain_id');
}

/** The labels' values, without the chain: there is one at a time. */
export function legendOf(labels: readonly string[]): string {
  const shown = labels.length > 1 ? labels.filter((label) => label !== 'chain_id') : labels;
  return shown.map((label) => `{{${label}}}`).join(' ');
}

function quantileName(q: number): string {
  return q === 0.5 ? 'median' : `p${Number((q * 100).toFixed(3))}`;
}
