/**
 * Fills the port of range exports with the recent window: what a scrape would have seen, series by series. What the window
 * drops while an export goes on is left out of it.
 */
import type { RangeBlock, RangeRequest, RangeSeries, RangeSource } from './export/range.js';
import { anyOf } from './export/selection.js';
import { partsOf } from './history/parts.js';
import type { RecentWindow } from './history/recent/recent-window.js';
import type { Board } from './metrics/board.js';
import { METRIC_NAME } from './promql/labels.js';
import { isStale, type Series } from './promql/series.js';

/** What a sample name says of its metric. */
export type About = Pick<RangeSeries, 'metric' | 'kind' | 'unit' | 'field'>;

/** Most samples in a block. */
const BLOCK = 1_024;

/** Reads the window. */
export class RecentRange implements RangeSource {
  readonly #window: RecentWindow;
  readonly #board: Board;
  readonly #read = new WeakMap<RangeSeries, Series>();

  constructor(window: RecentWindow, board: Board) {
    this.#window = window;
    this.#board = board;
  }

  async *series({ match, fromUs, toUs }: RangeRequest, signal: AbortSignal): AsyncGenerator<RangeSeries> {
    const isWanted = match.length === 0 ? () => true : anyOf(match);
    const known = aboutNames(this.#board);
    const matches = (sample: string): boolean => isWanted(aboutOf(sample, known).metric);
    const [fromMs, toMs] = [Math.ceil(fromUs / 1000), Math.floor(toUs / 1000)];
    for (const series of this.#window.scan(matches, fromMs, toMs)) {
      if (signal.aborted) return;
      const found = rangeSeries(series, known);
      this.#read.set(found, series);
      yield await Promise.resolve(found);
    }
  }

  async *read(series: RangeSeries, fromUs: number, toUs: number): AsyncGenerator<RangeBlock> {
    const { times, values } = this.#read.get(series) ?? { times: [], values: new Float64Array() };
    this.#read.delete(series);
    let block = { timesUs: [] as number[], values: [] as number[] };
    for (let i = 0; i < times.length; i++) {
      const us = times[i]! * 1000;
      if (us < fromUs || us > toUs || isStale(values, i)) continue;
      block.timesUs.push(us);
      block.values.push(values[i]!);
      if (block.values.length < BLOCK) continue;
      yield await Promise.resolve(block);
      block = { timesUs: [], values: [] };
    }
    if (block.values.length > 0) yield block;
  }
}

function rangeSeries({ labels }: Series, known: ReadonlyMap<string, About>): RangeSeries {
  const name = labels.get(METRIC_NAME);
  return {
    name,
    ...aboutOf(name, known),
    labels: labels.entries().filter(([label]) => label !== METRIC_NAME),
  };
}

/** Of every sample name on the board. */
export function aboutNames(board: Board): Map<string, About> {
  const known = new Map<string, About>();
  for (const { definition } of board.families()) {
    const { name: metric, kind, unit } = definition;
    for (const { name, extra } of partsOf(definition))
      known.set(name, { metric, kind, unit, field: fieldOf(name.slice(metric.length), extra.length > 0) });
  }
  return known;
}

/** Of one of them, or of one that is not on the board any more. */
export function aboutOf(name: string, known: ReadonlyMap<string, About>): About {
  return known.get(name) ?? { metric: name, kind: 'unknown', unit: undefined, field: 'value' };
}

function fieldOf(suffix: string, isStepped: boolean): RangeSeries['field'] {
  if (suffix === '') return isStepped ? 'quantile' : 'value';
  return suffix === '_bucket' ? 'bucket' : suffix === '_sum' ? 'sum' : 'count';
}
