/**
 * Which tracks pass which matchers. Rules and dashboards ask with the same matchers again and again while the series stay
 * the same: what was found is kept until there may be other series of the metric, for a bounded number of selectors.
 */
import { METRIC_NAME } from '../../promql/labels.js';
import type { LabelMatcher } from '../../promql/matchers.js';
import { matchesAll } from '../../promql/matches-all.js';
import type { Part } from '../parts.js';
import type { Roster, Track } from './roster.js';

/** A part of a track that passed. */
export type Selected = readonly [Track, Part];

/** Selectors that are remembered, and what they found in all. */
const MOST_SELECTORS = 512;
const MOST_FOUND = 100_000;

interface Found {
  readonly all: readonly Selected[];
  /** Of the metric, or of the roster where any metric may match. */
  readonly generation: number;
}

/** What selectors found in one roster. */
export class Selections {
  readonly #known = new Map<string, Found>();
  #forgotten = -1;
  #found = 0;

  /** The parts that pass all matchers, in the order of the roster. May throw what a matcher throws. */
  of(matchers: readonly LabelMatcher[], roster: Roster): readonly Selected[] {
    if (roster.forgotten !== this.#forgotten) this.#forget(roster);
    const key = keyOf(matchers);
    const known = this.#known.get(key);
    const generation = generationOf(matchers, roster);
    if (known?.generation === generation) return known.all;
    const all = select(matchers, roster);
    if (known !== undefined) this.#found -= known.all.length;
    this.#known.delete(key);
    if (this.#known.size >= MOST_SELECTORS || this.#found + all.length > MOST_FOUND) this.#forget(roster);
    this.#known.set(key, { all, generation });
    this.#found += all.length;
    return all;
  }

  #forget({ forgotten }: Roster): void {
    this.#forgotten = forgotten;
    this.#known.clear();
    this.#found = 0;
  }
}

/** Changes whenever there may be something else to find. A new series of one metric is no news to selectors of another. */
function generationOf(matchers: readonly LabelMatcher[], { names, generation }: Roster): number {
  const exact = exactName(matchers);
  return exact === undefined ? generation : (names.get(exact.value)?.family.generation ?? -1);
}

function exactName(matchers: readonly LabelMatcher[]): LabelMatcher | undefined {
  return matchers.find(({ name, type }) => name === METRIC_NAME && type === '=');
}

function keyOf(matchers: readonly LabelMatcher[]): string {
  let key = '';
  for (const { name, type, value } of matchers) key += `${name}\u0000${type}\u0000${value}\u0000`;
  return key;
}

function select(matchers: readonly LabelMatcher[], { names }: Roster): readonly Selected[] {
  const onName = matchers.filter(({ name }) => name === METRIC_NAME);
  const others = matchers.filter(({ name }) => name !== METRIC_NAME);
  const exact = exactName(matchers);
  const candidates = exact ? [exact.value] : names.keys();
  const found: Selected[] = [];
  for (const name of candidates) {
    const named = names.get(name);
    if (!named || !onName.every((matcher) => matcher.matches(name))) continue;
    const { family, parts } = named;
    for (const track of family.tracks.values())
      for (const part of parts) if (matchesAll(track.labels(part), others)) found.push([track, part]);
  }
  return found;
}
