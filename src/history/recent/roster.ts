/**
 * Which series stood in which slots, and when. It follows the board's layout: a series that appears begins a life, one
 * that goes ends it, one that comes back begins another under the same labels. So a slot that was given to another
 * series is never read as the first one's.
 *
 * Times are ticks: samplings counted since the window began.
 */
import type { FamilyView } from '../../metrics/board.js';
import type { Series } from '../../metrics/series.js';
import type { Labels } from '../../promql/labels.js';
import { partsOf, type Part } from '../parts.js';
import { scrapedLabels, type Target } from '../target.js';
import type { Column } from './column.js';

/** A stretch of ticks during which a series stood in a slot; the end is exclusive, Infinity while it lives. */
export interface Life {
  readonly slot: number;
  readonly from: number;
  to: number;
}

/** One label set of a metric through all of its lives. */
export class Track {
  /** Never empty, in order, apart from each other or touching. */
  readonly lives: Life[] = [];
  /** What is kept of its parts, by their index; it belongs to whoever keeps them. */
  readonly columns: (Column | undefined)[] = [];
  readonly #family: FamilyTracks;
  readonly #own: readonly (readonly [string, string])[];
  readonly #labels: (Labels | undefined)[] = [];

  constructor(family: FamilyTracks, labelValues: readonly string[]) {
    this.#family = family;
    this.#own = family.labelNames.map((name, i) => [name, labelValues[i]!]);
  }

  /** The labels of a part; the same object each time. */
  labels(part: Part): Labels {
    const { target } = this.#family;
    return (this.#labels[part.index] ??= scrapedLabels(target, part.name, [...this.#own, ...part.extra]));
  }

  /** Whether it had a value in `[from, to)`. */
  livedWithin(from: number, to: number): boolean {
    for (const life of this.lives) if (life.from < to && life.to > from) return true;
    return false;
  }
}

/** The tracks of one metric. */
export class FamilyTracks {
  readonly target: Target;
  readonly parts: readonly Part[];
  readonly labelNames: readonly string[];
  readonly tracks = new Map<string, Track>();
  /** Another number whenever there are other tracks than before. */
  generation = 0;
  readonly #live = new Map<Series, Life>();

  constructor({ definition }: FamilyView, target: Target) {
    this.target = target;
    this.parts = partsOf(definition);
    this.labelNames = definition.labels;
  }

  /** Says which series live from `tick` on. */
  follow(series: readonly Series[], tick: number): void {
    const present = new Set(series);
    for (const [one, life] of this.#live) {
      if (present.has(one)) continue;
      life.to = tick;
      this.#live.delete(one);
    }
    for (const one of series) if (!this.#live.has(one)) this.#begin(one, tick);
  }

  /** Forgets what ended before `tick`. */
  forget(tick: number): void {
    for (const [key, { lives }] of this.tracks) {
      while (lives.length > 0 && lives[0]!.to < tick) lives.shift();
      if (lives.length > 0) continue;
      this.tracks.delete(key);
      this.generation++;
    }
  }

  #begin(series: Series, tick: number): void {
    const key = JSON.stringify(series.labelValues);
    let track = this.tracks.get(key);
    if (!track) {
      this.tracks.set(key, (track = new Track(this, series.labelValues)));
      this.generation++;
    }
    const life = { slot: series.slot, from: tick, to: Infinity };
    track.lives.push(life);
    this.#live.set(series, life);
  }
}

/** The parts that one sample name stands for. */
export interface NamedParts {
  readonly family: FamilyTracks;
  readonly parts: readonly Part[];
}

/** All tracks, by the names that queries use. */
export class Roster {
  readonly #target: Target;
  readonly #families = new Map<string, FamilyTracks>();
  readonly #views = new Map<string, FamilyView>();
  readonly #names = new Map<string, NamedParts>();
  #generation = 0;
  #forgotten = 0;

  constructor(target: Target) {
    this.#target = target;
  }

  /** Sample names and what they stand for, in the order in which they appeared. */
  get names(): ReadonlyMap<string, NamedParts> {
    return this.#names;
  }

  /** Another number whenever there may be other tracks than before. */
  get generation(): number {
    return this.#generation;
  }

  /** How often tracks were forgotten: what is kept of them elsewhere must go then. */
  get forgotten(): number {
    return this.#forgotten;
  }

  /** How many label sets are known; a histogram counts once. */
  get size(): number {
    let size = 0;
    for (const { tracks } of this.#families.values()) size += tracks.size;
    return size;
  }

  /** Brings the lives up to date with the board; only metrics whose view changed are looked at. */
  follow(views: readonly FamilyView[], tick: number): void {
    this.#generation++;
    const gone = new Set(this.#views.keys());
    for (const view of views) {
      const { name } = view.definition;
      gone.delete(name);
      if (this.#views.get(name) === view) continue;
      this.#views.set(name, view);
      this.#family(view).follow(view.series, tick);
    }
    for (const name of gone) {
      this.#views.delete(name);
      this.#families.get(name)!.follow([], tick);
    }
  }

  /** Forgets what ended before `tick`. */
  forget(tick: number): void {
    this.#generation++;
    this.#forgotten++;
    for (const family of this.#families.values()) family.forget(tick);
  }

  #family(view: FamilyView): FamilyTracks {
    const { name } = view.definition;
    let family = this.#families.get(name);
    if (family) return family;
    family = new FamilyTracks(view, this.#target);
    this.#families.set(name, family);
    const byName = new Map<string, Part[]>();
    for (const part of family.parts) byName.set(part.name, [...(byName.get(part.name) ?? []), part]);
    for (const [sample, parts] of byName) this.#names.set(sample, { family, parts });
    return family;
  }
}
