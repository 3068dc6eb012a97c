/**
 * What has been seen of a pattern in one group, one small machine per type. `take` is given the steps that an event
 * matches, and says what was found; nothing older than the timespan counts. Memory of a group is bounded by the
 * pattern: as many events, values or steps as it asks for, and a little more.
 */
import type { FactFields, Pattern } from './pattern.js';

/** What has been seen. Times never go back. */
export interface GroupState {
  /**
   * An event arrived that these steps match, ascending.
   * @returns the value of the match that it completes; undefined when it completes none
   */
  take(steps: readonly number[], fields: FactFields, atUs: number): number | undefined;
}

/** Entries beyond what decides: so that a value says a little more than the threshold. */
const MOST_ENTRIES = 1_000;

/** The machine of a pattern; `not_followed` is the matcher's own, because time itself completes it. */
export function stateOf(pattern: Pattern): GroupState {
  switch (pattern.type) {
    case 'event_count':
      return new EventCount(pattern);
    case 'value_count':
      return new ValueCount(pattern);
    case 'temporal':
      return new AnyOrder(pattern);
    case 'temporal_ordered':
    case 'not_followed':
      return new Ordered(pattern);
  }
}

/** Counts events; one that stands for several counts as many. */
class EventCount implements GroupState {
  readonly #pattern: Pattern;
  #entries: { readonly atUs: number; readonly weight: number }[] = [];

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
  }

  take(_steps: readonly number[], fields: FactFields, atUs: number): number | undefined {
    const { timespanUs, atLeast } = this.#pattern;
    const weight = fields['weight'];
    this.#entries.push({ atUs, weight: typeof weight === 'number' ? weight : 1 });
    const oldest = atUs - timespanUs;
    if (this.#entries.length > MOST_ENTRIES || this.#entries[0]!.atUs < oldest)
      this.#entries = this.#entries.filter((one) => one.atUs >= oldest).slice(-MOST_ENTRIES);
    const count = this.#entries.reduce((sum, entry) => sum + entry.weight, 0);
    return count >= atLeast ? count : undefined;
  }
}

/** Counts the different values of a field. */
class ValueCount implements GroupState {
  readonly #pattern: Pattern;
  /** When each was seen last, the latest at the end. */
  readonly #seen = new Map<unknown, number>();

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
  }

  take(steps: readonly number[], fields: FactFields, atUs: number): number | undefined {
    const { timespanUs, atLeast, steps: all } = this.#pattern;
    for (const step of steps) {
      const value = fields[all[step]!.counted!];
      if (value === undefined) continue;
      this.#seen.delete(value);
      this.#seen.set(value, atUs);
    }
    for (const [value, lastUs] of this.#seen) {
      if (lastUs >= atUs - timespanUs && this.#seen.size <= MOST_ENTRIES) break;
      this.#seen.delete(value);
    }
    return this.#seen.size >= atLeast ? this.#seen.size : undefined;
  }
}

/** All steps, in whatever order; the value is the time from the first to the last, seconds. */
class AnyOrder implements GroupState {
  readonly #pattern: Pattern;
  readonly #lastUs: Float64Array;

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
    this.#lastUs = new Float64Array(pattern.steps.length).fill(-Infinity);
  }

  take(steps: readonly number[], _fields: FactFields, atUs: number): number | undefined {
    // One event stands for one step: for the one that has waited longest.
    const step = steps.reduce((a, b) => (this.#lastUs[b]! < this.#lastUs[a]! ? b : a));
    this.#lastUs[step] = atUs;
    const firstUs = Math.min(...this.#lastUs);
    if (atUs - firstUs > this.#pattern.timespanUs) return undefined;
    this.#lastUs.fill(-Infinity);
    return (atUs - firstUs) / 1e6;
  }
}

/**
 * All steps in order, with anything in between. For each step the latest possible beginning of a sequence that has come so
 * far is remembered: if any sequence completes in time, that one does.
 */
class Ordered implements GroupState {
  readonly #pattern: Pattern;
  readonly #beganUs: Float64Array;

  constructor(pattern: Pattern) {
    this.#pattern = pattern;
    this.#beganUs = new Float64Array(pattern.steps.length).fill(-Infinity);
  }

  take(steps: readonly number[], _fields: FactFields, atUs: number): number | undefined {
    const began = this.#beganUs;
    // Later steps first: one event is never two steps of one sequence.
    for (let i = steps.length - 1; i >= 0; i--) {
      const step = steps[i]!;
      began[step] = step === 0 ? atUs : Math.max(began[step]!, began[step - 1]!);
    }
    const firstUs = began.at(-1)!;
    if (atUs - firstUs > this.#pattern.timespanUs) return undefined;
    began.fill(-Infinity);
    return (atUs - firstUs) / 1e6;
  }
}
