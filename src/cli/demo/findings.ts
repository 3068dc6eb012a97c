/**
 * What the sidecar's events let one say about each validator, and when that changes. Pure but for what it remembers:
 * the same watch at the same times gives the same sentences.
 */
import type { NetworkWatch, SeenValidator } from './network-watch.js';

/** How a validator does, by what is seen of it. */
export type Condition = 'unknown' | 'up' | 'late' | 'silent';

/** How many times the patience with one validator it takes until all that say nothing count as silent. */
const ALL_SILENT = 10;

/** How a validator does now. */
export function conditionOf(validator: SeenValidator, watch: NetworkWatch, nowUs: number): Condition {
  if (validator.lastSeenUs === undefined) return 'unknown';
  // While a view waits for its timer nobody speaks: silence counts from when the others were last heard.
  const patienceUs = Math.max(1_000_000, 1.5 * watch.viewTimerUs);
  const behindOthersUs = watch.lastSeenUs - validator.lastSeenUs;
  const isAlone = nowUs - validator.lastSeenUs > ALL_SILENT * patienceUs;
  if (behindOthersUs > patienceUs || isAlone) return 'silent';
  return usualLateness(validator.lateness) > watch.lateAfterUs ? 'late' : 'up';
}

/**
 * How late the later votes are: the upper quartile, because even a slow validator is in time when it collects the votes
 * itself. 0 of none.
 */
export function usualLateness(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(0.75 * (values.length - 1))] ?? 0;
}

/** Notices changes and puts them into words. */
export class Findings {
  readonly #watch: NetworkWatch;
  readonly #conditions = new Map<string, Condition>();
  #halted = false;

  constructor(watch: NetworkWatch) {
    this.#watch = watch;
  }

  /** Sentences about what changed since the last call. */
  update(nowUs: number): string[] {
    const sentences: string[] = [];
    for (const validator of this.#watch.validators.values()) {
      const before = this.#conditions.get(validator.id) ?? 'unknown';
      const now = conditionOf(validator, this.#watch, nowUs);
      if (now === before) continue;
      this.#conditions.set(validator.id, now);
      const sentence = this.#sentence(validator, before, now, nowUs);
      if (sentence !== undefined) sentences.push(sentence);
    }
    return [...sentences, ...this.#progress(nowUs)];
  }

  /** How many validators are up or merely late. */
  upCount(nowUs: number): number {
    let up = 0;
    for (const validator of this.#watch.validators.values()) {
      const condition = conditionOf(validator, this.#watch, nowUs);
      if (condition === 'up' || condition === 'late') up++;
    }
    return up;
  }

  #sentence(validator: SeenValidator, before: Condition, now: Condition, nowUs: number): string | undefined {
    const { name, lateness, lastSeenUs, lastVotedView } = validator;
    if (now === 'silent') {
      const silence = ((nowUs - (lastSeenUs ?? nowUs)) / 1e6).toFixed(1);
      return `${name} is silent: nothing from it for ${silence} s, last vote in view ${lastVotedView}`;
    }
    if (now === 'late')
      return `${name} is slow: its votes come ${Math.round(usualLateness(lateness) / 1000)} ms after the quorum`;
    if (now === 'up' && before === 'silent') return `${name} is back`;
    if (now === 'up' && before === 'late') return `${name} votes in time again`;
    return undefined;
  }

  /** The chain stands still, or moves again. */
  #progress(nowUs: number): string[] {
    const { lastCommitUs, viewTimerUs, height } = this.#watch;
    if (lastCommitUs === undefined) return [];
    const isHalted = nowUs - lastCommitUs > Math.max(5_000_000, 5 * viewTimerUs);
    if (isHalted === this.#halted) return [];
    this.#halted = isHalted;
    return [
      isHalted ? `the chain stands still at height ${height}` : `the chain moves again, height ${height}`,
    ];
  }
}
