/**
 * Which names custom metrics may take. Our own prefixes are reserved, and so is every name that a
 * histogram or summary already writes its parts under; the first declaration of a name fixes its kind,
 * labels and bounds for all nodes.
 */
import type { EventMap } from '../../events/vocabulary.js';
import {
  definitionProblems,
  nodeLabels,
  type MetricDefinition,
  type MetricKind,
} from '../../metrics/definition.js';

const RESERVED = /^(hotstuff_|quorumscope_)/;
const PARTS = ['_bucket', '_sum', '_count', '_created'];
const DEFAULT_QUANTILES = [0.5, 0.9, 0.99] as const;

/** The default bounds of prom-client and others, in seconds, for histograms declared without any. */
const DEFAULT_BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const;

type Declared = EventMap['metric.declared'];

/** The definition that a declaration asks for; undefined where no valid one exists. */
export function customDefinition(event: Declared): MetricDefinition | undefined {
  const { metric, kind, help, unit, labels = [], bounds, quantiles } = event;
  const name = kind === 'counter' && !metric.endsWith('_total') ? `${metric}_total` : metric;
  const definition: MetricDefinition = {
    name,
    kind,
    help: help === undefined || help.trim() === '' ? `Custom metric ${metric}.` : help,
    labels: [...nodeLabels, ...labels],
    // OpenMetrics wants the unit in the name: where it is not, the name wins.
    ...(unit !== undefined && name.replace(/_total$/, '').endsWith(`_${unit}`) ? { unit } : {}),
    ...(kind === 'histogram' ? { bounds: bounds?.length ? bounds : DEFAULT_BOUNDS } : {}),
    ...(kind === 'summary' ? { quantiles: quantiles?.length ? quantiles : DEFAULT_QUANTILES } : {}),
  };
  return definitionProblems(definition).length === 0 ? definition : undefined;
}

/** The names taken so far, on all chains. */
export class CustomNames {
  readonly #taken = new Map<string, MetricDefinition>();
  readonly #isOurs: (name: string) => boolean;

  /** @param isOurs whether a full name belongs to the sidecar or one of its domains */
  constructor(isOurs: (name: string) => boolean = () => false) {
    this.#isOurs = isOurs;
  }

  /** Takes the name of `definition`, or says why not. Claiming again what is the same is fine. */
  claim(definition: MetricDefinition): 'reserved' | 'conflict' | undefined {
    const { name } = definition;
    if (RESERVED.test(name) || this.#isOurs(name)) return 'reserved';
    const known = this.#taken.get(name);
    if (known !== undefined) return shapeOf(known) === shapeOf(definition) ? undefined : 'conflict';
    if (this.#collides(name, definition.kind)) return 'conflict';
    this.#taken.set(name, definition);
    return undefined;
  }

  /** Whether a part of one metric would be written under the name of another. */
  #collides(name: string, kind: MetricKind): boolean {
    const owner = PARTS.find((part) => name.endsWith(part));
    if (owner !== undefined && this.#taken.has(name.slice(0, -owner.length))) return true;
    const hasParts = kind === 'histogram' || kind === 'summary';
    // OpenMetrics names a counter's family without `_total`.
    if (kind === 'counter' && this.#taken.has(name.replace(/_total$/, ''))) return true;
    if (kind !== 'counter' && this.#taken.has(`${name}_total`)) return true;
    return hasParts && PARTS.some((part) => this.#taken.has(name + part));
  }
}

function shapeOf({ kind, labels, bounds, quantiles }: MetricDefinition): string {
  return JSON.stringify([kind, labels, bounds, quantiles]);
}
