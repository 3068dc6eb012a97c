/**
 * One pattern at work: groups with what was seen in each, and the matches that hold. A rule asks it as it would ask an
 * expression: what holds now becomes alerts.
 *
 *   event -> group -> state --(complete)--> match --(resolve_after without another one)--> over
 *
 * Invariants: as many groups, waits and matches as bounded, whatever the events say, and what had to be forgotten is counted;
 * a match is found by one evaluation at least, however short it is; time never goes back. A pattern never holds because
 * something is missing from the stream: where events were lost, what waits for one of them is given up.
 */
import type { VectorSample } from '../../promql/engine.js';
import { Labels } from '../../promql/labels.js';
import { CHAIN, NODE, VALIDATOR_FIELDS } from './facts.js';
import { stateOf, type GroupState } from './group-state.js';
import type { FactFields, Pattern } from './pattern.js';

/** Groups with something seen, and matches, of one pattern. */
const MOST_GROUPS = 1_000;

/** What had to be forgotten before its time. */
export const forgettable = ['group', 'wait', 'match'] as const;
export type Forgotten = (typeof forgettable)[number];

/** Whose event it is. */
export interface Speaker {
  readonly chain: string;
  /** Undefined for what is concluded of a chain. */
  readonly node: string | undefined;
  /** The name that the metrics show for a validator's id. */
  name(validator: string): string;
}

interface Group {
  readonly state: GroupState;
  lastUs: number;
}

/** An event whose answer is awaited. */
interface Wait {
  readonly labels: Labels;
  readonly chain: string;
  /** Where the answer must come from; undefined where any node may give it. */
  readonly node: string | undefined;
  readonly dueUs: number;
}

interface Match {
  readonly labels: Labels;
  value: number;
  untilUs: number;
  isFound: boolean;
}

/** Watches for one pattern. */
export class PatternMatcher {
  readonly pattern: Pattern;
  /** By the values of the labels, those touched last at the end. */
  readonly #groups = new Map<string, Group>();
  /** By the values of the labels, the next due first: all wait equally long. */
  readonly #waits = new Map<string, Wait>();
  readonly #matches = new Map<string, Match>();
  readonly #forgotten: Record<Forgotten, number> = { group: 0, wait: 0, match: 0 };
  #matched = 0;
  #nowUs = -Infinity;

  constructor(pattern: Pattern) {
    this.pattern = pattern;
  }

  /** What happened since this was asked last. */
  takeCounts(): { readonly matched: number; readonly forgotten: Readonly<Record<Forgotten, number>> } {
    const counts = { matched: this.#matched, forgotten: { ...this.#forgotten } };
    this.#matched = 0;
    for (const what of forgettable) this.#forgotten[what] = 0;
    return counts;
  }

  /**
   * An event that these steps of the pattern name, ascending.
   * @returns whether something holds now that did not before
   */
  hear(steps: readonly number[], speaker: Speaker, fields: FactFields, atUs: number): boolean {
    const nowUs = this.#advance(atUs);
    const { pattern } = this;
    const matching = steps.filter((step) => pattern.steps[step]!.matches(fields));
    if (matching.length === 0) return false;
    // Steps that take their labels from different fields are of different groups.
    let isNew = false;
    for (const [key, { values, steps: own }] of this.#byGroup(matching, speaker, fields))
      isNew = this.#take(key, values, own, speaker, fields, nowUs) || isNew;
    return isNew;
  }

  /** Events of `domain` were lost at a node, or it has gone: nothing is concluded from an answer that was not seen. */
  lost(chain: string, node: string, domain: string | undefined): void {
    const answer = this.pattern.type === 'not_followed' ? this.pattern.steps[1] : undefined;
    if (answer === undefined || (domain !== undefined && answer.domain !== domain)) return;
    for (const [key, wait] of this.#waits) {
      if (wait.chain !== chain || (wait.node !== undefined && wait.node !== node)) continue;
      this.#waits.delete(key);
      this.#forgotten.wait++;
    }
  }

  /** What holds at `tsUs`, as an expression would give it. */
  found(tsUs: number): readonly VectorSample[] {
    const nowUs = this.#advance(tsUs);
    const samples: VectorSample[] = [];
    for (const [key, match] of this.#matches) {
      if (match.isFound && nowUs >= match.untilUs) {
        this.#matches.delete(key);
        continue;
      }
      match.isFound = true;
      samples.push({ labels: match.labels, value: match.value });
    }
    const forgetUs = nowUs - this.pattern.timespanUs;
    for (const [key, { lastUs }] of this.#groups) {
      if (lastUs >= forgetUs) break;
      this.#groups.delete(key);
    }
    return samples;
  }

  #advance(atUs: number): number {
    this.#nowUs = Math.max(this.#nowUs, atUs);
    for (const [key, { labels, dueUs }] of this.#waits) {
      if (dueUs > this.#nowUs) break;
      this.#waits.delete(key);
      this.#match(key, labels, this.pattern.timespanUs / 1e6, dueUs);
    }
    return this.#nowUs;
  }

  #byGroup(
    steps: readonly number[],
    speaker: Speaker,
    fields: FactFields,
  ): Map<string, { readonly values: readonly string[]; readonly steps: number[] }> {
    const groups = new Map<string, { values: readonly string[]; steps: number[] }>();
    for (const step of steps) {
      const values = valuesOf(this.pattern.steps[step]!.keys, speaker, fields);
      if (values === undefined) continue;
      const key = values.join('\0');
      const known = groups.get(key);
      if (known === undefined) groups.set(key, { values, steps: [step] });
      else known.steps.push(step);
    }
    return groups;
  }

  #take(
    key: string,
    values: readonly string[],
    steps: readonly number[],
    speaker: Speaker,
    fields: FactFields,
    nowUs: number,
  ): boolean {
    const labels = (): Labels =>
      Labels.from(this.pattern.groupBy.map((name, i) => [name, values[i]!] as const));
    if (this.pattern.type === 'not_followed') {
      this.#await(key, labels, steps, speaker, nowUs);
      return false;
    }
    const group = this.#group(key, nowUs);
    const value = group.state.take(steps, fields, nowUs);
    return value !== undefined && this.#match(key, this.#matches.get(key)?.labels ?? labels(), value, nowUs);
  }

