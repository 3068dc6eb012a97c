/** What arrived, in one form whatever it came as: Prometheus names and labels, without empty labels. */
import { createExposition } from '../../../src/export/prometheus/exposition.js';
import type { Board } from '../../../src/metrics/board.js';
import { parsePage } from '../parse-page.js';

/** One number. */
export interface Sample {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** Name and labels; bounds and quantiles as numbers. */
export function keyOf({ name, labels }: Sample): string {
  const sorted = Object.entries(labels)
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([label, value]) => [label, label === 'le' || label === 'quantile' ? bound(value) : value]);
  return `${name} ${JSON.stringify(sorted)}`;
}

/** By key; that one came twice is an error. */
export function byKey(samples: readonly Sample[]): Map<string, number> {
  const values = new Map<string, number>();
  for (const sample of samples) {
    if (values.has(keyOf(sample))) throw new Error(`twice: ${keyOf(sample)}`);
    values.set(keyOf(sample), sample.value);
  }
  return values;
}

/** What the page of `board` says of metrics about nodes: the oracle that no exporter has a part in. */
export async function onPage(board: Board): Promise<Sample[]> {
  const page = Buffer.from(await createExposition({ board }).render('text')).toString();
  return [...parsePage(page, 'text').series].flatMap(([key, value]) => {
    const space = key.indexOf(' ');
    const name = key.slice(0, space);
    if (!name.startsWith('hotstuff_')) return [];
    return [
      { name, labels: Object.fromEntries(JSON.parse(key.slice(space + 1)) as [string, string][]), value },
    ];
  });
}

/** Numbers as exposition formats write them. */
export function numberOf(text: string): number {
  if (text === '+Inf' || text === 'Infinity') return Number.POSITIVE_INFINITY;
  if (text === '-Inf' || text === '-Infinity') return Number.NEGATIVE_INFINITY;
  if (text !== 'NaN' && !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/.test(text)) throw new Error(`not a number: ${text}`);
  return Number(text);
}

function bound(text: string): string {
  return String(numberOf(text));
}
