/**
 * Label matchers: one condition on one label. An absent label is the empty string. Used by selectors and
 * by whoever answers `series` and `labels` requests.
 */
import { labelName } from './labels.js';
import { quote } from './quoting.js';
import { compilePattern, type BadPattern, type Pattern } from './regex.js';

export type MatchType = '=' | '!=' | '=~' | '!~';

/** How many answers of a pattern are remembered. */
const REMEMBERED = 4096;

/** Makes a test and may refuse to go on. */
export type Measure = (test: () => boolean) => boolean;

/** One condition on one label. */
export class LabelMatcher {
  readonly name: string;
  readonly type: MatchType;
  readonly value: string;
  readonly #pattern: Pattern | undefined;
  readonly #answers: Map<string, boolean>;
  readonly #measure: Measure;

  private constructor(
    name: string,
    type: MatchType,
    value: string,
    pattern: Pattern | undefined,
    answers = new Map<string, boolean>(),
    measure: Measure = (test) => test(),
  ) {
    this.name = name;
    this.type = type;
    this.value = value;
    this.#pattern = pattern;
    this.#answers = answers;
    this.#measure = measure;
  }

  /** A matcher, or why its pattern is refused. */
  static create(name: string, type: MatchType, value: string): LabelMatcher | BadPattern {
    if (type === '=' || type === '!=') return new LabelMatcher(name, type, value, undefined);
    const pattern = compilePattern(value);
    return 'problem' in pattern ? pattern : new LabelMatcher(name, type, value, pattern);
  }

  /** The same condition, whose tests that cost time are made by `measure`, which may throw. */
  guarded(measure: Measure): LabelMatcher {
    if (this.#pattern === undefined || this.#pattern.isPlain) return this;
    return new LabelMatcher(this.name, this.type, this.value, this.#pattern, this.#answers, measure);
  }

  /** Whether a value of the label passes; the empty string is the absent label. */
  matches(value: string): boolean {
    if (this.type === '=') return value === this.value;
    if (this.type === '!=') return value !== this.value;
    return this.#test(value) === (this.type === '=~');
  }

  /** As it is written in a query. */
  toString(): string {
    return `${labelName(this.name)}${this.type}${quote(this.value)}`;
  }

  // The same few values are asked about on every evaluation.
  #test(value: string): boolean {
    const known = this.#answers.get(value);
    if (known !== undefined) return known;
    const answer = this.#measure(() => this.#pattern!.test(value));
    if (this.#answers.size >= REMEMBERED) this.#answers.clear();
    this.#answers.set(value, answer);
    return answer;
  }
}