  #await(key: string, labels: () => Labels, steps: readonly number[], speaker: Speaker, nowUs: number): void {
    if (steps.includes(1)) {
      this.#waits.delete(key);
      const match = this.#matches.get(key);
      if (match !== undefined) match.untilUs = nowUs;
    } else if (!this.#waits.has(key)) {
      if (this.#waits.size >= MOST_GROUPS) {
        const [oldest] = this.#waits.keys();
        this.#waits.delete(oldest!);
        this.#forgotten.wait++;
      }
      const node = this.pattern.groupBy.includes(NODE) ? speaker.node : undefined;
      const dueUs = nowUs + this.pattern.timespanUs;
      this.#waits.set(key, { labels: labels(), chain: speaker.chain, node, dueUs });
    }
  }

  #group(key: string, nowUs: number): Group {
    let group = this.#groups.get(key);
    if (group !== undefined) this.#groups.delete(key);
    else {
      if (this.#groups.size >= MOST_GROUPS) {
        const [stalest] = this.#groups.keys();
        this.#groups.delete(stalest!);
        this.#forgotten.group++;
      }
      group = { state: stateOf(this.pattern), lastUs: nowUs };
    }
    group.lastUs = nowUs;
    this.#groups.set(key, group);
    return group;
  }

  #match(key: string, labels: Labels, value: number, atUs: number): boolean {
    this.#matched++;
    const untilUs = atUs + this.pattern.resolveAfterUs;
    const known = this.#matches.get(key);
    if (known !== undefined) {
      known.value = value;
      known.untilUs = Math.max(known.untilUs, untilUs);
      return false;
    }
    if (this.#matches.size >= MOST_GROUPS) {
      this.#forgotten.match++;
      return false;
    }
    this.#matches.set(key, { labels, value, untilUs, isFound: false });
    return true;
  }
}

/** The values of the labels; undefined where the event does not say one of them. */
function valuesOf(
  keys: readonly string[],
  speaker: Speaker,
  fields: FactFields,
): readonly string[] | undefined {
  const values: string[] = [];
  for (const key of keys) {
    // One plain value: no other field can be a label.
    const field = fields[key] as string | number | bigint | boolean | undefined;
    const value = key === CHAIN ? speaker.chain : key === NODE ? speaker.node : field;
    if (value === undefined) return undefined;
    values.push(VALIDATOR_FIELDS.has(key) ? speaker.name(String(value)) : String(value));
  }
  return values;
}
